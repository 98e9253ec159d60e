// Frames: who may look into whom, and who hears whom.
import type { Page } from '@playwright/test';
import { type Check, echoed } from './kit.ts';

/** Waits for the documents of all frames of `/framed`. */
async function framed(page: Page): Promise<void> {
  for (const id of ['same', 'other', 'sister', 'doc']) await page.frameLocator(`#${id}`).locator('#inside').waitFor();
}

export const frames: Check[] = [
  {
    name: 'a frame of the own origin can be read, of another one cannot',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/framed`);
      await framed(page);
      return page.evaluate(() => {
        const look = (id: string) => {
          const frame = document.getElementById(id) as HTMLIFrameElement;
          const seen: unknown[] = [frame.contentDocument?.getElementById('inside')?.textContent];
          try {
            seen.push(frame.contentWindow?.document.title);
          } catch (error) {
            seen.push((error as Error).name);
          }
          return seen;
        };
        const doc = (document.getElementById('doc') as HTMLIFrameElement).contentWindow;
        return {
          seen: ['same', 'other', 'sister', 'doc'].map(look),
          own: doc && Reflect.get(doc, 'own'),
          frames: window.length,
        };
      });
    },
  },
  {
    name: 'messages between frames by real names, and none by a wrong one',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/framed`);
      await framed(page);
      return page.evaluate(async ({ bank, api }) => {
        const ask = (id: string, target: string) =>
          new Promise<unknown>((done) => {
            const frame = (document.getElementById(id) as HTMLIFrameElement).contentWindow;
            const late = setTimeout(() => done('nothing heard'), 300);
            const hear = ({ data, origin, source }: MessageEvent) => {
              if (data?.answer !== target) return;
              removeEventListener('message', hear);
              clearTimeout(late);
              done({ data, origin: origin === location.origin ? 'own' : origin, same: source === frame });
            };
            addEventListener('message', hear);
            frame?.postMessage({ ask: target }, target);
          });
        return [
          await ask('same', location.origin),
          await ask('other', bank),
          await ask('other', '*'),
          await ask('sister', api),
          await ask('other', api),
          await ask('sister', bank),
        ];
      }, hosts);
    },
  },
  {
    name: 'a framed widget tells its parent by the name it was given',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async ({ www, bank, api }) => {
        const told = (url: string) =>
          new Promise<unknown>((done) => {
            const frame = document.createElement('iframe');
            addEventListener(
              'message',
              ({ data, origin, source }) => done({ data, origin, same: source === frame.contentWindow }),
              { once: true },
            );
            frame.src = url;
            document.body.append(frame);
          });
        const by = (to: string) => encodeURIComponent(to);
        return [await told(`${bank}/teller?to=${by(www)}`), await told(`${api}/teller?to=${by(location.origin)}`)];
      }, hosts);
    },
  },
  {
    name: 'storage of a framed site is its own',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (bank) => {
        localStorage.setItem('k', 'shop');
        const load = (url: string) =>
          new Promise<unknown>((done) => {
            addEventListener('message', ({ data }) => done(data.was), { once: true });
            const frame = document.createElement('iframe');
            document.body.append(frame);
            frame.setAttribute('src', url);
          });
        return [await load(`${bank}/storage?set=framed`), await load(`${bank}/storage`), localStorage.getItem('k')];
      }, hosts.bank);
    },
  },
  {
    name: 'a frame without an address works like its page',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async ({ www, api, cdn }) => {
        const frame = document.body.appendChild(document.createElement('iframe'));
        const inner = frame.contentWindow as Window & typeof globalThis;
        const user = (await (await inner.fetch(`${api}/me`, { credentials: 'include' })).json()).user;
        frame.contentDocument?.write(`<img id=pic src="${cdn}/p.svg?w=18"><script>window.made = 1</scr`, 'ipt>');
        frame.contentDocument?.close();
        const image = frame.contentDocument?.getElementById('pic') as HTMLImageElement;
        await image.decode();
        const doc = document.createElement('iframe');
        doc.srcdoc = `<!doctype html><title>d</title><script>window.got = fetch('${www}/status').then((r) => r.text())</script>`;
        const loaded = new Promise((done) => (doc.onload = done));
        document.body.append(doc);
        await loaded;
        const got = await Reflect.get(doc.contentWindow as object, 'got');
        return {
          user,
          width: image.naturalWidth,
          made: Reflect.get(inner, 'made'),
          got,
          srcdoc: doc.srcdoc,
          title: doc.contentDocument?.title,
        };
      }, hosts);
    },
  },
  {
    name: 'a frame of the own origin is led to another site by its parent',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/framed`);
      await framed(page);
      await page.evaluate((bank) => {
        const frame = (document.getElementById('same') as HTMLIFrameElement).contentWindow;
        if (frame) frame.location.href = `${bank}/echo?page`;
      }, hosts.bank);
      return JSON.parse((await page.frameLocator('#same').locator('#echo').textContent()) ?? '');
    },
  },
  {
    name: 'frames of another site are filled by a form and by a page that does not tell where it is',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      await page.evaluate((bank) => {
        document.body.innerHTML = `<iframe name=a id=a></iframe><iframe id=b></iframe><form method=post target=a action="${bank}/echo?page&a"><input name=q value=1></form>`;
        document.head.append(
          Object.assign(document.createElement('meta'), { name: 'referrer', content: 'no-referrer' }),
        );
        document.forms[0]?.submit();
        (document.getElementById('b') as HTMLIFrameElement).src = `${bank}/echo?page&b`;
      }, hosts.bank);
      const seen: unknown[] = [];
      for (const id of ['a', 'b']) {
        const echo = page.frameLocator(`#${id}`).locator('#echo');
        seen.push(JSON.parse((await echo.textContent()) ?? ''));
      }
      return seen;
    },
  },
  {
    name: 'what a framed page of another site loads and makes',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.bank}/blank`);
      await page.evaluate((url) => {
        document.body.innerHTML = `<iframe id=f src="${url}"></iframe>`;
      }, `${hosts.www}/frame`);
      await page.frameLocator('#f').locator('#inside').waitFor();
      const frame = page.frames().find((one) => one.parentFrame() !== null);
      return frame?.evaluate(async ({ www, api, cdn }) => {
        const text = async (url: string, init?: RequestInit) => {
          try {
            return await (await fetch(url, init)).text();
          } catch (error) {
            return (error as Error).name;
          }
        };
        const load = (image: HTMLImageElement) =>
          image.decode().then(
            () => image.naturalWidth,
            () => 'failed',
          );
        const made = Object.assign(new Image(), { src: `${cdn}/p.svg?w=91` });
        document.body.insertAdjacentHTML(
          'beforeend',
          `<img srcset="${cdn}/p.svg?w=92"><p id=styled style="background:url(${cdn}/p.svg?w=93)">x</p>`,
        );
        const inserted = document.querySelector('img') as HTMLImageElement;
        const socket = new WebSocket(`${api.replace('http', 'ws')}/chat`);
        const said = await new Promise<unknown>((done) => {
          socket.onmessage = ({ data }) => done(JSON.parse(data).origin);
          socket.onerror = () => done('error');
        });
        socket.close();
        return {
          own: await text(`${www}/status`),
          data: await text(`${cdn}/data.json`),
          posted: JSON.parse(await text(`${api}/body`, { method: 'POST', body: 'x' })).body,
          closed: await text(`${api}/closed`),
          images: [await load(made), await load(inserted)],
          background: getComputedStyle(document.getElementById('styled') as Element).backgroundImage !== 'none',
          said,
        };
      }, hosts);
    },
  },
  {
    name: 'hosts whose names fit no label are as any other: loaded, talked to, framed, gone to',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      const odd = hosts.fresh.replace('//', '//an_odd.name.');
      const seen = await page.evaluate(async (url) => {
        const said = (socket: WebSocket) =>
          new Promise<unknown>((done) => {
            socket.onmessage = ({ data }) => done(JSON.parse(data).origin);
            socket.onerror = () => done('error');
          });
        const socket = new WebSocket(`${url.replace('http', 'ws')}/chat`);
        const opened = await said(socket);
        socket.close();
        const { method, origin } = await (
          await fetch(`${url}/body`, { method: 'POST', body: 'x', credentials: 'include' })
        ).json();
        const told = new Promise<unknown>((done) => {
          addEventListener('message', (event) => done({ data: event.data, origin: event.origin }), { once: true });
        });
        const frame = document.createElement('iframe');
        frame.src = `${url}/teller?to=${encodeURIComponent(location.origin)}`;
        document.body.append(frame);
        return { opened, socket: socket.url, method, origin, told: await told };
      }, odd);
      await page.evaluate((url) => location.assign(`${url}/echo?page`), odd);
      return { seen, gone: await echoed(page) };
    },
  },
  {
    name: 'document.domain does not throw where it need not',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/echo?page`);
      return { echo: await echoed(page), domain: await page.evaluate(() => typeof document.domain) };
    },
  },
];
