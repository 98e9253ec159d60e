// Style sheets, which travel beside the markup by content hash (docs/protocol.md, 3): a store for the session, and
// what stands for each sheet in one document.

import type { Attributes } from './attributes';
import * as dom from './dom';
import type { Links } from './links';

/** A sheet's source text and what its addresses are resolved against. */
export interface SheetText {
  base: string;
  text: string;
}

/** Sheets by hash, bounded: the least recently used goes first. */
export class SheetStore {
  private readonly sheets = new Map<string, SheetText>();
  private size = 0;

  /** @param limit most characters of text to hold. */
  constructor(private readonly limit = 32 << 20) {}

  get(hash: string): SheetText | undefined {
    const sheet = this.sheets.get(hash);
    if (sheet) {
      this.sheets.delete(hash);
      this.sheets.set(hash, sheet);
    }
    return sheet;
  }

  put(hash: string, sheet: SheetText): void {
    this.drop(hash);
    this.sheets.set(hash, sheet);
    this.size += sheet.text.length;
    for (const old of this.sheets.keys()) {
      if (this.size <= this.limit || old === hash) break;
      this.drop(old);
    }
  }

  clear(): void {
    this.sheets.clear();
    this.size = 0;
  }

  private drop(hash: string): void {
    this.size -= this.sheets.get(hash)?.text.length ?? 0;
    this.sheets.delete(hash);
  }
}

const MOST_CONSTRUCTED = 512;

/** The sheets of one document. */
export class Sheets {
  private readonly wanted = new WeakMap<Element, string>(); // hash, or '' for "load by URL"
  private readonly waiting = new Map<string, Set<Element>>();
  private readonly constructed = new Map<string, CSSStyleSheet>();
  private readonly blobs = new Map<string, { url: string; users: Set<Element> }>();
  private readonly loading = new Set<Element>();

  constructor(
    private readonly document: Document,
    private readonly store: SheetStore,
    private readonly links: Links,
    private readonly attributes: Attributes,
  ) {}

  /** Number of link sheets that the browser has not loaded yet. */
  get pending(): number {
    for (const link of this.loading) if (!link.isConnected) this.loading.delete(link);
    return this.loading.size;
  }

  /** Gives a `<style>` or `<link>` element its sheet; without a hash a link loads its URL through the edge. */
  own(element: Element, hash: string | undefined): void {
    const before = this.wanted.get(element);
    this.wanted.set(element, hash ?? '');
    this.show(element);
    if (before && before !== hash) this.release(element, before);
  }

  /** The element left the tree for good. */
  forget(element: Element): void {
    const hash = this.wanted.get(element);
    if (hash) this.release(element, hash);
    this.wanted.delete(element);
    this.loading.delete(element);
  }

  /** A link's `rel` or `href` changed. */
  changed(link: Element): void {
    if (this.wanted.has(link)) this.show(link);
  }

  /** The constructed sheets of the document or of a shadow root, in order. */
  adopt(root: Document | ShadowRoot, hashes: readonly string[]): void {
    const sheets = hashes.map((hash) => this.construct(hash));
    if (root === this.document) dom.adopt(this.document, sheets);
    else root.adoptedStyleSheets = sheets;
  }

  /** A sheet came: all that waited for it get it. */
  arrived(hash: string): void {
    const sheet = this.constructed.get(hash);
    if (sheet) this.fill(sheet, hash);
    const owners = this.waiting.get(hash);
    this.waiting.delete(hash);
    for (const owner of owners ?? []) if (this.wanted.get(owner) === hash) this.show(owner);
  }

  dispose(): void {
    for (const blob of this.blobs.values()) URL.revokeObjectURL(blob.url);
    this.blobs.clear();
    this.waiting.clear();
    this.loading.clear();
  }

  private release(element: Element, hash: string): void {
    this.waiting.get(hash)?.delete(element);
    const blob = this.blobs.get(hash);
    if (!blob?.users.delete(element) || blob.users.size > 0) return;
    URL.revokeObjectURL(blob.url);
    this.blobs.delete(hash);
  }

  private construct(hash: string): CSSStyleSheet {
    let sheet = this.constructed.get(hash);
    if (!sheet) {
      const realm = dom.windowOf(this.document);
      sheet = new (realm ?? globalThis).CSSStyleSheet();
      this.constructed.set(hash, sheet);
      this.fill(sheet, hash);
      this.prune();
    }
    return sheet;
  }

  /** A page that changes its sheets for ever: the oldest are made again if they come back. */
  private prune(): void {
    for (const hash of this.constructed.keys()) {
      if (this.constructed.size <= MOST_CONSTRUCTED) return;
      if (this.store.get(hash)) this.constructed.delete(hash); // an empty one still waits for its text
    }
  }

  private fill(sheet: CSSStyleSheet, hash: string): void {
    const source = this.store.get(hash);
    if (source) sheet.replaceSync(this.links.css(source.text, source.base));
  }

  private show(element: Element): void {
    if (element.localName === 'link') this.showLink(element);
    else {
      const source = this.source(element);
      if (source) element.textContent = this.links.css(source.text, source.base);
      else if (this.wanted.get(element) === '') element.textContent = '';
    }
  }

  private showLink(link: Element): void {
    const hash = this.wanted.get(link) ?? '';
    if (!isSheet(link)) this.load(link, undefined);
    else if (hash === '') this.load(link, this.links.asset(this.attributes.marked(link, 'href') ?? ''));
    else {
      const source = this.source(link);
      if (source) this.load(link, this.blob(hash, source, link));
    }
  }

  /** The text the element wants; if it is not here yet, the element waits. */
  private source(element: Element): SheetText | undefined {
    const hash = this.wanted.get(element) ?? '';
    if (hash === '') return undefined;
    const source = this.store.get(hash);
    if (!source) {
      const owners = this.waiting.get(hash);
      if (owners) owners.add(element);
      else this.waiting.set(hash, new Set([element]));
    }
    return source;
  }

  private load(link: Element, url: string | undefined): void {
    const address = url || undefined;
    if ((link.getAttribute('href') ?? undefined) === address) return;
    if (address !== undefined) {
      this.loading.add(link);
      const done = (): boolean => this.loading.delete(link);
      link.addEventListener('load', done, { once: true });
      link.addEventListener('error', done, { once: true });
    }
    this.attributes.replace(link, 'href', address);
  }

  private blob(hash: string, source: SheetText, user: Element): string {
    let blob = this.blobs.get(hash);
    if (!blob) {
      const text = this.links.css(source.text, source.base);
      blob = { url: URL.createObjectURL(new Blob([text], { type: 'text/css' })), users: new Set() };
      this.blobs.set(hash, blob);
    }
    blob.users.add(user);
    return blob.url;
  }
}

function isSheet(link: Element): boolean {
  return (link.getAttribute('rel') ?? '').toLowerCase().split(/\s+/).includes('stylesheet');
}
