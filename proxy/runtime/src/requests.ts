// fetch and XMLHttpRequest: URLs and bodies on their way out, addresses and our cookie header on their way in.
import type { Addresses } from './addresses';
import { realBody } from './bodies';
import type { Passes } from './passes';
import { apply, call, methodOf, patchAccessor, patchConstructor, patchMethod, safely } from './patch';

type Scope = typeof globalThis;

/** What a document does around its requests; workers have no cookies. */
export interface Around {
  before(): void;
  response(response: Response): void;
  header(value: string | null): void;
  /** After a response with cookies of another host: what to wait for before the page sees it. */
  crossed(url: string): Promise<void> | undefined;
}

export function patchRequests(scope: Scope, to: Addresses, passes: Passes, around: Around): void {
  patchFetch(scope, to, passes, around);
  patchXhr(scope, to, passes, around);
}

function patchFetch(scope: Scope, to: Addresses, passes: Passes, around: Around): void {
  const NativeRequest = scope.Request;
  const isUrl = (value: unknown): boolean => !(value instanceof NativeRequest);
  const { then } = scope.Promise.prototype;
  const withBody = (init: unknown): unknown => {
    const body: unknown = init && (init as RequestInit).body; // the native function reads it the same way
    const real = body === undefined || body === null ? body : realBody(to, body);
    return real === body ? init : { ...(init as RequestInit), body: real };
  };
  const map = ([input, init]: unknown[]): unknown[] => {
    if (isUrl(input)) return [to.proxied(String(input)), withBody(init)];
    const foreign = !to.config.sw && input instanceof NativeRequest ? to.proxied(input.url) : undefined;
    // Behind a service worker a Request goes as it is: the worker maps it.
    if (foreign === undefined || foreign === (input as Request).url) return [input, withBody(init)];
    return [new NativeRequest(foreign, input as Request), withBody(init)]; // just tested
  };
  patchConstructor(scope, 'Request', (make, args) =>
    make(isUrl(args[0]) ? [safely(args[0], (url) => to.proxied(String(url))), ...args.slice(1)] : args),
  );
  patchAccessor(NativeRequest.prototype, 'url', { get: (native, self) => seen(to, apply(native, self, [])) });
  patchAccessor(scope.Response.prototype, 'url', { get: (native, self) => seen(to, apply(native, self, [])) });
  patchMethod(scope, 'fetch', (native, self, args) => {
    around.before();
    const mapped = args.length === 0 ? args : safely(args, map);
    const crosses = safely<string | undefined>(undefined, () => credentialed(mapped, passes));
    const origin = to.config.sw ? undefined : crosses;
    const go = () => apply(native, self ?? scope, mapped) as Promise<Response>; // so fetch answers
    const going =
      origin === undefined || passes.isEntered(origin) ? go() : call<Promise<Response>>(then, passes.enter(origin), go);
    return call(then, going, (response: Response) => {
      around.response(response);
      const told =
        crosses !== undefined
          ? around.crossed(String(mapped[0] instanceof NativeRequest ? mapped[0].url : mapped[0]))
          : undefined;
      return told ? call(then, told, () => response) : response;
    });
  });
}

const seen = (to: Addresses, value: unknown): unknown =>
  typeof value === 'string' ? safely(value, (text) => to.seen(text)) : value;

/** The origin to enter first, where no service worker does. */
function credentialed([input, init]: unknown[], passes: Passes): string | undefined {
  const { credentials } = {
    ...(input instanceof Request ? { credentials: input.credentials } : {}),
    ...(init as RequestInit),
  };
  const url = input instanceof Request ? input.url : String(input);
  return credentials === 'include' ? passes.foreign(url) : undefined;
}

const COOKIES = 'x-coview-cookies';

function patchXhr(scope: Scope, to: Addresses, passes: Passes, around: Around): void {
  const prototype = scope.XMLHttpRequest?.prototype;
  if (!prototype) return;
  const header = methodOf(prototype, 'getResponseHeader');
  const urls = new WeakMap<object, string>();
  patchMethod(prototype, 'open', (native, self, [method, url, ...rest]) => {
    const mapped = safely(String(url), (text) => to.proxied(text));
    urls.set(self as object, mapped); // the native function refuses all else
    return apply(native, self, [method, mapped, ...rest]);
  });
  patchMethod(prototype, 'send', (native, self, [body, ...rest]) => {
    around.before();
    const request = self as XMLHttpRequest; // as above
    if (!to.config.sw && request.withCredentials) {
      const origin = passes.foreign(urls.get(request) ?? '');
      if (origin !== undefined) passes.enterNow(origin);
    }
    return apply(native, self, [realBody(to, body), ...rest]);
  });
  patchAccessor(prototype, 'responseURL', { get: (native, self) => seen(to, apply(native, self, [])) });
  patchMethod(prototype, 'getAllResponseHeaders', (native, self, args) => {
    const all = apply(native, self, args);
    return typeof all === 'string' ? all.replace(/^x-coview-[^\r\n]*\r?\n/gim, '') : all;
  });
  patchConstructor(scope, 'XMLHttpRequest', (make, args) => {
    const request = make(args) as XMLHttpRequest; // so it makes
    // Ours is the first listener, so the page's find the cookies as they are after this response.
    request.addEventListener('readystatechange', () => {
      if (request.readyState !== 2 || !header) return;
      const url = urls.get(request) ?? '';
      if (passes.foreign(url) === undefined) around.header(call<string | null>(header, request, COOKIES));
      else if (request.withCredentials) void around.crossed(url);
    });
    return request;
  });
}
