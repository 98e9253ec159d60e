// A key press: the events a page listens for, then what the browser would have done, which synthetic events don't do.
import { Result } from '../protocol';
import { step } from './choice';
import { formIsWeb, refusal } from './guard';
import { outwards, type Page, parent } from './page';
import { activate } from './pointer';
import { nextStop } from './tab-order';
import { breakLine, editable, erase, isTextField, type TextField, type } from './text';

export interface Key {
  key: string;
  shift: boolean;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
}

const CODES: Readonly<Record<string, number>> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Escape: 27,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Delete: 46,
};
/** What would reach the visitor's clipboard. */
const CLIPBOARD = /^[cvx]$/i;

/** Presses a key in an element that passed the guard. */
export function pressKey(page: Page, element: Element, key: Key): number {
  const printable = [...key.key].length === 1;
  if (!printable && !Object.hasOwn(CODES, key.key)) return Result.unknown;
  const command = key.ctrl || key.meta;
  if (command && CLIPBOARD.test(key.key)) return Result.notAllowed;
  let result: number = Result.done;
  if (fire(element, 'keydown', key)) {
    const typed = (printable && !command) || key.key === 'Enter';
    if (!typed || fire(element, 'keypress', key)) {
      // The page's own handlers had their turn: what was allowed before may not be now.
      result = refusal(page, element) ?? act(page, element, key, printable, command);
    }
  }
  if (element.isConnected) fire(element, 'keyup', key);
  return result;
}

function fire(element: Element, type: string, { key, shift, ctrl, alt, meta }: Key): boolean {
  const keyCode = CODES[key] ?? key.toUpperCase().charCodeAt(0);
  const init: KeyboardEventInit & { keyCode: number; which: number; charCode: number } = {
    key,
    code: codeOf(key),
    bubbles: true,
    cancelable: true,
    composed: true,
    view: window,
    shiftKey: shift,
    ctrlKey: ctrl,
    altKey: alt,
    metaKey: meta,
    keyCode,
    which: keyCode,
    charCode: type === 'keypress' ? key.charCodeAt(0) : 0,
  };
  return element.dispatchEvent(new KeyboardEvent(type, init));
}

function codeOf(key: string): string {
  if (/^[a-z]$/i.test(key)) return `Key${key.toUpperCase()}`;
  if (/^\d$/.test(key)) return `Digit${key}`;
  return key === ' ' ? 'Space' : key;
}

/** The default action, as far as a person's key would have one. */
function act(page: Page, element: Element, key: Key, printable: boolean, command: boolean): number {
  const field = editable(element);
  if (command) return key.key.toLowerCase() === 'a' && field ? selectAll(field) : Result.done;
  if (key.alt) return Result.done;
  if (field && !(field instanceof HTMLInputElement && !isTextField(field))) {
    const edited = edit(page, field, key, printable);
    if (edited !== undefined) return edited;
  }
  switch (key.key) {
    case 'Tab':
      return tab(page, element, key.shift);
    case 'Enter':
      return enter(page, element);
    case ' ':
      return element.matches(
        'button, summary, input:is([type="checkbox" i], [type="radio" i], [type="button" i], [type="submit" i], [type="reset" i])',
      )
        ? activate(page, element)
        : scrollBy(element, key.shift ? -0.9 : 0.9);
    case 'Escape':
      return cancelDialog(element);
    case 'ArrowUp':
    case 'ArrowLeft':
      return step(page, element, -1) ?? (key.key === 'ArrowUp' ? scrollBy(element, -0.1) : Result.done);
    case 'ArrowDown':
    case 'ArrowRight':
      return step(page, element, 1) ?? (key.key === 'ArrowDown' ? scrollBy(element, 0.1) : Result.done);
    case 'PageUp':
      return scrollBy(element, -0.9);
    case 'PageDown':
      return scrollBy(element, 0.9);
    case 'Home':
      return scrollBy(element, Number.NEGATIVE_INFINITY);
    case 'End':
      return scrollBy(element, Number.POSITIVE_INFINITY);
    default:
      return Result.done;
  }
}

/** Keys that mean something to text; undefined for those that mean the same as elsewhere. */
function edit(page: Page, field: TextField | HTMLElement, { key, shift }: Key, printable: boolean): number | undefined {
  if (printable) return type(page, field, key);
  if (key === 'Backspace') return erase(page, field, 'delete');
  if (key === 'Delete') return erase(page, field, 'forwardDelete');
  if (key === 'Enter' && !(field instanceof HTMLInputElement)) return breakLine(page, field, shift);
  if (field instanceof HTMLInputElement && (key === 'ArrowUp' || key === 'ArrowDown')) return undefined;
  if (key.startsWith('Arrow') || key === 'Home' || key === 'End') return moveCaret(field, key, shift);
  return undefined;
}

function selectAll(field: TextField | HTMLElement): number {
  if (isTextField(field)) field.select();
  else if (field.isContentEditable) getSelection()?.selectAllChildren(field);
  return Result.done;
}

