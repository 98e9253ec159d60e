// The messages of docs/protocol.md, 3 and 4, as tables.
import {
  b,
  type Codec,
  d,
  f,
  h,
  l,
  type Of,
  o,
  type Reader,
  s,
  struct,
  u,
  WireError,
  type Writer,
  y,
} from './primitives';

export const VERSION = 1;

export const Grant = { view: 1, point: 2, control: 4, console: 8, screen: 16 } as const;
export const Op = { R: 1, I: 2, M: 3, T: 4, A: 5, P: 6, X: 7, G: 8, H: 9, V: 10, F: 11, U: 12, C: 13, K: 14 } as const;
export const Prop = { value: 1, checked: 2, selected: 3, indeterminate: 4, title: 5, modal: 6, media: 7 } as const;
export const Pointer = { moved: 0, pressed: 1, released: 2, left: 3, touch: 4 } as const;
export const EndReason = {
  stopped: 0,
  agentEnded: 1,
  left: 2,
  declined: 3,
  noAnswer: 4,
  idle: 5,
  edgeStopping: 6,
  site: 7,
  error: 8,
} as const;
export const AssetState = { more: 0, last: 1, refused: 2 } as const;
export const ResyncReason = {
  asked: 0,
  lagging: 1,
  notCanonical: 2,
  badOp: 3,
  lost: 4,
  tooLarge: 5,
  masksChanged: 6,
  newEpoch: 7,
} as const;
export const Result = {
  done: 0,
  noGrant: 1,
  gone: 2,
  masked: 3,
  sensitive: 4,
  notAllowed: 5,
  disabled: 6,
  unknown: 7,
} as const;
export const Phase = { asking: 0, live: 1, away: 2, resynchronising: 3 } as const;

/** A tagged table: the first byte says which. */
// biome-ignore lint/suspicious/noExplicitAny: a table mixes codecs of every value
type Cases = Record<string, { code: number; body: Codec<any> }>;
export type Tagged<C extends Cases> = { [K in keyof C]: { kind: K } & Of<C[K]['body']> }[keyof C];

function tagged<C extends Cases>(cases: C): Codec<Tagged<C>> {
  const byCode: Record<number, string> = Object.create(null);
  for (const name of Object.keys(cases)) byCode[(cases[name] as C[string]).code] = name;
  return {
    write(to, v) {
      const one = cases[v.kind] as C[string];
      to.byte(one.code);
      one.body.write(to, v);
    },
    read(from) {
      const name = byCode[from.byte()];
      if (name === undefined) throw new WireError('kind');
      const out = (cases[name] as C[string]).body.read(from);
      out.kind = name;
      return out;
    },
  };
}

const nothing = struct({});

export const op = tagged({
  R: { code: Op.R, body: struct({ id: u }) },
  I: { code: Op.I, body: struct({ parent: u, prev: u, first: u, count: u, html: s }) },
  M: { code: Op.M, body: struct({ parent: u, prev: u, id: u }) },
  T: { code: Op.T, body: struct({ id: u, text: s }) },
  A: { code: Op.A, body: struct({ id: u, name: s, value: o(s) }) },
  P: { code: Op.P, body: struct({ id: u, what: b, value: s }) },
  X: { code: Op.X, body: struct({ id: u, x: d, y: d }) },
  G: { code: Op.G, body: struct({ id: u, w: u, h: u }) },
  H: { code: Op.H, body: struct({ id: u, hashes: l(h) }) },
  V: { code: Op.V, body: struct({ width: u, height: u }) },
  F: { code: Op.F, body: struct({ id: u }) },
  U: { code: Op.U, body: struct({ url: s, base: s }) },
  C: { code: Op.C, body: struct({ x: d, y: d, state: b }) },
  K: { code: Op.K, body: struct({ id: u }) },
});
export type PatchOp = Of<typeof op>;

