// Stream frames on their way to the socket: in capture's order, deflated once, never more than the socket takes.
// When the connection is lost the queue is dropped; capture then sends a fresh snapshot instead of a backlog.
import { DEFLATE_FROM, direction, frame, payload, type StreamMessage, stream } from './protocol';

const codec = direction(stream);
/** The socket's own buffer is kept below this, so that the queue (which can be dropped) is here. */
const SOCKET_BYTES = 512 * 1024;
const DRAIN_MS = 30;

export interface Place {
  epoch: number;
  offset: number;
}

/** The socket, as the outbox sees it. */
export interface Sink {
  readonly open: boolean;
  readonly bufferedAmount: number;
  send(bytes: Uint8Array<ArrayBuffer>): void;
}

export class Outbox {
  private queue: { place: Place; body: Uint8Array<ArrayBuffer> }[] = [];
  private queued = 0;
  private pumping = false;
  /** Frames of older epochs belong to a lost connection. */
  private from = 0;
  private last = 0;

  constructor(
    private readonly sink: Sink,
    private readonly limits: () => { frame: number },
    private readonly tooLarge: () => void,
  ) {}

  /** Bytes that were not handed to the network yet. */
  get backlog(): number {
    return this.queued + this.sink.bufferedAmount;
  }

  push(place: Place, messages: StreamMessage[]): void {
    this.last = place.epoch;
    if (place.epoch < this.from || !this.sink.open) return;
    const body = payload(codec, messages);
    this.queue.push({ place, body });
    this.queued += body.length;
    if (!this.pumping) void this.pump();
  }

  /** Drops what waits; only a new epoch may pass from now on. */
  clear(): void {
    this.queue = [];
    this.queued = 0;
    this.from = this.last + 1;
  }

  private async pump(): Promise<void> {
    this.pumping = true;
    try {
      for (let next = this.queue[0]; next; next = this.queue[0]) {
        const { place, body } = next;
        const bytes = body.length < DEFLATE_FROM ? frame({ place }, body) : await squeeze(place, body);
        while (this.sink.open && this.sink.bufferedAmount > SOCKET_BYTES) await pause();
        if (this.queue[0] !== next) continue; // cleared meanwhile
        this.queue.shift();
        this.queued -= body.length;
        if (bytes.length > this.limits().frame) this.tooLarge();
        else if (this.sink.open) this.sink.send(bytes);
      }
    } finally {
      this.pumping = false;
    }
  }
}

async function squeeze(place: Place, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const through = new Blob([body]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const small = new Uint8Array(await new Response(through).arrayBuffer());
    if (small.length < body.length) return frame({ place, inflated: body.length }, small);
  } catch {
    // an older browser: sent as it is
  }
  return frame({ place }, body);
}

const pause = () => new Promise<void>((done) => setTimeout(done, DRAIN_MS));
