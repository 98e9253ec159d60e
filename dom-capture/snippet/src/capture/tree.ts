// Which nodes the edge knows, and by which ids (docs/protocol.md, 3.2). Nodes that left are forgotten at once, with
// all that is below them, so nothing here keeps a removed part of the page alive.
import type { Natives } from '../natives';

export class Tree {
  readonly ids = new Map<Node, number>();
  /** By id; holes where nodes died. */
  readonly nodes: (Node | undefined)[] = [];
  /** The last id given. */
  last = 0;
  /** Elements sent as placeholders. */
  readonly opaque = new Set<Element>();
  /** Elements that cannot have content under their own name and were sent under the other (`ElementName.leaf`). */
  readonly renamed = new WeakSet<Element>();

  constructor(
    private readonly natives: Natives,
    /** A placeholder is no more one. */
    private readonly onReveal: (element: Element) => void,
  ) {}

  /** For a new epoch. */
  clear(): void {
    for (const element of this.opaque) this.onReveal(element);
    this.opaque.clear();
    this.ids.clear();
    this.nodes.length = 0;
    this.last = 0;
  }

  give(node: Node): number {
    const id = ++this.last;
    this.ids.set(node, id);
    this.nodes[id] = node;
    return id;
  }

  /** Drops the ids of a node and of all that is below it now, also below nodes without id. */
  forget(top: Node): void {
    const { ids, nodes, opaque } = this;
    const { nodeType, firstChild, nextSibling, shadowRoot } = this.natives;
    const stack: Node[] = [top];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const id = ids.get(node);
      if (id !== undefined) {
        ids.delete(node);
        nodes[id] = undefined;
      }
      const type = nodeType.call(node);
      if (type === 3) continue;
      if (type === 1) {
        const element = node as Element; // by its type
        if (opaque.size !== 0 && opaque.delete(element)) this.onReveal(element);
        const root = shadowRoot.call(element);
        if (root !== null) stack[stack.length] = root;
      }
      for (let child = firstChild.call(node); child !== null; child = nextSibling.call(child))
        stack[stack.length] = child;
    }
  }

  /** Levels between a node and its document, shadow roots included; the document is 0. */
  depth(of: Node): number {
    const { parentNode, nodeType, rootHost } = this.natives;
    let depth = 0;
    for (let node: Node | null = of; node !== null; depth++) {
      const parent: Node | null = parentNode.call(node);
      if (parent === null) {
        if (nodeType.call(node) !== 11) break;
        node = rootHost.call(node as ShadowRoot); // a fragment of the page's tree can only be a shadow root
      } else node = parent;
    }
    return depth;
  }
}
