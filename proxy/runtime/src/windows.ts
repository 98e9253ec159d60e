// Windows of other origins. The browser's own `postMessage` of such a window compares the target origin with the proxied
// one, and nothing can be put on it; so scripts get a stand-in that maps the origin, by every way that can be patched.
// Windows of the page's own origin are given as they are: their functions must run as their own, or `event.source`
// would name the wrong window. `top` and indexed frames cannot be patched.
import type { Addresses } from './addresses';
import { apply, type Fn, getterOf, patchAccessor, patchMethod, safely } from './patch';
import { parse } from './places';

type Realm = Window & typeof globalThis;

const getOwn = Object.getOwnPropertyDescriptor;

export class Windows {
  private readonly standIns = new WeakMap<object, Window>();
  private readonly behind = new WeakMap<object, Window>();

  constructor(
    private readonly realm: Realm,
    private readonly to: Addresses,
    /** Given every window of the own origin that is come by. */
    private readonly met: (window: Realm) => void,
  ) {}

  /** What a script gets for a window. */
  given(value: unknown): unknown {
    if (value === null || typeof value !== 'object' || value === this.realm) return value;
    const window = value as Window; // the callers pass what window getters give
    if (this.behind.has(window)) return window;
    return this.readable(window) ? window : this.standIn(window);
  }

  /** Of our own origin? Then it has a shim from now on. */
  private readable(window: Window): boolean {
    try {
      void window.document;
    } catch {
      return false;
    }
    try {
      this.met(window as Realm); // readable, so with its globals
    } catch {
      // its policy forbids
    }
    return true;
  }

  /** A window that is on its way to `url`: still blank and readable, but what a script keeps of it must be the same later. */
  private led(value: unknown, url: string): unknown {
    const at = parse(url, this.to.own);
    const foreign = at !== undefined && /^https?:$/.test(at.protocol) && at.origin !== this.to.own;
    if (!foreign || value === null || typeof value !== 'object') return this.given(value);
    const window = value as Window; // as above
    if (this.readable(window) && !/^about:/.test(window.document.URL)) return this.given(value);
    return this.standIn(window);
  }

  /** A new window, readable and without a page of its own. */
  private blank(value: unknown): unknown {
    const given = this.given(value);
    const isBlank = given !== null && given === value && /^about:/.test((given as Window).document.URL); // a window, as above
    return isBlank ? this.standIn(given as Window) : given;
  }

  private standIn(window: Window): Window {
    const known = this.standIns.get(window);
    if (known) return known;
    const made: Window = new Proxy(window, {
      get: (target, key) => this.read(target, key, made),
      set: (target, key, value) => {
        const mapped = key === 'location' ? safely(String(value), (url) => this.to.proxied(url)) : value;
        return Reflect.set(target, key, mapped, target);
      },
    });
    this.standIns.set(window, made);
    this.behind.set(made, window);
    return made;
  }

  /** A native function and what stands for it on one window. */
  private readonly functions = new WeakMap<object, Map<PropertyKey, { value: unknown; bound: unknown }>>();

  private read(window: Window, key: PropertyKey, made: Window): unknown {
    if (key === 'self' || key === 'window' || key === 'frames') return made;
    const value: unknown = Reflect.get(window, key, window);
    if (key === 'parent' || key === 'opener' || key === 'top') return this.given(value);
    if (key === 'location') return this.location(window);
    // Only methods have no prototype: constructors of a window that can be read stay what they are.
    if (typeof value !== 'function' || getOwn(value, 'prototype')) return value;
    return this.bound(window, key, value as Fn); // just tested
  }

  /** A method that gets the window itself for its receiver; the same one at each reading. */
  private bound(window: Window, key: PropertyKey, value: Fn): unknown {
    const kept = this.functions.get(window) ?? new Map<PropertyKey, { value: unknown; bound: unknown }>();
    this.functions.set(window, kept);
    const known = kept.get(key);
    if (known?.value === value) return known.bound;
    const bound = (...args: unknown[]): unknown =>
      apply(value, window, key === 'postMessage' ? this.target(args) : args);
    kept.set(key, { value, bound });
    return bound;
  }

