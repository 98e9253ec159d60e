// What embedders see: states, events and instructions in plain words instead of the wire's numbers.
import { type EndReason, Grant, type Phase, type Result, type ResyncReason } from '@coview/snippet/protocol';
import type { PointerState } from './mirror/mirror';
import type { StageLabels } from './stage/stage';
import type { Choice, Tool } from './stage/tools';

export type GrantName = keyof typeof Grant;
/** Which grants are given. */
export type GrantSet = Record<GrantName, boolean>;
/** Where the session is; `connecting` and `ended` are the viewer's own. */
export type PhaseName = keyof typeof Phase | 'connecting' | 'ended';
/** How an instruction ended; `lost`: the connection went before the answer came. */
export type Outcome = keyof typeof Result | 'lost';
export type ResyncName = keyof typeof ResyncReason;
/** Why the session ended; `lost`: the edge could not be reached again; `closed`: it refused this connection. */
export type EndName = keyof typeof EndReason | 'lost' | 'closed';
export type RefusedName = 'declined' | 'noAnswer' | 'withdrawn' | 'notAllowed';

/** One agent of the session. */
export interface Watcher {
  id: number;
  name: string;
  color: string;
  grants: GrantSet;
}

/** The session as this agent sees it. */
export interface ViewState {
  phase: PhaseName;
  /** False while the connection to the edge is down; the last picture stays. */
  connected: boolean;
  agents: Watcher[];
  /** This agent's number among them. */
  me: number;
  /** What the visitor allows this agent. */
  grants: GrantSet;
}

/** Events of a view, by name. */
export interface ViewEvents {
  state: ViewState;
  /** Whether the picture is the page as it is now. */
  live: boolean;
  snapshot: { epoch: number; nodes: number; url: string };
  patch: { epoch: number; offset: number; ops: number };
  resync: { reason: ResyncName };
  url: { url: string };
  title: { title: string };
  viewport: { width: number; height: number };
  pointer: PointerState;
  focus: { id: number };
  refused: { grants: GrantName[]; reason: RefusedName };
  outcome: { seq: number; kind: string; result: Outcome };
  rtt: { visitor_ms: number; agent_ms: number };
  health: { nodes: number; flush_us: number; level: number; masked: number };
  custom: { text: string };
  choose: Choice;
  tool: Tool;
  scale: number;
  end: { reason: EndName };
  close: { code: number; final: boolean };
  error: Error;
}

/** The element an instruction means: its number, or the node of the mirrored document. */
export type Target = { id: number } | { node: Node };

/** What an agent can ask of the page (docs/protocol.md, 4.5). */
export type Ask =
  | { kind: 'Laser'; x: number; y: number }
  | { kind: 'LaserOff' }
  | ({ kind: 'Highlight' } & Target)
  | { kind: 'HighlightOff' }
  /** Without a target: the document. */
  | ({ kind: 'Scroll'; x: number; y: number } & (Target | { id?: undefined; node?: undefined }))
  /** Without a place: the middle of the element. */
  | ({ kind: 'Click'; x?: number; y?: number; button?: number; double?: boolean } & Target)
  | ({ kind: 'Type'; text: string } & Target)
  | ({ kind: 'Key'; key: string; mods?: number } & Target)
  | ({ kind: 'Focus' } & Target)
  | ({ kind: 'Select'; indexes: number[] } & Target)
  | { kind: 'Go'; where: 'back' | 'forward' | 'reload' };

/** Figures of a view. */
export interface ViewStats {
  /** From the page to here, as far as it is known: half of both round trips. */
  latency_ms: number | undefined;
  /** Received, of stream frames. */
  bytes: number;
  frames: number;
  nodes: number;
  masked: number;
  resyncs: number;
  epoch: number;
  offset: number;
}

/** Bounds of a view. */
export interface ViewLimits {
  /** Most bytes of one frame after inflation. */
  inflated: number;
  nodes: number;
  depth: number;
  /** Most characters of sheets kept. */
  sheets: number;
  /** How long to look for the edge at first, ms. */
  joinFor: number;
  /** How long to look for the edge again after the connection was lost, ms. */
  retryFor: number;
}

export interface ConnectOptions {
  /** Address of the edge. */
  edge: string;
  /** The agent's token for one session. */
  token: string;
  /** In place of the token: what `suspend` gave, to go on where this agent stopped (a page that was loaded again). */
  resume?: string | undefined;
  /** Where the page is shown; it should have a height. */
  container: HTMLElement;
  /** Told of faults that are not the session's end. */
  onError?: (error: Error) => void;
  labels?: Partial<StageLabels>;
  limits?: Partial<ViewLimits>;
}

export const LIMITS: ViewLimits = {
  inflated: 64 << 20,
  nodes: 1_000_000,
  depth: 4000,
  sheets: 32 << 20,
  joinFor: 20_000,
  retryFor: 120_000,
};

/** The name of a wire number; numbers of a newer edge become `other`. */
export function nameOf<T extends Record<string, number>, O extends string>(
  table: T,
  code: number,
  other: O,
): keyof T | O {
  for (const name of Object.keys(table)) if (table[name] === code) return name;
  return other;
}

/** Grants in words. */
export function grantSet(bits: number): GrantSet {
  const has = (bit: number): boolean => Math.floor(bits / bit) % 2 === 1;
  return {
    view: has(Grant.view),
    point: has(Grant.point),
    control: has(Grant.control),
    console: has(Grant.console),
    screen: has(Grant.screen),
  };
}

/** The names of the grants in a set of bits. */
export function grantNames(bits: number): GrantName[] {
  const set = grantSet(bits);
  return (Object.keys(set) as GrantName[]).filter((name) => set[name]); // its keys are the names
}
