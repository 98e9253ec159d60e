// `navigator.serviceWorker` as the page sees it: its own workers seem to register and be active, and do nothing. The real
// container belongs to the worker that maps requests, and is neither shown nor changed.
import { apply, patchAccessor, patchMethod } from './patch';
import { parse } from './places';

type Realm = Window & typeof globalThis;

/** An event target that passes for one of the browser's interfaces. */
function inert(realm: Realm, name: string, values: Record<string, unknown>): EventTarget {
  const target = new realm.EventTarget();
  const type = (realm as unknown as Record<string, { prototype: object } | undefined>)[name]; // by name
  if (type) Object.setPrototypeOf(target, type.prototype);
  for (const [key, value] of Object.entries(values)) {
    Object.defineProperty(target, key, { value, configurable: true, writable: true });
  }
  return target;
}

/** Replaces the container. */
export function patchServiceWorker(realm: Realm): void {
  if (!('serviceWorker' in realm.navigator)) return;
  const stub = container(realm);
  patchAccessor(realm.Navigator.prototype, 'serviceWorker', {
    get: (native, self) => {
      apply(native, self, []);
      return stub;
    },
  });
  const { ServiceWorkerContainer } = realm;
  // A script may hold the prototype; the real container must not be reached through it.
  for (const name of ['register', 'getRegistration', 'getRegistrations', 'startMessages']) {
    patchMethod(
      ServiceWorkerContainer?.prototype,
      name,
      (_, self, args) => (self === stub ? undefined : apply(Reflect.get(stub, name) as () => unknown, stub, args)), // its own methods, set below
    );
  }
}

function container(realm: Realm): EventTarget {
  const made = new Map<string, EventTarget>();
  let isReady: (registration: EventTarget) => void = () => undefined;
  const ready = new realm.Promise<EventTarget>((done) => {
    isReady = done;
  });
  const find = (url: unknown): EventTarget | undefined => {
    const at = parse(String(url ?? ''), realm.document.baseURI)?.href ?? '';
    const scopes = Array.from(made.keys()).filter((scope) => at.startsWith(scope));
    return made.get(scopes.sort((a, b) => b.length - a.length)[0] ?? '');
  };
  const register = (url: unknown, options?: RegistrationOptions): Promise<EventTarget> => {
    const script = parse(String(url), realm.document.baseURI);
    const scope =
      script && parse(options?.scope ?? './', options?.scope === undefined ? script.href : realm.document.baseURI);
    if (!script || !scope) return realm.Promise.reject(new realm.TypeError('Failed to register a ServiceWorker'));
    const registration =
      made.get(scope.href) ?? registrationOf(realm, script.href, scope.href, () => made.delete(scope.href));
    made.set(scope.href, registration);
    isReady(registration);
    return realm.Promise.resolve(registration);
  };
  return inert(realm, 'ServiceWorkerContainer', {
    controller: null,
    ready,
    oncontrollerchange: null,
    onmessage: null,
    onmessageerror: null,
    register,
    getRegistration: (url?: unknown) => realm.Promise.resolve(find(url)),
    getRegistrations: () => realm.Promise.resolve(Array.from(made.values())),
    startMessages: () => undefined,
  });
}

function registrationOf(realm: Realm, script: string, scope: string, gone: () => boolean): EventTarget {
  const none = (value?: unknown) => () => realm.Promise.resolve(value);
  const refuse = () => realm.Promise.reject(new realm.DOMException('Permission denied', 'NotAllowedError'));
  const active = inert(realm, 'ServiceWorker', {
    scriptURL: script,
    state: 'activated',
    onstatechange: null,
    onerror: null,
    postMessage: () => undefined,
  });
  const registration: EventTarget = inert(realm, 'ServiceWorkerRegistration', {
    scope,
    active,
    installing: null,
    waiting: null,
    updateViaCache: 'imports',
    onupdatefound: null,
    update: () => realm.Promise.resolve(registration),
    unregister: () => realm.Promise.resolve(gone()),
    showNotification: refuse,
    getNotifications: none([]),
    navigationPreload: { enable: none(), disable: none(), setHeaderValue: none(), getState: none({ enabled: false }) },
    pushManager: { subscribe: refuse, getSubscription: none(null), permissionState: none('denied') },
    sync: { register: refuse, getTags: none([]) },
    periodicSync: { register: refuse, getTags: none([]), unregister: none() },
  });
  return registration;
}
