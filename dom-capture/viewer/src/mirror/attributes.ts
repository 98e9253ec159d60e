// Writes attributes into the mirrored tree so that nothing runs, nothing navigates and nothing loads but through the
// edge. What the page really said is kept beside, for whoever compares trees.
import * as dom from './dom';
import type { Links } from './links';
import { runsScript, said } from './links';
import { attributeName, attributeNamespace, HTML, SVG } from './names';

/** How one attribute is let in: the value to write, or undefined to hold it back. */
type Rule = (value: string, element: Element, links: Links) => string | undefined;

const withhold: Rule = () => undefined;
const unlessScript: Rule = (value) => (runsScript(said(value)) ? undefined : said(value));
const css: Rule = (value, _, links) => links.css(value);
const svgCss: Rule = (value, element, links) => (dom.namespaceURI(element) === SVG ? links.css(value) : said(value));
const asset: Rule = (value, _, links) => links.asset(value);
const srcset: Rule = (value, _, links) => links.srcset(value);

const LOADS_SRC = new Set(['img', 'input', 'video', 'audio', 'source', 'image']);
const HOLDS_SRC = new Set(['iframe', 'frame', 'embed', 'object', 'script', 'track', 'portal', 'fencedframe', 'applet']);

const src: Rule = (value, element, links) => {
  const name = dom.localName(element);
  if (dom.namespaceURI(element) !== HTML) return name === 'script' ? undefined : unlessScript(value, element, links);
  if (LOADS_SRC.has(name)) return links.asset(value);
  return HOLDS_SRC.has(name) ? undefined : unlessScript(value, element, links);
};

const href: Rule = (value, element, links) => {
  const name = dom.localName(element);
  if (name === 'script' || name === 'base' || name === 'link') return undefined; // a link's sheet: sheets.ts
  if (dom.namespaceURI(element) === SVG && name !== 'a') return links.asset(value);
  return unlessScript(value, element, links);
};

const notOnMeta: Rule = (value, element) =>
  dom.localName(element) === 'meta' && dom.namespaceURI(element) === HTML ? undefined : value;

/** An animation of an address would load it again and again, past all rules: it stands still. */
const animated: Rule = (value, element) =>
  dom.namespaceURI(element) === SVG && /^\s*(?:xlink:)?href\s*$/i.test(value) ? undefined : value;

const RULES = new Map<string, Rule>([
  ['src', src],
  ['href', href],
  ['xlink:href', href],
  ['srcset', srcset],
  ['poster', asset],
  ['background', asset],
  ['lowsrc', withhold],
  ['dynsrc', withhold],
  ['style', css],
  ['action', unlessScript],
  ['formaction', unlessScript],
  ['http-equiv', notOnMeta],
  ['attributeName', animated],
]);
for (const name of [
  'srcdoc',
  'nonce',
  'integrity',
  'crossorigin',
  'ping',
  'attributionsrc',
  'imagesrcset',
  'manifest',
  'classid',
  'codebase',
  'archive',
  'code',
  'data',
]) {
  RULES.set(name, withhold);
}
for (const name of [
  'fill',
  'stroke',
  'filter',
  'mask',
  'clip-path',
  'cursor',
  'marker',
  'marker-start',
  'marker-mid',
  'marker-end',
]) {
  RULES.set(name, svgCss);
}

const LETTER_O = 111;
const LETTER_N = 110;

function isHandler(name: string): boolean {
  // `| 32` is ASCII lower case
  return (name.charCodeAt(0) | 32) === LETTER_O && (name.charCodeAt(1) | 32) === LETTER_N;
}

/** The attributes of one document's elements. */
export class Attributes {
  private readonly kept = new WeakMap<Element, Map<string, string>>();
  private readonly odd = new WeakMap<Element, string[]>();

  constructor(
    private readonly document: Document,
    readonly links: Links,
  ) {}

  /** What the page said, of an attribute that was changed or held back here; else undefined. */
  original(element: Element, name: string): string | undefined {
    const marked = this.marked(element, name);
    return marked === undefined ? undefined : said(marked);
  }

  /** The same with the edge's marks. */
  marked(element: Element, name: string): string | undefined {
    return this.kept.get(element)?.get(name);
  }

