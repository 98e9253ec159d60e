// HTML strings that scripts hand to the parser. They are parsed by the browser itself into an inert document, the
// attributes are mapped there, and the markup is written anew – only where a string names another origin at all, so
// that all others reach the page's parser as they were.
import type { Addresses } from './addresses';
import { HOLDERS, kindOf, mapValue } from './attributes';
import { call, type Fn, getterOf, methodOf, setterOf } from './patch';

type Realm = Window & typeof globalThis;

const SUSPECT = /\/\/|http-equiv|srcdoc|integrity/i;
/** Elements whose content is text. */
const RAW = /^(?:script|style|textarea|title|xmp|iframe|noembed|noframes|plaintext|noscript)$/;

/** What a frame without a URL starts with, to have a shim of its own. */
function shimTag(to: Addresses, cookie: string): string {
  const config = JSON.stringify({ ...to.config, cookie })
    .replace(/&/g, '&amp;')
    .replace(/'/g, '&#39;');
  return `<script src="${to.own}/.coview/shim.js" data-coview-proxied='${config}'></script>`;
}
const SHIM_TAG = /<script src="[^"]*\/\.coview\/shim\.js"[^>]*><\/script>/;

export class Markup {
  private readonly setInner: Fn | undefined;
  private readonly getInner: Fn | undefined;
  private readonly queryElement: Fn | undefined;
  private readonly queryFragment: Fn | undefined;
  private readonly content: Fn | undefined;
  private readonly names: Fn | undefined;
  private readonly get: Fn | undefined;
  private readonly set: Fn | undefined;
  private readonly drop: Fn | undefined;
  private readonly create: Fn | undefined;
  private readonly localName: Fn | undefined;
  private readonly namespace: Fn | undefined;
  private inert: Document | undefined;

  constructor(
    private readonly realm: Realm,
    private readonly to: Addresses,
    private readonly cookie: () => string,
  ) {
    const element = realm.Element.prototype;
    this.setInner = setterOf(element, 'innerHTML');
    this.getInner = getterOf(element, 'innerHTML');
    this.queryElement = methodOf(element, 'querySelectorAll');
    this.queryFragment = methodOf(realm.DocumentFragment.prototype, 'querySelectorAll');
    this.content = getterOf(realm.HTMLTemplateElement.prototype, 'content');
    this.names = methodOf(element, 'getAttributeNames');
    this.get = methodOf(element, 'getAttribute');
    this.set = methodOf(element, 'setAttribute');
    this.drop = methodOf(element, 'removeAttribute');
    this.create = methodOf(realm.Document.prototype, 'createElementNS');
    this.localName = getterOf(element, 'localName');
    this.namespace = getterOf(element, 'namespaceURI');
  }

  nameOf(element: unknown): string {
    return this.localName ? call<string>(this.localName, element).toLowerCase() : '';
  }

  /** Markup for the inside of `context`, mapped; the very string where nothing changes. */
  inside(html: string, context: Element | undefined): string {
    if (!SUSPECT.test(html)) return html;
    const name = context ? this.nameOf(context) : 'template';
    if (RAW.test(name)) return html;
    const { create, setInner, getInner } = this;
    if (!create || !setInner || !getInner) return this.loose(html);
    this.inert ??= this.realm.document.implementation.createHTMLDocument('');
    const space = context && this.namespace ? call(this.namespace, context) : 'http://www.w3.org/1999/xhtml';
    const box = call<Element>(create, this.inert, space, name);
    call(setInner, box, html);
    return this.tree(box) ? call<string>(getInner, box) : html;
  }

  /** A whole document, of `srcdoc`: it also gets a shim. */
  document(html: string): string {
    const mapped = this.loose(html);
    const tag = shimTag(this.to, this.cookie());
    const head =
      /^(?:\s|<!--[\s\S]*?-->)*(?:<!doctype[^>]*>)?(?:\s|<!--[\s\S]*?-->)*(?:<html(?:\s[^>]*)?>)?\s*(?:<head(?:\s[^>]*)?>)?/i;
    const at = head.exec(mapped)?.[0].length ?? 0;
    return mapped.slice(0, at) + tag + mapped.slice(at);
  }

  /** Markup as the page wrote it. */
  read(html: string): string {
    return this.to.texts.real(html).replace(SHIM_TAG, '');
  }

  /** Parts of a document, cut anywhere, of `document.write`: the start tags that are whole are mapped where they are. */
  loose(html: string): string {
    if (!SUSPECT.test(html)) return html;
    const attribute = /([^\s"'>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'=<>`]+)/g;
    return html.replace(
      /<([a-z][a-z0-9:-]*)((?:\s+|\/)(?:"[^"]*"|'[^']*'|[^"'>])*)>/gi,
      (whole, name: string, rest: string) => {
        const mapped = rest.replace(attribute, (part, key: string, equals: string, value: string) => {
          const kind = kindOf(name.toLowerCase(), key.toLowerCase());
          if (!kind) return part;
          const quote = /^["']/.exec(value)?.[0] ?? '';
          const written = quote ? value.slice(1, -1) : value;
          const text = decodeBasic(written);
          const changed = mapValue(kind, text, this.to, (inner) => this.document(inner));
          return changed === text ? part : `${key}${equals}"${changed.replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"`;
        });
        return mapped === rest ? whole : `<${name}${mapped}>`;
      },
    );
  }

  /** Maps all below a root, templates' contents included; says whether anything changed. */
  tree(root: Element | DocumentFragment | Document, only?: string): boolean {
    const query = root.nodeType === 1 ? this.queryElement : this.queryFragment;
    if (!query) return false;
    let changed = false;
    for (const element of Array.from(call<NodeListOf<Element>>(query, root, only ?? HOLDERS))) {
      if (this.element(element)) changed = true;
    }
    for (const template of Array.from(call<NodeListOf<Element>>(query, root, 'template'))) {
      const inner = this.content && call<DocumentFragment>(this.content, template);
      if (inner && this.tree(inner, only)) changed = true;
    }
    return changed;
  }

  /** Maps one element's attributes in place. */
  element(element: Element): boolean {
    const { names, get, set, drop } = this;
    if (!names || !get || !set || !drop) return false;
    const name = this.nameOf(element);
    let changed = false;
    for (const key of call<string[]>(names, element)) {
      const kind = kindOf(name, key.toLowerCase());
      const value = kind && call<string | null>(get, element, key);
      if (!kind || typeof value !== 'string') continue;
      const mapped = mapValue(kind, value, this.to, (inner) => this.document(inner));
      if (mapped === value) continue;
      changed = true;
      if (kind === 'gone') call(drop, element, key);
      else call(set, element, key, mapped);
    }
    return changed;
  }
}

/** The references that written URLs and documents have. */
function decodeBasic(text: string): string {
  if (text.indexOf('&') < 0) return text;
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|apos));/gi,
    (whole, dec?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name.toLowerCase()] ?? whole;
      const code = Number.parseInt(dec ?? hex ?? '', dec === undefined ? 16 : 10);
      return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : whole;
    },
  );
}
