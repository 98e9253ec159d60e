// Follows the stream: keeps its order, feeds the mirror, and asks for a fresh snapshot when the mirror can't go on.
// The view equals the page or says that it is resynchronising; it is never silently wrong.
import { ResyncReason, type Snapshot, type StreamMessage } from '@coview/snippet/protocol';
import { MirrorFault, type Reason } from './mirror/fault';
import type { Mirror } from './mirror/mirror';

const ASK_AGAIN_MS = 5_000;
const ASK_MOST = 6;

/** What a follower needs of its view. */
export interface FollowerHost {
  /** A mirror in a fresh document, for a snapshot. */
  fresh(): Mirror;
  /** Nothing will be shown in this mirror. */
  drop(mirror: Mirror): void;
  /** The snapshot stands in `mirror`. */
  built(mirror: Mirror, snapshot: Snapshot): void;
  /** A patch was applied. */
  patched(mirror: Mirror, ops: number): void;
  /** The picture may be older than the page from now on. */
  lost(reason: Reason): void;
  ask(reason: Reason): void;
  failed(error: Error): void;
}

/** The place in the stream, and the mirror that shows it. */
export class Follower {
  epoch = 0;
  offset = 0;
  resyncs = 0;
  mirror: Mirror | undefined;
  /** No picture yet, or one that may be older than the page. */
  private awaiting = true;
  /** The page went away or starts anew: a snapshot will come, and until then the picture is an old one. */
  private outdated = false;
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: FollowerHost) {}

  /** True if the picture is the page as of the last frame. */
  get isCurrent(): boolean {
    return !this.awaiting && !this.outdated;
  }

  /** The visitor is away or resynchronises: what is shown is the past, until a snapshot comes. */
  interrupted(): void {
    this.outdated = true;
  }

  /** Where to resume: nowhere, if a snapshot is needed anyway. */
  place(): { epoch: number; offset: number } {
    return this.awaiting ? { epoch: 0, offset: 0 } : { epoch: this.epoch, offset: this.offset };
  }

  /** Takes one frame of the stream. */
  frame(place: { epoch: number; offset: number }, messages: readonly StreamMessage[]): void {
    const starts = messages[0]?.kind === 'Snapshot';
    if (!starts && this.awaiting) return;
    const next = place.epoch === this.epoch && place.offset === this.offset + 1;
    if (starts ? place.offset !== 0 : !next) {
      this.resync(ResyncReason.lost);
      return;
    }
    this.epoch = place.epoch;
    this.offset = place.offset;
    try {
      for (const message of messages) this.message(message);
    } catch (error) {
      this.broken(error);
    }
  }

  /** A frame could not be read or applied. */
  broken(error: unknown): void {
    this.host.failed(error instanceof Error ? error : new Error('broken frame'));
    this.resync(error instanceof MirrorFault ? error.reason : ResyncReason.notCanonical);
  }

  /** The edge says that the next frame is a snapshot. */
  resynced(reason: Reason): void {
    if (!this.awaiting) this.resyncs++;
    this.awaiting = true;
    this.host.lost(reason);
  }

  close(): void {
    clearTimeout(this.timer);
    this.mirror?.dispose();
    this.mirror = undefined;
    this.awaiting = true;
  }

  private message(message: StreamMessage): void {
    const { mirror } = this;
    if (message.kind === 'Snapshot') this.snapshot(message);
    else if (!mirror) throw new MirrorFault(ResyncReason.lost, 'no snapshot');
    else if (message.kind === 'Sheet') mirror.sheet(message.hash, message.base, message.text);
    else if (message.doc !== 0) throw new MirrorFault(ResyncReason.badOp, 'doc');
    else {
      mirror.patch(message.ops);
      this.host.patched(mirror, message.ops.length);
    }
  }

  private snapshot(message: Snapshot): void {
    if (message.doc !== 0) throw new MirrorFault(ResyncReason.badOp, 'doc');
    const mirror = this.host.fresh();
    try {
      mirror.snapshot(message);
    } catch (error) {
      this.host.drop(mirror);
      throw error;
    }
    this.mirror?.dispose();
    this.mirror = mirror;
    this.awaiting = false;
    this.outdated = false;
    this.asked = 0;
    clearTimeout(this.timer);
    this.host.built(mirror, message);
  }

  private resync(reason: Reason): void {
    if (!this.awaiting) this.resyncs++;
    this.awaiting = true;
    this.host.lost(reason);
    this.ask(reason);
  }

  /** Asks, and asks again if nothing comes; the edge closes the connection of an agent that asks too often. */
  private ask(reason: Reason): void {
    clearTimeout(this.timer);
    if (this.asked++ >= ASK_MOST) return;
    this.host.ask(reason);
    this.timer = setTimeout(() => this.awaiting && this.ask(reason), ASK_AGAIN_MS * this.asked);
  }
}
