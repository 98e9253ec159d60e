// What scripts put into a page: elements, markup, styles, modules, workers; and what they read back.
import { integrity, LIBRARY } from '../files.ts';
import type { Check } from './kit.ts';

export const trees: Check[] = [
  {
    name: 'pictures, style sheets and their imports, symbols, scripts with integrity',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/styled`);
      await page.waitForFunction(() => document.readyState === 'complete');
      return page.evaluate(() => {
        const style = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
        const image = (id: string) => {
          const { currentSrc, naturalWidth } = document.getElementById(id) as HTMLImageElement;
          return [currentSrc.split('/').pop(), naturalWidth];
        };
        const loaded = performance
          .getEntriesByType('resource')
          .map(({ name }) => new URL(name).pathname + new URL(name).search);
        return {
          colors: ['.a', '.b', '.c'].map((one) => style(one).color),
          pictures: ['.b', '.d', '#e'].map((one) => /p\.svg\?w=\d+/.exec(style(one).backgroundImage)?.[0]),
          images: [image('pic'), image('set')],
          library: Reflect.get(window, 'library')?.made,
          loaded: loaded.filter((one) => !/^\/(?:\.coview\/|favicon)/.test(one)).sort(),
        };
      });
    },
  },
  {
    name: 'a base of another origin',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/based`);
      await page.waitForFunction(() => document.readyState === 'complete');
      return page.evaluate(async () => {
        const link = document.getElementById('link') as HTMLAnchorElement;
        const image = document.getElementById('pic') as HTMLImageElement;
        const { relative } = await (await fetch('x.json')).json();
        return [link.href, image.naturalWidth, Reflect.get(window, 'library')?.made, relative, document.baseURI];
      });
    },
  },
  {
    name: "a strict site's own scripts run: nonce, trusted types, header and meta",
    run: async (page, { hosts, open }) => {
      const seen: unknown[] = [];
      for (const kind of ['', '?meta']) {
        await open(page, `${hosts.www}/strict${kind}`);
        await page.waitForFunction(() => Reflect.get(window, 'library') !== undefined);
        seen.push(
          await page.evaluate(async () => {
            const image = document.getElementById('pic') as HTMLImageElement;
            await image.decode();
            const color = getComputedStyle(document.getElementById('p') as Element).color;
            return [await Reflect.get(window, 'done'), image.naturalWidth, color];
          }),
        );
      }
      return seen;
    },
  },
  {
    name: 'a script is checked against its hash',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(
        async ({ cdn, good, bad }) => {
          const load = (hash: string) =>
            new Promise<string>((done) => {
              const script = document.createElement('script');
              script.onload = () => done('ran');
              script.onerror = () => done('refused');
              script.crossOrigin = 'anonymous';
              script.integrity = hash;
              script.src = `${cdn}/lib.js`;
              document.head.append(script);
            });
          return [await load(good), await load(bad)];
        },
        { cdn: hosts.cdn, good: integrity(LIBRARY), bad: integrity('other') },
      );
    },
  },
  {
    name: 'elements by every way into the tree load from other origins',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (cdn) => {
        const images: Promise<unknown>[] = [];
        const watch = (image: Element | null | undefined) => {
          if (!(image instanceof HTMLImageElement)) return void images.push(Promise.resolve('none'));
          const ready = image.decode().then(
            () => image.naturalWidth,
            () => 'failed',
          );
          images.push(ready);
        };
        const url = (width: number) => `${cdn}/p.svg?w=${width}`;
        const box = document.body.appendChild(document.createElement('div'));
        const made = document.createElement('img');
        made.src = url(1);
        box.append(made);
        watch(made);
        const named = document.createElement('img');
        named.setAttribute('src', url(2));
        watch(box.appendChild(named));
        const inner = box.appendChild(document.createElement('div'));
        inner.innerHTML = `<img src="${url(3)}" alt="a &amp; b"><b>x</b>`;
        watch(inner.querySelector('img'));
        const row = box.appendChild(document.createElement('table')).insertRow();
        row.innerHTML = `<td><img src='${url(4)}'></td><td>2`;
        watch(row.querySelector('img'));
        inner.insertAdjacentHTML('beforeend', `<img src=${url(5)}>`);
        watch(inner.lastElementChild);
        inner.insertAdjacentHTML('afterend', `<img src=${url(6)}>`);
        watch(inner.nextElementSibling);
        box.append(document.createRange().createContextualFragment(`<img src="${url(7)}">`));
        watch(box.lastElementChild);
        const template = document.createElement('template');
        template.innerHTML = `<img src="${url(8)}">`;
        box.append(template.content.cloneNode(true));
        watch(box.lastElementChild);
        const parsed = new DOMParser().parseFromString(`<img src="${url(9)}">`, 'text/html');
        watch(box.appendChild(parsed.body.firstElementChild as Element));
        const last = box.appendChild(document.createElement('i'));
        last.outerHTML = `<img srcset="${url(10)}">`;
        watch(box.lastElementChild);
        const root = box.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
        root.innerHTML = `<img src="${url(11)}">`;
        watch(root.firstElementChild);
        const node = document.createAttribute('src');
        node.value = url(12);
        const attributed = document.createElement('img');
        attributed.setAttributeNode(node);
        watch(box.appendChild(attributed));
        watch(box.appendChild(Object.assign(new Image(), { src: url(13) })));
        return {
          images: await Promise.all(images),
          cells: row.cells.length,
          read: [inner.innerHTML, named.getAttribute('src'), made.src, template.innerHTML, node.value],
        };
      }, hosts.cdn);
    },
  },
  {
    name: 'document.write while the page is parsed',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      await page.evaluate((cdn) => {
        document.open();
        document.write(
          '<!doctype html><title>written</title><scr',
          `ipt src="${cdn}/lib.js"></scr`,
          `ipt><img id=pic src="${cdn}/p.svg?w=15"><iframe id=f src="${cdn}/data.json"></iframe><p id=p>end</p>`,
        );
        document.close();
      }, hosts.cdn);
      await page.waitForFunction(() => document.readyState === 'complete' && Reflect.get(window, 'library'));
      await page.frameLocator('#f').locator('pre').waitFor();
      return page.evaluate(() => {
        const image = document.getElementById('pic') as HTMLImageElement;
        return [
          Reflect.get(window, 'library').made,
          image.naturalWidth,
          document.title,
          document.getElementById('p')?.textContent,
        ];
      });
    },
  },
  {
    name: 'modules: static, dynamic, of another origin',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (cdn) => {
        const { value, at } = await import(`${cdn}/mod.js`);
        const script = document.createElement('script');
        script.type = 'module';
        script.textContent = `import { two } from '${cdn}/dep.js'; window.two = two; window.dispatchEvent(new Event('module'));`;
        const ran = new Promise((done) => addEventListener('module', done, { once: true }));
        document.head.append(script);
        await ran;
        return [value, at, Reflect.get(window, 'two')];
      }, hosts.cdn);
    },
  },
  {
    name: 'workers: classic, shared, of a blob and of a data URL',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (www) => {
        const ask = (worker: Worker) =>
          new Promise<unknown>((done) => {
            worker.onmessage = ({ data }) => done(data);
            worker.onerror = (event) => done(`error ${event.message}`);
            worker.postMessage('go');
          });
        const text = await (await fetch('/work.txt')).text();
        const blob = (type: string) => URL.createObjectURL(new Blob([text], { type }));
        const shared = new Promise<unknown>((done) => {
          const { port } = new SharedWorker('/shared-worker.js');
          port.onmessage = ({ data }) => done(data);
          port.postMessage('go');
        });
        return {
          classic: await ask(new Worker('/worker.js')),
          absolute: await ask(new Worker(`${www}/worker.js`)),
          shared: await shared,
          blob: await ask(new Worker(blob('text/javascript'))),
          blobModule: await ask(new Worker(blob('text/javascript'), { type: 'module' })),
        };
      }, hosts.www);
    },
  },
  {
    name: 'a module worker that imports from another origin',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(
        () =>
          new Promise<unknown>((done) => {
            const worker = new Worker('/module-worker.js', { type: 'module' });
            worker.onmessage = ({ data }) => done(data);
            worker.onerror = (event) => done(`error ${event.message}`);
            worker.postMessage('go');
          }),
      );
    },
  },
  {
    name: "the shop's own service worker registers",
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.api}/blank`);
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async () => {
        const made = await navigator.serviceWorker.register('/site-sw.js', { scope: '/quiet/' });
        const found = await navigator.serviceWorker.getRegistration('/quiet/x');
        const all = await navigator.serviceWorker.getRegistrations();
        const kinds = [
          made instanceof ServiceWorkerRegistration,
          navigator.serviceWorker instanceof ServiceWorkerContainer,
        ];
        const controller = navigator.serviceWorker.controller === null;
        const seen = {
          scope: new URL(made.scope).pathname,
          same: found?.scope === made.scope,
          all: all.length,
          kinds,
          controller,
        };
        return {
          ...seen,
          gone: await made.unregister(),
          left: (await navigator.serviceWorker.getRegistrations()).length,
        };
      });
    },
  },
  {
    name: 'the page finds the functions it knows',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(() => {
        const look = (fn: unknown) => {
          const one = fn as { name: string; length: number };
          return [one.name, one.length, String(fn).replace(/\s+/g, ' ')];
        };
        const setter = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src')?.set;
        const seen = [
          fetch,
          WebSocket,
          Worker,
          XMLHttpRequest.prototype.open,
          Element.prototype.setAttribute,
          setter,
          Function.prototype.toString,
        ];
        class Own extends WebSocket {}
        const kinds = [
          Own.prototype instanceof WebSocket,
          new Request('/x') instanceof Request,
          Request.prototype.constructor === Request,
        ];
        const ours = Object.keys(window).filter((name) => /coview/i.test(name) && name !== 'coview');
        let thrown = '';
        try {
          Reflect.apply(setter as () => void, document.body, ['x']);
        } catch (error) {
          thrown = (error as Error).name;
        }
        const scripts = document.querySelectorAll('script[data-coview-proxied]:not([data-site])').length;
        return { seen: seen.map(look), kinds, ours, thrown, scripts };
      });
    },
  },
];
