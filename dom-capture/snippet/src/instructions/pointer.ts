// A click as the page would see it from a mouse: hover, press, focus, release, click, with the right coordinates.
// The click event's own default action (link, checkbox, label, summary, submit) happens exactly once, by dispatch.
import { Result } from '../protocol';
import { refusal, refusalToActivate } from './guard';
import { elementAt, outwards, type Page, within } from './page';
import { placeCaret } from './text';

export interface Press {
  x: number;
  y: number;
  button: number;
  double: boolean;
}

/** Where and on what a press would land. */
export interface Landing {
  element: Element;
  x: number;
  y: number;
}

const FOCUSABLE =
  'a[href], area[href], button, input, select, textarea, summary, iframe, audio[controls], video[controls], [tabindex], [contenteditable=""], [contenteditable="true" i], [contenteditable="plaintext-only" i]';

/** Finds where a press on `target` lands: the element itself or what it contains there. */
export function land(target: Element, at: { x: number; y: number }): Landing {
  let box = target.getBoundingClientRect();
  const offset = { x: Math.max(0, Math.min(at.x, box.width)), y: Math.max(0, Math.min(at.y, box.height)) };
  if (outside(box.left + offset.x, innerWidth) || outside(box.top + offset.y, innerHeight)) {
    target.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    box = target.getBoundingClientRect();
  }
  const x = box.left + offset.x;
  const y = box.top + offset.y;
  const hit = elementAt(x, y);
  return { element: hit && within(hit, target) ? hit : reachable(target), x, y };
}

const outside = (value: number, end: number) => value < 0 || value >= end;

/** Icons inside buttons often let the pointer through; the press is their parent's then. */
function reachable(target: Element): Element {
  for (const at of outwards(target)) if (getComputedStyle(at).pointerEvents !== 'none') return at;
  return target;
}

/** Presses `landing`, after all guards. */
export function press(page: Page, { element, x, y }: Landing, { button, double }: Press): number {
  const refused = refusal(page, element) ?? refusalToActivate(page, element);
  if (refused !== undefined) return refused;
  hover(element, x, y);
  for (let count = 1; count <= (double ? 2 : 1); count++) {
    const at = { x, y, button, detail: count };
    if (pointer(element, 'pointerdown', { ...at, buttons: 1 << button })) {
      if (mouse(element, 'mousedown', { ...at, buttons: 1 << button })) takeFocus(element, x, y);
    }
    pointer(element, 'pointerup', at);
    mouse(element, 'mouseup', at);
    // The handlers so far may have changed what a click would do.
    const changed = element.isConnected ? (refusal(page, element) ?? refusalToActivate(page, element)) : Result.gone;
    if (changed !== undefined) return changed;
    pointer(element, button === 0 ? 'click' : button === 2 ? 'contextmenu' : 'auxclick', at);
  }
  if (double && button === 0 && element.isConnected) mouse(element, 'dblclick', { x, y, button, detail: 2 });
  return Result.done;
}

/** What Enter or Space does to a button, a link or a checkbox. */
export function activate(page: Page, element: Element): number {
  const refused = refusal(page, element) ?? refusalToActivate(page, element);
  if (refused !== undefined) return refused;
  pointer(element, 'click', { x: 0, y: 0, button: 0, detail: 0 });
  return Result.done;
}

let over: WeakRef<Element> | undefined;

function hover(element: Element, x: number, y: number): void {
  const before = over?.deref();
  const at = { x, y, button: 0, detail: 0 };
  if (before !== element) {
    if (before?.isConnected) {
      pointer(before, 'pointerout', at);
      mouse(before, 'mouseout', at);
    }
    pointer(element, 'pointerover', at);
    mouse(element, 'mouseover', at);
    mouse(element, 'mouseenter', at, false);
    over = new WeakRef(element);
  }
  pointer(element, 'pointermove', at);
  mouse(element, 'mousemove', at);
}

interface At {
  x: number;
  y: number;
  button: number;
  detail: number;
  buttons?: number;
}

function init({ x, y, button, detail, buttons = 0 }: At, bubbles: boolean): MouseEventInit {
  return {
    bubbles,
    cancelable: bubbles,
    composed: true,
    view: window,
    detail,
    clientX: x,
    clientY: y,
    screenX: screenX + x,
    screenY: screenY + y,
    button,
    buttons,
  };
}

/** False if the page prevented what comes next. */
function pointer(element: Element, type: string, at: At): boolean {
  const event = new PointerEvent(type, {
    ...init(at, true),
    pointerId: 1,
    pointerType: 'mouse',
    isPrimary: true,
    width: 1,
    height: 1,
    pressure: at.buttons ? 0.5 : 0,
  });
  return element.dispatchEvent(event);
}

function mouse(element: Element, type: string, at: At, bubbles = true): boolean {
  return element.dispatchEvent(new MouseEvent(type, init(at, bubbles)));
}

/** Focus goes where a press would put it; outside of anything focusable it is taken away. */
function takeFocus(element: Element, x: number, y: number): void {
  for (const at of outwards(element)) {
    if (!(at instanceof HTMLElement || at instanceof SVGElement) || !(at.matches(FOCUSABLE) || at.tabIndex >= 0))
      continue;
    at.focus({ preventScroll: true });
    placeCaret(at, x, y);
    return;
  }
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement !== document.body) activeElement.blur();
}
