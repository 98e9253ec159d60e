// The WebSocket to the edge: hello, pings, and coming back after an outage with growing, jittered pauses.
// Knows nothing of sessions. Which close codes are final is decided here, once.
import {
  direction,
  frame,
  payload,
  readPayload,
  splitFrame,
  type VisitorIn,
  type VisitorOut,
  visitorIn,
  visitorOut,
  WireError,
} from './protocol';

const out = direction(visitorOut);
const incoming = direction(visitorIn);

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
/** An edge that never answered is asked less often: it may be a wrong address or a wrong key. */
const LONGEST_UNKNOWN_PAUSE_MS = 300_000;
const WELCOME_MS = 10_000;
/** Pings come every ten seconds; three missed ones mean that nobody is there. */
const SILENCE_MS = 40_000;
/** So many refusals of what we sent in a row mean that trying again does not help. */
const REFUSALS = 3;
const STEADY_MS = 60_000;
const MAX_CONTROL_BYTES = 1024 * 1024;

/** Close codes of docs/protocol.md, 5, by what they ask of us. */
const FINAL = [4001, 4004, 4006, 4009, 4013];
const REFUSED = [4000, 4002, 4003, 4005, 4008];
const SLOW_DOWN = [4007, 4008];

export interface ConnectionHooks {
  hello(): VisitorOut;
  /** One message, in order. */
  message(message: VisitorIn): void;
  /** The socket is gone; `final` if it won't come back by itself. */
  down(code: number, final: boolean): void;
}

export class Connection {
  private socket: WebSocket | undefined;
  private welcomed = false;
  private everWelcomed = false;
  private wanted = false;
  private tries = 0;
  private refusals = 0;
  private retry = 0;
  private watchdog = 0;
  private steady = 0;

  constructor(
    private readonly url: string,
    private readonly hooks: ConnectionHooks,
  ) {
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.socket?.close());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.hurry());
  }

  /** Welcomed by the edge. */
  get open(): boolean {
    return this.welcomed;
  }

  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Also cuts a pause short: whoever starts it does not want to wait. */
  start(): void {
    if (this.wanted) {
      this.hurry();
      return;
    }
    this.wanted = true;
    this.tries = 0;
    this.connect();
  }

  /** Closes for good, after what was sent has left. */
  stop(): void {
    this.wanted = false;
    clearTimeout(this.retry);
    this.retry = 0;
    const socket = this.socket;
    this.lost();
    socket?.close(1000);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.welcomed) this.socket?.send(bytes);
  }

  /** False if nobody is there to hear it. */
  control(...messages: VisitorOut[]): boolean {
    if (!this.welcomed) return false;
    this.send(frame({}, payload(out, messages)));
    return true;
  }

  private connect(): void {
    this.retry = 0;
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      this.hooks.down(0, true); // forbidden by the page's own policy
      return;
    }
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    let order = Promise.resolve();
    this.watch(socket, WELCOME_MS);
    socket.onopen = () => socket.send(frame({}, payload(out, [this.hooks.hello()])));
    socket.onmessage = (event: MessageEvent<unknown>) => {
      order = order.then(() => this.read(socket, event.data)).catch(() => socket.close(4001));
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
  }

  private async read(socket: WebSocket, data: unknown): Promise<void> {
    if (!(data instanceof ArrayBuffer)) throw new WireError('frame');
    const { head, body } = splitFrame(new Uint8Array(data));
    if (head.place) throw new WireError('flags');
    const plain = head.inflated === undefined ? body : await inflate(body, head.inflated);
    for (const message of readPayload(incoming, plain)) {
      if (socket !== this.socket) return;
      this.watch(socket, SILENCE_MS);
      if (message.kind === 'VisitorPing') this.control({ kind: 'Pong', t: message.t });
      else this.deliver(message);
    }
  }

  private deliver(message: VisitorIn): void {
    if (message.kind === 'VisitorWelcome') {
      this.welcomed = this.everWelcomed = true;
      this.tries = 0;
      this.steady = window.setTimeout(() => {
        this.refusals = 0;
      }, STEADY_MS);
    } else if (!this.welcomed) throw new WireError('order');
    this.hooks.message(message);
  }

  private watch(socket: WebSocket, ms: number): void {
    clearTimeout(this.watchdog);
    this.watchdog = window.setTimeout(() => {
      socket.close();
      if (socket === this.socket) this.closed(1006); // a dead network never reports the close
    }, ms);
  }

  private lost(): void {
    clearTimeout(this.watchdog);
    clearTimeout(this.steady);
    this.socket = undefined;
    this.welcomed = false;
  }

  private closed(code: number): void {
    this.lost();
    if (REFUSED.includes(code)) this.refusals++;
    const final = FINAL.includes(code) || this.refusals >= REFUSALS;
    if (final) this.wanted = false;
    else if (this.wanted) this.retry = window.setTimeout(() => this.connect(), this.pause(code));
    this.hooks.down(code, final);
  }

  private pause(code: number): number {
    const longest = this.everWelcomed ? LONGEST_PAUSE_MS : LONGEST_UNKNOWN_PAUSE_MS;
    const grown = SLOW_DOWN.includes(code) ? LONGEST_PAUSE_MS : FIRST_PAUSE_MS * 2 ** Math.min(this.tries++, 12);
    return Math.min(longest, grown) * (0.5 + Math.random() / 2);
  }

  private hurry(): void {
    if (this.retry === 0 || !this.everWelcomed) return;
    clearTimeout(this.retry);
    this.connect();
  }
}

async function inflate(body: Uint8Array, size: number): Promise<Uint8Array> {
  if (size > MAX_CONTROL_BYTES) throw new WireError('size');
  const through = new Blob([new Uint8Array(body)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const plain = new Uint8Array(size);
  let at = 0;
  const reader = through.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (at + part.value.length > size) throw new WireError('size');
    plain.set(part.value, at);
    at += part.value.length;
  }
  if (at !== size) throw new WireError('size');
  return plain;
}
