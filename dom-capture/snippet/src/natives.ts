// The browser's own functions, taken from a realm the page never touched: frameworks replace prototypes (zone.js,
// Prototype.js, polyfills), and a form or the document answers for its named children (`<input name=attributes>`).
// Nothing is taken on import; `takeNatives` adds a hidden frame for an instant, and does without where it may not.

/** A getter of a prototype, to be called on an object of any realm. */
export type Get<O, T> = (this: O, ...none: []) => T;
type Set<O, T> = (this: O, value: T) => void;
type Attribute = Element['getAttribute'];

/** What Coview calls instead of the page's own. Getters and methods are used as `natives.x.call(node)`. */
export interface Natives {
  /** False where no clean realm could be had: then these are the page's own. */
  readonly clean: boolean;

  readonly nodeType: Get<Node, number>;
  readonly firstChild: Get<Node, ChildNode | null>;
  readonly nextSibling: Get<Node, ChildNode | null>;
  readonly previousSibling: Get<Node, ChildNode | null>;
  readonly parentNode: Get<Node, ParentNode | null>;
  readonly isConnected: Get<Node, boolean>;
  readonly textContent: Get<Node, string | null>;
  readonly baseURI: Get<Node, string>;
  readonly contains: Node['contains'];
  readonly getRootNode: Node['getRootNode'];
  readonly data: Get<Node, string>;

  readonly localName: Get<Element, string>;
  readonly namespaceURI: Get<Element, string | null>;
  readonly prefix: Get<Element, string | null>;
  readonly attributes: Get<Element, NamedNodeMap>;
  readonly shadowRoot: Get<Element, ShadowRoot | null>;
  readonly getAttributeNames: Element['getAttributeNames'];
  readonly getAttribute: Attribute;
  readonly hasAttribute: Element['hasAttribute'];
  readonly matches: (this: Element, selectors: string) => boolean;
  readonly closest: (this: Element, selectors: string) => Element | null;
  readonly queryElement: (this: Element, selectors: string) => NodeListOf<Element>;
  readonly queryFragment: (this: DocumentFragment, selectors: string) => NodeListOf<Element>;
  readonly queryDocument: (this: Document, selectors: string) => NodeListOf<Element>;
  readonly attachShadow: Element['attachShadow'];
  readonly scrollLeft: Get<Element, number>;
  readonly scrollTop: Get<Element, number>;
  readonly getBoundingClientRect: Element['getBoundingClientRect'];

  readonly documentElement: Get<Document, Element | null>;
  readonly doctype: Get<Document, DocumentType | null>;
  readonly compatMode: Get<Document, string>;
  readonly hidden: Get<Document, boolean>;
  readonly activeElement: Get<Document, Element | null>;
  readonly rootActiveElement: Get<ShadowRoot, Element | null>;
  readonly rootHost: Get<ShadowRoot, Element>;
  readonly rootMode: Get<ShadowRoot, ShadowRootMode>;
  readonly documentSheets: Get<Document, readonly CSSStyleSheet[] | undefined>;
  readonly rootSheets: Get<ShadowRoot, readonly CSSStyleSheet[] | undefined>;

  readonly inputType: Get<Element, string>;
  readonly inputValue: Get<Element, string>;
  readonly setInputValue: Set<Element, string>;
  readonly inputDefault: Get<Element, string>;
  readonly checked: Get<Element, boolean>;
  readonly setChecked: Set<Element, boolean>;
  readonly defaultChecked: Get<Element, boolean>;
  readonly indeterminate: Get<Element, boolean>;
  readonly textareaValue: Get<Element, string>;
  readonly setTextareaValue: Set<Element, string>;
  readonly selected: Get<Element, boolean>;
  readonly setSelected: Set<Element, boolean>;
  readonly defaultSelected: Get<Element, boolean>;

  readonly listen: (
    target: EventTarget,
    type: string,
    fn: (event: Event) => void,
    options?: AddEventListenerOptions,
  ) => void;
  readonly unlisten: (
    target: EventTarget,
    type: string,
    fn: (event: Event) => void,
    options?: AddEventListenerOptions,
  ) => void;

  readonly setTimeout: (fn: () => void, ms: number) => number;
  readonly clearTimeout: (timer: number) => void;
  readonly requestFrame: (fn: () => void) => number;
  readonly cancelFrame: (frame: number) => void;
  /** An idle moment, or a timer where the browser has none; the task asks how long it may take. */
  readonly idle: (fn: (left: () => number) => void) => void;
  readonly now: () => number;
  readonly fetch: typeof fetch | undefined;
  /** As `fetch`, but never one that a page has put its own in place of. */
  readonly cleanFetch: typeof fetch | undefined;
  readonly AbortController: typeof AbortController;
  readonly responseOk: Get<Response, boolean>;
  readonly responseHeaders: Get<Response, Headers>;
  readonly responseBody: Get<Response, ReadableStream<Uint8Array> | null>;
  readonly header: Headers['get'];
  /** An absolute URL without its fragment; undefined where there is none. */
  readonly resolve: (url: string, base?: string) => string | undefined;
  readonly MutationObserver: typeof MutationObserver;
  readonly ResizeObserver: typeof ResizeObserver | undefined;
  readonly IntersectionObserver: typeof IntersectionObserver | undefined;
}

