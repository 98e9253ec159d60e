// One running capture: when the page is read, and under which epoch and offset it leaves.
import type { Natives } from '../natives';
import type { StreamMessage } from '../protocol';
import { Listeners } from './listeners';
import { MASKING } from './masks';
import { Parts } from './parts';
import { Schedule } from './schedule';
import type { Capture, CaptureOptions, SheetText } from './types';

const OBSERVE: MutationObserverInit = { attributes: true, characterData: true, childList: true, subtree: true };
const OBSERVE_TYPE: MutationObserverInit = { attributeFilter: ['type'], attributeOldValue: true, subtree: true };
/** Between looks at what nothing tells of, in milliseconds. */
const SWEEP = 500;
/** After a fault: pause before the new snapshot, doubled each time up to the longest. */
const FAULT_PAUSE = 1000;
const LONGEST_FAULT_PAUSE = 60_000;

export class CaptureRun implements Capture {
  private readonly natives: Natives;
  private readonly parts: Parts;
  private readonly schedule: Schedule;
  private readonly listeners: Listeners;
  private readonly observer: MutationObserver;
  private readonly typeObserver: MutationObserver;

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
    const guard = (work: () => void) => this.guard('event', work);
    this.natives = natives;
    this.epoch = options.firstEpoch - 1;
    this.parts = new Parts(options, { wake: () => this.wake(), onRoot: (root) => this.follow(root), guard });
    this.schedule = new Schedule(natives, options.flushMs, () => this.guard('flush', () => this.flush()));
    this.listeners = new Listeners(natives, this.handlers(), guard);
    const { MutationObserver } = natives;
    this.observer = new MutationObserver((records) => this.guard('records', () => this.take(records)));
    this.typeObserver = new MutationObserver((records) => this.guard('records', () => this.takeTypes(records)));
  }

  start(): void {
    this.guard('start', () => {
      this.parts.scroll.start();
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
    this.quietly(() => this.listeners.stop(this.parts.roots));
    this.quietly(() => this.parts.sizes.stop());
    this.quietly(() => this.parts.sheets.stop());
  }

  resync(_reason: number): void {
    this.fresh = true;
    this.stalled = false;
    this.guard('resync', () => this.flush());
  }

  resend(id: number): void {
    const node = this.parts.tree.nodes[id];
    if (node === undefined) return;
    this.parts.changes.renew(node);
    this.wake();
  }

  nodeOf(id: number): Node | undefined {
    return id === 0 ? document : this.parts.tree.nodes[id];
  }

  idOf(node: Node): number | undefined {
    return node === document ? 0 : this.parts.tree.ids.get(node);
  }

  isHidden(node: Node): boolean {
    return this.parts.isHidden(node);
  }

  isSensitive(element: Element): boolean {
    try {
      return this.parts.masks.isSensitive(element);
    } catch {
      return true;
    }
  }

  roots(): Iterable<ShadowRoot> {
    return this.parts.roots;
  }

  sheets(): Iterable<SheetText> {
    return this.parts.sheets.shown((owner) => this.isHidden(owner));
  }

  stats(): { nodes: number; flushUs: number; masked: number; level: number } {
    return {
      nodes: this.parts.tree.ids.size,
      flushUs: this.flushUs,
      masked: this.parts.tree.opaque.size,
      level: this.stalled ? 3 : this.schedule.level,
    };
  }

  private wake(): void {
    if (!this.stopped) this.schedule.wake();
  }

  private handlers() {
    return {
      scroll: (event: Event) => this.parts.scroll.event(innermost(event)) && this.wake(),
      field: (event: Event) => {
        const target = innermost(event);
        if (!(target instanceof Element)) return;
        this.parts.forms.touch(target);
        this.wake();
      },
      media: (event: Event) => this.parts.states.touch(innermost(event)) && this.wake(),
      top: () => this.wake(),
      load: (event: Event) => innermost(event) instanceof HTMLLinkElement && this.wake(),
      pointer: (event: Event) => this.parts.page.pointer(event) && this.wake(),
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
    this.parts.changes.take(records);
    if (this.parts.changes.pending || this.parts.changes.rootChanged || this.parts.states.dirty) this.wake();
  }

  private takeTypes(records: readonly MutationRecord[]): void {
    for (const { target, oldValue } of records) {
      if (oldValue !== null && oldValue.toLowerCase() === 'password') this.parts.masks.wasPassword(target as Element); // only elements have attributes
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
    if (this.parts.needsSnapshot()) this.fresh = true;
    if (!this.fresh) {
      this.patch();
      this.schedule.spent(natives.now() - start);
    }
    if (this.fresh) this.snapshot();
    this.flushUs = Math.round((natives.now() - start) * 1000);
    this.faults = 0;
  }

  private stall(): void {
    this.stalled = true;
    this.observer.disconnect();
    this.parts.changes.clear();
    this.wake();
  }

  private patch(): void {
    const { changes } = this.parts;
    this.takeTypes(this.typeObserver.takeRecords());
    changes.take(this.observer.takeRecords());
    const messages = this.parts.patch(this.resized);
    if (messages === undefined) {
      this.fresh = true;
      return;
    }
    this.resized = false;
    if (messages.length > 0) this.send(messages);
    if (changes.pending) this.wake();
  }

  private snapshot(): void {
    this.observer.disconnect();
    this.typeObserver.disconnect();
    const frames = this.parts.snapshot();
    this.observe(document);
    this.listeners.start();
    this.fresh = false;
    this.epoch++;
    this.offset = -1;
    for (const frame of frames) this.send(frame);
  }

  private send(messages: StreamMessage[]): void {
    this.offset++;
    this.options.send({ epoch: this.epoch, offset: this.offset }, messages);
  }

  private follow(root: ShadowRoot): void {
    this.observe(root);
    this.listeners.addRoot(root);
  }

  private observe(root: Document | ShadowRoot): void {
    this.observer.observe(root, OBSERVE);
    if (MASKING) this.typeObserver.observe(root, OBSERVE_TYPE);
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

  private sweep(left: () => number): void {
    if (this.fresh || this.stalled) return;
    const { changed, fresh } = this.parts.sweep(left);
    this.fresh = fresh;
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
