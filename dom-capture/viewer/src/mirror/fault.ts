// Why a mirror can't go on; the session asks for a fresh snapshot and says which of the wire's reasons it is.
import { ResyncReason } from '@coview/snippet/protocol';

export type Reason = (typeof ResyncReason)[keyof typeof ResyncReason];

/** What came does not fit what is there. `what` names the rule, never content. */
export class MirrorFault extends Error {
  constructor(
    readonly reason: Reason,
    readonly what: string,
  ) {
    super(`the mirror can't go on: ${what}`);
    this.name = 'MirrorFault';
  }
}

/** Markup that is not canonical (docs/protocol.md, 3.1). */
export function notCanonical(what: string): MirrorFault {
  return new MirrorFault(ResyncReason.notCanonical, what);
}

/** An op that names what is not there (docs/protocol.md, 3.3). */
export function badOp(what: string): MirrorFault {
  return new MirrorFault(ResyncReason.badOp, what);
}

/** More than the viewer's bounds. */
export function tooLarge(what: string): MirrorFault {
  return new MirrorFault(ResyncReason.tooLarge, what);
}
