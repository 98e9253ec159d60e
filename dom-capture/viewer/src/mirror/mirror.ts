// A visitor's page, rebuilt and kept up to date in an inert document (docs/protocol.md, 3). Needs no network: a
// session feeds it, and so do tests.

import type { PatchOp, Snapshot } from '@coview/snippet/protocol';
import { build } from './build';
import { assertInert, openDocument, policy } from './document';
import * as dom from './dom';
import { tooLarge } from './fault';
import { Links } from './links';
import { HTML } from './names';
import { applyOps } from './ops';
import { MirrorParts } from './parts';
import { SheetStore } from './sheets';

/** Bounds of a mirror. */
export interface MirrorLimits {
  /** Most ids of one epoch. */
  nodes: number;
  /** Deepest nesting of one payload. */
  depth: number;
}

export interface MirrorOptions {
  /** Absolute URL of the asset capability; without one, nothing but `data:` is loaded. */
  assets?: string | undefined;
  /** Sheets already known in this session. */
  sheets?: SheetStore;
  limits?: Partial<MirrorLimits>;
}

/** The page's pointer in its viewport. */
export interface PointerState {
  x: number;
  y: number;
  /** `Pointer` of the protocol. */
  state: number;
}

/** The host of a shadow root; null of other nodes. */
function hostOf(node: Node): Element | null {
  return dom.nodeType(node) === Node.DOCUMENT_FRAGMENT_NODE ? (node as ShadowRoot).host : null; // a root is a fragment
}

/** One mirrored document. A `MirrorFault` thrown by `snapshot` or `patch` means: ask for a fresh snapshot. */
export class Mirror {
  /** Address and base of the page. */
  url = '';
  base = '';
  /** Layout viewport, CSS px. */
  viewport = { width: 0, height: 0 };
  pointer: PointerState | undefined;
  /** Id of the page's focused element, or 0. */
  focus = 0;
  readonly limits: MirrorLimits;
  readonly store: SheetStore;
  /** The parts, for `ops.ts`. */
  parts: MirrorParts;

  constructor(
    readonly document: Document,
    private readonly options: MirrorOptions = {},
  ) {
    assertInert(document);
    this.limits = { nodes: 1_000_000, depth: 4000, ...options.limits };
    this.store = options.sheets ?? new SheetStore();
    this.parts = new MirrorParts(document, this.store, new Links(options.assets));
  }

  /** Number of mirrored nodes, and of those that are placeholders. */
  get nodes(): number {
    return this.parts.ids.size;
  }
  get masked(): number {
    return this.parts.masks.size;
  }

  /** Sheets of links that the browser still loads. */
  get pendingSheets(): number {
    return this.parts.sheets.pending;
  }

  /** Rebuilds the whole document. */
  snapshot(message: Snapshot): void {
    assertInert(this.document);
    this.parts.sheets.dispose();
    openDocument(this.document, message.doctype, message.quirks, policy(this.options.assets));
    const parts = new MirrorParts(this.document, this.store, new Links(this.options.assets));
    this.parts = parts;
    this.take(message);
    this.define(message.custom);
    if (message.count > this.limits.nodes) throw tooLarge('nodes');
    const place = { first: 1, count: message.count, namespace: HTML, whole: true, depth: this.limits.depth };
    const fragment = build(message.html, place, parts);
    parts.ids.reach(message.count);
    dom.appendChild(this.document, fragment);
    for (const { root, hashes } of message.adopted) parts.adopt(root, hashes);
    for (const { id, hash } of message.sheets) parts.sheet(id, hash);
    for (const { id, x, y } of message.scrolls) parts.scroll(id, x, y);
    this.settle();
  }

  /** Applies the ops of one patch, in order, in one task. */
  patch(ops: readonly PatchOp[]): void {
    applyOps(this, ops);
    this.parts.live.settle();
    if (ops.some((op) => op.kind === 'X')) this.parts.scrolls.settle(); // asks for layout
  }

  /** Takes a sheet's text; all that waited for it show it. */
  sheet(hash: string, base: string, text: string): void {
    this.store.put(hash, { base, text });
    this.parts.sheets.arrived(hash);
  }

  /** Tries again what layout did not allow when it came. */
  settle(): void {
    this.parts.live.settle();
    this.parts.scrolls.settle();
  }

  nodeOf(id: number): Node | undefined {
    return this.parts.ids.node(id);
  }

  /** The node's id; undefined of nodes that are not the page's. */
  idOf(node: Node): number | undefined {
    return this.parts.ids.id(node);
  }

  /** True of a placeholder and of what is inside one. */
  isMasked(node: Node): boolean {
    for (let at: Node | null = node; at; at = dom.parentNode(at) ?? hostOf(at)) {
      if (this.parts.masks.has(at)) return true;
    }
    return false;
  }

  /** An attribute as the page said it, where the mirror changed it or held it back; else undefined. */
  original(element: Element, name: string): string | undefined {
    return this.parts.attributes.original(element, name);
  }

  /** All such attributes of an element. */
  originals(element: Element): ReadonlyMap<string, string> {
    return this.parts.attributes.originals(element);
  }

  dispose(): void {
    this.parts.sheets.dispose();
  }

  /** Takes the page's address; later relative addresses are resolved against its base. */
  moved(url: string, base: string): void {
    this.url = url;
    this.base = base;
    this.parts.attributes.links.base = base;
  }

  private take(message: Snapshot): void {
    this.moved(message.url, message.base);
    this.viewport = { width: message.width, height: message.height };
    this.focus = message.focus;
    this.pointer = undefined;
  }

  /** Empty classes for the page's custom elements, so that `:defined` matches as it does there. */
  private define(names: readonly string[]): void {
    const realm = dom.windowOf(this.document);
    if (!realm) return;
    for (const name of names) {
      try {
        if (!realm.customElements.get(name)) realm.customElements.define(name, class extends realm.HTMLElement {});
      } catch {
        // not a name that can be defined here: the element stays as it is
      }
    }
  }
}
