// The service worker of every proxied host: leads through the proxy whatever its pages load by a real URL – by markup
// nobody mapped, `import()`, style sheets, workers – and enters other proxied hosts before cookies are to go there.
//
// Requests of the page's own proxied host pass untouched. It keeps nothing: no cache, no store.
import { Addresses, configOf } from './addresses';
import { Passes } from './passes';
import { parse } from './places';
import { refetch, renavigate } from './refetch';
import type { FetchEvent, ServiceWorkerScope } from './worker-types';

/** Sent with navigations the browser sends ahead; the edge takes it for `x-coview-sw: 1`. */
const PRELOAD = 'coview';

const scope = globalThis as unknown as ServiceWorkerScope; // this file runs in nothing else
const own = scope.location.origin;
const config = configOf(scope.location.protocol, scope.location.host);

/** Hosts loaded directly, as the boot page put them into this script's address. */
function direct(): string[] {
  const written = new URLSearchParams(scope.location.search).get('direct');
  return written ? written.split(' ') : [];
}

async function ready(): Promise<void> {
  await scope.clients.claim();
  const preload = scope.registration.navigationPreload;
  if (!preload) return;
  await preload.enable();
  await preload.setHeaderValue(PRELOAD);
}

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(ready()));

/** Would the browser send cookies along, so that the pass is wanted? */
const carriesCookies = (request: Request): boolean => request.credentials === 'include' || request.mode === 'no-cors';

/** A module that a worker imports: it has a worker's destination, and is not to be had as one from another host. */
const isWorkers = (request: Request): boolean => /worker$/.test(request.destination);

if (config) {
  const to = new Addresses({ ...config, direct: direct() }, own);
  const passes = new Passes(to, globalThis);
  /** Scripts' cookies on their way to the edge: what goes to another host waits for them. */
  let writes: Promise<unknown> | undefined;

  const write = async (request: Request): Promise<Response> => {
    const sent = fetch(request);
    const settled = sent.catch(() => undefined);
    writes = settled;
    void settled.then(() => {
      if (writes === settled) writes = undefined;
    });
    return sent;
  };

  const navigate = async (event: FetchEvent): Promise<Response> =>
    (await event.preloadResponse) ?? fetch(renavigate(event.request));

  /** For another proxied host, by the name it has already. */
  const across = async (request: Request, origin: string): Promise<Response> => {
    await writes;
    if (carriesCookies(request)) await passes.enter(origin);
    return isWorkers(request) ? fetch(await refetch(request, request.url, own)) : fetch(request);
  };

  /** For a real URL. */
  const lead = async (request: Request): Promise<Response> => {
    await writes;
    const unplaced = to.unplaced(request.url);
    if (unplaced !== undefined) await passes.enter(unplaced);
    const url = to.proxied(request.url);
    const origin = passes.foreign(url);
    if (origin !== undefined && carriesCookies(request)) await passes.enter(origin);
    return fetch(await refetch(request, url, own));
  };

  const handle = (event: FetchEvent): void => {
    const { request } = event;
    const url = parse(request.url);
    if (!url || !/^https?:$/.test(url.protocol)) return;
    if (request.mode === 'navigate') {
      // Others lose `Origin` and `Referer` when a worker sends them, and with these the site's defence against forgery.
      if (request.method === 'GET') event.respondWith(navigate(event));
    } else if (url.origin === own) {
      if (url.pathname === '/.coview/cookies') event.respondWith(write(request));
    } else if (to.places.isOurs(url.host)) {
      const origin = passes.foreign(url.href);
      const waits =
        writes !== undefined ||
        isWorkers(request) ||
        (carriesCookies(request) && !(origin !== undefined && passes.isEntered(origin)));
      if (origin !== undefined && waits && !url.pathname.startsWith('/.coview/'))
        event.respondWith(across(request, origin));
    } else if (!to.direct(url)) {
      event.respondWith(lead(request));
    }
  };
  scope.addEventListener('fetch', handle);
}
