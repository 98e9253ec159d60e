// What one epoch of a mirrored document consists of, and what the builder and the ops tell of its nodes.

import { Prop } from '@coview/snippet/protocol';
import { Attributes } from './attributes';
import type { BuildHost } from './build';
import * as dom from './dom';
import { badOp } from './fault';
import type { Links } from './links';
import { LiveState } from './live';
import { drawPlaceholder, type Size } from './placeholder';
import { Scrolls } from './scrolls';
import { type SheetStore, Sheets } from './sheets';
import { IdTable } from './table';

/** One epoch of a document. */
export class MirrorParts implements BuildHost {
  readonly ids: IdTable;
  readonly live = new LiveState();
  readonly attributes: Attributes;
  readonly sheets: Sheets;
  readonly scrolls: Scrolls;
  /** Placeholders, with what is known of their size. */
  readonly masks = new Map<Node, { size: Size; byEdge: boolean }>();

  constructor(
    readonly document: Document,
    store: SheetStore,
    links: Links,
  ) {
    this.ids = new IdTable(document);
    this.attributes = new Attributes(document, links);
    this.sheets = new Sheets(document, store, links, this.attributes);
    this.scrolls = new Scrolls(document);
  }

  number(id: number, node: Node): void {
    this.ids.set(id, node);
  }

  attribute(element: Element, namespace: string, name: string, value: string): void {
    this.attributes.setFirst(element, namespace, name, value);
  }

  oddAttributes(element: Element, list: string): void {
    this.attributes.setOdd(element, list);
  }

  property(element: Element, what: number, value: string): void {
    if (what === Prop.title) dom.setText(element, value);
    else this.live.take(element, what, value);
  }

  built(element: Element): void {
    this.live.built(element);
  }

  placeholder(node: Element | ShadowRoot, size: Size, byEdge: boolean): void {
    this.masks.set(node, { size, byEdge });
    if (dom.nodeType(node) === Node.ELEMENT_NODE) drawPlaceholder(node as Element, size, byEdge); // by its node type
  }

  /** Where a scroll position of the page belongs. */
  scroll(id: number, x: number, y: number): void {
    this.scrolls.want(id === 0 ? this.document : this.ids.element(id), x, y);
  }

  /** Constructed sheets of a shadow root, or of the document. */
  adopt(id: number, hashes: readonly string[]): void {
    const root = this.ids.get(id);
    const type = dom.nodeType(root);
    if (type !== Node.DOCUMENT_NODE && type !== Node.DOCUMENT_FRAGMENT_NODE) throw badOp('not a root');
    this.sheets.adopt(root as Document | ShadowRoot, hashes); // by its node type
  }

  /** The sheet of a `<style>` or `<link>` element; without a hash a link loads its URL through the edge. */
  sheet(id: number, hash: string | undefined): void {
    const owner = this.ids.element(id);
    const name = dom.localName(owner);
    if (name !== 'style' && name !== 'link') throw badOp('not a sheet');
    this.sheets.own(owner, hash);
  }

  /** The node left the tree for good, with all below it. */
  forget(node: Node): void {
    if (this.masks.size > 0) this.masks.delete(node);
    this.ids.forget(node, (element) => {
      this.masks.delete(element);
      this.scrolls.forget(element);
      const name = dom.localName(element);
      if (name === 'link' || name === 'style') this.sheets.forget(element);
    });
  }
}
