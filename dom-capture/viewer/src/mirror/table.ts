// The table of ids: which node an id means, and which ids have died. An id is never looked up in the DOM.
import * as dom from './dom';
import { badOp } from './fault';

/** Ids of one document, from 0, the document itself. */
export class IdTable {
  private readonly nodes: (Node | null | undefined)[];
  /** Not weak: the table holds the nodes anyway, and a weak map costs a snapshot a fifth more. */
  private readonly ids = new Map<Node, number>();
  private live = 0;

  constructor(private readonly document: Document) {
    this.nodes = [document];
    this.ids.set(document, 0);
  }

  /** The last id given. */
  get last(): number {
    return this.nodes.length - 1;
  }

  /** Nodes that are alive, without the document. */
  get size(): number {
    return this.live;
  }

  set(id: number, node: Node): void {
    this.nodes[id] = node;
    this.ids.set(node, id);
    this.live++;
  }

  /** Ids up to `last` were given, though nobody sent their nodes. */
  reach(last: number): void {
    if (last > this.last) this.nodes.length = last + 1;
  }

  node(id: number): Node | undefined {
    return this.nodes[id] ?? undefined;
  }

  id(node: Node): number | undefined {
    return this.ids.get(node);
  }

  /** True of an id whose node was removed, by itself or with an ancestor. */
  isDead(id: number): boolean {
    return this.nodes[id] === null;
  }

  /** The node, or a fault: an op named what is not there. */
  get(id: number): Node {
    const node = this.nodes[id];
    if (!node) throw badOp('unknown id');
    return node;
  }

  element(id: number): Element {
    const node = this.get(id);
    if (dom.nodeType(node) !== Node.ELEMENT_NODE) throw badOp('not an element');
    return node as Element; // by its node type
  }

  /** The node and all below it, through shadow roots, are dead. Iterative: a page may be thousands deep. */
  forget(root: Node, gone: (node: Element) => void): void {
    const stack: Node[] = [root];
    for (let node = stack.pop(); node; node = stack.pop()) {
      const id = this.id(node);
      if (id !== undefined && node !== this.document) {
        this.nodes[id] = null;
        this.ids.delete(node);
        this.live--;
      }
      if (dom.nodeType(node) === Node.ELEMENT_NODE) {
        const element = node as Element; // by its node type
        gone(element);
        const root = dom.shadowRoot(element);
        if (root) stack.push(root);
      }
      for (let child = dom.firstChild(node); child; child = dom.nextSibling(child)) stack.push(child);
    }
  }
}
