// What stays in sight while the page is shown: who sees it, what they can do, and Stop. Small, on top, movable.
import { el, tint } from './dom';
import type { Host } from './host';
import { list, nodes, say } from './texts';

export interface Watcher {
  name: string;
  color: string;
  point: boolean;
  control: boolean;
}

export interface PillActions {
  stop(): void;
  takeBack(): void;
}

const STEP_PX = 24;

export class Pill {
  private readonly dots = el('span', { class: 'dots', attrs: { 'aria-hidden': 'true' } });
  private readonly who = el('span', { class: 'who' });
  private readonly people = el('ul');
  private readonly what = el('div', { class: 'what', id: 'w' }, this.people, el('p', {}, say('always')));
  private readonly more: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly bar: HTMLElement;
  private readonly node: HTMLElement;

  constructor(
    private readonly host: Host,
    actions: PillActions,
  ) {
    this.what.hidden = true;
    this.more = el(
      'button',
      { class: 'more', press: () => this.toggle(), attrs: { 'aria-controls': 'w' } },
      say('what'),
    );
    this.back = el(
      'button',
      { press: actions.takeBack },
      say('takeBack'),
      el('kbd', { attrs: { 'aria-hidden': 'true' } }, 'Esc'),
    );
    const end = el(
      'button',
      { class: 'end', press: actions.stop, attrs: { 'aria-label': say('stopLabel') } },
      say('stop'),
    );
    this.bar = el('div', { class: 'bar' }, this.dots, this.who, this.more, this.back, end);
    this.node = el(
      'div',
      { class: 'pill', attrs: { role: 'region', 'aria-label': say('sharing') } },
      this.bar,
      this.what,
    );
    this.toggle(false);
    this.movable();
    this.node.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.what.hidden) return;
      this.toggle(false);
      this.more.focus();
    });
  }

  show(watchers: readonly Watcher[], away: boolean): void {
    const names = watchers.map((one) => one.name);
    const inControl = watchers.filter((one) => one.control).map((one) => one.name);
    const key =
      watchers.length === 0 ? 'waiting' : inControl.length > 0 ? 'controls' : watchers.length === 1 ? 'sees' : 'see';
    const text = away ? [say('away')] : nodes(key, { agents: list(inControl.length > 0 ? inControl : names) });
    this.who.replaceChildren(...text);
    this.node.classList.toggle('away', away);
    this.dots.replaceChildren(...watchers.slice(0, 5).map(dot));
    if (watchers.length === 0) this.dots.append(el('span', { class: 'dot' }));
    this.back.hidden = inControl.length === 0;
    this.more.hidden = inControl.length > 0 || watchers.length === 0;
    if (this.more.hidden) this.toggle(false);
    this.people.replaceChildren(
      ...watchers.map((one) =>
        el(
          'li',
          {},
          dot(one),
          el('b', {}, el('bdi', {}, one.name)),
          el('span', {}, say(one.control ? 'canControl' : one.point ? 'canPoint' : 'canSee')),
        ),
      ),
    );
    if (!this.node.isConnected) this.host.show(this.node);
  }

  hide(): void {
    this.host.hide(this.node);
  }

  private toggle(open = this.what.hidden): void {
    this.what.hidden = !open;
    this.more.setAttribute('aria-expanded', String(open));
  }

  /** By dragging, or with the arrow keys while one of its buttons has the focus. */
  private movable(): void {
    const { bar } = this;
    let grip: { x: number; y: number } | undefined;
    bar.addEventListener('pointerdown', (event) => {
      if (!event.isTrusted || event.button !== 0 || (event.target as Element).closest('button')) return; // a bar's content is elements
      const box = this.node.getBoundingClientRect();
      grip = { x: event.clientX - box.left, y: event.clientY - box.top };
      bar.setPointerCapture(event.pointerId);
      bar.classList.add('held');
    });
    bar.addEventListener('pointermove', (event) => {
      if (grip) this.move(event.clientX - grip.x, event.clientY - grip.y);
    });
    const drop = () => {
      grip = undefined;
      bar.classList.remove('held');
    };
    bar.addEventListener('pointerup', drop);
    bar.addEventListener('pointercancel', drop);
    bar.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      const box = this.node.getBoundingClientRect();
      this.move(box.left + (step[0] ?? 0) * STEP_PX, box.top + (step[1] ?? 0) * STEP_PX);
      event.preventDefault();
    });
  }

  private move(x: number, y: number): void {
    const { width, height } = this.node.getBoundingClientRect();
    const left = Math.max(8, Math.min(x, innerWidth - width - 8));
    const top = Math.max(8, Math.min(y, innerHeight - height - 8));
    const { style } = this.node;
    style.setProperty('inset', `${top}px auto auto ${left}px`);
    style.setProperty('margin', '0');
    this.node.classList.toggle('low', top > innerHeight / 2);
  }
}

function dot(one: { color: string }): HTMLElement {
  const node = el('span', { class: 'dot', attrs: { 'aria-hidden': 'true' } });
  tint(node, one.color);
  node.style.setProperty('background', 'var(--agent)');
  return node;
}
