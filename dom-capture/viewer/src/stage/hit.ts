// What of the mirrored page is under a point, and what of it scrolls.

/** The innermost element at a point of the viewport, through shadow roots. */
export function elementAt(document: Document, x: number, y: number): Element | undefined {
  let found = document.elementFromPoint(x, y);
  for (let root = found?.shadowRoot; root; root = found?.shadowRoot) {
    const inner = root.elementFromPoint(x, y);
    if (!inner || inner === found) break;
    found = inner;
  }
  return found ?? undefined;
}

/** The parent as layout has it. */
export function outer(node: Node): Node | null {
  if (node.nodeType === Node.ELEMENT_NODE) {
    const slot = (node as Element).assignedSlot; // by its node type
    if (slot) return slot;
  }
  return node.parentNode ?? (node as ShadowRoot).host ?? null; // undefined on all but shadow roots
}

/** The nearest element with an id, from a node outwards. */
export function nearest(
  node: Node,
  idOf: (node: Node) => number | undefined,
): { element: Element; id: number } | undefined {
  for (let at: Node | null = node; at; at = outer(at)) {
    const id = at.nodeType === Node.ELEMENT_NODE ? idOf(at) : undefined;
    if (id !== undefined) return { element: at as Element, id }; // by its node type
  }
  return undefined;
}

function scrolls(overflow: string): boolean {
  return overflow === 'auto' || overflow === 'scroll';
}

/** What a wheel turned by (dx, dy) over `from` would scroll: an element, or undefined for the document. */
export function scrollable(from: Element, dx: number, dy: number): Element | undefined {
  const view = from.ownerDocument.defaultView;
  const { scrollingElement, body, documentElement } = from.ownerDocument;
  for (let at: Node | null = from; at && view; at = outer(at)) {
    if (at.nodeType !== Node.ELEMENT_NODE) continue;
    const element = at as Element; // by its node type
    if (element === scrollingElement || element === body || element === documentElement) return undefined;
    const style = view.getComputedStyle(element);
    if (
      dy !== 0 &&
      scrolls(style.overflowY) &&
      movable(element.scrollTop, element.scrollHeight - element.clientHeight, dy)
    )
      return element;
    if (
      dx !== 0 &&
      scrolls(style.overflowX) &&
      movable(element.scrollLeft, element.scrollWidth - element.clientWidth, dx)
    )
      return element;
  }
  return undefined;
}

function movable(at: number, most: number, by: number): boolean {
  return most > 0 && (by > 0 ? at < most - 0.5 : at > 0.5 || at < -0.5);
}
