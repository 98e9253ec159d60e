// Sizes of placeholders: told by a ResizeObserver, whose callback runs when layout is done, so asking costs nothing.
import type { Natives } from '../natives';
import type { PatchOp } from '../protocol';
import type { Tree } from './tree';

export class Sizes {
  private readonly known = new WeakMap<Element, { w: number; h: number }>();
  private readonly changed = new Set<Element>();
  private readonly observer: ResizeObserver | undefined;

  constructor(
    private readonly natives: Natives,
    private readonly tree: Tree,
    private readonly onChange: () => void,
    guard: (work: () => void) => void,
  ) {
    const { ResizeObserver } = natives;
    this.observer = ResizeObserver && new ResizeObserver((entries) => guard(() => this.take(entries)));
  }

  /** For the start tag of a placeholder. */
  markup(element: Element): string {
    const size = this.known.get(element);
    return size ? ` u:w="${size.w}" u:h="${size.h}"` : '';
  }

  observe(elements: readonly Element[]): void {
    for (const element of elements) this.observer?.observe(element);
  }

  unobserve(element: Element): void {
    this.observer?.unobserve(element);
  }

  stop(): void {
    this.observer?.disconnect();
  }

  private take(entries: readonly ResizeObserverEntry[]): void {
    for (const { target } of entries) {
      if (!this.tree.opaque.has(target)) continue;
      const box = this.natives.getBoundingClientRect.call(target); // inline boxes have no other size
      const w = whole(box.width);
      const h = whole(box.height);
      const was = this.known.get(target);
      if (was?.w === w && was.h === h) continue;
      this.known.set(target, { w, h });
      this.changed.add(target);
    }
    if (this.changed.size > 0) this.onChange();
  }

  flush(base: number, ops: PatchOp[]): void {
    for (const element of this.changed) {
      const id = this.tree.ids.get(element);
      const size = this.known.get(element);
      if (id !== undefined && id <= base && size && this.tree.opaque.has(element)) ops.push({ kind: 'G', id, ...size });
    }
    this.changed.clear();
  }
}

function whole(px: number): number {
  return px > 99_999 ? 99_999 : px > 0 ? Math.round(px) : 0;
}
