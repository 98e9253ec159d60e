// What capture reads of a page: the parts, and what a snapshot, a patch and a sweep are made of. When that happens is
// decided in run.ts.
import type { Natives } from '../natives';
import type { PatchOp, StreamMessage } from '../protocol';
import { address } from '../proxied';
import { Changes } from './changes';
import { Forms } from './forms';
import { MASKING, Masks } from './masks';
import { HTML, Kind } from './names';
import { Page } from './page';
import { Scroll } from './scroll';
import { Secrets } from './sheet-text';
import { Sheets } from './sheets';
import { Sizes } from './sizes';
import { States } from './states';
import { Tree } from './tree';
import type { CaptureOptions } from './types';
import { NODES, Walk } from './walk';

/** Sheets up to this many characters travel with the snapshot itself. */
const WITH_SNAPSHOT = 1 << 20;

/** What the parts tell whoever runs them. */
export interface PartsEvents {
  /** There is something to say. */
  wake(): void;
  /** A shadow root was written that was not before. */
  onRoot(root: ShadowRoot): void;
  guard(work: () => void): void;
}

export class Parts {
  readonly masks: Masks;
  readonly tree: Tree;
  readonly changes: Changes;
  readonly forms: Forms;
  readonly states: States;
  readonly scroll: Scroll;
  readonly page: Page;
  readonly sizes: Sizes;
  readonly sheets: Sheets;
  readonly roots = new Set<ShadowRoot>();
  private readonly natives: Natives;
  private readonly walk: Walk;

  constructor(
    private readonly options: CaptureOptions,
    private readonly events: PartsEvents,
  ) {
    const { natives } = options;
    const isOwn = (node: Node) => options.isOwn(node);
    const wake = () => events.wake();
    this.natives = natives;
    this.masks = new Masks(natives, [options.masks, options.ignore], () => options.onError?.('mask selector'));
    this.tree = new Tree(natives, (element) => this.sizes.unobserve(element));
    const { tree, masks } = this;
    this.sizes = new Sizes(natives, tree, wake, (work) => events.guard(work));
    this.walk = new Walk({ natives, tree, masks, isOwn, size: (element) => this.sizes.markup(element) });
    this.forms = new Forms(natives, tree, masks, (element) => this.changes.renew(element));
    this.sheets = new Sheets(natives, tree, new Secrets(natives, tree, masks, MASKING), wake);
    this.states = new States(natives, tree);
    this.scroll = new Scroll(natives, tree);
    this.page = new Page(natives, tree, (node) => this.isHidden(node));
    this.changes = new Changes({
      natives,
      tree,
      masks,
      walk: this.walk,
      isOwn,
      onText: (element, kind) => this.text(element, kind),
      onAttribute: (element, kind, name) => this.attribute(element, kind, name),
    });
  }

  /** Masked, ignored or Coview's own, itself or by an ancestor; true also for what was never sent. */
  isHidden(node: Node): boolean {
    try {
      return this.hidden(node);
    } catch {
      return true;
    }
  }

  private hidden(node: Node): boolean {
    if (node === document) return false;
    if (!this.tree.ids.has(node)) return true;
    const { natives, masks, tree, options } = this;
    let at: Node | null = node;
    while (at !== null && at !== document) {
      const type: number = natives.nodeType.call(at);
      if (type === 1) {
        const element = at as Element; // by its type
        if (tree.opaque.has(element) || options.isOwn(element) || masks.guards(element)) return true;
      }
      at = type === 11 ? natives.rootHost.call(at as ShadowRoot) : natives.parentNode.call(at); // a root of the page
    }
    return at === null;
  }

  /** True if only a snapshot can say what is the case. */
  needsSnapshot(): boolean {
    return this.masks.choose(address()) || this.tree.last > NODES || this.sheets.overspent;
  }

  /** Text of a style, title or textarea. */
  private text(element: Element, kind: number): void {
    if (kind === Kind.style) this.sheets.touch(element);
    else if (kind === Kind.textarea) this.forms.touch(element);
    else this.states.title(element);
    this.states.dirty = true;
  }

