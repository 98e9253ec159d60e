// State of single elements that changes now and then: titles, media, dialogs and popovers; and shadow roots that come
// late, which nothing tells of.
import type { Natives } from '../natives';
import { type PatchOp, Prop } from '../protocol';
import { mediaState, ownText, topState } from './live';
import type { Tree } from './tree';
import type { Finds } from './walk';

/** Nodes asked for a late shadow root in one sweep. */
const PER_SWEEP = 5000;
/** Custom elements asked at each flush. */
const PER_FLUSH = 500;

export class States {
  private readonly titles = new Set<Element>();
  private readonly media = new Map<HTMLMediaElement, string>();
  private readonly touchedMedia = new Set<HTMLMediaElement>();
  private readonly tops = new Map<HTMLElement, string>();
  private readonly hosts = new Set<Element>();
  private readonly lateHosts = new Set<Element>();
  private readonly wasDefined = new Set<string>();
  private at = 0;
  /** Something is to be said that is no mutation of the tree. */
  dirty = false;

  constructor(
    private readonly natives: Natives,
    private readonly tree: Tree,
  ) {}

  clear(): void {
    this.titles.clear();
    this.media.clear();
    this.touchedMedia.clear();
    this.tops.clear();
    this.hosts.clear();
    this.lateHosts.clear();
    this.wasDefined.clear();
    this.at = 0;
    this.dirty = false;
  }

  found(finds: Finds): void {
    for (const media of finds.media) this.media.set(media, mediaState(media));
    for (const top of finds.tops) this.tops.set(top, topState(this.natives, top));
    for (const host of finds.hosts) this.hosts.add(host);
  }

  title(element: Element): void {
    this.titles.add(element);
  }

  /** An element became a popover. */
  add(element: HTMLElement): void {
    if (!this.tops.has(element)) this.tops.set(element, '');
  }

  /** An event of a media element; true if it is one that was sent. */
  touch(target: EventTarget | null): boolean {
    const media = target as HTMLMediaElement; // a key or not
    if (!this.media.has(media)) return false;
    this.touchedMedia.add(media);
    return true;
  }

  flush(base: number, ops: PatchOp[]): void {
    const { tree, natives } = this;
    this.dirty = false;
    const visible = (element: Element) => {
      const id = tree.ids.get(element);
      return id === undefined || tree.opaque.has(element) ? undefined : id;
    };
    for (const title of this.titles) {
      const id = visible(title);
      if (id !== undefined && id <= base) {
        ops.push({ kind: 'P', id, what: Prop.title, value: ownText(natives, title) });
      }
    }
    this.titles.clear();
    for (const media of this.touchedMedia) {
      const id = visible(media);
      if (id === undefined) continue;
      const now = mediaState(media);
      if (now === this.media.get(media) || id > base) continue;
      this.media.set(media, now);
      ops.push({ kind: 'P', id, what: Prop.media, value: now });
    }
    this.touchedMedia.clear();
    for (const [top, said] of this.tops) {
      const id = visible(top);
      if (id === undefined) {
        this.tops.delete(top);
        continue;
      }
      const now = topState(natives, top);
      if (now === said) continue;
      this.tops.set(top, now);
      ops.push({ kind: 'P', id, what: Prop.modal, value: now });
    }
  }

  /** Hosts whose shadow root came after they were sent. */
  newRoots(renew: (host: Element) => void): void {
    let left = Math.min(PER_FLUSH, this.hosts.size);
    for (const host of this.hosts) {
      if (left-- === 0) break;
      this.hosts.delete(host);
      if (!this.tree.ids.has(host)) continue;
      if (this.natives.shadowRoot.call(host) !== null) renew(host);
      else this.hosts.add(host); // behind the others: each gets its turn
    }
    for (const host of this.lateHosts) renew(host);
    this.lateHosts.clear();
  }

  /** True if there is something to say. */
  sweep(): boolean {
    const { tree, natives } = this;
    for (const media of this.media.keys()) if (!tree.ids.has(media)) this.media.delete(media);
    for (const host of this.hosts) {
      if (natives.shadowRoot.call(host) !== null) this.lateHosts.add(host);
    }
    for (let left = Math.min(PER_SWEEP, tree.last); left > 0; left--) {
      this.at = this.at >= tree.last ? 1 : this.at + 1;
      const node = tree.nodes[this.at];
      if (node === undefined || natives.nodeType.call(node) !== 1) continue;
      const element = node as Element; // by its type
      const root = natives.shadowRoot.call(element);
      if (root !== null && !tree.ids.has(root) && !tree.opaque.has(element)) this.lateHosts.add(element);
    }
    return this.lateHosts.size > 0;
  }

  /** True if a name that occurs got its definition since the last call. */
  newlyDefined(names: Set<string>): boolean {
    let found = false;
    for (const name of names) {
      if (this.wasDefined.has(name) || !customElements.get(name)) continue;
      this.wasDefined.add(name);
      found = true;
    }
    return found;
  }
}
