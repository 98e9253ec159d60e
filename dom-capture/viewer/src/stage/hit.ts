// What of the mirrored page is under a point, and what of it scrolls.
import * as dom from '../mirror/dom';

/** The innermost element at a point of the viewport, through shadow roots. */
export function elementAt(document: Document, x: number, y: number): Element | undefined {
  let found = dom.elementFromPoint(document, x, y);
  for (let root = found && dom.shadowRoot(found); root; root = found && dom.shadowRoot(found)) {
    const inner = root.elementFromPoint(x, y);
    if (!inner || inner === found) break;
    found = inner;
  }
  return found ?? undefined;
}

/** The parent as layout has it. */
export function outer(node: Node): Node | null {
  const type = dom.nodeType(node);
  if (type === Node.DOCUMENT_FRAGMENT_NODE) return (node as ShadowRoot).host ?? null; // undefined on other fragments
  const slot = type === Node.ELEMENT_NODE ? dom.assignedSlot(node as Element) : null; // by its node type
  return slot ?? dom.parentNode(node);
}

/** The nearest element with an id, from a node outwards. */
export function nearest(
  node: Node,
  idOf: (node: Node) => number | undefined,
): { element: Element; id: number } | undefined {
  for (let at: Node | null = node; at; at = outer(at)) {
    const id = dom.nodeType(at) === Node.ELEMENT_NODE ? idOf(at) : undefined;
    if (id !== undefined) return { element: at as Element, id }; // by its node type
  }
  return undefined;
}

/** What a wheel turned by (dx, dy) over `from` would scroll: an element, or undefined for the document. */
export function scrollable(document: Document, from: Element, dx: number, dy: number): Element | undefined {
  const view = dom.windowOf(document);
  const ends = new Set<Node | null>([dom.scrollerOf(document), dom.bodyOf(document), dom.rootOf(document)]);
  for (let at: Node | null = from; at && view; at = outer(at)) {
    if (ends.has(at)) return undefined;
    if (dom.nodeType(at) !== Node.ELEMENT_NODE) continue;
    const element = at as Element; // by its node type
    const style = view.getComputedStyle(element);
    const most = limits(element);
    if (dy !== 0 && scrolls(style.overflowY) && movable(dom.scrollTop(element), most.y, dy)) return element;
    if (dx !== 0 && scrolls(style.overflowX) && movable(dom.scrollLeft(element), most.x, dx)) return element;
  }
  return undefined;
}

/** How far an element can be scrolled. */
export function limits(element: Element): { x: number; y: number } {
  return {
    x: dom.scrollWidth(element) - dom.clientWidth(element),
    y: dom.scrollHeight(element) - dom.clientHeight(element),
  };
}

function scrolls(overflow: string): boolean {
  return overflow === 'auto' || overflow === 'scroll';
}

function movable(at: number, most: number, by: number): boolean {
  return most > 0 && (by > 0 ? at < most - 0.5 : at > 0.5 || at < -0.5);
}
