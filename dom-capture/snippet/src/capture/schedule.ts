// When patches are made: the first change leaves at the next animation frame, a busy page is batched, and a page that
// takes long to read is read less often.
import type { Natives } from '../natives';

/** Share of the main thread that capture may take: a flush of 5 ms is followed by a pause of 100. */
const PAUSE_PER_COST = 20;
const LONGEST_PAUSE = 2000;

export class Schedule {
  private timer: number | undefined;
  private frame: number | undefined;
  private last = Number.NEGATIVE_INFINITY;
  private cost = 0;
  private stopped = false;

  constructor(
    private readonly natives: Natives,
    private readonly pause: number,
    private readonly work: () => void,
  ) {}

  /** Milliseconds between patches now. */
  private get interval(): number {
    return Math.min(LONGEST_PAUSE, Math.max(this.pause, this.cost * PAUSE_PER_COST));
  }

  /** Degradation: 0 none, 1 up to twice the usual pause, 2 up to four times, 3 more. */
  get level(): number {
    const ratio = this.interval / this.pause;
    return ratio <= 1 ? 0 : ratio <= 2 ? 1 : ratio <= 4 ? 2 : 3;
  }

  /** There is something to say. */
  wake(): void {
    if (this.timer !== undefined || this.stopped) return;
    const { natives } = this;
    const since = natives.now() - this.last;
    if (since >= this.interval) {
      // Frames stop in hidden tabs, and may at any time.
      if (!natives.hidden.call(document)) this.frame = natives.requestFrame(() => this.run());
      this.timer = natives.setTimeout(() => this.run(), this.pause);
    } else this.timer = natives.setTimeout(() => this.run(), this.interval - since);
  }

  private run(): void {
    this.cancel();
    if (this.stopped) return;
    try {
      this.work();
    } finally {
      this.last = this.natives.now();
    }
  }

  /** What a patch cost, in milliseconds. Snapshots are rare, and do not slow down what follows them. */
  spent(cost: number): void {
    this.cost = this.cost * 0.75 + cost * 0.25;
  }

  private cancel(): void {
    if (this.timer !== undefined) this.natives.clearTimeout(this.timer);
    if (this.frame !== undefined) this.natives.cancelFrame(this.frame);
    this.timer = undefined;
    this.frame = undefined;
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }
}
