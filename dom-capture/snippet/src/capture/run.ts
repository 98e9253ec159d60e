// One running capture: who tells whom, and what a snapshot and a patch are made of.
import type { Natives } from '../natives';
import type { PatchOp, StreamMessage } from '../protocol';
import { Changes } from './changes';
import { Forms } from './forms';
import { Listeners } from './listeners';
import { MASKING, Masks } from './masks';
import { HTML, Kind } from './names';
import { Page } from './page';
import { Schedule } from './schedule';
import { Scroll } from './scroll';
import { Secrets } from './sheet-text';
import { Sheets } from './sheets';
import { Sizes } from './sizes';
import { States } from './states';
import { Tree } from './tree';
import type { Capture, CaptureOptions } from './types';
import { NODES, Walk } from './walk';

const OBSERVE: MutationObserverInit = { attributes: true, characterData: true, childList: true, subtree: true };
const OBSERVE_TYPE: MutationObserverInit = { attributeFilter: ['type'], attributeOldValue: true, subtree: true };
/** Between looks at what nothing tells of, in milliseconds. */
const SWEEP = 500;
/** Sheets up to this many characters travel with the snapshot itself. */
const WITH_SNAPSHOT = 1 << 20;
/** After a fault: pause before the new snapshot, doubled each time up to the longest. */
const FAULT_PAUSE = 1000;
const LONGEST_FAULT_PAUSE = 60_000;

export class CaptureRun implements Capture {
  private readonly natives: Natives;
  private readonly masks: Masks;
  private readonly tree: Tree;
  private readonly walk: Walk;
  private readonly changes: Changes;
  private readonly forms: Forms;
  private readonly sheets: Sheets;
  private readonly states: States;
  private readonly scroll: Scroll;
  private readonly sizes: Sizes;
  private readonly page: Page;
  private readonly schedule: Schedule;
  private readonly listeners: Listeners;
  private readonly observer: MutationObserver;
  private readonly typeObserver: MutationObserver;
  private readonly roots = new Set<ShadowRoot>();

  private epoch: number;
  private offset = 0;
  private stopped = false;
  /** A snapshot is due. */
  private fresh = true;
  private resized = false;
  /** The outbox is full: nothing is sent until it has drained. */
  private stalled = false;
  private faults = 0;
  private flushUs = 0;
  private sweepTimer: number | undefined;
  private faultTimer: number | undefined;

  constructor(private readonly options: CaptureOptions) {
    const { natives } = options;
    const isOwn = (node: Node) => options.isOwn(node);
    const guard = (work: () => void) => this.guard('event', work);
    this.natives = natives;
    this.epoch = options.firstEpoch - 1;
    this.masks = new Masks(natives, [options.masks, options.ignore], () => options.onError?.('mask selector'));
    this.tree = new Tree(natives, (element) => this.sizes.unobserve(element));
    const { tree, masks } = this;
    this.sizes = new Sizes(natives, tree, () => this.wake(), guard);
    this.walk = new Walk({ natives, tree, masks, isOwn, size: (element) => this.sizes.markup(element) });
    this.forms = new Forms(natives, tree, masks, (element) => this.changes.renew(element));
    this.sheets = new Sheets(natives, tree, new Secrets(natives, tree, masks, MASKING), () => this.wake());
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
    this.schedule = new Schedule(natives, options.flushMs, () => this.guard('flush', () => this.flush()));
    this.listeners = new Listeners(natives, this.handlers(), guard);
    const { MutationObserver } = natives;
    this.observer = new MutationObserver((records) => this.guard('records', () => this.take(records)));
    this.typeObserver = new MutationObserver((records) => this.guard('records', () => this.takeTypes(records)));
  }

  start(): void {
    this.guard('start', () => {
      this.scroll.start();
      this.flush();
      this.sweepLater();
    });
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.schedule.stop();
    if (this.sweepTimer !== undefined) this.natives.clearTimeout(this.sweepTimer);
    if (this.faultTimer !== undefined) this.natives.clearTimeout(this.faultTimer);
    this.quietly(() => this.observer.disconnect());
    this.quietly(() => this.typeObserver.disconnect());
    this.quietly(() => this.listeners.stop(this.roots));
    this.quietly(() => this.sizes.stop());
    this.quietly(() => this.sheets.stop());
  }

  resync(_reason: number): void {
    this.fresh = true;
    this.stalled = false;
    this.guard('resync', () => this.flush());
  }

  resend(id: number): void {
    const node = this.tree.nodes[id];
    if (node === undefined) return;
    this.changes.renew(node);
    this.wake();
  }

  nodeOf(id: number): Node | undefined {
    return id === 0 ? document : this.tree.nodes[id];
  }

  idOf(node: Node): number | undefined {
    return node === document ? 0 : this.tree.ids.get(node);
  }

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

  isSensitive(element: Element): boolean {
    try {
      return this.masks.isSensitive(element);
    } catch {
      return true;
    }
  }

  stats(): { nodes: number; flushUs: number; masked: number; level: number } {
    return {
      nodes: this.tree.ids.size,
      flushUs: this.flushUs,
      masked: this.tree.opaque.size,
      level: this.stalled ? 3 : this.schedule.level,
    };
  }

  private wake(): void {
    if (!this.stopped) this.schedule.wake();
  }

  private handlers() {
    return {
      scroll: (event: Event) => this.scroll.event(innermost(event)) && this.wake(),
      field: (event: Event) => {
        const target = innermost(event);
        if (!(target instanceof Element)) return;
        this.forms.touch(target);
        this.wake();
      },
      media: (event: Event) => this.states.touch(innermost(event)) && this.wake(),
      top: () => this.wake(),
      load: (event: Event) => innermost(event) instanceof HTMLLinkElement && this.wake(),
      pointer: (event: Event) => this.page.pointer(event) && this.wake(),
      address: () => this.wake(),
      focus: () => this.wake(),
      resize: () => {
        this.resized = true;
        this.wake();
      },
      visible: () => this.wake(),
    };
  }

