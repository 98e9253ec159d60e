// Live state that attributes don't show: values, checks, selections, dialogs, media. Applied after the tree stands,
// since radio groups and selects change each other while they grow.

import { Prop } from '@coview/snippet/protocol';
import * as dom from './dom';

/** How far above a change its select may be: options lie in groups, hardly deeper. */
const OPTION_DEPTH = 6;

/** Keeps the live state of one document as the page has it. */
export class LiveState {
  private readonly selected = new WeakMap<Element, boolean>();
  private readonly radios = new Set<HTMLInputElement>();
  private readonly selects = new Set<HTMLSelectElement>();
  private readonly checked = new Map<HTMLInputElement, boolean>();
  private readonly later: { element: Element; what: number; value: string }[] = [];

  /** Told of each element that was built, so that groups are set right at the end. */
  built(element: Element): void {
    const name = dom.localName(element);
    if (name === 'input') {
      const input = element as HTMLInputElement; // built in HTML: the caller says so
      if (input.type === 'radio' && input.defaultChecked && !this.checked.has(input)) this.radios.add(input);
    } else if (name === 'select') this.selects.add(element as HTMLSelectElement); // by its name
  }

  /** An option's select has to be looked at again. */
  touched(node: Node | null): void {
    let left = OPTION_DEPTH;
    for (let at = node; at && left-- > 0; at = dom.parentNode(at)) {
      if (dom.nodeType(at) !== Node.ELEMENT_NODE || dom.localName(at as Element) !== 'select') continue; // by its node type
      this.selects.add(at as HTMLSelectElement); // by its name
      return;
    }
  }

  /** Takes a live property; it shows after `settle`. */
  take(element: Element, what: number, value: string): void {
    if (what === Prop.selected) {
      this.selected.set(element, value === '1');
      this.touched(element);
    } else if (what === Prop.checked) {
      const input = element as HTMLInputElement; // u:c stands on inputs only; on others the property is harmless
      this.radios.delete(input);
      this.checked.set(input, value === '1');
    } else this.later.push({ element, what, value });
  }

  /** Makes all that was taken show. */
  settle(): void {
    for (const radio of this.radios) radio.checked = true;
    this.radios.clear();
    for (const [input, on] of this.checked) if (!on) input.checked = false;
    for (const [input, on] of this.checked) if (on) input.checked = true; // last: it switches its group off
    this.checked.clear();
    for (const { element, what, value } of this.later.splice(0)) apply(element, what, value);
    for (const select of this.selects) this.choose(select);
    this.selects.clear();
  }

  private choose(select: HTMLSelectElement): void {
    const options = select.options;
    if (!options) return; // an element called select outside HTML
    let last = -1;
    for (let i = 0; i < options.length; i++) {
      const option = options[i];
      if (!option) continue;
      const on = this.selected.get(option) ?? option.defaultSelected;
      if (on) last = i;
      if (select.multiple && option.selected !== on) option.selected = on;
    }
    if (!select.multiple && select.selectedIndex !== last) select.selectedIndex = last;
  }
}

/** Shows one live property; what the element can't take is left. */
function apply(element: Element, what: number, value: string): void {
  try {
    if (what === Prop.value) setValue(element, value);
    else if (what === Prop.indeterminate) (element as HTMLInputElement).indeterminate = value === '1';
    else if (what === Prop.modal) setModal(element, value);
    else if (what === Prop.media) setMedia(element, value);
  } catch {
    // the browser refused the state (a popover without its attribute, a file's name): the tree stays as it is
  }
}

function setValue(element: Element, value: string): void {
  const field = element as HTMLInputElement | HTMLTextAreaElement; // u:v stands on these only
  if (field.type !== 'file' && field.value !== value) field.value = value;
}

function setModal(element: Element, value: string): void {
  if (value === 'p') {
    if (!dom.matches(element, ':popover-open')) dom.showPopover(element);
    return;
  }
  if (dom.localName(element) !== 'dialog') {
    if (value === '' && dom.matches(element, ':popover-open')) dom.hidePopover(element);
    return;
  }
  const dialog = element as HTMLDialogElement; // by its name
  const open = dialog.hasAttribute('open');
  if (value === '1' && !dialog.matches(':modal')) {
    if (open) dialog.removeAttribute('open'); // showModal refuses an open dialog
    dialog.showModal();
  } else if (value === '' && dialog.matches(':modal')) {
    if (!open) dialog.setAttribute('open', ''); // close does nothing without it
    dialog.close();
    if (open) dialog.setAttribute('open', '');
  } else if (value === '' && element.matches(':popover-open')) dialog.hidePopover();
}

/** `paused currentTime playbackRate muted volume`; always silent here, since an agent listens to the visitor. */
function setMedia(element: Element, value: string): void {
  const media = element as HTMLMediaElement; // u:media stands on these only
  const [paused, time, rate] = value.split(' ');
  media.muted = true;
  const seconds = Number(time);
  if (Number.isFinite(seconds) && Math.abs(media.currentTime - seconds) > 0.5) media.currentTime = seconds;
  const speed = Number(rate);
  if (speed > 0 && speed <= 16) media.playbackRate = speed;
  if (paused === '1' || paused === 'true') media.pause();
  else media.play()?.catch(() => undefined); // without its data there is nothing to play
}