  private attribute(element: Element, kind: number, name: string): void {
    switch (kind) {
      case Kind.link:
      case Kind.style:
        this.sheets.touch(element);
        break;
      case Kind.input:
      case Kind.option:
        this.forms.attribute(element, name);
        break;
      default:
        if (name === 'popover') this.states.add(element as HTMLElement); // an attribute of HTML elements
    }
  }

  /** The ops and sheets of all changes; undefined if only a snapshot can say them. */
  patch(resized: boolean): StreamMessage[] | undefined {
    const { changes, tree, forms } = this;
    const base = tree.last;
    const ops: PatchOp[] = [];
    const messages: StreamMessage[] = [];
    this.states.newRoots((host) => changes.renew(host));
    forms.before();
    changes.flush(ops);
    if (changes.rootChanged) return undefined;
    this.found();
    forms.flush(base, ops);
    this.states.flush(base, ops);
    this.sheets.flush(base, ops, messages);
    this.scroll.flush(ops);
    this.sizes.flush(base, ops);
    this.page.flush(resized, ops);
    if (ops.length > 0) messages.push({ kind: 'Patch', doc: 0, ops });
    return messages;
  }

  /** A snapshot and all sheets, as frames in their order. */
  snapshot(): StreamMessage[][] {
    const { natives, tree, walk, masks } = this;
    this.changes.clear();
    tree.clear();
    this.forms.clear();
    this.states.clear();
    this.sheets.clear();
    this.roots.clear();
    walk.customs.clear();
    walk.takeFinds();
    walk.take();
    masks.choose(address());
    const masked = new Set<Element>();
    masks.collect(document, false, masked);
    walk.begin(masked);
    const top = natives.documentElement.call(document);
    if (top) walk.node(top, HTML, 1);
    const html = walk.take();
    this.found();
    this.states.newlyDefined(walk.customs);
    const messages: StreamMessage[] = [];
    const { sheets, adopted, later } = this.sheets.snapshot(messages);
    const doctype = natives.doctype.call(document);
    const snapshot: StreamMessage = {
      kind: 'Snapshot',
      doc: 0,
      ...this.page.snapshot(),
      doctype: doctype ? { name: doctype.name, public: doctype.publicId, system: doctype.systemId } : undefined,
      quirks: natives.compatMode.call(document) === 'BackCompat',
      custom: defined(walk.customs),
      scrolls: this.scroll.snapshot(),
      sheets,
      adopted,
      count: tree.last,
      html,
    };
    const frames: StreamMessage[][] = [[snapshot, ...withSnapshot(messages)]];
    for (const message of messages) frames.push([message]);
    if (later.length > 0) frames.push([{ kind: 'Patch', doc: 0, ops: later }]);
    return frames;
  }

  /** Hands on what the walk met. */
  private found(): void {
    const finds = this.walk.takeFinds();
    this.forms.add(finds);
    this.sheets.add(finds.styles);
    this.sheets.addRoots(finds.roots);
    this.states.found(finds);
    this.sizes.observe(finds.placeholders);
    for (const root of finds.roots) {
      if (this.roots.has(root)) continue;
      this.roots.add(root);
      this.events.onRoot(root);
    }
  }

  /** Looks for what neither event nor mutation tells: whether there is some, and whether it takes a snapshot. */
  sweep(left: () => number): { changed: boolean; fresh: boolean } {
    const { forms, sheets, states, scroll, page, walk } = this;
    let changed = forms.sweep();
    changed = sheets.sweep(left) || changed;
    changed = states.sweep() || changed;
    changed = scroll.scan(left) || changed;
    changed = page.moved() || changed;
    const fresh = states.newlyDefined(walk.customs) && sheets.mention(':defined');
    return { changed: changed || fresh, fresh };
  }
}

function defined(names: Set<string>): string[] {
  const out: string[] = [];
  for (const name of names) if (customElements.get(name)) out.push(name);
  return out;
}

/** Takes those sheets off the list that travel with the snapshot. */
function withSnapshot(messages: StreamMessage[]): StreamMessage[] {
  let size = 0;
  let count = 0;
  for (const message of messages) {
    if (message.kind === 'Sheet') size += message.text.length;
    if (size > WITH_SNAPSHOT) break;
    count++;
  }
  return messages.splice(0, count);
}
