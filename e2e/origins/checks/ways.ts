// Navigations: links, forms, scripts, redirects, refreshes, history, windows, files.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { CHARSETS } from '../charsets.ts';
import { type Check, echoed, type Site, textOf } from './kit.ts';

/** Goes to a page of the shop and does something there that leads to an echo of another host. */
async function leave(page: Page, { hosts, open }: Site, act: (bank: string) => void): Promise<unknown> {
  await open(page, `${hosts.www}/blank?from=1`);
  await page.evaluate(act, hosts.bank);
  return echoed(page);
}

const scripted: Record<string, (bank: string) => void> = {
  'location = …': (bank) => {
    window.location = `${bank}/echo?page` as never; // a window's location takes strings
  },
  'location.assign': (bank) => location.assign(`${bank}/echo?page`),
  'location.replace': (bank) => location.replace(`${bank}/echo?page`),
  'a link made by a script': (bank) => {
    const link = document.createElement('a');
    link.href = `${bank}/echo?page`;
    document.body.append(link);
    link.click();
  },
  'a link from parsed markup': (bank) => {
    const parsed = new DOMParser().parseFromString(`<a href="${bank}/echo?page">x</a>`, 'text/html');
    const link = document.body.appendChild(parsed.body.firstElementChild as HTMLAnchorElement);
    link.click();
  },
  'a form made by a script': (bank) => {
    document.body.innerHTML = `<form method=post action="${bank}/echo?page"><input name=a value="1 ü"><input name=b value=2></form>`;
    document.forms[0]?.submit();
  },
  'a form from parsed markup': (bank) => {
    const html = `<form method=post enctype=text/plain action="${bank}/echo?page"><input name=a value=1><button name=b value=2>x</button></form>`;
    const parsed = new DOMParser().parseFromString(html, 'text/html');
    const form = document.body.appendChild(parsed.body.firstElementChild as HTMLFormElement);
    form.requestSubmit(form.querySelector('button'));
  },
  "a button's formaction": (bank) => {
    const form = document.createElement('form');
    form.innerHTML = '<input name=a value=1><button>x</button>';
    document.body.append(form);
    const button = form.querySelector('button') as HTMLButtonElement;
    button.formAction = `${bank}/echo?page=1`;
    button.formMethod = 'post';
    button.click();
  },
  'document.write of a form': (bank) => {
    document.open();
    document.write(`<form action="${bank}/ec`, `ho"><input type=hidden name=page value=1></form>`);
    document.close();
    document.forms[0]?.submit();
  },
};

