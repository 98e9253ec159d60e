// Turns mutation records into the fewest ops (docs/protocol.md, 3.3). Records only say *where* something changed; all
// values are read once, when the patch is made. See `flush` for why viewer and page end up with the same tree.
import type { Natives } from '../natives';
import type { PatchOp } from '../protocol';
import { attributeNow } from './attributes';
import type { Masks } from './masks';
import { childNamespace, elementName, HTML, Kind } from './names';
import type { Tree } from './tree';
import { hasContent, type Walk } from './walk';

export interface ChangesOptions {
  natives: Natives;
  tree: Tree;
  masks: Masks;
  walk: Walk;
  isOwn(node: Node): boolean;
  /** Text of a style, title or textarea changed. */
  onText(element: Element, kind: number): void;
  /** An attribute of a known, visible element changed; called before the ops are made. */
  onAttribute(element: Element, kind: number, name: string): void;
}

const XLINK = 'http://www.w3.org/1999/xlink';
const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';
/** Up to this many elements are asked one by one whether they are masked now; more by one query. */
const ASK_EACH = 32;

export class Changes {
  /** The parent at the last flush of nodes that left it since; null for nodes that must come anew. */
  private from = new Map<Node, Node | null>();
  private added = new Set<Node>();
  private gone: number[] = [];
  private attrs = new Map<Element, string | Set<string>>();
  private texts = new Set<Node>();
  private placed = new Set<Node>();
  /** The document element was replaced, or is masked now: only a new snapshot can say so. */
  rootChanged = false;

  constructor(private readonly options: ChangesOptions) {}

  get pending(): boolean {
    return (
      this.added.size > 0 || this.from.size > 0 || this.gone.length > 0 || this.attrs.size > 0 || this.texts.size > 0
    );
  }

  /** Forgets all that was taken: a snapshot says it better. */
  clear(): void {
    this.from = new Map();
    this.added = new Set();
    this.gone = [];
    this.attrs = new Map();
    this.texts = new Set();
    this.placed = new Set();
    this.rootChanged = false;
  }

  /** Sends a node again, with new ids: its mask changed, or the edge asked. */
  renew(node: Node): void {
    if (!this.options.tree.ids.has(node)) return;
    if (node === this.options.natives.documentElement.call(document)) this.rootChanged = true;
    this.from.set(node, null);
    this.added.add(node);
  }

  /** Takes what an observer saw. To be called in its callback: a part that left is not observed afterwards. */
  take(records: readonly MutationRecord[]): void {
    const { ids } = this.options.tree;
    let left = false;
    for (let i = 0; i < records.length; i++) {
      const record = records[i] as MutationRecord; // i < length
      const target = record.target;
      const type = record.type;
      if (type === 'attributes') {
        if (ids.has(target)) this.attribute(target as Element, record); // only elements have attributes
      } else if (type === 'characterData') {
        if (ids.has(target)) this.texts.add(target);
        else this.rawText(this.options.natives.parentNode.call(target));
      } else left = this.children(target, record) || left;
    }
    if (left) this.settle();
  }

  private attribute(element: Element, record: MutationRecord): void {
    const name = record.attributeName as string; // records of attributes have one
    const space = record.attributeNamespace;
    const qualified = space === null || space === '' ? name : this.qualified(element, space, name);
    if (qualified === undefined) {
      this.renew(element);
      return;
    }
    const names = this.attrs.get(element);
    if (names === undefined) this.attrs.set(element, qualified);
    else if (typeof names !== 'string') names.add(qualified);
    else if (names !== qualified) this.attrs.set(element, new Set([names, qualified]));
  }

  /** Records name attributes without their prefix. */
  private qualified(element: Element, space: string, local: string): string | undefined {
    const now = this.options.natives.attributes.call(element).getNamedItemNS(space, local);
    if (now) return now.name;
    if (space === XLINK) return `xlink:${local}`;
    if (space === XML) return `xml:${local}`;
    return space === XMLNS ? (local === 'xmlns' ? local : `xmlns:${local}`) : undefined;
  }