type Realm = Window & typeof globalThis;

/** Takes the natives: once, when sharing starts. Throws only where the browser is too old. */
export function takeNatives(): Natives {
  const frame = cleanRealm();
  try {
    return natives(frame?.realm ?? window, frame !== undefined);
  } finally {
    frame?.drop();
  }
}

/** A same-origin frame of the page's document; none under a sandbox or in a document without an element. */
function cleanRealm(): { realm: Realm; drop(): void } | undefined {
  let frame: HTMLIFrameElement | undefined;
  try {
    const root = getter<Document, Element | null>(window.Document, 'documentElement').call(document);
    frame = document.createElement('iframe');
    frame.hidden = true;
    frame.style.display = 'none';
    if (!root) return undefined;
    root.appendChild(frame);
    const realm = frame.contentWindow as Realm | null; // a frame's window has the globals of a window
    const made = frame;
    if (realm && typeof realm.Node === 'function') return { realm, drop: () => made.remove() };
  } catch {
    // a sandboxed page may not look into its own frames
  }
  frame?.remove();
  return undefined;
}

function getter<O, T>(owner: { prototype: object } | undefined, name: string): Get<O, T> {
  const get = owner && Object.getOwnPropertyDescriptor(owner.prototype, name)?.get;
  // A property this browser does not have reads as undefined; a patched realm may hold it as a value.
  return (get ?? (() => undefined)) as Get<O, T>;
}

function setter<O, T>(owner: { prototype: object }, name: string): Set<O, T> {
  const set = Object.getOwnPropertyDescriptor(owner.prototype, name)?.set;
  return (set ?? (() => undefined)) as Set<O, T>; // as above
}

function natives(from: Realm, clean: boolean): Natives {
  const { Node, Element, Document, ShadowRoot, HTMLInputElement, HTMLTextAreaElement, HTMLOptionElement } = from;
  const add = from.EventTarget.prototype.addEventListener;
  const remove = from.EventTarget.prototype.removeEventListener;
  return {
    clean,
    nodeType: getter(Node, 'nodeType'),
    firstChild: getter(Node, 'firstChild'),
    nextSibling: getter(Node, 'nextSibling'),
    previousSibling: getter(Node, 'previousSibling'),
    parentNode: getter(Node, 'parentNode'),
    isConnected: getter(Node, 'isConnected'),
    textContent: getter(Node, 'textContent'),
    baseURI: getter(Node, 'baseURI'),
    contains: Node.prototype.contains,
    getRootNode: Node.prototype.getRootNode,
    data: getter(from.CharacterData, 'data'),

    localName: getter(Element, 'localName'),
    namespaceURI: getter(Element, 'namespaceURI'),
    prefix: getter(Element, 'prefix'),
    attributes: getter(Element, 'attributes'),
    shadowRoot: getter(Element, 'shadowRoot'),
    getAttributeNames: Element.prototype.getAttributeNames,
    getAttribute: Element.prototype.getAttribute,
    hasAttribute: Element.prototype.hasAttribute,
    matches: Element.prototype.matches,
    closest: Element.prototype.closest,
    queryElement: Element.prototype.querySelectorAll,
    queryFragment: from.DocumentFragment.prototype.querySelectorAll,
    queryDocument: Document.prototype.querySelectorAll,
    attachShadow: Element.prototype.attachShadow,
    scrollLeft: getter(Element, 'scrollLeft'),
    scrollTop: getter(Element, 'scrollTop'),
    getBoundingClientRect: Element.prototype.getBoundingClientRect,

    documentElement: getter(Document, 'documentElement'),
    doctype: getter(Document, 'doctype'),
    compatMode: getter(Document, 'compatMode'),
    hidden: getter(Document, 'hidden'),
    activeElement: getter(Document, 'activeElement'),
    rootActiveElement: getter(ShadowRoot, 'activeElement'),
    rootHost: getter(ShadowRoot, 'host'),
    rootMode: getter(ShadowRoot, 'mode'),
    documentSheets: getter(Document, 'adoptedStyleSheets'),
    rootSheets: getter(ShadowRoot, 'adoptedStyleSheets'),

    inputType: getter(HTMLInputElement, 'type'),
    inputValue: getter(HTMLInputElement, 'value'),
    setInputValue: setter(HTMLInputElement, 'value'),
    inputDefault: getter(HTMLInputElement, 'defaultValue'),
    checked: getter(HTMLInputElement, 'checked'),
    setChecked: setter(HTMLInputElement, 'checked'),
    defaultChecked: getter(HTMLInputElement, 'defaultChecked'),
    indeterminate: getter(HTMLInputElement, 'indeterminate'),
    textareaValue: getter(HTMLTextAreaElement, 'value'),
    setTextareaValue: setter(HTMLTextAreaElement, 'value'),
    selected: getter(HTMLOptionElement, 'selected'),
    setSelected: setter(HTMLOptionElement, 'selected'),
    defaultSelected: getter(HTMLOptionElement, 'defaultSelected'),

    listen: (target, type, fn, options) => add.call(target, type, fn, options),
    unlisten: (target, type, fn, options) => remove.call(target, type, fn, options),

    responseOk: getter(from.Response, 'ok'),
    responseHeaders: getter(from.Response, 'headers'),
    responseBody: getter(from.Response, 'body'),
    header: from.Headers.prototype.get,
    resolve: resolver(from),
    ...ofThePage(from, clean),
  };
}

