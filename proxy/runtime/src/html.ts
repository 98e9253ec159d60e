// Where scripts give the parser HTML, and where they read it back.
import type { Addresses } from './addresses';
import type { Markup } from './markup';
import { apply, patchAccessor, patchMethod, safely } from './patch';

type Realm = Window & typeof globalThis;

export function patchHtml(realm: Realm, to: Addresses, markup: Markup, reopened: () => void): void {
  const { Element, ShadowRoot, Document, Range } = realm;
  const map = (value: unknown, inside: (html: string) => string): unknown => {
    const html = value === null || value === undefined ? '' : String(value);
    const mapped = safely(html, inside);
    return mapped === html ? value : mapped;
  };
  const within = (value: unknown, context: unknown) =>
    map(value, (html) => markup.inside(html, context instanceof Element ? context : undefined));
  const parentOf = (self: unknown): Element | null => (self instanceof Element ? self.parentElement : null);
  const read = (value: unknown): unknown =>
    typeof value === 'string' ? safely(value, (html) => markup.read(html)) : value;

  for (const owner of [Element.prototype, ShadowRoot.prototype]) {
    patchAccessor(owner, 'innerHTML', {
      get: (native, self) => read(apply(native, self, [])),
      set: (native, self, [value]) => apply(native, self, [within(value, self)]),
    });
    for (const name of ['setHTMLUnsafe', 'setHTML']) {
      patchMethod(owner, name, (native, self, [value, ...rest]) => apply(native, self, [within(value, self), ...rest]));
    }
    patchMethod(owner, 'getHTML', (native, self, args) => read(apply(native, self, args)));
  }
  patchAccessor(Element.prototype, 'outerHTML', {
    get: (native, self) => read(apply(native, self, [])),
    set: (native, self, [value]) => apply(native, self, [within(value, parentOf(self))]),
  });
  patchMethod(Element.prototype, 'insertAdjacentHTML', (native, self, [where, value, ...rest]) => {
    const inner = /^(?:afterbegin|beforeend)$/i.test(String(where));
    return apply(native, self, [where, within(value, inner ? self : parentOf(self)), ...rest]);
  });
  patchMethod(Range.prototype, 'createContextualFragment', (native, self, [value, ...rest]) => {
    const start = self instanceof Range ? self.startContainer : undefined;
    return apply(native, self, [within(value, start instanceof Element ? start : start?.parentElement), ...rest]);
  });
  patchMethod(realm.XMLSerializer?.prototype, 'serializeToString', (native, self, args) =>
    read(apply(native, self, args)),
  );
  patchParsers(realm, markup, map);
  for (const name of ['write', 'writeln']) {
    patchMethod(Document.prototype, name, (native, self, args) => {
      const mapped = args.map((one) => map(one, (html) => markup.loose(html)));
      const result = apply(native, self, mapped);
      if (self === realm.document) reopened();
      return result;
    });
  }
  patchMethod(Document.prototype, 'open', (native, self, args) => {
    if (args.length > 2)
      return apply(native, self, [safely(String(args[0]), (url) => to.proxied(url)), ...args.slice(1)]);
    const result = apply(native, self, args);
    if (self === realm.document) reopened();
    return result;
  });
}

// A parsed document is inert, and reads must find what was written; but a frame that moves from it into the page starts
// loading at once, which no later hook could turn.
const FRAMES = 'iframe,frame,embed,object,form';

function patchParsers(
  realm: Realm,
  markup: Markup,
  map: (value: unknown, inside: (html: string) => string) => unknown,
): void {
  const frames = (made: unknown): unknown => {
    if (made instanceof realm.Document) {
      try {
        markup.tree(made, FRAMES);
      } catch {
        // an XML document of another kind
      }
    }
    return made;
  };
  patchMethod(realm.DOMParser?.prototype, 'parseFromString', (native, self, args) => frames(apply(native, self, args)));
  patchMethod(realm.Document, 'parseHTMLUnsafe', (native, self, [value, ...rest]) =>
    apply(native, self, [map(value, (html) => markup.loose(html)), ...rest]),
  );
}
