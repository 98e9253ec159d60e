// One agent's connection to the edge: opened again by the resume secret until the edge says it is over.
import {
  type AgentIn,
  type AgentOut,
  agentIn,
  agentOut,
  direction,
  frame,
  payload,
  readPayload,
  type StreamMessage,
  stream,
  VERSION,
} from '@coview/snippet/protocol';
import { type Frame, Inflow } from './inflate';

const control = direction(agentIn);
const streamed = direction(stream);
const outgoing = direction(agentOut);

/** Close codes after which another attempt would end the same way (docs/protocol.md, 5). */
const FINAL = new Set([4004, 4005, 4006, 4008, 4009, 4010, 4013]);

/** What a connection tells the session. */
export interface ConnectionEvents {
  control(message: AgentIn): void;
  stream(place: { epoch: number; offset: number }, messages: StreamMessage[], size: number): void;
  /** A stream frame that can't be read. */
  broken(error: unknown): void;
  /** The connection is down; `final` if there will be no other. */
  down(code: number, final: boolean): void;
}

export interface ConnectionOptions {
  edge: string;
  token: string;
  /** The secret of a connection before, in place of the token. */
  resume: string | undefined;
  /** Most bytes of a frame after inflation. */
  inflated: number;
  /** How long to try before the edge let this agent in, ms. */
  joinFor: number;
  /** How long to try again after the connection was lost, ms. */
  retryFor: number;
  /** The last frame that was applied: where a resumed stream goes on. */
  place(): { epoch: number; offset: number };
}

/** Keeps one WebSocket open. */
export class Connection {
  private socket: WebSocket | undefined;
  private inflow: Inflow | undefined;
  private resume: string | undefined;
  private attempt = 0;
  private lostAt: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private over = false;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly events: ConnectionEvents,
  ) {
    this.resume = options.resume;
    this.lostAt = performance.now();
    this.open();
  }

  /** What opens this agent's next connection; none before the first welcome. */
  get secret(): string | undefined {
    return this.resume;
  }

  /** True while messages can be sent. */
  get isUp(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Sends if the connection is up; what an agent asked while it was down is not asked later. */
  send(...messages: AgentOut[]): boolean {
    if (!this.socket || !this.isUp) return false;
    this.socket.send(frame({}, payload(outgoing, messages)));
    return true;
  }

  /** Ends it for good. */
  close(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.inflow?.close();
    this.socket?.close(1000);
  }

  private open(): void {
    const url = new URL('/v1/agent', this.options.edge);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const inflow = new Inflow(
      this.options.inflated,
      (one) => this.take(one),
      (error) => this.events.broken(error),
    );
    this.socket = socket;
    this.inflow = inflow;
    socket.onopen = () => this.hello();
    socket.onmessage = ({ data }) => {
      if (!(data instanceof ArrayBuffer) || !inflow.push(new Uint8Array(data))) socket.close(1000);
    };
    socket.onclose = ({ code }) => {
      inflow.close();
      if (this.socket === socket) this.lost(code);
    };
  }

  private hello(): void {
    const { epoch, offset } = this.options.place();
    const { resume } = this;
    const token = resume === undefined ? this.options.token : '';
    this.send({ kind: 'AgentHello', version: VERSION, token, resume, epoch, offset });
  }

  private take({ head, payload: bytes, size }: Frame): void {
    if (head.place) {
      this.events.stream(head.place, readPayload(streamed, bytes), size);
      return;
    }
    for (const message of readPayload(control, bytes)) {
      if (message.kind === 'AgentWelcome') {
        this.resume = message.resume;
        this.attempt = 0;
        this.lostAt = undefined;
      }
      if (message.kind === 'AgentPing') this.send({ kind: 'AgentPong', t: message.t });
      else this.events.control(message);
    }
  }

  private lost(code: number): void {
    if (this.over) return;
    this.lostAt ??= performance.now();
    const { joinFor, retryFor } = this.options;
    const patience = this.resume === undefined ? joinFor : retryFor;
    const final = FINAL.has(code) || performance.now() - this.lostAt > patience;
    this.over = final;
    this.events.down(code, final);
    if (final) return;
    const wait = Math.min(10_000, 250 * 2 ** Math.min(this.attempt++, 6));
    this.timer = setTimeout(() => this.open(), wait * (0.5 + Math.random() / 2));
  }
}