  /** True if known nodes may have left the document. */
  private children(target: Node, record: MutationRecord): boolean {
    const { natives, tree } = this.options;
    const { ids } = tree;
    const { from, added } = this;
    const gone = record.removedNodes;
    for (let i = 0; i < gone.length; i++) {
      const node = gone[i] as Node; // i < length
      added.delete(node);
      if (ids.has(node) && !from.has(node)) from.set(node, target);
    }
    // A new wrapper that leaves again may take known nodes along.
    const left = gone.length > 0 && from.size > 0;
    const come = record.addedNodes;
    if (!ids.has(target)) {
      if (target === document) this.rootChanged = this.rootChanged || left || hasElement(natives, come);
      return left; // what is below a node that came in this flush is read with it
    }
    if (natives.nodeType.call(target) === 1) {
      const element = target as Element; // by its type
      const name = elementName(natives.localName.call(element), natives.namespaceURI.call(element));
      if (name.sealed) this.rawText(element);
      else if (name.leaf && !tree.renamed.has(element) && hasContent(natives, element)) this.renew(element);
      if (name.sealed || this.options.isOwn(element)) return left;
    }
    for (let i = 0; i < come.length; i++) added.add(come[i] as Node); // i < length
    return left;
  }

  /** The text of some elements travels as a property of theirs. */
  private rawText(parent: Node | null): void {
    const { natives, tree } = this.options;
    if (parent === null || natives.nodeType.call(parent) !== 1) return;
    if (!tree.ids.has(parent)) return;
    const element = parent as Element; // by its type
    const { kind } = elementName(natives.localName.call(element), natives.namespaceURI.call(element));
    if (kind === Kind.style || kind === Kind.title || kind === Kind.textarea) this.options.onText(element, kind);
  }

  /** What is in no document now is no more observed after this callback: it goes for good, and returns as new. */
  private settle(): void {
    const { natives, tree } = this.options;
    let dead: Node[] | undefined;
    for (const node of this.from.keys()) {
      if (natives.isConnected.call(node)) continue;
      const id = tree.ids.get(node);
      if (id !== undefined) this.gone.push(id);
      dead ??= [];
      dead.push(node);
    }
    if (!dead) return;
    for (const node of dead) {
      this.from.delete(node);
      tree.forget(node);
    }
  }

  /**
   * The ops of all that was taken. After the R ops a known parent holds, at the viewer, the nodes that never left in
   * the page's order, and those that moved within it. Runs of added nodes then go directly behind the page's own
   * predecessor, which never left or is placed already; so in the end every child is in the page's place.
   */
  flush(ops: PatchOp[]): void {
    const base = this.options.tree.last;
    this.masksChanged();
    if (this.rootChanged) return;
    this.leave(ops);
    // Before anything comes in: an attribute may be what tells the edge to hide it.
    this.attributeOps(base, ops);
    for (const node of this.added) this.run(node, base, ops);
    this.textOps(base, ops);
    this.clear();
  }

  /** Elements that a mask hides now, or no longer, leave and come back. */
  private masksChanged(): void {
    const { masks, tree, natives } = this.options;
    const touched: Element[] = [];
    for (const [element, names] of this.attrs) {
      if (!tree.ids.has(element)) continue;
      if (typeof names === 'string' ? masks.concerns(names) : some(names, masks)) touched.push(element);
    }
    if (touched.length === 0) return;
    if (touched.length <= ASK_EACH && !masks.context) {
      for (const element of touched) this.compareMask(element, masks.hides(element));
      return;
    }
    const masked = new Set<Element>();
    masks.collect(document, false, masked);
    const roots = new Set<Node>();
    for (const element of touched) roots.add(natives.getRootNode.call(element));
    for (const root of roots) if (root !== document) masks.collect(root as ShadowRoot, false, masked); // trees of the page
    for (const element of touched) this.compareMask(element, masked.has(element) || masks.remembers(element));
    if (!masks.context) return;
    for (const element of masked) if (tree.ids.has(element)) this.compareMask(element, true);
    for (const element of tree.opaque) if (!masked.has(element)) this.compareMask(element, masks.hides(element));
  }

  private compareMask(element: Element, hidden: boolean): void {
    if (hidden !== this.options.tree.opaque.has(element)) this.renew(element);
  }

  private leave(ops: PatchOp[]): void {
    const { natives, tree } = this.options;
    for (const id of this.gone) ops.push({ kind: 'R', id });
    let lost: Node[] | undefined;
    for (const [node, parent] of this.from) {
      if (natives.parentNode.call(node) === parent) continue;
      const id = tree.ids.get(node);
      if (id === undefined) continue;
      ops.push({ kind: 'R', id });
      lost ??= [];
      lost.push(node);
    }
    if (lost) for (const node of lost) tree.forget(node);
  }

  private isPending(node: Node, base: number): boolean {
    if (!this.added.has(node) || this.placed.has(node)) return false;
    const id = this.options.tree.ids.get(node);
    return id === undefined || id <= base;
  }