/** What must belong to the page's own window to run: timers, frames, observers of layout, the network. */
function ofThePage(from: Realm, clean: boolean) {
  // zone.js keeps what it replaced under a symbol of its own; through it our timers start no change detection.
  const symbol = (window as { Zone?: { __symbol__?: (name: string) => string } }).Zone?.__symbol__; // may be any global
  const kept = <T>(name: string): T | undefined => {
    const page = window as unknown as Record<string, unknown>; // looked up by name
    let value: unknown;
    try {
      value = typeof symbol === 'function' ? page[symbol(name)] : undefined;
    } catch {
      // somebody else's Zone
    }
    return (typeof value === 'function' ? value : page[name]) as T | undefined; // the caller names the type
  };
  const timeout = kept<typeof setTimeout>('setTimeout') as (fn: () => void, ms: number) => number; // every browser has it
  const clear = kept<typeof clearTimeout>('clearTimeout') as typeof clearTimeout; // as above
  const frame = kept<typeof requestAnimationFrame>('requestAnimationFrame') as typeof requestAnimationFrame; // as above
  const cancel = kept<typeof cancelAnimationFrame>('cancelAnimationFrame') as typeof cancelAnimationFrame; // as above
  const idle = kept<typeof requestIdleCallback>('requestIdleCallback');
  const request = kept<typeof fetch>('fetch');
  const genuine = <T extends object>(own: T | undefined, other: T) =>
    clean && own ? whileNative(from, own, other) : own;
  const cleanRequest = genuine(request, from.fetch);
  const clock = window.performance;
  const now = () => clock.now();
  return {
    setTimeout: (fn: () => void, ms: number) => timeout.call(window, fn, ms),
    clearTimeout: (timer: number) => clear.call(window, timer),
    requestFrame: (fn: () => void) => frame.call(window, fn),
    cancelFrame: (number: number) => cancel.call(window, number),
    idle: (fn: (left: () => number) => void) => {
      if (idle) idle.call(window, (deadline) => fn(() => deadline.timeRemaining()), { timeout: 2000 });
      else {
        timeout.call(
          window,
          () => {
            const end = now() + 5;
            fn(() => end - now());
          },
          50,
        );
      }
    },
    now,
    fetch: request && ((input: RequestInfo | URL, init?: RequestInit) => request.call(window, input, init)),
    cleanFetch:
      cleanRequest && ((input: RequestInfo | URL, init?: RequestInit) => cleanRequest.call(window, input, init)),
    AbortController: genuine(kept<typeof AbortController>('AbortController'), from.AbortController) ?? AbortController,
    MutationObserver:
      genuine(kept<typeof MutationObserver>('MutationObserver'), from.MutationObserver) ?? from.MutationObserver,
    ResizeObserver: kept<typeof ResizeObserver>('ResizeObserver'),
    IntersectionObserver: kept<typeof IntersectionObserver>('IntersectionObserver'),
  };
}

/** The page's own while it is native: one of a frame that is gone need not be called everywhere. */
function whileNative<T extends object>(from: Realm, own: T, other: T): T {
  const source = from.Function.prototype.toString;
  // Also what a page has bound or wrapped in a proxy is "native code", but without the name.
  return source.call(own) === source.call(other) ? own : other;
}

function resolver(from: Realm): Natives['resolve'] {
  const { URL } = from;
  const href = getter<URL, string>(URL, 'href');
  return (url, base) => {
    try {
      return href.call(new URL(url, base)).replace(/#.*/s, '');
    } catch {
      return undefined;
    }
  };
}
