// While the page is shared: capture, its frames to the edge, and agents' instructions. Nothing of the page is read
// before `start`, nothing leaves it after `stop`.
import { Assets, refusal } from './assets/give';
import { type Capture, startCapture } from './capture';
import { type Actor, Instructions } from './instructions';
import type { Natives } from './natives';
import { NoControl } from './no-control';
import { Outbox, type Sink } from './outbox';
import { type Instruction, ResyncReason, type Tagged, type VisitorOut, type visitorIn } from './protocol';
import { withRealAddresses } from './proxied';
import type { Ui } from './ui';

export type Welcome = Extract<Tagged<typeof visitorIn>, { kind: 'VisitorWelcome' }>;

export interface Line extends Sink {
  control(...messages: VisitorOut[]): boolean;
}

/** Capture pauses when so much waits, and goes on with a fresh snapshot. */
const MOST_BACKLOG = 8 * 1024 * 1024;
const HEALTH_MS = 5000;

export class Sharing {
  private capture: Capture | undefined;
  private instructions: Instructions | undefined;
  /** Only between the edge's word that the session goes on and the end of its connection. */
  private assets: Assets | undefined;
  private readonly outbox: Outbox;
  private welcome: Welcome | undefined;
  private health = 0;
  private epoch = 0;

  constructor(
    private readonly line: Line,
    private readonly natives: () => Natives,
    private readonly ui: () => Ui,
    private readonly failed: (where: string) => void,
  ) {
    this.outbox = new Outbox(
      line,
      () => ({ frame: this.welcome?.max_frame ?? 0 }),
      () => failed('too large'),
    );
  }

  get live(): boolean {
    return this.capture !== undefined;
  }

  /** Starts, or after an outage goes on with a new epoch. */
  start(welcome: Welcome): void {
    const changed = this.welcome !== undefined && rules(this.welcome) !== rules(welcome);
    this.welcome = welcome;
    this.epoch = Math.max(this.epoch, welcome.epoch);
    if (this.capture && !changed) this.capture.resync(ResyncReason.lost);
    else this.begin(welcome);
    this.assets?.stop();
    if (this.capture) this.assets = new Assets(this.natives(), this.capture, this.line, () => this.outbox.backlog);
  }

  /** At once: nothing that was captured and not sent leaves any more. */
  stop(): void {
    this.capture?.stop();
    this.capture = undefined;
    this.lost();
    this.instructions = undefined;
    clearInterval(this.health);
    this.welcome = undefined;
  }

  /** The connection is gone: what waits is of no use to the next one. */
  lost(): void {
    this.outbox.clear();
    this.assets?.stop();
    this.assets = undefined;
  }

  /** A resource the edge cannot fetch, if it stands in the page and there is someone to see it. */
  give(request: number, url: string, seen: boolean): void {
    if (this.assets && seen) this.assets.ask(request, url);
    else this.line.control(refusal(request));
  }

  resync(reason: number): void {
    this.capture?.resync(reason);
  }

  resend(id: number): void {
    this.capture?.resend(id);
  }

  instruct(actor: Actor, seq: number, instruction: Instruction): void {
    const result = this.instructions?.perform(actor, instruction);
    if (result !== undefined) this.line.control({ kind: 'Outcome', agent: actor.id, seq, result });
  }

  private begin(welcome: Welcome): void {
    this.capture?.stop();
    const ui = this.ui();
    const natives = this.natives();
    const capture = startCapture({
      natives,
      masks: welcome.masks,
      ignore: welcome.ignore,
      isOwn: (node) => ui.isOwn(node),
      firstEpoch: this.epoch + 1,
      flushMs: welcome.flush_ms,
      backlog: () => this.outbox.backlog,
      maxBacklog: MOST_BACKLOG,
      send: (place, messages) => {
        this.epoch = Math.max(this.epoch, place.epoch);
        this.outbox.push(place, withRealAddresses(messages));
      },
      onError: (where) => this.failed(where),
    });
    const noControl = new NoControl(natives, welcome.no_control);
    this.capture = capture;
    this.instructions = new Instructions(
      {
        natives,
        nodeOf: (id) => capture.nodeOf(id),
        isHidden: (node) => capture.isHidden(node),
        isSensitive: (element) => capture.isSensitive(element),
        isOwn: (node) => ui.isOwn(node),
        isNoControl: (element) => noControl.forbids(element),
      },
      ui.overlay,
    );
    clearInterval(this.health);
    this.health = window.setInterval(() => this.report(capture), HEALTH_MS);
  }

  private report(capture: Capture): void {
    const { nodes, flushUs, masked, level } = capture.stats();
    this.line.control({ kind: 'Health', nodes, flush_us: Math.round(flushUs), level, masked });
  }
}

function rules({ masks, ignore, no_control, flush_ms }: Welcome): string {
  return JSON.stringify([masks, ignore, no_control, flush_ms]);
}
