// An edge for one agent: it speaks the protocol, and the test says what.

import { deflateRawSync } from 'node:zlib';
import {
  type AgentIn,
  type AgentOut,
  agentIn,
  agentOut,
  direction,
  frame,
  payload,
  readPayload,
  type Snapshot,
  type StreamMessage,
  splitFrame,
  stream,
} from '@coview/snippet/protocol';
import type { Page, WebSocketRoute } from '@playwright/test';

const incoming = direction(agentOut);
const outgoing = direction(agentIn);
const streamed = direction(stream);

/** The document most tests show: html 1, body 2, p 3, "t" 4, button 5, "b" 6, input 7, select 8, options 9 to 12, div 13. */
export const PAGE =
  '<html><body><p>t</p><button>b</button><input value="v"/><select><option>one</option><option>two</option></select><div></div></body></html>';

export const SNAPSHOT: { kind: 'Snapshot' } & Snapshot = {
  kind: 'Snapshot',
  doc: 0,
  url: 'https://shop.example/',
  base: 'https://shop.example/',
  doctype: { name: 'html', public: '', system: '' },
  quirks: false,
  width: 600,
  height: 400,
  custom: [],
  focus: 0,
  scrolls: [],
  sheets: [],
  adopted: [],
  count: 13,
  html: PAGE,
};

export class FakeEdge {
  /** All messages of the agent, of all connections. */
  readonly heard: AgentOut[] = [];
  connections = 0;
  private socket: WebSocketRoute | undefined;
  private readonly waiting = new Set<() => void>();

  static async on(page: Page): Promise<FakeEdge> {
    const edge = new FakeEdge();
    await page.routeWebSocket(/\/v1\/agent$/, (socket) => edge.accept(socket));
    return edge;
  }

  /** The first message of this kind, once it is there. */
  async next<K extends AgentOut['kind']>(kind: K, after = 0): Promise<Extract<AgentOut, { kind: K }>> {
    for (;;) {
      const found = this.heard.slice(after).find((message) => message.kind === kind);
      if (found) return found as Extract<AgentOut, { kind: K }>; // by its kind
      await new Promise<void>((done) => this.waiting.add(done));
    }
  }

  send(...messages: AgentIn[]): void {
    this.raw(frame({}, payload(outgoing, messages)));
  }

  /** One stream frame. */
  stream(epoch: number, offset: number, messages: StreamMessage[], deflate = false): void {
    const body = payload(streamed, messages);
    const place = { epoch, offset };
    if (deflate) this.raw(frame({ place, inflated: body.length }, deflateRawSync(body)));
    else this.raw(frame({ place }, body));
  }

  raw(bytes: Uint8Array): void {
    this.socket?.send(Buffer.from(bytes));
  }

  /** Welcome, state and first snapshot: what a session starts with. */
  async start(grants = 3): Promise<void> {
    await this.next('AgentHello');
    this.welcome();
    this.state(1, grants);
    this.stream(1, 0, [SNAPSHOT]);
  }

  welcome(resume = 'resume-1'): void {
    this.send({
      kind: 'AgentWelcome',
      version: 1,
      agent: 7,
      session: 's1',
      resume,
      assets: '/v1/assets/T',
      site_name: 'Shop',
      visitor_name: 'Ada',
    });
  }

  state(phase: number, grants: number): void {
    this.send({ kind: 'State', phase, agents: [{ id: 7, name: 'Me', color: '#112233', grants }] });
  }

  close(code: number): void {
    void this.socket?.close({ code, reason: '' });
  }

  private accept(socket: WebSocketRoute): void {
    this.connections++;
    this.socket = socket;
    socket.onMessage((data) => {
      const { body } = splitFrame(new Uint8Array(data as Buffer)); // an agent sends binary messages only
      this.heard.push(...readPayload(incoming, body));
      for (const one of [...this.waiting]) one();
      this.waiting.clear();
    });
  }
}
