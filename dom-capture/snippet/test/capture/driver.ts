// Runs in the tests' top page. The page that is captured is a frame of it, the mirror another; what capture sends goes
// through real bytes, the model of the edge and the real viewer.
import { createFrame, Mirror } from '../../../viewer/src/index';
import type { Capture, CaptureOptions } from '../../src/capture';
import type { Natives } from '../../src/natives';
import {
  direction,
  type PatchOp,
  payload,
  readPayload,
  type Snapshot,
  type StreamMessage,
  stream,
} from '../../src/protocol';
import { difference } from './compare';
import { EdgeModel } from './edge-model';
import { fuzz } from './fuzz';

const codec = direction(stream);

interface CapturedWindow extends Window {
  capture: { start(options: Partial<CaptureOptions>): Capture; natives(): Natives };
}

class Driver {
  readonly frame: HTMLIFrameElement;
  readonly mirrorFrame: HTMLIFrameElement;
  readonly mirror: Mirror;
  readonly edge = new EdgeModel();
  capture: Capture | undefined;
  messages: StreamMessage[] = [];
  places: { epoch: number; offset: number }[] = [];
  errors: string[] = [];
  /** What went over the wire, all of it. */
  bytes = '';
  sizes: number[] = [];
  backlog = 0;
  /** With `manual` time, what capture wants to do later. */
  private later = new Map<number, () => void>();
  private timers = 0;
  private clock = 0;

  constructor() {
    this.frame = document.createElement('iframe');
    this.frame.style.cssText = 'width:800px;height:600px';
    document.body.append(this.frame);
    this.mirrorFrame = createFrame(document.body);
    this.mirrorFrame.style.cssText = 'width:800px;height:600px';
    if (!this.mirrorFrame.contentDocument) throw new Error('no mirror');
    this.mirror = new Mirror(this.mirrorFrame.contentDocument);
  }

  get page(): Document {
    if (!this.frame.contentDocument) throw new Error('no page');
    return this.frame.contentDocument;
  }

  /** Loads a page and waits until it is complete. */
  load(url: string): Promise<void> {
    return new Promise((done) => {
      this.frame.onload = () => done();
      this.frame.src = url;
    });
  }

  start(options: Partial<CaptureOptions> = {}): void {
    const page = this.frame.contentWindow as unknown as CapturedWindow; // the tests put it there
    this.capture = page.capture.start({
      masks: [],
      ignore: [],
      isOwn: (node) => (node as Element).localName === 'coview-ui',
      firstEpoch: 1,
      flushMs: 50,
      backlog: () => this.backlog,
      maxBacklog: 1000,
      send: (place, messages) => this.receive(place, messages),
      onError: (where) => this.errors.push(where),
      ...options,
    });
  }

  /** As `start`, with timers, frames and clock that only go on in `run`. */
  startManual(options: Partial<CaptureOptions> = {}): void {
    const natives = (this.frame.contentWindow as unknown as CapturedWindow).capture.natives(); // the tests put it there
    const put = (fn: () => void) => {
      this.later.set(++this.timers, fn);
      return this.timers;
    };
    this.start({
      ...options,
      natives: {
        ...natives,
        setTimeout: put,
        clearTimeout: (timer) => this.later.delete(timer),
        requestFrame: put,
        cancelFrame: (frame) => this.later.delete(frame),
        idle: (fn) => put(() => fn(() => 50)),
        now: () => this.clock,
      },
    });
  }

  /** Lets a second pass. */
  run(): void {
    this.clock += 1000;
    const due = [...this.later];
    for (const [timer, fn] of due) if (this.later.delete(timer)) fn();
  }

  fuzz(seed: number, rounds: number) {
    return fuzz(this, seed, rounds);
  }

  private receive(place: { epoch: number; offset: number }, messages: StreamMessage[]): void {
    const last = this.places[this.places.length - 1];
    const next =
      place.offset === 0
        ? place.epoch > (last?.epoch ?? 0)
        : place.epoch === last?.epoch && place.offset === last.offset + 1;
    if (!next) this.errors.push(`order: ${JSON.stringify(place)}`);
    this.places.push(place);
    const bytes = payload(codec, messages);
    this.sizes.push(bytes.length);
    this.bytes += new TextDecoder().decode(bytes);
    for (const message of readPayload(codec, bytes)) {
      this.messages.push(message);
      try {
        this.apply(message);
      } catch (error) {
        this.errors.push(String(error));
      }
    }
  }

  private apply(message: StreamMessage): void {
    if (message.kind === 'Snapshot') {
      this.edge.snapshot(message);
      this.mirror.snapshot(message);
    } else if (message.kind === 'Patch') {
      this.edge.patch(message.ops);
      this.mirror.patch(message.ops);
    } else this.mirror.sheet(message.hash, message.base, message.text);
  }

  get ops(): PatchOp[] {
    return this.messages.flatMap((message) => (message.kind === 'Patch' ? message.ops : []));
  }

  get snapshots(): Snapshot[] {
    return this.messages.filter((message) => message.kind === 'Snapshot');
  }

  /** The first difference of page and mirror, or fault on the way. */
  difference(): string | undefined {
    const { capture, mirror } = this;
    if (this.errors.length > 0) return this.errors[0];
    if (!capture) return 'not started';
    return difference(this.page, mirror.document, {
      pageId: (node) => capture.idOf(node),
      mirrorId: (node) => mirror.idOf(node),
      isMasked: (node) => mirror.isMasked(node),
      original: (element, name) => mirror.original(element, name),
      originals: (element) => mirror.originals(element),
    });
  }

  /** Waits, frame by frame, until both are the same; gives the difference that stays. */
  async same(timeout = 3000): Promise<string | undefined> {
    const end = performance.now() + timeout;
    for (;;) {
      const found = this.difference();
      if (found === undefined || this.errors.length > 0 || performance.now() > end) return found;
      await new Promise((done) => requestAnimationFrame(done));
    }
  }

  /** Waits for a condition. */
  async until(condition: () => boolean, timeout = 3000): Promise<boolean> {
    const end = performance.now() + timeout;
    while (!condition()) {
      if (performance.now() > end) return false;
      await new Promise((done) => requestAnimationFrame(done));
    }
    return true;
  }

  /** Forgets what was received so far. */
  mark(): void {
    this.messages = [];
    this.bytes = '';
    this.sizes = [];
  }
}

const driver = new Driver();

export type { Driver };

Object.assign(window, { driver });
