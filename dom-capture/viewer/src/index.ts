// The agent's side of co-browsing: `connect` shows one session's page, live, in an element of yours.
import type { ConnectOptions } from './types';
import { View } from './view';

export { Grant } from '@coview/snippet/protocol';
export { createFrame } from './mirror/document';
export { MirrorFault } from './mirror/fault';
export { Mirror, type MirrorLimits, type MirrorOptions, type PointerState } from './mirror/mirror';
export { MASKED } from './mirror/placeholder';
export { SheetStore } from './mirror/sheets';
export type { StageLabels } from './stage/stage';
export type { Choice, Tool } from './stage/tools';
export type {
  Ask,
  ConnectOptions,
  EndName,
  GrantName,
  GrantSet,
  Outcome,
  PhaseName,
  RefusedName,
  ResyncName,
  Target,
  ViewEvents,
  ViewLimits,
  ViewState,
  ViewStats,
  Watcher,
} from './types';
export type { View } from './view';

/** Joins a session. Resolves once the edge has let this agent in; rejects if it does not. */
export function connect(options: ConnectOptions): Promise<View> {
  return new Promise((resolve, reject) => {
    let joined = false;
    const view = new View(options, (error) => {
      if (joined) return;
      joined = true;
      if (error) {
        view.close();
        reject(error);
      } else resolve(view);
    });
  });
}
