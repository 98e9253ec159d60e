// The first script of every proxied document and worker: makes the page's own functions lead through the proxy.
//
//   places    where a real origin lives, and back          addresses  what a page writes and reads
//   setters, markup, html, attributes                      URLs that scripts put into the tree
//   requests, sockets, workers, passes                     what scripts load
//   windows, navigation                                    other windows, ways out
//   cookies, limits, service-worker-stub                   what the edge or nobody answers for
//
// Nothing in it throws into the page: a mapping that fails leaves the page's own value. What the shim misses, the
// service worker (sw.ts) maps, or the edge's content security policy blocks.
import { Addresses, type Config, configOf } from './addresses';
import { Cookies } from './cookies';
import { patchCss } from './css';
import { patchHtml } from './html';
import { patchLimits, removeUnmapped } from './limits';
import { Markup } from './markup';
import { Navigation } from './navigation';
import { Passes } from './passes';
import { hidePatches } from './patch';
import { patchReferrer } from './referrer';
import { type Around, patchRequests } from './requests';
import { patchServiceWorker } from './service-worker-stub';
import { patchSetters } from './setters';
import { patchSockets } from './sockets';
import { Windows } from './windows';
import { patchImports, patchWorkers } from './workers';

type Realm = Window & typeof globalThis;
type Scope = typeof globalThis;

/** The function this bundle is wrapped in (build.mjs), and what it was called with. */
declare const coviewShim: (given: Config) => void;
declare const given: Config | undefined;

/** Says that a realm has a shim: a blank frame keeps its globals when its first page comes. */
const MARK = '__coviewProxied';

const mark = (scope: object, config: Config): void =>
  void Object.defineProperty(scope, MARK, { value: config, configurable: true, writable: true, enumerable: false });

function startDocument(realm: Realm, config: Config): void {
  const to = new Addresses(config, `${config.scheme}://${ownAuthority(config, realm)}`);
  const cookies = new Cookies(realm, to);
  const markup = new Markup(realm, to, () => cookies.text());
  const passes = new Passes(to, realm);
  const flush = (): void => cookies.flush();
  const around: Around = {
    before: flush,
    response: (response) => cookies.takeResponse(response),
    crossed: (url) => cookies.crossed(url),
    header: (value) => cookies.takeHeader(value),
  };
  // Blank frames of our origin have no request that could bring them a shim.
  const source = Function.prototype.toString.call(coviewShim);
  const met = (window: Realm): void => {
    if (MARK in window) return;
    const own = { ...config, cookie: cookies.text(), authority: ownAuthority(config, realm) };
    (window.eval as (text: string) => (config: Config) => void)(`(${source})`)(own);
  };
  const windows = new Windows(realm, to, met);
  const navigation = new Navigation(realm, to, markup, flush);
  hidePatches(realm);
  // One that fails, as in a sandboxed frame, leaves the others.
  each([
    () => patchServiceWorker(realm),
    () => patchReferrer(realm, to),
    () => cookies.patch(),
    () => patchSetters(realm, to, markup),
    () => patchHtml(realm, to, markup, () => navigation.listen()),
    () => config.sw || patchCss(realm, to),
    () => patchRequests(realm, to, passes, around),
    () => patchSockets(realm, to, passes, around),
    () => patchWorkers(realm, to),
    () => windows.patch(),
    () => navigation.patch(),
    () => patchLimits(realm),
  ]);
}

function each(steps: (() => unknown)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {
      // what this browser or document does not have
    }
  }
}

function startWorker(scope: Scope, config: Config): void {
  const to = new Addresses(config, `${config.scheme}://${ownAuthority(config, scope)}`);
  const passes = new Passes(to, scope);
  const none = (): void => undefined;
  const around: Around = { before: none, response: none, header: none, crossed: () => undefined };
  hidePatches(scope);
  each([
    () => patchRequests(scope, to, passes, around),
    () => patchSockets(scope, to, passes, around),
    () => patchWorkers(scope, to),
    () => patchImports(scope, to),
    () => removeUnmapped(scope),
  ]);
}

/** This host: the document's, or that of who made it. */
function ownAuthority(config: Config & { authority?: string }, scope: Scope): string {
  if (config.authority !== undefined) return config.authority;
  const { protocol, host, origin } = scope.location;
  if (/^https?:$/.test(protocol)) return host;
  const made = origin !== 'null' ? origin : (scope as unknown as Window).origin;
  return made.replace(/^[a-z]+:\/\//, '');
}

/** From the tag, from a worker's first line, or from the host's own name. */
function configHere(scope: Scope): Config | undefined {
  if (given !== undefined) return given;
  const tag = scope.document?.currentScript;
  const text = tag?.getAttribute('data-coview-proxied');
  tag?.remove();
  if (text) return JSON.parse(text) as Config; // the edge's own words
  const authority = scope.location.host || scope.location.origin.replace(/^[a-z]+:\/\//, '');
  const own = configOf(scope.location.origin.startsWith('https:') ? 'https:' : 'http:', authority);
  const kept = (scope as unknown as Record<string, Config | undefined>)[MARK]; // the edge's own first line
  if (kept === undefined || scope.document !== undefined) return own;
  // A module of another host that a worker imports brings the name of its own.
  return own?.origin ? { ...kept, origin: own.origin } : kept;
}

function start(): void {
  const scope = globalThis;
  const isDocument = scope.document !== undefined;
  const started = '__coviewStarted';
  if (isDocument && MARK in scope) {
    scope.document.currentScript?.remove();
    return;
  }
  const config = configHere(scope);
  if (!config || started in scope) return;
  mark(scope, config);
  if (isDocument) startDocument(scope as Realm, config);
  else {
    Object.defineProperty(scope, started, { value: true, enumerable: false, configurable: true });
    startWorker(scope, config);
  }
}

try {
  start();
} catch {
  // a page without a shim is still led by the service worker and held by the policy
}
