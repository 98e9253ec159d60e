// What instructions know of the page, and small questions about elements across shadow roots.
import type { Natives } from '../natives';

/** The page as capture knows it: which node an id is, and what of it is nobody's business. */
export interface Page {
  readonly natives: Natives;
  nodeOf(id: number): Node | undefined;
  /** Masked or ignored, itself or by an ancestor. */
  isHidden(node: Node): boolean;
  /** A field no agent may fill in: passwords, cards, one-time codes, files, hidden ones. */
  isSensitive(element: Element): boolean;
  /** Coview's own interface. */
  isOwn(node: Node): boolean;
  /** Marked or configured as out of agents' hands; of this element alone. */
  isNoControl(element: Element): boolean;
}

/** The element and all around it, out of shadow roots too. */
export function* outwards(element: Element): Generator<Element> {
  for (let at: Element | null = element; at; at = parent(at)) yield at;
}

export function parent(element: Element): Element | null {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

export function within(inner: Element, outer: Element): boolean {
  for (const at of outwards(inner)) if (at === outer) return true;
  return false;
}

/** The focused element, inside of open shadow roots. */
export function focused(): Element | null {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}

/** The innermost element at a point of the viewport, inside of open shadow roots. */
export function elementAt(x: number, y: number): Element | null {
  let at = document.elementFromPoint(x, y);
  while (at?.shadowRoot) {
    const inner: Element | null = at.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === at) break;
    at = inner;
  }
  return at;
}

/** Input and change, as after an edit by a person. */
export function tellChanged(element: Element): void {
  element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  element.dispatchEvent(new Event('change', { bubbles: true }));
}