  /** `other.location = …`, `.href = …`, `.replace(…)`; what is behind it may not be shown otherwise by a Proxy of it. */
  private location(window: Window): unknown {
    const target = window.location;
    const map = (url: unknown): string => safely(String(url), (text) => this.to.proxied(text));
    return new Proxy(
      {},
      {
        get: (_, key) => {
          const value: unknown = Reflect.get(target, key, target);
          const leads = key === 'assign' || key === 'replace';
          return typeof value === 'function'
            ? (...args: unknown[]) => apply(value as Fn, target, leads ? args.map(map) : args)
            : value; // just tested
        },
        set: (_, key, value) => Reflect.set(target, key, key === 'href' ? map(value) : value, target),
        has: (_, key) => key in target,
      },
    );
  }

  /** The arguments of `postMessage` with the target origin mapped. */
  target(args: unknown[]): unknown[] {
    const [message, second, ...rest] = args;
    const map = (origin: unknown): unknown => {
      const text = String(origin);
      if (text === '*' || text === '/') return origin;
      return safely(text, (url) => new URL(this.to.proxied(url)).origin);
    };
    if (typeof second === 'string') return [message, map(second), ...rest];
    const origin: unknown =
      second && typeof second === 'object' ? (second as WindowPostMessageOptions).targetOrigin : undefined;
    return origin === undefined ? args : [message, { ...(second as object), targetOrigin: map(origin) }, ...rest];
  }

  patch(): void {
    const { realm, to } = this;
    const source = getterOf(realm.HTMLIFrameElement.prototype, 'src');
    const get = { get: (native: Parameters<typeof apply>[0], self: unknown) => this.given(apply(native, self, [])) };
    for (const name of ['HTMLIFrameElement', 'HTMLFrameElement', 'HTMLObjectElement', 'HTMLEmbedElement'] as const) {
      const prototype = realm[name]?.prototype;
      patchAccessor(prototype, 'contentWindow', {
        get: (native, self) => {
          const window = apply(native, self, []);
          const framed = source && window !== null && self instanceof realm.HTMLIFrameElement;
          return framed ? this.led(window, to.proxied(String(apply(source, self, [])))) : this.given(window);
        },
      });
      patchAccessor(prototype, 'contentDocument', { get: (native, self) => this.document(apply(native, self, [])) });
    }
    for (const name of ['parent', 'opener']) patchAccessor(realm, name, get);
    patchAccessor(realm.MessageEvent.prototype, 'source', get);
    patchAccessor(realm.MessageEvent.prototype, 'origin', {
      get: (native, self) => {
        const origin = apply(native, self, []);
        if (typeof origin !== 'string') return origin;
        // A socket's is never the page's own, which `seenOrigin` would keep.
        return safely(origin, (one) => (one.startsWith('ws') ? to.texts.real(one) : to.seenOrigin(one)));
      },
    });
    patchMethod(realm, 'open', (native, self, [url, ...rest]) => {
      const mapped = url === undefined || url === '' ? url : safely(String(url), (one) => to.proxied(one));
      const given = url === undefined && rest.length === 0 ? [] : [mapped, ...rest];
      const window = apply(native, self ?? realm, given);
      // A blank one fires no event when a script leads it on, so its `location` must be ours from the start.
      const blank = url === undefined || /^(?:about:blank.*)?$/.test(String(url).trim());
      return blank ? this.blank(window) : this.led(window, String(mapped ?? ''));
    });
  }

  private document(value: unknown): unknown {
    if (value instanceof Object || (value && typeof value === 'object')) {
      const window = (value as Document).defaultView; // the getter gives documents
      if (window) this.given(window);
    }
    return value;
  }
}