  /** Places an added node together with its added neighbours. */
  private run(node: Node, base: number, ops: PatchOp[]): void {
    const { natives, tree, masks, walk } = this.options;
    const { ids, opaque } = tree;
    if (!this.isPending(node, base) || !isContent(natives, node) || !natives.isConnected.call(node)) return;
    const parent = natives.parentNode.call(node);
    const parentId = parent === null ? undefined : ids.get(parent);
    // It went out with its parent, or is hidden by it.
    if (parent === null || parentId === undefined || parentId > base || opaque.has(parent as unknown as Element))
      return; // a set of elements
    const space = this.contentSpace(parent);
    if (space === undefined) return;

    let head: Node = node;
    let before = natives.previousSibling.call(head);
    while (before !== null && (this.isPending(before, base) || !isContent(natives, before))) {
      head = before;
      before = natives.previousSibling.call(head);
    }
    let prev = before === null ? 0 : this.idOf(before);
    let depth = 0;
    let first = 0;
    let end = 0;
    const masked = new Set<Element>();
    const close = () => {
      if (first === 0) return;
      ops.push({ kind: 'I', parent: parentId, prev, first, count: tree.last - first + 1, html: walk.take() });
      prev = end;
      first = 0;
      masked.clear();
    };
    for (let child: Node | null = head; child !== null; child = natives.nextSibling.call(child)) {
      if (!isContent(natives, child)) continue;
      if (!this.isPending(child, base)) break;
      this.placed.add(child);
      const id = ids.get(child);
      if (id !== undefined) {
        close();
        ops.push({ kind: 'M', parent: parentId, prev, id });
        prev = id;
        continue;
      }
      if (depth === 0) depth = tree.depth(parent) + 1;
      if (first === 0) first = tree.last + 1;
      if (natives.nodeType.call(child) === 1) masks.collect(child as Element, true, masked); // by its type
      walk.begin(masked);
      end = tree.last + 1;
      walk.node(child, space, depth);
    }
    close();
  }

  /** The namespace children of a parent have; undefined if its children never travel. */
  private contentSpace(parent: Node): string | null | undefined {
    const { natives } = this.options;
    if (natives.nodeType.call(parent) !== 1) return HTML;
    const element = parent as Element; // by its type
    const local = natives.localName.call(element);
    const space = natives.namespaceURI.call(element);
    return elementName(local, space).sealed || this.options.isOwn(element) ? undefined : childNamespace(local, space);
  }

  private idOf(node: Node): number {
    const id = this.options.tree.ids.get(node);
    if (id === undefined) throw new Error('a sibling without id'); // a new snapshot follows
    return id;
  }

  private textOps(base: number, ops: PatchOp[]): void {
    const { natives, tree } = this.options;
    for (const node of this.texts) {
      const id = tree.ids.get(node);
      if (id !== undefined && id <= base) ops.push({ kind: 'T', id, text: natives.data.call(node) });
    }
  }

  private attributeOps(base: number, ops: PatchOp[]): void {
    const { natives, tree } = this.options;
    for (const [element, names] of this.attrs) {
      const id = tree.ids.get(element);
      if (id === undefined || id > base || tree.opaque.has(element)) continue;
      const space = natives.namespaceURI.call(element);
      const { kind } = elementName(natives.localName.call(element), space);
      if (typeof names === 'string') this.attributeOp(element, id, space, kind, names, ops);
      else for (const name of names) this.attributeOp(element, id, space, kind, name, ops);
    }
  }

  private attributeOp(
    element: Element,
    id: number,
    space: string | null,
    kind: number,
    name: string,
    ops: PatchOp[],
  ): void {
    const now = attributeNow(this.options.natives, element, space, kind, name);
    if (now) ops.push({ kind: 'A', id, name: now.name, value: now.value });
    if (kind !== Kind.plain || name === 'popover') this.options.onAttribute(element, kind, name);
  }
}

function some(names: Set<string>, masks: Masks): boolean {
  for (const name of names) if (masks.concerns(name)) return true;
  return false;
}

/** Elements and texts travel, comments and processing instructions do not. */
function isContent(natives: Natives, node: Node): boolean {
  const type = natives.nodeType.call(node);
  return type === 1 || type === 3 || type === 4;
}

function hasElement(natives: Natives, nodes: NodeList): boolean {
  for (let i = 0; i < nodes.length; i++) if (natives.nodeType.call(nodes[i] as Node) === 1) return true; // i < length
  return false;
}
