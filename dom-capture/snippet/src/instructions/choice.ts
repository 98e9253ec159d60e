// Choosing: options of a select, the next radio button, a step up or down.
import { Result } from '../protocol';
import { refusal } from './guard';
import { type Page, tellChanged } from './page';
import { activate } from './pointer';

/** Selects exactly these options. */
export function select(page: Page, element: Element, indexes: readonly number[]): number {
  if (!(element instanceof HTMLSelectElement)) return Result.unknown;
  if (!element.multiple && indexes.length !== 1) return Result.unknown;
  const chosen = new Set<Element>();
  for (const index of indexes) {
    const option = element.options[index];
    if (!option) return Result.gone;
    if (page.isHidden(option)) return Result.masked;
    if (isOff(option)) return Result.disabled;
    chosen.add(option);
  }
  for (const option of element.options) {
    if (element.multiple ? page.natives.selected.call(option) !== chosen.has(option) : chosen.has(option)) {
      // Masked and disabled options stay as they are.
      if (!page.isHidden(option) && !isOff(option)) page.natives.setSelected.call(option, chosen.has(option));
    }
  }
  tellChanged(element);
  return Result.done;
}

/** An option that was pressed: chosen, or toggled where several may be. */
export function pressOption(page: Page, option: HTMLOptionElement): number {
  const list = option.closest('select');
  if (!list) return Result.unknown;
  const refused = refusal(page, list);
  if (refused !== undefined) return refused;
  const chosen = new Set([...list.selectedOptions].map((one) => one.index));
  if (!list.multiple) return select(page, list, [option.index]);
  if (!chosen.delete(option.index)) chosen.add(option.index);
  return select(page, list, [...chosen]);
}

function isOff(option: HTMLOptionElement): boolean {
  return option.disabled || option.closest('optgroup:disabled') !== null;
}

/** What an arrow does to a select, a radio button, a number or a slider; undefined if it does nothing there. */
export function step(page: Page, element: Element, by: 1 | -1): number | undefined {
  if (element instanceof HTMLSelectElement && !element.multiple) return stepSelect(page, element, by);
  if (!(element instanceof HTMLInputElement)) return undefined;
  if (element.type === 'radio') return stepRadio(page, element, by);
  if (element.type !== 'number' && element.type !== 'range') return undefined;
  if (element.readOnly) return Result.disabled;
  const before = element.value;
  // On the page these count upwards: ArrowUp is more.
  if (by < 0) HTMLInputElement.prototype.stepUp.call(element);
  else HTMLInputElement.prototype.stepDown.call(element);
  if (element.value !== before) tellChanged(element);
  return Result.done;
}

function stepSelect(page: Page, element: HTMLSelectElement, by: 1 | -1): number {
  for (let index = element.selectedIndex + by; index >= 0 && index < element.options.length; index += by) {
    const option = element.options[index];
    if (option && !isOff(option) && !page.isHidden(option)) return select(page, element, [index]);
  }
  return Result.done;
}

function stepRadio(page: Page, element: HTMLInputElement, by: 1 | -1): number {
  const root = element.getRootNode();
  if (!(root instanceof Document || root instanceof ShadowRoot)) return Result.gone;
  const group = [...root.querySelectorAll<HTMLInputElement>('input[type="radio" i]')].filter(
    (one) => one.name === element.name && one.form === element.form && !one.disabled,
  );
  const next = group[(group.indexOf(element) + by + group.length) % group.length];
  if (!next) return Result.gone;
  const result = activate(page, next);
  if (result === Result.done) next.focus();
  return result;
}
