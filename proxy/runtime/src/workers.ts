// Workers. Those with a URL get the shim by the edge; scripts made by the page (`blob:`, `data:`) get it here.
import type { Addresses } from './addresses';
import { apply, patchConstructor, patchMethod, safely } from './patch';

type Scope = typeof globalThis;

/** Both kinds of worker run this: a module's `importScripts` throws. */
const shimFirst = (to: Addresses): string => {
  const url = JSON.stringify(`${to.own}/.coview/shim.js?w`);
  const config = JSON.stringify({ ...to.config, cookie: '' });
  return `self.__coviewProxied=${config};try{importScripts(${url})}catch(e){import(${url})};`;
};

/** The text of a `data:` URL; such a worker would have no service worker, so it becomes a blob's. */
function dataText(url: string): string {
  const comma = url.indexOf(',');
  const body = url.slice(comma + 1).replace(/#.*$/, '');
  if (!/;\s*base64\s*$/i.test(url.slice(0, comma))) return decodeURIComponent(body);
  const bytes = Uint8Array.from(atob(decodeURIComponent(body)), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

export function patchWorkers(scope: Scope, to: Addresses): void {
  const { Blob: NativeBlob, URL: NativeUrl } = scope;
  const text = (url: string, module: boolean): string => {
    if (url.startsWith('data:')) return dataText(url);
    return module ? `import ${JSON.stringify(url)};` : `importScripts(${JSON.stringify(url)});`;
  };
  const script = (given: unknown, options: unknown): string => {
    const url = String(given);
    if (!/^\s*(?:blob|data):/i.test(url)) return to.proxied(url);
    const module = (options as WorkerOptions | undefined)?.type === 'module'; // read as the native one does
    return NativeUrl.createObjectURL(
      new NativeBlob([shimFirst(to), text(url.trim(), module)], { type: 'text/javascript' }),
    );
  };
  for (const name of ['Worker', 'SharedWorker']) {
    patchConstructor(scope, name, (make, [url, options, ...rest]) => {
      // Shared workers of one URL are one worker: a blob's must not be made anew each time.
      const shared = name === 'SharedWorker' && /^\s*blob:/i.test(String(url));
      return make([shared ? url : safely(url, (given) => script(given, options)), options, ...rest]);
    });
  }
}

/** Inside a classic worker. */
export function patchImports(scope: Scope, to: Addresses): void {
  patchMethod(scope, 'importScripts', (native, self, args) =>
    apply(
      native,
      self ?? scope,
      args.map((url) => safely(url, (one) => to.proxied(String(one)))),
    ),
  );
}