  private take(records: readonly MutationRecord[]): void {
    if (this.fresh || this.stalled) return;
    this.changes.take(records);
    if (this.changes.pending || this.changes.rootChanged || this.states.dirty) this.wake();
  }

  private takeTypes(records: readonly MutationRecord[]): void {
    for (const { target, oldValue } of records) {
      if (oldValue !== null && oldValue.toLowerCase() === 'password') this.masks.wasPassword(target as Element); // only elements have attributes
    }
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

  private flush(): void {
    if (this.stopped || this.faultTimer !== undefined) return;
    const { options, natives } = this;
    if (options.backlog() > (this.stalled ? options.maxBacklog / 4 : options.maxBacklog)) {
      this.stall();
      return;
    }
    if (this.stalled) {
      this.stalled = false;
      this.fresh = true;
    }
    const start = natives.now();
    if (this.masks.choose(window.location.href) || this.tree.last > NODES || this.sheets.overspent) this.fresh = true;
    if (!this.fresh) this.patch();
    if (this.fresh) this.snapshot();
    this.flushUs = Math.round((natives.now() - start) * 1000);
    this.faults = 0;
  }

  private stall(): void {
    this.stalled = true;
    this.observer.disconnect();
    this.changes.clear();
    this.wake();
  }

  private patch(): void {
    const { changes, tree, forms } = this;
    this.takeTypes(this.typeObserver.takeRecords());
    changes.take(this.observer.takeRecords());
    const base = tree.last;
    const ops: PatchOp[] = [];
    const messages: StreamMessage[] = [];
    this.states.newRoots((host) => changes.renew(host));
    forms.before();
    changes.flush(ops);
    if (changes.rootChanged) {
      this.fresh = true;
      return;
    }
    this.found();
    forms.flush(base, ops);
    this.states.flush(base, ops);
    this.sheets.flush(base, ops, messages);
    this.scroll.flush(ops);
    this.sizes.flush(base, ops);
    this.page.flush(this.resized, ops);
    this.resized = false;
    if (ops.length > 0) {
      messages.push({ kind: 'Patch', doc: 0, ops });
      this.send(messages);
    }
    if (changes.pending) this.wake();
  }

  private send(messages: StreamMessage[]): void {
    this.offset++;
    this.options.send({ epoch: this.epoch, offset: this.offset }, messages);
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
      this.observe(root);
      this.listeners.addRoot(root);
    }
  }

  private observe(root: Document | ShadowRoot): void {
    this.observer.observe(root, OBSERVE);
    if (MASKING) this.typeObserver.observe(root, OBSERVE_TYPE);
  }

  private snapshot(): void {
    const { natives, tree, walk, masks } = this;
    this.observer.disconnect();
    this.typeObserver.disconnect();
    this.changes.clear();
    tree.clear();
    this.forms.clear();
    this.states.clear();
    this.sheets.clear();
    this.roots.clear();
    walk.customs.clear();
    walk.takeFinds();
    walk.take();
    masks.choose(window.location.href);
    const masked = new Set<Element>();
    masks.collect(document, false, masked);
    walk.begin(masked);
    const top = natives.documentElement.call(document);
    if (top) walk.node(top, HTML, 1);
    const html = walk.take();
    this.observe(document);
    this.found();
    this.listeners.start();
    const messages: StreamMessage[] = [];
    const { sheets, adopted, later } = this.sheets.snapshot(messages);
    const doctype = natives.doctype.call(document);
    this.states.newlyDefined(walk.customs);
    this.fresh = false;
    this.epoch++;
    this.offset = -1;
    this.send([
      {
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
      },
      ...withSnapshot(messages),
    ]);
    for (const message of messages) this.send([message]);
    if (later.length > 0) this.send([{ kind: 'Patch', doc: 0, ops: later }]);
  }

  private sweepLater(): void {
    this.sweepTimer = this.natives.setTimeout(() => {
      this.natives.idle((left) => {
        if (this.stopped) return;
        this.guard('sweep', () => this.sweep(left));
        this.sweepLater();
      });
    }, SWEEP);
  }

  /** Looks for what neither event nor mutation tells. */
  private sweep(left: () => number): void {
    if (this.fresh || this.stalled) return;
    const { forms, sheets, states, scroll, page, walk } = this;
    let changed = forms.sweep();
    changed = sheets.sweep() || changed;
    changed = states.sweep() || changed;
    changed = scroll.scan(left) || changed;
    changed = page.moved() || changed;
    if (states.newlyDefined(walk.customs) && sheets.mention(':defined')) {
      this.fresh = true;
      changed = true;
    }
    if (changed) this.wake();
  }

  private guard(where: string, work: () => void): void {
    if (this.stopped) return;
    try {
      work();
    } catch {
      this.fault(where);
    }
  }

  private quietly(work: () => void): void {
    try {
      work();
    } catch {
      // it ends all the same
    }
  }

  /** What was sent may be half of the truth: a new snapshot follows, later each time it happens again. */
  private fault(where: string): void {
    this.quietly(() => this.options.onError?.(where));
    this.fresh = true;
    if (this.faultTimer !== undefined) return;
    const pause = Math.min(LONGEST_FAULT_PAUSE, FAULT_PAUSE * 2 ** this.faults++);
    this.faultTimer = this.natives.setTimeout(() => {
      this.faultTimer = undefined;
      this.wake();
    }, pause);
  }
}

/** The element an event really came from, also inside open shadow trees. */
function innermost(event: Event): EventTarget | null {
  return event.composedPath()[0] ?? event.target;
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
