// An edge of a few lines, on the other end of the page's WebSocket: it says what a test tells it to say and keeps every
// byte that the page sends. Pages and the snippet are served by the same fake.

import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { expect, type Page, type WebSocketRoute } from '@playwright/test';
import { bundle } from '../build.mjs';
import {
  direction,
  type FrameHead,
  frame,
  payload,
  readPayload,
  type StreamMessage,
  splitFrame,
  stream,
  type VisitorIn,
  type VisitorOut,
  visitorIn,
  visitorOut,
} from '../src/protocol';

const toPage = direction(visitorIn);
const fromPage = direction(visitorOut);
const streamed = direction(stream);
const entry = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const EDGE = 'http://edge.localhost';
export const SHOP = 'http://shop.localhost';
export const ANA = { id: 1, name: 'Ana', color: '#1f5fd6' };
export const TOMAS = { id: 2, name: 'Tomás', color: '#b3261e' };

let snippet: Promise<string> | undefined;
/** The snippet as it is shipped. */
export function snippetText(): Promise<string> {
  snippet ??= bundle(entry('../src/index.ts'));
  return snippet;
}

export function harnessText(): Promise<string> {
  return bundle(entry('./visitor-harness.ts'), { minify: false });
}

type Welcome = Extract<VisitorIn, { kind: 'VisitorWelcome' }>;

export class FakeEdge {
  /** Control messages of the page, in order, over all connections. */
  readonly heard: VisitorOut[] = [];
  /** Stream frames with their places. */
  readonly frames: { head: FrameHead; messages: StreamMessage[] }[] = [];
  /** Every byte of every WebSocket message. */
  readonly bytes: Buffer[] = [];
  /** URLs asked for over HTTP, the shop's own included. */
  readonly asked: string[] = [];
  /** What is said to each hello. */
  onHello: (edge: FakeEdge, resumed: boolean) => void = (edge) => edge.say(edge.welcome());
  connections = 0;
  private socket: WebSocketRoute | undefined;

  constructor(
    private readonly page: Page,
    private readonly options: { body?: string; tag?: string; presence?: string; welcome?: Partial<Welcome> } = {},
  ) {}

  async start(): Promise<void> {
    const code = await snippetText();
    const { tag = 'data-site="demo" data-consent="granted"', body = '<h1>Nordlys</h1>' } = this.options;
    await this.page.route(/localhost/, async (route) => {
      const url = route.request().url();
      this.asked.push(url);
      if (url.startsWith(`${EDGE}/coview.js`) || url.endsWith('/.coview/coview.js'))
        await route.fulfill({ contentType: 'text/javascript', body: code });
      else if (url.startsWith(`${EDGE}/v1/sites/`)) {
        await route.fulfill({
          json: { key: 'demo', name: 'Nordlys', consent: 'ask', presence: this.options.presence ?? 'consent' },
          headers: { 'access-control-allow-origin': '*' },
        });
      } else
        await route.fulfill({
          contentType: 'text/html',
          body: `<!doctype html><html lang="en"><title>Shop</title><script async src="${tag.includes('data-proxied') ? '/.coview' : EDGE}/coview.js" ${tag}></script><body>${body}`,
        });
    });
    await this.page.routeWebSocket(/edge\.localhost|\/\.coview\/v1\/visitor/, (socket) => {
      this.socket = socket;
      this.connections++;
      socket.onMessage((data) => this.hear(socket, Buffer.from(data as Buffer))); // Coview sends binary messages only
    });
  }

  welcome(more: Partial<Welcome> = {}): Welcome {
    return {
      kind: 'VisitorWelcome',
      version: 1,
      visitor: 'v1',
      short_id: 'ABCD',
      resume: `secret-${this.connections}`,
      epoch: 0,
      site_name: 'Nordlys',
      consent: 0,
      presence: 0,
      flush_ms: 100,
      max_frame: 8_388_608,
      masks: [],
      ignore: [],
      no_control: [],
      ...this.options.welcome,
      ...more,
    };
  }

  say(...messages: VisitorIn[]): void {
    this.socket?.send(Buffer.from(frame({}, payload(toPage, messages))));
  }

  /** Anything at all, to see what the page makes of it. */
  sayBytes(bytes: Buffer): void {
    this.socket?.send(bytes);
  }

  async hangUp(code = 1001): Promise<void> {
    await this.socket?.close({ code });
  }

  of<K extends VisitorOut['kind']>(kind: K): Extract<VisitorOut, { kind: K }>[] {
    return this.heard.filter((one): one is Extract<VisitorOut, { kind: K }> => one.kind === kind);
  }

  /** Waits for the n-th message of a kind. */
  async heardOf<K extends VisitorOut['kind']>(kind: K, count = 1): Promise<Extract<VisitorOut, { kind: K }>> {
    await expect.poll(() => this.of(kind).length, { message: `the page says ${kind}` }).toBeGreaterThanOrEqual(count);
    return this.of(kind)[count - 1] as Extract<VisitorOut, { kind: K }>; // there are at least so many
  }

  /** Waits for a snapshot of at least this epoch, and gives its markup. */
  async snapshot(epoch = 1): Promise<{ epoch: number; html: string }> {
    const found = () => {
      for (const { head, messages } of this.frames) {
        for (const one of messages) {
          if (one.kind === 'Snapshot' && head.place && head.place.epoch >= epoch)
            return { epoch: head.place.epoch, html: one.html };
        }
      }
      return undefined;
    };
    await expect.poll(() => found() !== undefined, { message: `a snapshot of epoch ${epoch}` }).toBe(true);
    return found() as { epoch: number; html: string }; // polled for just now
  }

  private hear(socket: WebSocketRoute, data: Buffer): void {
    this.bytes.push(data);
    const { head, body } = splitFrame(data);
    const plain = head.inflated === undefined ? body : inflateRawSync(body);
    if (head.inflated !== undefined) expect(plain.length).toBe(head.inflated);
    if (head.place) {
      this.frames.push({ head, messages: readPayload(streamed, plain) });
      return;
    }
    for (const message of readPayload(fromPage, plain)) {
      this.heard.push(message);
      if (message.kind === 'VisitorHello' && socket === this.socket) this.onHello(this, message.resume !== undefined);
    }
  }
}

/** An edge that asks for Ana at once, and starts the session when the visitor agrees. */
export function asking(grants = 3): (edge: FakeEdge) => void {
  return (edge) => edge.say(edge.welcome(), { kind: 'Ask', request: 7, agent: ANA, grants, seconds: 60 });
}
