// At most so many calls a second, and the last one always.

/** Paces a function of one value. */
export class Paced<T> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: { value: T } | undefined;
  private readyAt = 0;

  constructor(
    private readonly every: number,
    private readonly run: (value: T) => void,
  ) {}

  call(value: T): void {
    this.last = { value };
    if (this.timer !== undefined) return;
    const wait = this.readyAt - performance.now();
    if (wait <= 0) this.fire();
    else this.timer = setTimeout(() => this.fire(), wait);
  }

  /** Forgets a call that still waits. */
  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.last = undefined;
  }

  private fire(): void {
    this.timer = undefined;
    const { last } = this;
    this.last = undefined;
    this.readyAt = performance.now() + this.every;
    if (last) this.run(last.value);
  }
}