  /** All attributes of the element that were changed or held back here, as the page said them. */
  originals(element: Element): ReadonlyMap<string, string> {
    return new Map([...(this.kept.get(element) ?? [])].map(([name, value]) => [name, said(value)]));
  }

  /** Sets an attribute that the wire wrote as `name`. */
  set(element: Element, name: string, value: string): void {
    const namespace = dom.namespaceURI(element) ?? '';
    this.write(element, attributeName(name, namespace), attributeNamespace(name, namespace), value);
  }

  /** The same on an element that has just been made, of which nothing is kept yet: most values go straight in. */
  setFirst(element: Element, namespace: string, name: string, value: string): void {
    const rule = namespace === HTML && !isHandler(name) ? RULES.get(name) : withhold;
    if (rule !== undefined && rule(value, element, this.links) !== value) {
      this.write(element, attributeName(name, namespace), attributeNamespace(name, namespace), value);
      return;
    }
    try {
      element.setAttribute(name, value);
    } catch {
      this.putOdd(element, name, value);
    }
  }

  /** Removes an attribute that the wire wrote as `name`. */
  remove(element: Element, name: string): void {
    const namespace = dom.namespaceURI(element) ?? '';
    this.drop(element, attributeName(name, namespace));
  }

  /** Sets the attributes the grammar can't write, as a whole: those of the last list that are missing now go. */
  setOdd(element: Element, list: string): void {
    const before = this.odd.get(element) ?? [];
    const now: string[] = [];
    for (const pair of list === '' ? [] : list.split('\u001e')) {
      const cut = pair.indexOf('\u001f');
      if (cut <= 0) continue;
      const name = pair.slice(0, cut);
      now.push(name);
      this.write(element, name, attributeNamespace(name, dom.namespaceURI(element) ?? ''), pair.slice(cut + 1));
    }
    for (const name of before) if (!now.includes(name)) this.drop(element, name);
    if (now.length > 0) this.odd.set(element, now);
    else this.odd.delete(element);
  }

  /** Puts a value that is Coview's own where the page's was. */
  replace(element: Element, name: string, value: string | undefined): void {
    if (value === undefined) dom.removeAttribute(element, name);
    else dom.setAttribute(element, name, value);
  }

  private drop(element: Element, name: string): void {
    this.kept.get(element)?.delete(name);
    dom.removeAttribute(element, name);
    dom.removeAttributeNS(element, null, name); // HTML elements: removeAttribute means the lower-case name
  }

  private write(element: Element, name: string, namespace: string | null, value: string): void {
    const rule = RULES.get(name);
    const admitted = isHandler(name) ? undefined : rule ? rule(value, element, this.links) : value;
    const kept = this.kept.get(element);
    if (admitted !== value) {
      if (kept) kept.set(name, value);
      else this.kept.set(element, new Map([[name, value]]));
      if (admitted === undefined) {
        dom.removeAttribute(element, name);
        return;
      }
    } else kept?.delete(name);
    this.put(element, name, namespace, admitted);
  }

  private put(element: Element, name: string, namespace: string | null, value: string): void {
    try {
      if (namespace === null && (dom.namespaceURI(element) !== HTML || name === name.toLowerCase())) {
        dom.setAttribute(element, name, value);
      } else dom.setAttributeNS(element, namespace, name, value);
    } catch {
      this.putOdd(element, name, value);
    }
  }

  /** Names that DOM calls refuse and an HTML parser takes: parsed once in an inert template, then cloned. */
  private putOdd(element: Element, name: string, value: string): void {
    if (!/^[^\s/>=\0"'<&][^\s/>=\0<&]*$/.test(name)) return;
    const template = dom.createElement(this.document, 'template') as HTMLTemplateElement; // by its name
    template.innerHTML = `<i ${name}=""></i>`;
    const attribute = template.content.firstElementChild?.attributes[0]?.cloneNode() as Attr | undefined; // an Attr clones to an Attr
    if (!attribute || isHandler(attribute.name)) return;
    attribute.value = value;
    dom.setAttributeNode(element, dom.importNode(this.document, attribute));
  }
}
