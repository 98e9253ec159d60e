// What agents point at, drawn over the page and never in its way: laser pointers, a ring around an element that
// follows it, and a ripple where an agent clicked. Frames are only asked for while a ring is shown.
import { el, tint } from './dom';
import type { Host } from './host';

export interface Pointing {
  id: number;
  name: string;
  color: string;
}

const MARGIN_PX = 6;
const RIPPLE_MS = 500;
/** A pointer that was not moved for so long belongs to an agent who looks elsewhere. */
const LASER_MS = 8000;

export class Overlay {
  private readonly lasers = new Map<number, { node: HTMLElement; timer: number }>();
  private readonly rings = new Map<number, { node: HTMLElement; target: Element }>();
  private frame = 0;

  constructor(private readonly host: Host) {}

  laser(agent: Pointing, x: number, y: number): void {
    const old = this.lasers.get(agent.id);
    const node = old?.node ?? el('div', { class: 'laser', attrs: { 'aria-hidden': 'true' } }, el('i'), label(agent));
    clearTimeout(old?.timer);
    node.style.setProperty('transform', `translate(${x}px,${y}px)`);
    if (!old) {
      tint(node, agent.color);
      this.host.show(node);
    }
    this.lasers.set(agent.id, { node, timer: window.setTimeout(() => this.laserOff(agent.id), LASER_MS) });
  }

  laserOff(id: number): void {
    const old = this.lasers.get(id);
    if (!old) return;
    clearTimeout(old.timer);
    this.lasers.delete(id);
    this.host.hide(old.node);
  }

  highlight(agent: Pointing, target: Element): void {
    this.highlightOff(agent.id);
    const node = el('div', { class: 'ring', attrs: { 'aria-hidden': 'true' } }, label(agent));
    tint(node, agent.color);
    this.rings.set(agent.id, { node, target });
    this.host.show(node);
    this.follow();
  }

  highlightOff(id: number): void {
    const old = this.rings.get(id);
    if (!old) return;
    this.rings.delete(id);
    this.host.hide(old.node);
  }

  ripple(agent: Pointing, x: number, y: number): void {
    const node = el('div', { class: 'ripple', attrs: { 'aria-hidden': 'true' } });
    tint(node, agent.color);
    node.style.setProperty('left', `${x}px`);
    node.style.setProperty('top', `${y}px`);
    this.host.show(node);
    setTimeout(() => this.host.hide(node), RIPPLE_MS);
  }

  /** An agent is gone. */
  off(id: number): void {
    this.laserOff(id);
    this.highlightOff(id);
  }

  clear(): void {
    for (const id of [...this.lasers.keys(), ...this.rings.keys()]) this.off(id);
  }

  private readonly follow = (): void => {
    cancelAnimationFrame(this.frame);
    for (const [id, { node, target }] of this.rings) {
      if (!target.isConnected) {
        this.highlightOff(id);
        continue;
      }
      const box = target.getBoundingClientRect();
      const shown = box.width > 0 || box.height > 0;
      node.hidden = !shown;
      if (!shown) continue;
      const { style } = node;
      style.setProperty('transform', `translate(${box.left - MARGIN_PX}px,${box.top - MARGIN_PX}px)`);
      style.setProperty('width', `${box.width + 2 * MARGIN_PX}px`);
      style.setProperty('height', `${box.height + 2 * MARGIN_PX}px`);
      node.classList.toggle('top', box.top < 40);
    }
    if (this.rings.size > 0) this.frame = requestAnimationFrame(this.follow);
  };
}

function label(agent: Pointing): HTMLElement {
  return el('b', {}, el('bdi', {}, agent.name));
}
