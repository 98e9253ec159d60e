// Every byte that a page's WebSockets send and receive, inflated, for looking for what must not be in them.
import { inflateRawSync } from 'node:zlib';
import { splitFrame } from '@coview/snippet/protocol';
import type { Page } from '@playwright/test';

/** One way of the traffic. */
export class Bytes {
  readonly frames: Buffer[] = [];
  wire = 0;

  take(payload: Buffer): void {
    this.wire += payload.length;
    this.frames.push(payload);
    const opened = inflated(payload);
    if (opened !== undefined) this.frames.push(opened);
  }

  /** Says whether some text is in any frame, as it came or inflated. */
  has(text: string): boolean {
    const wanted = Buffer.from(text);
    return this.frames.some((frame) => frame.includes(wanted));
  }
}

function inflated(payload: Buffer): Buffer | undefined {
  const { head, body } = splitFrame(payload);
  return head.inflated === undefined ? undefined : inflateRawSync(body);
}

export interface Traffic {
  sent: Bytes;
  received: Bytes;
  /** URLs and bodies of every HTTP request of the page. */
  requests: string[];
}

/** Listens from now on; call it before the page is loaded. */
export async function listen(page: Page): Promise<Traffic> {
  const traffic: Traffic = { sent: new Bytes(), received: new Bytes(), requests: [] };
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const bytes = (response: { opcode: number; payloadData: string }): Buffer =>
    Buffer.from(response.payloadData, response.opcode === 2 ? 'base64' : 'utf8');
  session.on('Network.webSocketFrameSent', ({ response }) => traffic.sent.take(bytes(response)));
  session.on('Network.webSocketFrameReceived', ({ response }) => traffic.received.take(bytes(response)));
  session.on('Network.webSocketCreated', ({ url }) => traffic.requests.push(url));
  page.on('request', (request) => traffic.requests.push(`${request.url()} ${request.postData() ?? ''}`));
  return traffic;
}
