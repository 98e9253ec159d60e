// What scripts set on elements: URL properties and attributes, and what they read back.
import type { Addresses } from './addresses';
import { kindOf, mapValue, mayHoldUrl } from './attributes';
import type { Markup } from './markup';
import { apply, patchAccessor, patchMethod, safely } from './patch';

type Realm = Window & typeof globalThis;

/** Interface, property, and the attribute it reflects. */
const PROPERTIES: [string, string, string][] = [
  ['HTMLAnchorElement', 'href', 'href'],
  ['HTMLAnchorElement', 'ping', 'ping'],
  ['HTMLAreaElement', 'href', 'href'],
  ['HTMLAreaElement', 'ping', 'ping'],
  ['HTMLBaseElement', 'href', 'href'],
  ['HTMLButtonElement', 'formAction', 'formaction'],
  ['HTMLEmbedElement', 'src', 'src'],
  ['HTMLFormElement', 'action', 'action'],
  ['HTMLFrameElement', 'src', 'src'],
  ['HTMLIFrameElement', 'src', 'src'],
  ['HTMLIFrameElement', 'srcdoc', 'srcdoc'],
  ['HTMLIFrameElement', 'csp', 'csp'],
  ['HTMLImageElement', 'src', 'src'],
  ['HTMLImageElement', 'srcset', 'srcset'],
  ['HTMLInputElement', 'formAction', 'formaction'],
  ['HTMLInputElement', 'src', 'src'],
  ['HTMLLinkElement', 'href', 'href'],
  ['HTMLLinkElement', 'imageSrcset', 'imagesrcset'],
  ['HTMLLinkElement', 'integrity', 'integrity'],
  ['HTMLMediaElement', 'src', 'src'],
  ['HTMLMetaElement', 'content', 'content'],
  ['HTMLMetaElement', 'httpEquiv', 'http-equiv'],
  ['HTMLObjectElement', 'data', 'data'],
  ['HTMLScriptElement', 'src', 'src'],
  ['HTMLSourceElement', 'src', 'src'],
  ['HTMLSourceElement', 'srcset', 'srcset'],
  ['HTMLTrackElement', 'src', 'src'],
  ['HTMLVideoElement', 'poster', 'poster'],
];

const READ_ONLY: [string, string][] = [
  ['HTMLImageElement', 'currentSrc'],
  ['HTMLMediaElement', 'currentSrc'],
  ['StyleSheet', 'href'],
  ['CSSImportRule', 'href'],
];

const prototypeOf = (realm: Realm, name: string): object | undefined =>
  (realm as unknown as Record<string, { prototype: object } | undefined>)[name]?.prototype; // looked up by name

export function patchSetters(realm: Realm, to: Addresses, markup: Markup): void {
  const mapped = (element: unknown, name: string, value: unknown): unknown => {
    const kind = kindOf(markup.nameOf(element), name);
    if (kind === undefined || value === null || value === undefined) return value;
    const text = String(value);
    const result = mapValue(kind, text, to, (html) => markup.document(html));
    // What needs no mapping stays what it was, a trusted type perhaps.
    return result === text ? value : result;
  };
  const set = (element: unknown, name: string, value: unknown) => safely(value, (one) => mapped(element, name, one));

  for (const [type, property, attribute] of PROPERTIES) {
    const read = attribute === 'srcdoc' ? (text: string) => markup.read(text) : (text: string) => to.seen(text);
    patchAccessor(prototypeOf(realm, type), property, {
      get: (native, self) => seenText(apply(native, self, []), read),
      set: (native, self, [value]) => apply(native, self, [set(self, attribute, value)]),
    });
  }
  for (const [type, property] of READ_ONLY) {
    patchAccessor(prototypeOf(realm, type), property, {
      get: (native, self) => seenText(apply(native, self, []), (text) => to.seen(text)),
    });
  }
  patchAttributes(realm, to, markup, set);
  patchAnimated(realm, to);
  for (const type of ['HTMLAnchorElement', 'HTMLAreaElement']) patchLink(prototypeOf(realm, type), to);
}

