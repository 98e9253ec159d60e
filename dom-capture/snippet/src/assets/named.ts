// Does an address stand in the page now, where agents see it? The page is not read for this before somebody asks:
// the browser's own selector matching finds the few elements that may name the address, and only these are looked at.
import { type Capture, rulesOf, type SheetText, serialise } from '../capture';
import { elementName, isDroppedOn, SVG } from '../capture/names';
import type { Natives } from '../natives';
import { inCandidates, inStyle } from './addresses';

/** Elements looked at for one question. */
const MOST_ELEMENTS = 200_000;
/** Characters of style text searched for one question. */
const MOST_STYLE = 8 << 20;
/** Rules looked at for `@import`, which stands before all others. */
const MOST_IMPORTS = 1000;
const DEEPEST_IMPORT = 8;

const ONE = ['src', 'poster', 'background', 'href', 'xlink:href'];
/** Style text, on SVG elements if not on all. */
const STYLED = 'style fill stroke filter mask clip-path cursor marker marker-start marker-mid marker-end'.split(' ');
const ATTRIBUTES = [...ONE, 'srcset', ...STYLED];

/** What a style sheet names, as absolute addresses. */
interface Named {
  text: string;
  /** Number of rules it was read from, where there was no text. */
  rules: number;
  urls: Set<string>;
}

export class NamedInPage {
  private readonly known = new WeakMap<CSSStyleSheet, Named>();
  private elements = 0;
  private style = 0;

  constructor(
    private readonly natives: Natives,
    private readonly capture: Pick<Capture, 'isHidden' | 'roots' | 'sheets'>,
  ) {}

  /** `url` is absolute and without a fragment. */
  has(url: string): boolean {
    this.elements = MOST_ELEMENTS;
    this.style = MOST_STYLE;
    const token = tokenOf(url);
    const { natives, capture } = this;
    const base = natives.baseURI.call(document);
    const selector = selectorOf(token);
    if (this.inElements(natives.queryDocument.call(document, selector), url, token, base)) return true;
    for (const root of capture.roots()) {
      if (this.inElements(natives.queryFragment.call(root, selector), url, token, base)) return true;
    }
    for (const sheet of capture.sheets()) if (this.inSheet(sheet, url, token, 0)) return true;
    return false;
  }

  private inElements(found: NodeListOf<Element>, url: string, token: string, base: string): boolean {
    for (let i = 0; i < found.length && this.elements-- > 0; i++) {
      const element = found[i] as Element; // i < length
      if (this.names(element, url, token, base) && !this.capture.isHidden(element)) return true;
    }
    return false;
  }

  private names(element: Element, url: string, token: string, base: string): boolean {
    const { natives } = this;
    const is = (address: string) => natives.resolve(address, base) === url;
    for (const name of ATTRIBUTES) {
      const value = natives.getAttribute.call(element, name);
      if (value === null || !value.includes(token) || !this.loads(element, name)) continue;
      if (ONE.includes(name)) {
        if (is(value)) return true;
      } else {
        this.style -= value.length;
        if (this.style < 0) return false;
        if ((name === 'srcset' ? inCandidates : inStyle)(value).some(is)) return true;
      }
    }
    return false;
  }

  /** A link's address is only led to; frames, scripts and objects never show what they load to an agent. */
  private loads(element: Element, attribute: string): boolean {
    const { natives } = this;
    const local = natives.localName.call(element);
    const namespace = natives.namespaceURI.call(element);
    if (attribute.endsWith('href')) {
      if (namespace === SVG) return /^(?:image|use|feImage)$/.test(local);
      return local === 'link' && /\b(?:stylesheet|icon)\b/i.test(natives.getAttribute.call(element, 'rel') ?? '');
    }
    return !isDroppedOn(elementName(local, namespace).kind, attribute);
  }

  private inSheet({ sheet, text, base }: SheetText, url: string, token: string, depth: number): boolean {
    this.style -= text.length;
    if (this.style < 0 || depth > DEEPEST_IMPORT) return false;
    if (text.includes(token) && this.addresses(sheet, text, base).has(url)) return true;
    const rules = /@import/i.test(text) ? rulesOf(sheet) : undefined;
    for (let i = 0; rules && i < rules.length && i < MOST_IMPORTS; i++) {
      const { styleSheet } = rules[i] as CSSRule & Partial<CSSImportRule>; // asked for what it has
      const imported = styleSheet && this.read(styleSheet, base);
      if (imported && this.inSheet(imported, url, token, depth + 1)) return true;
    }
    return false;
  }

  /** An imported sheet, as CSSOM tells it; undefined where the page may not read it. */
  private read(sheet: CSSStyleSheet, base: string): SheetText | undefined {
    const rules = rulesOf(sheet);
    if (!rules) return undefined;
    let known = this.known.get(sheet);
    if (known?.rules !== rules.length) {
      known = { text: serialise(sheet, rules), rules: rules.length, urls: new Set() };
      this.known.set(sheet, known);
      this.collect(known, sheet.href ?? base);
    }
    return { sheet, text: known.text, base: sheet.href ?? base };
  }

  private addresses(sheet: CSSStyleSheet, text: string, base: string): Set<string> {
    let known = this.known.get(sheet);
    if (known?.text !== text) {
      known = { text, rules: -1, urls: new Set() };
      this.known.set(sheet, known);
      this.collect(known, base);
    }
    return known.urls;
  }

  private collect({ text, urls }: Named, base: string): void {
    for (const address of inStyle(text)) {
      const url = this.natives.resolve(address, base);
      if (url !== undefined) urls.add(url);
    }
  }
}

/**
 * Letters and digits of the address that stand in it however it is written: they are never encoded, and what comes
 * last never comes from the base.
 */
function tokenOf(url: string): string {
  const query = url.indexOf('?');
  const last = query < 0 ? url.slice(url.lastIndexOf('/')) : url.slice(query);
  let longest = '';
  for (const [word] of last.matchAll(/[\w-]+/g)) if (word.length > longest.length) longest = word;
  return longest;
}

/** All elements with an attribute that holds the token and may name a resource. */
function selectorOf(token: string): string {
  return ATTRIBUTES.map((name) => `[${name.replace(/.*:/, '*|')}*="${token}"]`).join();
}