/** Items to the end of the body, without a count. */
function toEnd<T>(item: Codec<T>): Codec<T[]> {
  return {
    write(to, v) {
      for (let i = 0; i < v.length; i++) item.write(to, v[i] as T); // i < length
    },
    read(from) {
      const out: T[] = [];
      while (from.left > 0) out[out.length] = item.read(from);
      return out;
    },
  };
}

export const instruction = tagged({
  Laser: { code: 1, body: struct({ x: d, y: d }) },
  LaserOff: { code: 2, body: nothing },
  Highlight: { code: 3, body: struct({ doc: u, id: u }) },
  HighlightOff: { code: 4, body: nothing },
  Scroll: { code: 5, body: struct({ doc: u, id: u, x: d, y: d }) },
  Click: { code: 6, body: struct({ doc: u, id: u, x: d, y: d, button: b, double: f }) },
  Type: { code: 7, body: struct({ doc: u, id: u, text: s }) },
  Key: { code: 8, body: struct({ doc: u, id: u, key: s, mods: b }) },
  Focus: { code: 9, body: struct({ doc: u, id: u }) },
  Select: { code: 10, body: struct({ doc: u, id: u, indexes: l(u) }) },
  Go: { code: 11, body: struct({ where: b }) },
});
export type Instruction = Of<typeof instruction>;

/** The grant each instruction needs (docs/protocol.md, 4.5). */
export function grantFor(kind: Instruction['kind']): number {
  return kind === 'Laser' || kind === 'LaserOff' || kind === 'Highlight' || kind === 'HighlightOff' || kind === 'Scroll'
    ? Grant.point
    : Grant.control;
}

const agentFields = { id: u, name: s, color: s };
const agent = struct(agentFields);
const agentState = struct({ ...agentFields, grants: b });
export type AgentState = Of<typeof agentState>;
const mask = struct({ selector: s, url: s });
export type Mask = Of<typeof mask>;

const health = struct({ nodes: u, flush_us: u, level: b, masked: u });
const custom = struct({ text: s });
const ping = struct({ t: u });
const end = struct({ reason: b });
const resync = struct({ doc: u, reason: b });

const snapshot = struct({
  doc: u,
  url: s,
  base: s,
  doctype: o(struct({ name: s, public: s, system: s })),
  quirks: f,
  width: u,
  height: u,
  custom: l(s),
  focus: u,
  scrolls: l(struct({ id: u, x: d, y: d })),
  sheets: l(struct({ id: u, hash: h })),
  adopted: l(struct({ root: u, hashes: l(h) })),
  count: u,
  html: s,
});
export type Snapshot = Of<typeof snapshot>;

