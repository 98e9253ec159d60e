// Scroll positions as the page has them. Layout may not be ready for one when it comes (a sheet or an image is still
// loading), so what was wanted is kept and tried again.
import * as dom from './dom';

interface Position {
  x: number;
  y: number;
}

/** The scroll positions of one document. */
export class Scrolls {
  private readonly wanted = new Map<Element | Document, Position>();

  constructor(private readonly document: Document) {}

  want(target: Element | Document, x: number, y: number): void {
    this.wanted.set(target, { x, y });
  }

  forget(element: Element): void {
    if (this.wanted.size > 0) this.wanted.delete(element);
  }

  /** Where the page has it, as far as it was told. */
  of(target: Element | Document): Position {
    return this.wanted.get(target) ?? { x: 0, y: 0 };
  }

  /** Scrolls what is not where it should be. */
  settle(): void {
    for (const [target, { x, y }] of this.wanted) {
      const element = target === this.document ? dom.scrollerOf(this.document) : (target as Element); // only the document is none
      if (!element) continue;
      if (Math.abs(dom.scrollLeft(element) - x) < 0.5 && Math.abs(dom.scrollTop(element) - y) < 0.5) continue;
      // the scroller of a quirks page is its body, whose own scrollTo is the window's
      if (target === this.document) dom.windowOf(this.document)?.scrollTo({ left: x, top: y, behavior: 'instant' });
      else dom.scrollTo(element, { left: x, top: y, behavior: 'instant' });
    }
  }
}
