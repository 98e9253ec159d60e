// The agent's tools: what a pointer over the stage means. Nothing is asked of the page without the grant for it; the
// edge and the page check that again.

import type { Instruction } from '@coview/snippet/protocol';
import * as dom from '../mirror/dom';
import type { Mirror } from '../mirror/mirror';
import { elementAt, limits, nearest, scrollable } from './hit';
import { Keyboard } from './keyboard';
import { Paced } from './pace';
import type { Box, Stage } from './stage';

/** What the agent's pointer does. */
export type Tool = 'look' | 'laser' | 'highlight' | 'control';

/** A select that the agent clicked: its options are chosen in the agent's own menu. */
export interface Choice {
  id: number;
  multiple: boolean;
  options: { index: number; label: string; selected: boolean; disabled: boolean; group: string }[];
  /** Where the select is, on the agent's screen. */
  box: Box;
}

/** What tools need of the view. */
export interface ToolHost {
  mirror(): Mirror | undefined;
  may(grant: 'point' | 'control'): boolean;
  instruct(instruction: Instruction): void;
  choose(choice: Choice): void;
}

const PACE_MS = 34;
const SCROLL_MEMORY_MS = 1000;

type ScrollTarget = { id: number; x: number; y: number };

/** Listens on the stage's surface. */
export class Tools {
  private current: Tool = 'look';
  private readonly abort = new AbortController();
  private readonly keyboard: Keyboard;
  private readonly laser = new Paced<{ x: number; y: number }>(PACE_MS, (point) =>
    this.host.instruct({ kind: 'Laser', ...point }),
  );
  private readonly scroll = new Paced<ScrollTarget>(PACE_MS, (to) =>
    this.host.instruct({ kind: 'Scroll', doc: 0, ...to }),
  );
  private lasing = false;
  private marked: number | undefined;
  private heading: (ScrollTarget & { at: number }) | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly host: ToolHost,
  ) {
    const { surface } = stage;
    const { signal } = this.abort;
    surface.addEventListener('pointermove', (event) => this.moved(event), { signal });
    surface.addEventListener('pointerleave', () => this.left(), { signal });
    surface.addEventListener('pointerdown', (event) => this.pressed(event), { signal });
    surface.addEventListener('click', (event) => this.clicked(event, 0), { signal });
    surface.addEventListener('auxclick', (event) => this.clicked(event, event.button), { signal });
    surface.addEventListener('wheel', (event) => this.wheel(event), { signal, passive: false });
    surface.addEventListener('contextmenu', (event) => this.current === 'control' && event.preventDefault(), {
      signal,
    });
    this.keyboard = new Keyboard(stage.keys, signal, host);
  }

  get tool(): Tool {
    return this.current;
  }

  set tool(tool: Tool) {
    this.left();
    if (this.marked !== undefined && tool !== 'highlight') this.unmark();
    this.stage.surface.className = `surface ${tool}`;
    this.current = tool;
    this.allowed();
  }

  /** Grants changed. */
  allowed(): void {
    this.stage.keys.disabled = this.current !== 'control' || !this.host.may('control');
    if (!this.host.may('point')) this.left();
  }

  /** The page changed: boxes are drawn where their elements are now. */
  redraw(): void {
    const mirror = this.host.mirror();
    this.stage.draw('mark', boxOf(mirror, this.marked));
    this.stage.draw('focus', mirror?.focus ? boxOf(mirror, mirror.focus) : undefined);
    this.stage.draw('hover', undefined);
  }

  dispose(): void {
    this.laser.cancel();
    this.scroll.cancel();
    this.abort.abort();
  }

  /** The element under the pointer that the page knows. */
  private under(event: MouseEvent): { element: Element; id: number; x: number; y: number } | undefined {
    const mirror = this.host.mirror();
    const point = this.stage.at(event);
    if (!mirror || !point) return undefined;
    const hit = elementAt(mirror.document, point.x, point.y);
    const known = hit && nearest(hit, (node) => mirror.idOf(node));
    return known && { ...known, ...point };
  }

  private moved(event: PointerEvent): void {
    if (!this.host.may('point')) return;
    if (this.current === 'laser') {
      const point = this.stage.at(event);
      if (point) {
        this.lasing = true;
        this.laser.call(point);
      } else this.left();
    } else if (this.current === 'highlight') {
      const under = this.under(event);
      this.stage.draw('hover', under && boxOf(this.host.mirror(), under.id));
    }
  }

  private left(): void {
    this.stage.draw('hover', undefined);
    this.laser.cancel();
    if (!this.lasing) return;
    this.lasing = false;
    this.host.instruct({ kind: 'LaserOff' });
  }

  private pressed(event: PointerEvent): void {
    if (this.current !== 'control' || !this.host.may('control')) return;
    event.preventDefault(); // the keyboard stays with us
    const point = this.stage.at(event);
    if (point) this.stage.typeAt(point);
    this.stage.keys.focus({ preventScroll: true });
  }

  private clicked(event: MouseEvent, button: number): void {
    const under = this.under(event);
    if (!under) return;
    if (this.current === 'highlight' && this.host.may('point')) this.mark(under.id);
    else if (this.current === 'control' && this.host.may('control')) this.click(under, button, event.detail === 2);
  }

  private mark(id: number): void {
    if (this.marked === id) {
      this.unmark();
      return;
    }
    this.marked = id;
    this.host.instruct({ kind: 'Highlight', doc: 0, id });
    this.redraw();
  }

  private unmark(): void {
    this.marked = undefined;
    this.stage.draw('mark', undefined);
    if (this.host.may('point')) this.host.instruct({ kind: 'HighlightOff' });
  }

  private click(under: { element: Element; id: number; x: number; y: number }, button: number, double: boolean): void {
    const { element, id } = under;
    this.keyboard.target = id;
    const select = dom.closest(element, 'select') as HTMLSelectElement | null; // by the selector
    const selectId = select ? this.host.mirror()?.idOf(select) : undefined;
    if (select && selectId !== undefined && button === 0) {
      this.host.choose(this.choice(select, selectId));
      return;
    }
    const box = dom.boxOf(element);
    this.host.instruct({ kind: 'Click', doc: 0, id, x: under.x - box.left, y: under.y - box.top, button, double });
  }

  private choice(select: HTMLSelectElement, id: number): Choice {
    const options = [...select.options].map((option, index) => ({
      index,
      label: option.label,
      selected: option.selected,
      disabled: option.disabled || (option.parentElement as HTMLOptGroupElement).disabled === true, // a select has none
      group: option.parentElement?.localName === 'optgroup' ? (option.parentElement.getAttribute('label') ?? '') : '',
    }));
    return { id, multiple: select.multiple, options, box: this.stage.onScreen(select.getBoundingClientRect()) };
  }

  private wheel(event: WheelEvent): void {
    if (this.current === 'look' || event.ctrlKey || !this.host.may('point')) return;
    const under = this.under(event);
    const mirror = this.host.mirror();
    if (!under || !mirror) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? mirror.viewport.height : 1;
    const dx = event.deltaX * unit;
    const dy = event.deltaY * unit;
    const found = scrollable(mirror.document, under.element, dx, dy);
    const known = found && nearest(found, (node) => mirror.idOf(node));
    const element = known?.element ?? dom.scrollerOf(mirror.document);
    if (element) this.scrollBy(element, known?.id ?? 0, dx, dy);
  }

  /** Adds to where the page is heading, since its answer is still on the way. */
  private scrollBy(element: Element, id: number, dx: number, dy: number): void {
    const now = performance.now();
    const { heading } = this;
    const from =
      heading?.id === id && now - heading.at < SCROLL_MEMORY_MS
        ? heading
        : { x: dom.scrollLeft(element), y: dom.scrollTop(element) };
    const most = limits(element);
    const to = {
      id,
      x: Math.max(Math.min(0, -most.x), Math.min(most.x, from.x + dx)), // right to left: from -most to 0
      y: Math.max(0, Math.min(most.y, from.y + dy)),
    };
    this.heading = { ...to, at: now };
    this.scroll.call(to);
  }
}

function boxOf(mirror: Mirror | undefined, id: number | undefined): Box | undefined {
  const node = id === undefined ? undefined : mirror?.nodeOf(id);
  if (!node || dom.nodeType(node) !== Node.ELEMENT_NODE) return undefined;
  return dom.boxOf(node as Element); // by its node type
}
