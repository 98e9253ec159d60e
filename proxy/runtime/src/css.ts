// Style text set by scripts, where no service worker maps what it loads.
import type { Addresses } from './addresses';
import { mapCss } from './css-text';
import { apply, patchAccessor, patchConstructor, patchMethod, safely } from './patch';

type Realm = Window & typeof globalThis;

const PROPERTIES = [
  'cssText',
  'background',
  'backgroundImage',
  'borderImage',
  'content',
  'cursor',
  'filter',
  'listStyle',
  'listStyleImage',
  'maskImage',
];

export function patchCss(realm: Realm, to: Addresses): void {
  const map = (value: unknown): unknown =>
    typeof value === 'string' ? safely(value, (text) => mapCss(text, (url) => to.proxied(url))) : value;
  const { CSSStyleDeclaration, CSSStyleSheet } = realm;
  patchMethod(CSSStyleDeclaration.prototype, 'setProperty', (native, self, [name, value, ...rest]) =>
    apply(native, self, [name, map(value), ...rest]),
  );
  for (const name of PROPERTIES) {
    patchAccessor(CSSStyleDeclaration.prototype, name, {
      set: (native, self, [value]) => apply(native, self, [map(value)]),
    });
  }
  for (const name of ['insertRule', 'replace', 'replaceSync']) {
    patchMethod(CSSStyleSheet.prototype, name, (native, self, [text, ...rest]) =>
      apply(native, self, [map(text), ...rest]),
    );
  }
  patchConstructor(realm, 'FontFace', (make, [family, source, ...rest]) => make([family, map(source), ...rest]));
  patchAccessor(realm.Node.prototype, 'textContent', {
    set: (native, self, [value]) => apply(native, self, [self instanceof realm.HTMLStyleElement ? map(value) : value]),
  });
}
