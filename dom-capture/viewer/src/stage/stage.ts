// Where an agent sees the page: the mirrored frame at the visitor's size, scaled to its container, what is drawn over
// it, and the surface that catches the agent's input so that none of it reaches the mirrored page.
import { Pointer } from '@coview/snippet/protocol';
import { createFrame } from '../mirror/document';
import type { PointerState } from '../mirror/mirror';
import { STAGE_CSS } from './style';

/** A rectangle in the visitor's viewport, CSS px. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What is drawn around an element. */
export type Mark = 'hover' | 'mark' | 'focus';

/** Words of the stage, for other languages. */
export interface StageLabels {
  page: string;
  keys: string;
}

export const LABELS: StageLabels = {
  page: 'The visitor’s page',
  keys: 'Typing goes to the visitor’s page. Shift and Escape leaves it.',
};

/** The agent's picture of the page. */
export class Stage {
  readonly surface: HTMLElement;
  readonly keys: HTMLTextAreaElement;
  /** Px on the agent's screen per px of the visitor's viewport. */
  scale = 1;
  private readonly host: HTMLElement;
  private readonly root: ShadowRoot;
  private readonly stage: HTMLElement;
  private readonly page: HTMLElement;
  private readonly marks: HTMLElement;
  private readonly boxes: Record<Mark, HTMLElement>;
  private readonly cursor: HTMLElement;
  private readonly name: HTMLElement;
  private readonly observer: ResizeObserver;
  private shown: HTMLIFrameElement | undefined;
  private size = { width: 0, height: 0 };
  private place = { x: 0, y: 0 };
  private fixed: number | undefined;