const seenText = (value: unknown, read: (text: string) => string): unknown =>
  typeof value === 'string' ? safely(value, read) : value;

type Set = (element: unknown, name: string, value: unknown) => unknown;

function patchAttributes(realm: Realm, to: Addresses, markup: Markup, set: Set): void {
  const element = realm.Element.prototype;
  const { word } = to.config;
  const read = (text: string): string => (text.indexOf(word) < 0 ? text : markup.read(to.real(text)));
  patchMethod(element, 'setAttribute', (native, self, args) => {
    const name = args[0];
    if (typeof name === 'string' && args.length > 1) {
      const lower = name.toLowerCase();
      if (mayHoldUrl(lower)) args[1] = set(self, lower, args[1]);
    }
    return apply(native, self, args);
  });
  patchMethod(element, 'setAttributeNS', (native, self, args) => {
    const name = String(args[1]).toLowerCase();
    if (args.length > 2 && mayHoldUrl(name)) args[2] = set(self, name, args[2]);
    return apply(native, self, args);
  });
  for (const name of ['getAttribute', 'getAttributeNS']) {
    patchMethod(element, name, (native, self, args) => seenText(apply(native, self, args), read));
  }
  for (const name of ['setAttributeNode', 'setAttributeNodeNS']) {
    patchMethod(element, name, (native, self, args) => {
      const attr = args[0];
      if (attr instanceof realm.Attr && mayHoldUrl(attr.name.toLowerCase())) {
        const value = set(self, attr.name.toLowerCase(), attr.value);
        if (value !== attr.value) attr.value = String(value);
      }
      return apply(native, self, args);
    });
  }
  patchAccessor(realm.Attr.prototype, 'value', {
    get: (native, self) => seenText(apply(native, self, []), read),
    set: (native, self, [value]) => {
      const attr = self as Attr; // the native setter refuses all else
      const known = attr instanceof realm.Attr && attr.ownerElement && mayHoldUrl(attr.name.toLowerCase());
      return apply(native, self, [known ? set(attr.ownerElement, attr.name.toLowerCase(), value) : value]);
    },
  });
}

/** `image.href.baseVal = …` of SVG. */
function patchAnimated(realm: Realm, to: Addresses): void {
  patchAccessor(realm.SVGAnimatedString?.prototype, 'baseVal', {
    get: (native, self) => seenText(apply(native, self, []), (text) => to.real(text)),
    set: (native, self, [value]) =>
      apply(native, self, [typeof value === 'string' ? safely(value, (text) => to.proxied(text)) : value]),
  });
  patchAccessor(realm.SVGAnimatedString?.prototype, 'animVal', {
    get: (native, self) => seenText(apply(native, self, []), (text) => to.real(text)),
  });
}

/** The parts of a link's URL, which scripts use as a URL parser, must fit to its `href`. */
function patchLink(link: object | undefined, to: Addresses): void {
  if (!link) return;
  const href = Object.getOwnPropertyDescriptor(link, 'href');
  if (!href?.get || !href.set) return;
  const { get, set } = href;
  const url = (self: unknown): URL | undefined => {
    const text: unknown = apply(get, self, []);
    const own = typeof text === 'string' && text.startsWith(`${to.own}/`);
    return typeof text !== 'string' || own || !/^(?:https?|wss?):/.test(text) ? undefined : new URL(text);
  };
  for (const part of ['origin', 'protocol', 'host', 'hostname', 'port'] as const) {
    patchAccessor(link, part, {
      get: (native, self) => url(self)?.[part] ?? apply(native, self, []),
      set: (native, self, [value]) => {
        const at = url(self);
        if (!at || part === 'origin') return apply(native, self, [value]);
        at[part] = String(value);
        return apply(set, self, [at.href]);
      },
    });
  }
  patchMethod(link, 'toString', (_, self) => apply(get, self, []));
}
