// Scroll offsets, told by events. Asking for one may force a layout, so they are read in the event itself, when layout
// was just done, and once for all elements in idle time after a snapshot.
import type { Natives } from '../natives';
import type { PatchOp } from '../protocol';
import type { Tree } from './tree';

interface Offset {
  x: number;
  y: number;
}
interface Said extends Offset {
  /** The id it was said of: an element that was sent anew starts at 0, 0. */
  of: number;
}

const NEVER_SCROLLS = new Set(
  'a abbr area b base bdi bdo br cite code col colgroup em font head hr i img input kbd label link mark meta noscript option optgroup picture q s samp script slot small source span strong style sub sup svg tbody td template tfoot th thead time title tr track u u-el var wbr'.split(
    ' ',
  ),
);

export class Scroll {
  /** Elements that are scrolled, or were. */
  private readonly offsets = new Map<Element, Said>();
  private page: Offset = { x: 0, y: 0 };
  private readonly changed = new Set<Element | Document>();
  /** Where the idle scan of all nodes is; beyond the end when done. */
  private scanned = 0;

  constructor(
    private readonly natives: Natives,
    private readonly tree: Tree,
  ) {}

  start(): void {
    this.readPage();
  }

  /** A scroll event; true if there is something to say. */
  event(target: EventTarget | null): boolean {
    if (target === document) {
      this.readPage();
      this.changed.add(document);
      return true;
    }
    if (!(target instanceof Node)) return false;
    const element = target as Element; // only elements and the document scroll
    if (element === this.natives.documentElement.call(document)) return this.event(document);
    this.read(element); // also one that is not sent yet: it may be by the next flush
    return true;
  }

  private readPage(): void {
    this.page = { x: window.scrollX, y: window.scrollY };
  }

  private read(element: Element): void {
    const x = this.natives.scrollLeft.call(element);
    const y = this.natives.scrollTop.call(element);
    const of = this.tree.ids.get(element) ?? 0;
    const was = this.offsets.get(element);
    if (was && was.of === of ? was.x === x && was.y === y : x === 0 && y === 0) return;
    this.offsets.set(element, { x, y, of });
    this.changed.add(element);
  }

  /** For a snapshot, which also starts a new scan. */
  snapshot(): { id: number; x: number; y: number }[] {
    const list: { id: number; x: number; y: number }[] = [];
    if (this.page.x !== 0 || this.page.y !== 0) list.push({ id: 0, ...this.page });
    for (const [element, offset] of this.offsets) {
      const id = this.tree.ids.get(element);
      if (id === undefined) this.offsets.delete(element);
      else if (!this.tree.opaque.has(element) && (offset.x !== 0 || offset.y !== 0)) {
        offset.of = id;
        list.push({ id, x: offset.x, y: offset.y });
      }
    }
    this.changed.clear();
    this.scanned = 0;
    return list;
  }

  flush(ops: PatchOp[]): void {
    for (const target of this.changed) {
      if (target === document) {
        ops.push({ kind: 'X', id: 0, ...this.page });
        continue;
      }
      const element = target as Element; // the only other kind
      const id = this.tree.ids.get(element);
      const offset = this.offsets.get(element);
      if (id === undefined || !offset || this.tree.opaque.has(element)) continue;
      offset.of = id;
      ops.push({ kind: 'X', id, x: offset.x, y: offset.y });
    }
    this.changed.clear();
  }

  /** Looks for elements that were scrolled before anybody listened, or that were sent anew; true if it found some. */
  scan(left: () => number): boolean {
    const { natives, tree } = this;
    const before = this.changed.size;
    for (const [element] of this.offsets) {
      if (tree.ids.has(element)) continue;
      this.offsets.delete(element);
    }
    while (this.scanned <= tree.last) {
      const end = this.scanned + 256;
      for (; this.scanned < end; this.scanned++) {
        const node = tree.nodes[this.scanned];
        if (node === undefined || natives.nodeType.call(node) !== 1) continue;
        const element = node as Element; // by its type
        if (NEVER_SCROLLS.has(natives.localName.call(element)) || tree.opaque.has(element)) continue;
        if (element === natives.documentElement.call(document)) continue;
        this.read(element);
      }
      if (left() < 1) break;
    }
    return this.changed.size > before;
  }
}