export const ways: Check[] = [
  ...Object.entries(scripted).map(([name, act]) => ({
    name: `to another site by ${name}`,
    run: (page: Page, site: Site) => leave(page, site, act),
  })),
  {
    name: 'the first visit of a host is what it would be without the proxy: by link, form, redirect, frame, address',
    run: async (page, { hosts, open }) => {
      const host = (name: string): string => hosts.fresh.replace('//', `//${name}.`);
      const go = async (act: (url: string) => void, url: string): Promise<unknown> => {
        await open(page, `${hosts.www}/blank`);
        await page.evaluate(act, url);
        return echoed(page);
      };
      const link = (url: string): void => location.assign(url);
      const post = (url: string): void => {
        document.body.innerHTML = `<form method=post action="${url}"><input name=a value=1></form>`;
        document.forms[0]?.submit();
      };
      const linked = await go(link, `${host('linked')}/echo?page&x=%C3%BC#hash`);
      const hash = new URL(page.url()).hash;
      const posted = await go(post, `${host('posted')}/echo?page`);
      const led = await go(link, `${hosts.www}/to?u=${encodeURIComponent(`${host('led')}/echo?page`)}`);
      const again = await go(link, `${host('linked')}/echo?page`);
      await open(page, `${hosts.www}/blank`);
      await page.evaluate(
        (url) => {
          const frame = document.createElement('iframe');
          frame.id = 'f';
          frame.src = url;
          document.body.append(frame);
        },
        `${host('framed')}/echo?page`,
      );
      const framed = JSON.parse((await page.frameLocator('#f').locator('#echo').textContent()) ?? '');
      await open(page, `${host('typed')}/echo?page`);
      return { linked, hash, posted, led, again, framed, typed: await echoed(page) };
    },
  },
  {
    name: 'redirects and refreshes across sites',
    run: async (page, { hosts, open }) => {
      const seen: unknown[] = [];
      const end = encodeURIComponent(`${hosts.www}/echo?page&end`);
      for (const status of [301, 302, 303, 307]) {
        const middle = encodeURIComponent(`${hosts.bank}/to?status=${status}&u=${end}`);
        await open(page, `${hosts.www}/to?status=${status}&u=${middle}`);
        seen.push(await echoed(page));
      }
      for (const kind of ['meta', 'header']) {
        await open(page, `${hosts.bank}/refresh?${kind}&u=${end}`);
        seen.push(await echoed(page));
      }
      return seen;
    },
  },
  {
    name: 'a form of another site posted through a redirect keeps its body',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      await page.evaluate(({ www, bank }) => {
        const to = encodeURIComponent(`${www}/echo?page`);
        document.body.innerHTML = `<form method=post action="${bank}/to?status=307&u=${to}"><input name=a value=1></form>`;
        document.forms[0]?.submit();
      }, hosts);
      return echoed(page);
    },
  },
  {
    name: 'a page that was posted for works like any other',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      await page.evaluate((www) => {
        document.body.innerHTML = `<form method=post action="${www}/echo?page"><input name=a value=1></form>`;
        document.forms[0]?.submit();
      }, hosts.www);
      await echoed(page);
      return page.evaluate(async ({ api, cdn }) => {
        const load = (tag: 'img' | 'script', url: string) =>
          new Promise<string>((done) => {
            const element = document.createElement(tag);
            element.onload = () => done('loaded');
            element.onerror = () => done('failed');
            element.src = url;
            document.body.append(element);
          });
        const made = document.createElement('div');
        made.innerHTML = `<img src="${cdn}/p.svg?w=88">`;
        document.body.append(made);
        return [
          (await (await fetch(`${api}/me`, { credentials: 'include' })).json()).user,
          await load('img', `${cdn}/p.svg?w=8`),
          await load('script', `${cdn}/lib.js`),
        ];
      }, hosts);
    },
  },
  {
    name: 'history with absolute addresses, and back',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (www) => {
        history.pushState({ a: 1 }, '', `${www}/pushed?b=1`);
        const pushed = location.pathname + location.search;
        history.replaceState(null, '', '/replaced#c');
        const replaced = location.pathname + location.hash;
        let refused = '';
        try {
          history.pushState(null, '', 'http://other.localhost/');
        } catch (error) {
          refused = (error as Error).name;
        }
        const back = new Promise<unknown>((done) =>
          addEventListener('popstate', ({ state }) => done(state), { once: true }),
        );
        history.back();
        return { pushed, replaced, refused, state: await back, path: location.pathname };
      }, hosts.www);
    },
  },
  {
    name: 'a blank window is written into',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      const opening = page.waitForEvent('popup');
      const seen = await page.evaluate((cdn) => {
        const opened = window.open('', '', 'width=300,height=300') as (Window & typeof globalThis) | null;
        if (!opened) return 'none';
        opened.document.write(`<title>made</title><img id=pic src="${cdn}/p.svg?w=23">`);
        opened.document.close();
        const list = new opened.Array(1, 2);
        Object.assign(opened, { mine: 1 });
        return [
          opened.document.title,
          list.length,
          opened.Array.isArray(list),
          Reflect.get(opened, 'mine'),
          opened.opener === window,
          opened.location.href,
        ];
      }, hosts.cdn);
      const popup = await opening;
      await popup.waitForFunction(
        () => (document.getElementById('pic') as HTMLImageElement | null)?.naturalWidth === 23,
      );
      await popup.close();
      return seen;
    },
  },
  {
    name: 'a window that is opened talks to its opener by real names',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      const popup = page.waitForEvent('popup');
      const told = page.evaluate(
        ({ www, bank }) =>
          new Promise((done) => {
            const opened = window.open(`${bank}/teller?to=${encodeURIComponent(www)}`, 'w', 'width=300,height=300');
            addEventListener('message', ({ data, origin, source }) =>
              done({ data, origin, same: source === opened, closed: opened?.closed }),
            );
          }),
        hosts,
      );
      const result = await told;
      await (await popup).close();
      return result;
    },
  },
  {
    name: 'a blank window that is led on goes where it is led',
    run: async (page, { hosts, open, settled }) => {
      await open(page, `${hosts.www}/blank`);
      const opening = page.waitForEvent('popup');
      await page.evaluate((bank) => {
        const opened = window.open('', '_blank');
        if (opened) opened.location.href = `${bank}/echo?page`;
      }, hosts.bank);
      const popup = await opening;
      await settled(popup);
      const seen = await echoed(popup);
      // What cannot differ by what was sent, but by where it went.
      const led = await popup.evaluate(() => location.pathname + location.search);
      await popup.close();
      return { seen, led };
    },
  },
  {
    name: 'a link with target=_blank and noopener',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      const opening = page.waitForEvent('popup');
      await page.evaluate(({ bank }) => {
        const parsed = new DOMParser().parseFromString(
          `<a target=_blank rel=noopener href="${bank}/echo?page">x</a>`,
          'text/html',
        );
        const link = document.body.appendChild(parsed.body.firstElementChild as HTMLAnchorElement);
        link.click();
      }, hosts);
      const popup = await opening;
      const seen = await echoed(popup);
      const opener = await popup.evaluate(() => window.opener === null);
      await popup.close();
      return { seen, opener };
    },
  },
  {
    name: 'files are sent by forms and by scripts',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      const byScript = await page.evaluate(async ({ www, api }) => {
        const data = new FormData();
        data.set('name', 'ü');
        data.set('file', new Blob([new Uint8Array(70_000).fill(7)]), 'seven.bin');
        const send = async (url: string) => (await fetch(url, { method: 'POST', body: data })).json();
        return [await send('/upload'), await send(`${www}/upload`), await send(`${api}/upload`)];
      }, hosts);
      await page.evaluate(({ bank }) => {
        document.body.innerHTML = `<form method=post enctype=multipart/form-data action="${bank}/upload?page"><input name=a value=1><input type=file name=file><button id=go>go</button></form>`;
      }, hosts);
      await page.setInputFiles('input[type=file]', {
        name: 'eight.bin',
        mimeType: 'application/x',
        buffer: Buffer.alloc(50_000, 8),
      });
      await page.click('#go');
      return { byScript, byForm: await echoed(page) };
    },
  },
  {
    name: 'a file is downloaded under its name',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      const downloads: unknown[] = [];
      const { sha } = await page.evaluate(async () => (await fetch('/hash')).json());
      for (const url of ['/download', `${hosts.www}/download`]) {
        const coming = page.waitForEvent('download');
        await page.evaluate((to) => {
          const link = document.createElement('a');
          link.href = to;
          document.body.append(link);
          link.click();
        }, url);
        const download = await coming;
        const data = await readFile(await download.path());
        const hash = createHash('sha256').update(data).digest('hex').slice(0, 16);
        downloads.push([download.suggestedFilename(), hash === sha]);
      }
      return downloads;
    },
  },
  {
    name: 'pages in the encodings of the older web',
    run: async (page, { hosts, open }) => {
      const seen: Record<string, unknown> = {};
      for (const name of CHARSETS) {
        await open(page, `${hosts.www}/charset/${name}`);
        seen[name] = [await page.title(), await textOf(page, '#p')];
      }
      await open(page, `${hosts.www}/charset/sjis-header`);
      await page.click('#go');
      seen.form = await echoed(page);
      await open(page, `${hosts.www}/blank`);
      seen.files = await page.evaluate(async (cdn) => {
        const load = (tag: HTMLScriptElement | HTMLLinkElement) =>
          new Promise<void>((done) => {
            tag.onload = () => done();
            document.head.append(tag);
          });
        const script = document.createElement('script');
        script.src = '/charset/script';
        await load(script);
        const link = document.createElement('link');
        link.rel = 'stylesheet';
        link.href = `${cdn}/charset/sheet`;
        await load(link);
        const request = new XMLHttpRequest();
        request.open('GET', '/charset/text', false);
        request.send();
        const content = getComputedStyle(document.querySelector('p') as Element, '::after').content;
        return [Reflect.get(window, 'word'), content, request.responseText];
      }, hosts.cdn);
      return seen;
    },
  },
];
