// Where Tab goes next: positive tabindex first, then document order, through open shadow roots, past what is disabled,
// hidden, masked or sensitive.
import { refusal } from './guard';
import { type Page, within } from './page';

/** More stops than this are not looked at: the page is too large to walk for one key. */
const MOST_NODES = 200_000;

export function nextStop(page: Page, from: Element, back: boolean): HTMLElement | undefined {
  const stops: HTMLElement[] = [];
  collect(document.documentElement, stops, { left: MOST_NODES });
  const order = [
    ...stops.filter((one) => one.tabIndex > 0).sort((a, b) => a.tabIndex - b.tabIndex),
    ...stops.filter((one) => one.tabIndex === 0),
  ];
  const here = order.findIndex((one) => one.isSameNode(from));
  const start = here >= 0 ? here : nearest(order, from, back);
  for (let i = 1; i <= order.length; i++) {
    const next = order[(start + (back ? -i : i) + 2 * order.length) % order.length];
    if (next && next !== from && !within(next, from) && refusal(page, next) === undefined) return next;
  }
  return undefined;
}

function collect(root: Element | ShadowRoot, into: HTMLElement[], budget: { left: number }): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node && budget.left-- > 0; node = walker.nextNode()) {
    if (!(node instanceof HTMLElement)) continue;
    if (node.tabIndex >= 0 && !node.matches(':disabled')) into.push(node);
    if (node.shadowRoot) collect(node.shadowRoot, into, budget);
  }
}

/** The place in the order of something that is no stop itself. */
function nearest(order: readonly HTMLElement[], from: Element, back: boolean): number {
  const behind = order.findIndex((one) => (from.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0);
  if (behind < 0) return back ? 0 : -1;
  return back ? behind : behind - 1;
}
