// Typing into fields: at the caret, through the browser's own editing command, so that the page's input events,
// undo and length limits work as for a person; through the native value setter where there is no such command.
import { Result } from '../protocol';
import { refusal } from './guard';
import { focused, type Page, tellChanged, within } from './page';

/** Longest text one instruction may type, in UTF-16 units. */
const MOST_TEXT = 10_000;
const TEXT_TYPES = new Set(['text', 'search', 'url', 'tel', 'email', 'number']);
const VALUE_TYPES = new Set(['date', 'time', 'month', 'week', 'datetime-local', 'color', 'range']);

export type TextField = HTMLInputElement | HTMLTextAreaElement;

/** The field or editing host an element belongs to. */
export function editable(element: Element | null): TextField | HTMLElement | undefined {
  if (element instanceof HTMLTextAreaElement) return element;
  if (element instanceof HTMLInputElement)
    return TEXT_TYPES.has(element.type) || VALUE_TYPES.has(element.type) ? element : undefined;
  if (!(element instanceof HTMLElement) || !element.isContentEditable) return undefined;
  let host = element;
  while (host.parentElement?.isContentEditable) host = host.parentElement;
  return host;
}

export function isTextField(element: Element | undefined): element is TextField {
  return (
    element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && TEXT_TYPES.has(element.type))
  );
}

/** Types at the caret. */
export function type(page: Page, element: Element, text: string): number {
  const field = editable(element);
  if (!field || readOnly(field)) return Result.disabled;
  if (text.length > MOST_TEXT) return Result.notAllowed;
  const ready = enter(page, field);
  if (ready !== undefined) return ready;
  if (field instanceof HTMLInputElement && VALUE_TYPES.has(field.type)) return setWhole(page, field, text);
  const clean = field instanceof HTMLInputElement ? text.replace(/[\r\n]+/g, ' ') : text.replace(/\r\n?/g, '\n');
  if (!announce(field, 'insertText', clean)) return Result.done;
  if (!document.execCommand('insertText', false, clean) && isTextField(field)) splice(page, field, clean);
  return Result.done;
}

/** Erases what is selected, or one character before (`delete`) or behind (`forwardDelete`) the caret. */
export function erase(page: Page, field: TextField | HTMLElement, command: 'delete' | 'forwardDelete'): number {
  if (readOnly(field)) return Result.disabled;
  const ready = enter(page, field);
  if (ready !== undefined) return ready;
  if (!announce(field, command === 'delete' ? 'deleteContentBackward' : 'deleteContentForward', null))
    return Result.done;
  if (!document.execCommand(command) && isTextField(field)) splice(page, field, '', command === 'delete' ? -1 : 1);
  return Result.done;
}

/** A new line, or a new paragraph in rich text. */
export function breakLine(page: Page, field: HTMLElement, soft: boolean): number {
  if (field instanceof HTMLTextAreaElement) return type(page, field, '\n');
  const ready = enter(page, field);
  if (ready !== undefined) return ready;
  const command = soft ? 'insertLineBreak' : 'insertParagraph';
  if (announce(field, command, null)) document.execCommand(command);
  return Result.done;
}

/** Editors that draw their own text live by this event, which the browser's command does not send; false: they did it. */
function announce(field: HTMLElement, inputType: string, data: string | null): boolean {
  const selection = getSelection();
  const range = !isTextField(field) && selection && selection.rangeCount > 0 ? selection.getRangeAt(0) : undefined;
  const targetRanges = range ? [new StaticRange(range)] : [];
  const init = { bubbles: true, composed: true, cancelable: true, inputType, data, targetRanges };
  return field.dispatchEvent(new InputEvent('beforeinput', init));
}

/** Puts the caret where a press landed. */
export function placeCaret(element: Element, x: number, y: number): void {
  const field = editable(element);
  if (!field) return;
  const found = caretAt(x, y);
  if (isTextField(field)) {
    const end = found?.node === field ? found.offset : field.value.length;
    if (field.selectionStart !== null) field.setSelectionRange(end, end);
  } else if (found && field.contains(found.node)) getSelection()?.collapse(found.node, found.offset);
}

interface CaretPosition {
  offsetNode: Node;
  offset: number;
}

function caretAt(x: number, y: number): { node: Node; offset: number } | undefined {
  const here: Document & { caretPositionFromPoint?(x: number, y: number): CaretPosition | null } = document;
  const position = here.caretPositionFromPoint?.(x, y);
  if (position) return { node: position.offsetNode, offset: position.offset };
  const range = document.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}

export function readOnly(field: Element): boolean {
  return (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && field.readOnly;
}

/** Brings the focus into the field and makes sure that it stayed there and that nothing became forbidden. */
function enter(page: Page, field: HTMLElement): number | undefined {
  const inside = () => {
    const at = focused();
    return at !== null && within(at, field) && editable(at) === field;
  };
  if (!inside()) {
    field.focus({ preventScroll: true });
    if (isTextField(field) && field.selectionStart !== null)
      field.setSelectionRange(field.value.length, field.value.length);
  }
  const refused = refusal(page, field);
  if (refused !== undefined) return refused;
  if (!inside()) return Result.disabled;
  field.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
  return isTextField(field) ? undefined : selectionRefusal(page, field);
}

/** In rich text the selection must not reach into what is masked or out of agents' hands. */
function selectionRefusal(page: Page, host: HTMLElement): number | undefined {
  const selection = getSelection();
  for (const end of [selection?.anchorNode, selection?.focusNode]) {
    const at = end instanceof Element ? end : end?.parentElement;
    if (!at || !host.contains(at)) continue;
    const refused = refusal(page, at);
    if (refused !== undefined) return refused;
  }
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
  const range = selection.getRangeAt(0);
  for (const inner of host.querySelectorAll('*'))
    if (range.intersectsNode(inner) && page.isHidden(inner)) return Result.masked;
  return undefined;
}

/** Fields that are chosen, not typed: the text is the whole value. */
function setWhole(page: Page, field: HTMLInputElement, text: string): number {
  const before = field.value;
  page.natives.setInputValue.call(field, text);
  if (text !== '' && field.value === '') {
    page.natives.setInputValue.call(field, before);
    return Result.unknown;
  }
  tellChanged(field);
  return Result.done;
}

/** The browser's command was of no use: the same by hand. */
function splice(page: Page, field: TextField, text: string, reach = 0): void {
  const { value } = field;
  let start = field.selectionStart ?? value.length;
  let end = field.selectionEnd ?? value.length;
  if (start === end)
    [start, end] = [Math.max(0, start + Math.min(0, reach)), Math.min(value.length, end + Math.max(0, reach))];
  const inputType = text ? 'insertText' : reach < 0 ? 'deleteContentBackward' : 'deleteContentForward';
  const room = field.maxLength < 0 ? text.length : Math.max(0, field.maxLength - (value.length - (end - start)));
  const added = text.slice(0, room);
  const set = field instanceof HTMLInputElement ? page.natives.setInputValue : page.natives.setTextareaValue;
  set.call(field, value.slice(0, start) + added + value.slice(end));
  if (field.selectionStart !== null) field.setSelectionRange(start + added.length, start + added.length);
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true, inputType, data: text || null }));
  field.addEventListener('blur', () => field.dispatchEvent(new Event('change', { bubbles: true })), { once: true });
}
