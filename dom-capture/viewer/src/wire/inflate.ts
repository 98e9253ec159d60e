// Inflates frames, which browsers do asynchronously, without ever changing their order or growing past the cap.
import { type FrameHead, splitFrame, WireError } from '@coview/snippet/protocol';

/** A frame with its payload inflated. */
export interface Frame {
  head: FrameHead;
  payload: Uint8Array;
  /** Size on the wire, in bytes. */
  size: number;
}

/** Raw DEFLATE with an exact length: more or less than `length` bytes is an error. */
export async function inflate(body: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  let end = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (end + value.length > length) {
      await reader.cancel().catch(() => undefined);
      throw new WireError('inflated');
    }
    out.set(value, end);
    end += value.length;
  }
  if (end !== length) throw new WireError('inflated');
  return out;
}

/** Hands frames on in the order they came. */
export class Inflow {
  private queued = 0;
  private waiting = 0;
  private tail: Promise<void> = Promise.resolve();
  private closed = false;

  /**
   * @param cap most bytes after inflation of one frame, and four times that waiting at once
   * @param take gets each frame; throws are told to `fail`
   * @param fail is told of a frame that can't be read; the frames behind it still come
   */
  constructor(
    private readonly cap: number,
    private readonly take: (frame: Frame) => void,
    private readonly fail: (error: unknown) => void,
  ) {}

  /** False if too much waits already: the connection has to go. */
  push(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.queued + bytes.length > this.cap * 4) return false;
    let head: FrameHead;
    let body: Uint8Array<ArrayBuffer>;
    try {
      const split = splitFrame(bytes);
      head = split.head;
      body = split.body as Uint8Array<ArrayBuffer>; // a part of `bytes`
      if ((head.inflated ?? body.length) > this.cap) throw new WireError('inflated');
    } catch (error) {
      this.fail(error);
      return true;
    }
    if (head.inflated === undefined && this.waiting === 0) this.hand({ head, payload: body, size: bytes.length });
    else this.queue(head, body, bytes.length);
    return true;
  }

  /** Nothing that still waits is handed on. */
  close(): void {
    this.closed = true;
  }

  private queue(head: FrameHead, body: Uint8Array<ArrayBuffer>, size: number): void {
    this.queued += size;
    this.waiting++;
    const { inflated } = head;
    const ready = inflated === undefined ? Promise.resolve(body) : inflate(body, inflated);
    ready.catch(() => undefined); // told below, when its turn comes
    this.tail = this.tail.then(async () => {
      try {
        const payload = await ready;
        this.hand({ head, payload, size });
      } catch (error) {
        if (!this.closed) this.fail(error);
      } finally {
        this.queued -= size;
        this.waiting--;
      }
    });
  }

  private hand(frame: Frame): void {
    if (this.closed) return;
    try {
      this.take(frame);
    } catch (error) {
      this.fail(error);
    }
  }
}
