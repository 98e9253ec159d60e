// What the rest of the snippet gives to and gets from capture.
import type { Natives } from '../natives';
import type { Mask, StreamMessage } from '../protocol';

export interface CaptureOptions {
  natives: Natives;
  masks: Mask[];
  ignore: Mask[];
  /** Coview's own interface: written as an empty element. */
  isOwn(node: Node): boolean;
  firstEpoch: number;
  /** Longest time changes wait to travel together, in milliseconds. */
  flushMs: number;
  /** Bytes that were given to `send` and have not left. */
  backlog(): number;
  /** With more than this, patches stop; when it has drained, a new snapshot follows. */
  maxBacklog: number;
  send(place: { epoch: number; offset: number }, messages: StreamMessage[]): void;
  /** Something failed at a named place; never content. */
  onError?(where: string): void;
}

export interface SheetText {
  readonly sheet: CSSStyleSheet;
  readonly text: string;
  readonly base: string;
}

export interface Capture {
  /** Ends it at once: nothing is read or sent afterwards. */
  stop(): void;
  /** A fresh snapshot under the next epoch. */
  resync(reason: number): void;
  /** Sends one node again. */
  resend(id: number): void;
  nodeOf(id: number): Node | undefined;
  idOf(node: Node): number | undefined;
  /** Masked, ignored or Coview's own, itself or by an ancestor; true also for what was never sent. */
  isHidden(node: Node): boolean;
  /** A field no agent may fill in: password (also once), card, one-time code, hidden, file. */
  isSensitive(element: Element): boolean;
  /** Shadow roots that were sent; some of them may have left the page. */
  roots(): Iterable<ShadowRoot>;
  /** Style sheets whose owners are not hidden, as they were read last. */
  sheets(): Iterable<SheetText>;
  stats(): { nodes: number; flushUs: number; masked: number; level: number };
}
