// How a masked part looks to the agent: a neutral hatched box of its size. The mirrored element bears nothing of the
// page's, so its own `style` and the mark below are free for us; trees are compared with masked parts excepted.
import * as dom from './dom';

/** The attribute that marks a masked element in the mirrored tree. */
export const MASKED = 'data-coview-masked';

const HATCH = 'repeating-linear-gradient(135deg, #d9dde3 0 6px, #c6ccd4 6px 12px)';
const KEEPS_DISPLAY = new Set(
  `address article aside blockquote caption col colgroup dd details dialog div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre search section summary table
tbody td tfoot th thead tr ul html body area base head link meta param source style template title track`.split(/\s+/),
);

/** What is known of a placeholder's size, in whole CSS px. */
export interface Size {
  width: number | undefined;
  height: number | undefined;
}

/**
 * Draws a placeholder. One whose size nobody told was not rendered in the visitor's page, or was masked by the edge
 * (`byEdge`): the first is not shown, the second as a small box.
 */
export function drawPlaceholder(element: Element, size: Size, byEdge: boolean): void {
  dom.setAttribute(element, MASKED, '');
  if (!('style' in element)) return;
  const style = element.style as CSSStyleDeclaration; // HTML, SVG and MathML elements have one
  const set = (name: string, value: string): void => style.setProperty(name, value, 'important');
  const known = size.width !== undefined || size.height !== undefined;
  if (known ? size.width === 0 || size.height === 0 : !byEdge) {
    set('display', 'none');
    return;
  }
  style.removeProperty('display');
  if (!KEEPS_DISPLAY.has(dom.localName(element))) {
    set('display', 'inline-block');
    set('vertical-align', 'middle');
  }
  set('box-sizing', 'border-box');
  set('background', HATCH);
  set('border', '0');
  set('border-radius', '3px');
  set('min-width', known ? '0' : '3em');
  set('min-height', known ? '0' : '1em');
  set('max-width', 'none');
  if (size.width !== undefined) set('width', `${size.width}px`);
  if (size.height !== undefined) set('height', `${size.height}px`);
}
