// Frames: docs/protocol.md, 2. Inflating and deflating is the caller's, since browsers do it asynchronously.
import { type Messages, messages } from './messages';
import { Reader, WireError, Writer } from './primitives';

const STREAM = 1;
const DEFLATED = 2;

/** Payloads from this size on are worth deflating, in bytes. */
export const DEFLATE_FROM = 512;

/** What stands before a payload. */
export interface FrameHead {
  /** Place in the stream; absent on control frames. */
  place?: { epoch: number; offset: number } | undefined;
  /** Size after inflation; absent if the payload is as it is. */
  inflated?: number | undefined;
}

/** Builds the codec of one direction. */
export function direction<C extends Parameters<typeof messages>[0]>(cases: C) {
  return messages(cases, { writer: () => new Writer(), reader: (bytes) => new Reader(bytes) });
}

/** Messages one after the other. */
export function payload<M>(set: Messages<M>, list: readonly M[]): Uint8Array<ArrayBuffer> {
  const to = new Writer(1024);
  for (const message of list) set.write(to, message);
  return to.finish();
}

/** Head and payload as one WebSocket message. */
export function frame(head: FrameHead, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const to = new Writer(body.length + 16);
  to.byte((head.place ? STREAM : 0) | (head.inflated === undefined ? 0 : DEFLATED));
  if (head.place) {
    to.uint(head.place.epoch);
    to.uint(head.place.offset);
  }
  if (head.inflated !== undefined) to.uint(head.inflated);
  to.raw(body);
  return to.finish();
}

/** Splits a WebSocket message; the body is still deflated if `head.inflated` is there. */
export function splitFrame(bytes: Uint8Array): { head: FrameHead; body: Uint8Array } {
  const from = new Reader(bytes);
  const flags = from.byte();
  if (flags > (STREAM | DEFLATED)) throw new WireError('flags');
  const place = flags & STREAM ? { epoch: from.uint(), offset: from.uint() } : undefined;
  const inflated = flags & DEFLATED ? from.uint() : undefined;
  if (from.left === 0) throw new WireError('payload');
  return { head: { place, inflated }, body: from.raw(from.left) };
}

/** Reads all messages of an inflated payload. */
export function readPayload<M>(set: Messages<M>, bytes: Uint8Array): M[] {
  const from = new Reader(bytes);
  const out: M[] = [];
  while (from.left > 0) out[out.length] = set.read(from);
  return out;
}