  /** @param resized is told when the scale may have changed. */
  constructor(
    container: HTMLElement,
    private readonly labels: StageLabels,
    private readonly resized: () => void,
  ) {
    const doc = container.ownerDocument;
    const make = <K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] => {
      const element = doc.createElement(tag);
      element.className = name;
      return element;
    };
    this.host = make('div', 'coview-stage');
    this.root = this.host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet(); // unlike a style element, not subject to the embedder's policy
    sheet.replaceSync(STAGE_CSS);
    this.root.adoptedStyleSheets = [sheet];
    this.stage = make('div', 'stage');
    this.page = make('div', 'page');
    this.marks = make('div', 'marks');
    this.marks.ariaHidden = 'true';
    this.boxes = { hover: make('div', 'box hover'), mark: make('div', 'box mark'), focus: make('div', 'box focus') };
    this.cursor = make('div', 'pointer');
    this.name = make('span', '');
    this.cursor.append(arrow(doc), this.name);
    this.marks.append(this.boxes.focus, this.boxes.hover, this.boxes.mark, this.cursor);
    this.surface = make('div', 'surface');
    this.keys = keyboard(make('textarea', 'keys'), labels.keys);
    this.stage.append(this.page, this.marks, this.surface, this.keys, make('div', 'ring'));
    this.root.append(this.stage);
    container.append(this.host);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.host);
  }

  /** A new frame behind the one that is shown. */
  frame(): HTMLIFrameElement {
    const frame = createFrame(this.page);
    frame.title = this.labels.page;
    frame.style.width = `${this.size.width}px`;
    frame.style.height = `${this.size.height}px`;
    return frame;
  }

  /** Shows a frame in place of the one before. */
  show(frame: HTMLIFrameElement): void {
    if (this.shown && this.shown !== frame) this.shown.remove();
    for (const other of [...this.page.children]) if (other !== frame) other.remove();
    this.shown = frame;
    frame.classList.add('shown');
  }

  /** Takes the picture away. */
  clear(): void {
    this.shown = undefined;
    this.page.replaceChildren();
    for (const mark of ['hover', 'mark', 'focus'] as const) this.draw(mark, undefined);
    this.pointer(undefined);
  }

  /** Greys the picture: it may be older than the page. */
  stale(stale: boolean): void {
    this.stage.classList.toggle('stale', stale);
  }

  /** Takes the visitor's viewport. */
  viewport(width: number, height: number): void {
    this.size = { width, height };
    for (const frame of this.page.children) {
      (frame as HTMLElement).style.width = `${width}px`; // only frames are in it
      (frame as HTMLElement).style.height = `${height}px`;
    }
    this.fit();
  }

  /** Takes the viewport if it is another; true if it was. */
  sized(width: number, height: number): boolean {
    if (width === this.size.width && height === this.size.height) return false;
    this.viewport(width, height);
    return true;
  }

  /** A fixed scale, or `undefined` to fit the container. */
  zoom(scale: number | undefined): void {
    this.fixed = scale;
    this.fit();
  }

  /** Runs what may move the keyboard's focus into the page (a dialog that opens), and brings it back. */
  keepFocus<T>(run: () => T): T {
    const { ownerDocument } = this.host;
    const before = ownerDocument.activeElement;
    const inside = this.root.activeElement;
    try {
      return run();
    } finally {
      if (ownerDocument.activeElement !== before || this.root.activeElement !== inside) {
        const back = before === this.host ? inside : before;
        if (back instanceof HTMLElement && back !== ownerDocument.body) back.focus({ preventScroll: true });
        else (this.root.activeElement as HTMLElement | null)?.blur(); // a frame: it is an HTML element
      }
    }
  }

  pointer(state: PointerState | undefined): void {
    const { style, classList } = this.cursor;
    if (!state || state.state === Pointer.left) {
      style.display = 'none';
      return;
    }
    style.display = 'block';
    style.transform = `translate(${state.x}px, ${state.y}px) scale(${1 / this.scale})`;
    style.transformOrigin = '0 0';
    classList.toggle('pressed', state.state === Pointer.pressed);
    classList.toggle('touch', state.state === Pointer.touch);
  }

  /** The name beside the visitor's pointer. */
  visitor(name: string): void {
    this.name.textContent = name;
    this.name.hidden = name === '';
  }

  draw(mark: Mark, box: Box | undefined): void {
    const { style } = this.boxes[mark];
    style.display = box ? 'block' : 'none';
    if (!box) return;
    const edge = mark === 'mark' ? 3 : 2;
    style.left = `${box.left - edge}px`;
    style.top = `${box.top - edge}px`;
    style.width = `${box.width + 2 * edge}px`;
    style.height = `${box.height + 2 * edge}px`;
  }

  /** Where an event of the surface is in the visitor's viewport; undefined beside the page. */
  at(event: MouseEvent): { x: number; y: number } | undefined {
    const box = this.surface.getBoundingClientRect();
    const x = (event.clientX - box.left - this.place.x) / this.scale;
    const y = (event.clientY - box.top - this.place.y) / this.scale;
    const inside = x >= 0 && y >= 0 && x < this.size.width && y < this.size.height;
    return inside ? { x, y } : undefined;
  }

  /** A rectangle of the visitor's viewport on the agent's screen. */
  onScreen(box: Box): Box {
    const stage = this.surface.getBoundingClientRect();
    return {
      left: stage.left + this.place.x + box.left * this.scale,
      top: stage.top + this.place.y + box.top * this.scale,
      width: box.width * this.scale,
      height: box.height * this.scale,
    };
  }

  /** Puts the keyboard's input where the agent clicked, so that an input method opens its window there. */
  typeAt(point: { x: number; y: number }): void {
    this.keys.style.left = `${this.place.x + point.x * this.scale}px`;
    this.keys.style.top = `${this.place.y + point.y * this.scale}px`;
  }

  dispose(): void {
    this.observer.disconnect();
    this.host.remove();
  }

  private fit(): void {
    const { width, height } = this.size;
    const room = { width: this.host.clientWidth, height: this.host.clientHeight };
    if (width === 0 || height === 0 || room.width === 0) return;
    this.scale = this.fixed ?? Math.min(1, room.width / width, room.height / height);
    this.place = {
      x: Math.max(0, (room.width - width * this.scale) / 2),
      y: Math.max(0, (room.height - height * this.scale) / 2),
    };
    const transform = `translate(${this.place.x}px, ${this.place.y}px) scale(${this.scale})`;
    this.page.style.transform = transform;
    this.marks.style.transform = transform;
    this.resized();
  }
}

function keyboard(keys: HTMLTextAreaElement, label: string): HTMLTextAreaElement {
  keys.ariaLabel = label;
  keys.autocapitalize = 'off';
  keys.autocomplete = 'off';
  keys.spellcheck = false;
  keys.setAttribute('autocorrect', 'off');
  keys.rows = 1;
  keys.disabled = true;
  return keys;
}

function arrow(doc: Document): SVGSVGElement {
  const svg = doc.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 18 22');
  const path = doc.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', 'M1 1v17l4.5-4 3 7 3-1.3-3-6.8H15z');
  path.setAttribute('fill', '#24292f');
  path.setAttribute('stroke', '#fff');
  path.setAttribute('stroke-width', '1.3');
  svg.append(path);
  return svg;
}