function moveCaret(field: TextField | HTMLElement, key: string, extend: boolean): number {
  if (!isTextField(field)) {
    const line = key === 'ArrowUp' || key === 'ArrowDown';
    const unit = key.startsWith('Arrow') ? (line ? 'line' : 'character') : 'lineboundary';
    const direction =
      { ArrowUp: 'backward', ArrowLeft: 'left', ArrowRight: 'right', Home: 'backward' }[key] ?? 'forward';
    getSelection()?.modify(extend ? 'extend' : 'move', direction, unit);
    return Result.done;
  }
  const { value, selectionStart, selectionEnd } = field;
  if (selectionStart === null || selectionEnd === null) return Result.done;
  const backward = field.selectionDirection === 'backward';
  const from = backward ? selectionStart : selectionEnd;
  const to = caretTarget(value, from, key);
  if (!extend) {
    const collapse = key === 'ArrowLeft' ? selectionStart : key === 'ArrowRight' ? selectionEnd : to;
    const at = selectionStart === selectionEnd ? to : collapse;
    field.setSelectionRange(at, at);
  } else {
    const anchor = backward ? selectionEnd : selectionStart;
    field.setSelectionRange(Math.min(anchor, to), Math.max(anchor, to), to < anchor ? 'backward' : 'forward');
  }
  return Result.done;
}

/** Where a key takes the caret in plain text, line by line as written. */
function caretTarget(value: string, from: number, key: string): number {
  const lineStart = value.lastIndexOf('\n', from - 1) + 1;
  const nextBreak = value.indexOf('\n', from);
  const lineEnd = nextBreak < 0 ? value.length : nextBreak;
  const column = from - lineStart;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, from - (isTrail(value, from - 1) ? 2 : 1));
    case 'ArrowRight':
      return Math.min(value.length, from + (isTrail(value, from + 1) ? 2 : 1));
    case 'Home':
      return lineStart;
    case 'End':
      return lineEnd;
    case 'ArrowUp': {
      if (lineStart === 0) return 0;
      const above = value.lastIndexOf('\n', lineStart - 2) + 1;
      return Math.min(above + column, lineStart - 1);
    }
    default: {
      if (nextBreak < 0) return value.length;
      const below = value.indexOf('\n', lineEnd + 1);
      return Math.min(lineEnd + 1 + column, below < 0 ? value.length : below);
    }
  }
}

/** The second half of a surrogate pair. */
function isTrail(value: string, at: number): boolean {
  return value.charCodeAt(at) >> 10 === 0x37;
}

function tab(page: Page, element: Element, back: boolean): number {
  const next = nextStop(page, element, back);
  if (!next) return Result.done;
  next.focus();
  if (next instanceof HTMLInputElement && isTextField(next)) next.select();
  return Result.done;
}

function enter(page: Page, element: Element): number {
  if (
    element.matches(
      'button, summary, a[href], area[href], input:is([type="submit" i], [type="button" i], [type="reset" i], [type="image" i])',
    )
  ) {
    return activate(page, element);
  }
  return element instanceof HTMLInputElement && element.form ? submit(page, element.form) : Result.done;
}

/** Implicit submission: the form's default button is pressed, or the form sent if it has no such button. */
function submit(page: Page, form: HTMLFormElement): number {
  const fields = [...HTMLFormElement.prototype.querySelectorAll.call(form, 'button, input')];
  const button = fields.find(
    (one): one is HTMLButtonElement | HTMLInputElement =>
      (one instanceof HTMLButtonElement && one.type === 'submit') ||
      (one instanceof HTMLInputElement && (one.type === 'submit' || one.type === 'image')),
  );
  if (button) {
    const refused = refusal(page, button);
    // A default button need not be visible.
    if (button.matches(':disabled')) return Result.done;
    if (refused !== undefined && refused !== Result.disabled) return refused;
    if (!formIsWeb(button)) return Result.notAllowed;
    HTMLElement.prototype.click.call(button);
    return Result.done;
  }
  const texts = fields.filter((one) => one instanceof HTMLInputElement && editable(one)).length;
  const action = form.getAttribute('action');
  if (action && !formIsWeb(fields[0] ?? form)) return Result.notAllowed;
  if (texts <= 1) HTMLFormElement.prototype.requestSubmit.call(form);
  return Result.done;
}

function cancelDialog(element: Element): number {
  for (const at of outwards(element)) {
    if (!(at instanceof HTMLDialogElement) || !at.open || !at.matches(':modal')) continue;
    if (at.dispatchEvent(new Event('cancel', { cancelable: true }))) at.close();
    break;
  }
  return Result.done;
}

/** Scrolls the nearest scroller by parts of its height. */
function scrollBy(element: Element, parts: number): number {
  for (let at: Element | null = element; at; at = parent(at)) {
    const scrolls = at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY);
    if (!scrolls && at !== document.documentElement) continue;
    const top = Number.isFinite(parts) ? at.scrollTop + parts * at.clientHeight : parts < 0 ? 0 : at.scrollHeight;
    at.scrollTo({ top, behavior: 'instant' });
    break;
  }
  return Result.done;
}
