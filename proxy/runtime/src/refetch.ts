// A request as a page's own, made again for another address. Pure but for reading the body.

/** `mode/credentials/destination`, for the edge to judge by what the page asked and not by what the worker asks. */
export const modeOf = (request: Request): string =>
  `${request.mode}/${request.credentials}/${request.destination || 'empty'}`;

/** The same request to `url`; `own`: the worker's own web origin. */
export async function refetch(request: Request, url: string, own: string): Promise<Request> {
  const isOwn = new URL(url).origin === own;
  const headers = new Headers(request.headers);
  if (isOwn) {
    headers.set('x-coview-sw', '1');
    headers.set('x-coview-mode', modeOf(request));
  }
  const init: RequestInit = {
    method: request.method,
    headers,
    // A page's `no-cors` for what is its own origin now would make the answer opaque.
    mode: isOwn && request.mode === 'no-cors' ? 'same-origin' : request.mode,
    credentials: request.credentials,
    redirect: request.redirect,
    // `only-if-cached` is allowed with `same-origin` alone.
    cache: request.cache === 'only-if-cached' ? 'default' : request.cache,
    referrerPolicy: request.referrerPolicy,
    keepalive: request.keepalive,
    signal: request.signal,
  };
  if (request.referrer.startsWith(`${own}/`) || request.referrer === '') init.referrer = request.referrer;
  if (request.method !== 'GET' && request.method !== 'HEAD') init.body = await request.blob();
  return new Request(url, init);
}

/** A navigation, where the browser cannot send it ahead by itself. */
export function renavigate(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set('x-coview-sw', '1');
  headers.set('x-coview-mode', modeOf(request));
  if (request.referrer) headers.set('x-coview-referrer', request.referrer);
  return new Request(request.url, {
    headers,
    mode: 'same-origin',
    credentials: 'include',
    // The browser follows itself, and asks each address' own worker.
    redirect: 'manual',
    cache: request.cache === 'only-if-cached' ? 'default' : request.cache,
  });
}