export const stream = {
  Snapshot: { code: 0x01, body: snapshot },
  Patch: { code: 0x02, body: struct({ doc: u, ops: toEnd(op) }) },
  Sheet: { code: 0x03, body: struct({ hash: h, base: s, text: s }) },
};
export const visitorOut = {
  VisitorHello: { code: 0x10, body: struct({ version: u, resume: o(s), consented: f }) },
  Page: { code: 0x11, body: struct({ url: s, title: s, width: u, height: u, visible: f }) },
  Identify: { code: 0x12, body: struct({ unique_id: s, identities: l(s), tags: l(s) }) },
  Answer: { code: 0x13, body: struct({ request: u, allowed: f }) },
  Withdraw: { code: 0x14, body: struct({ agent: u, grants: b }) },
  Stop: { code: 0x15, body: nothing },
  CodeRequest: { code: 0x16, body: nothing },
  Help: { code: 0x17, body: struct({ wanted: f }) },
  Outcome: { code: 0x18, body: struct({ agent: u, seq: u, result: b }) },
  Health: { code: 0x19, body: health },
  Custom: { code: 0x1a, body: custom },
  AssetPart: { code: 0x1b, body: struct({ request: u, state: b, mime: s, data: y }) },
  Bye: { code: 0x1e, body: struct({ seconds: u }) },
  Pong: { code: 0x1f, body: ping },
};
export const visitorIn = {
  VisitorWelcome: {
    code: 0x20,
    body: struct({
      version: u,
      visitor: s,
      short_id: s,
      resume: s,
      epoch: u,
      site_name: s,
      consent: b,
      presence: b,
      flush_ms: u,
      max_frame: u,
      masks: l(mask),
      ignore: l(mask),
      no_control: l(mask),
    }),
  },
  Ask: { code: 0x21, body: struct({ request: u, agent, grants: b, seconds: u }) },
  Unask: { code: 0x22, body: struct({ request: u }) },
  Session: { code: 0x23, body: struct({ session: s, agents: l(agentState) }) },
  ResyncRequest: { code: 0x24, body: resync },
  Resend: { code: 0x25, body: struct({ doc: u, id: u }) },
  VisitorInstruct: { code: 0x26, body: struct({ agent: u, seq: u, instruction }) },
  Code: { code: 0x27, body: struct({ code: s, seconds: u }) },
  VisitorEnd: { code: 0x28, body: end },
  VisitorCustom: { code: 0x29, body: custom },
  AssetRequest: { code: 0x2a, body: struct({ request: u, url: s }) },
  VisitorPing: { code: 0x2f, body: ping },
};
export const agentOut = {
  AgentHello: { code: 0x30, body: struct({ version: u, token: s, resume: o(s), epoch: u, offset: u }) },
  Request: { code: 0x31, body: struct({ grants: b }) },
  Instruct: { code: 0x32, body: struct({ seq: u, instruction }) },
  Leave: { code: 0x33, body: struct({ end: f }) },
  AgentResync: { code: 0x34, body: resync },
  AgentCustomOut: { code: 0x35, body: custom },
  AgentPong: { code: 0x3f, body: ping },
};
export const agentIn = {
  AgentWelcome: {
    code: 0x40,
    body: struct({ version: u, agent: u, session: s, resume: s, assets: s, site_name: s, visitor_name: s }),
  },
  State: { code: 0x41, body: struct({ phase: b, agents: l(agentState) }) },
  Resynced: { code: 0x42, body: struct({ reason: b }) },
  Refused: { code: 0x43, body: struct({ grants: b, reason: b }) },
  AgentOutcome: { code: 0x44, body: struct({ seq: u, result: b }) },
  Rtt: { code: 0x45, body: struct({ visitor_ms: u, agent_ms: u }) },
  AgentHealth: { code: 0x46, body: health },
  AgentCustom: { code: 0x47, body: custom },
  AgentEnd: { code: 0x48, body: end },
  AgentPing: { code: 0x4f, body: ping },
};

export type StreamMessage = Tagged<typeof stream>;
export type VisitorOut = Tagged<typeof visitorOut>;
export type VisitorIn = Tagged<typeof visitorIn>;
export type AgentOut = Tagged<typeof agentOut>;
export type AgentIn = Tagged<typeof agentIn>;

/** A set of messages one end may write or read: `kind len body`. */
export interface Messages<M> {
  write(to: Writer, message: M): void;
  read(from: Reader): M;
}

/** Makes the set of a direction from its tables. */
export function messages<C extends Cases>(
  cases: C,
  make: { writer: () => Writer; reader: (bytes: Uint8Array) => Reader },
): Messages<Tagged<C>> {
  const byCode: Record<number, string> = Object.create(null);
  for (const name of Object.keys(cases)) byCode[(cases[name] as C[string]).code] = name;
  return {
    write(to, message) {
      const one = cases[message.kind] as C[string];
      const body = make.writer();
      one.body.write(body, message);
      const bytes = body.finish();
      to.byte(one.code);
      to.uint(bytes.length);
      to.raw(bytes);
    },
    read(from) {
      const name = byCode[from.byte()];
      if (name === undefined) throw new WireError('kind');
      const body = make.reader(from.raw(from.uint()));
      const out = (cases[name] as C[string]).body.read(body);
      body.finish();
      out.kind = name;
      return out;
    },
  };
}
