// WebSocket, EventSource and beacons. No service worker sees a WebSocket: its URL is mapped here or nowhere.
import type { Addresses } from './addresses';
import { realBody } from './bodies';
import type { Passes } from './passes';
import { apply, patchAccessor, patchConstructor, patchMethod, safely } from './patch';
import { parse } from './places';
import type { Around } from './requests';

type Scope = typeof globalThis;

export function patchSockets(scope: Scope, to: Addresses, passes: Passes, around: Around): void {
  const base = (): string => (scope.document ? scope.document.baseURI : to.own);
  patchConstructor(scope, 'WebSocket', (make, [url, ...rest]) => {
    const mapped = safely(url, (given) => socketUrl(String(given), base(), to, passes));
    around.before();
    return make([mapped, ...rest]);
  });
  patchAccessor(scope.WebSocket?.prototype, 'url', {
    get: (native, self) => {
      const url = apply(native, self, []);
      return typeof url === 'string' ? safely(url, (text) => to.texts.real(text)) : url;
    },
  });
  patchMethod(scope.WebSocket?.prototype, 'send', (native, self, [data]) =>
    apply(native, self, [typeof data === 'string' ? safely(data, (text) => to.texts.real(text)) : data]),
  );
  patchConstructor(scope, 'EventSource', (make, [url, init, ...rest]) => {
    const mapped = safely(url, (given) => to.proxied(String(given)));
    const credentials = (init as EventSourceInit | undefined)?.withCredentials === true; // read as the native one does
    const origin = credentials && !to.config.sw ? passes.foreign(String(mapped)) : undefined;
    if (origin !== undefined) passes.enterNow(origin);
    return make([mapped, init, ...rest]);
  });
  patchAccessor(scope.EventSource?.prototype, 'url', {
    get: (native, self) => {
      const url = apply(native, self, []);
      return typeof url === 'string' ? safely(url, (text) => to.seen(text)) : url;
    },
  });
  patchMethod(scope.Navigator?.prototype, 'sendBeacon', (native, self, [url, data]) => {
    around.before();
    return apply(native, self, [safely(url, (given) => to.proxied(String(given))), realBody(to, data)]);
  });
}

/** A WebSocket's URL; its host is entered before, for the constructor cannot wait. */
function socketUrl(text: string, base: string, to: Addresses, passes: Passes): string {
  const url = parse(text, base);
  if (!url) return text;
  url.protocol = url.protocol.replace(/^http/, 'ws');
  const unplaced = to.unplaced(url.href);
  // Asking the way in is also how the place becomes known.
  if (unplaced !== undefined) passes.enterNow(unplaced.replace(/^ws/, 'http'));
  const mapped = to.proxied(url.href);
  const origin = passes.foreign(mapped);
  if (origin !== undefined) passes.enterNow(origin);
  return mapped;
}
