// What the console knows of a running session, and how each piece of news changes it. Pure; in memory only.
import type { Choice, GrantSet, PhaseName, Tool, Watcher } from '@coview/agent';
import { firstName } from '../people';
import type { Answer, Ending } from './words';

export type { Choice, Tool, Watcher };

/** A part of the page the agent sees differently, or not at all. */
export interface Inexact {
  what: string;
  why: string;
}

export interface FeedItem {
  key: number;
  at: number;
  words: string;
}

export interface Live {
  phase: PhaseName;
  /** False while this console's own connection is away. */
  connected: boolean;
  visitor: string;
  site: string;
  me: number;
  watchers: Watcher[];
  grants: GrantSet;
  /** What became of asking for control. */
  control: Answer;
  /** When this agent began to ask, and when they first saw the page. */
  askedAt: number;
  sharedAt: number | null;
  /** When sharing began, where that is known: a late agent has to be told. */
  sharingSince: number | null;
  url: string;
  title: string;
  size: { width: number; height: number } | null;
  scale: number;
  behindMs: number | null;
  masked: number;
  inexact: Inexact[];
  /** When the picture was last known to equal the page; null while it does. */
  staleSince: number | null;
  feed: FeedItem[];
  /** Lines written so far, for their keys. */
  lines: number;
  /** The last thing the visitor's page did not do, until it is out of date. */
  trouble: { at: number; words: string } | null;
  end: Ending | null;
  tool: Tool;
  choice: Choice | null;
}

const FEED_LIMIT = 200;
const AWAY_COUNTS_MS = 5000;
const NOTHING: GrantSet = { view: false, point: false, control: false, console: false, screen: false };

export function begin(now: number): Live {
  return {
    phase: 'connecting',
    connected: false,
    visitor: '',
    site: '',
    me: 0,
    watchers: [],
    grants: NOTHING,
    control: 'none',
    askedAt: now,
    sharedAt: null,
    sharingSince: null,
    url: '',
    title: '',
    size: null,
    scale: 1,
    behindMs: null,
    masked: 0,
    inexact: [],
    staleSince: null,
    feed: [],
    lines: 0,
    trouble: null,
    end: null,
    tool: 'look',
    choice: null,
  };
}

/** Adds a line to what happened so far; the same line is not said twice in a row. */
export function note(live: Live, words: string, now: number): Live {
  const last = live.feed[0];
  if (last?.words === words) return { ...live, feed: [{ ...last, at: now }, ...live.feed.slice(1)] };
  const key = live.lines + 1;
  return { ...live, lines: key, feed: [{ key, at: now, words }, ...live.feed].slice(0, FEED_LIMIT) };
}

/** The session is over: why, and nothing of the page is left here. */
export function onEnd(live: Live, end: Ending, now: number): Live {
  if (live.phase === 'ended') return live;
  const over: Live = {
    ...live,
    phase: 'ended',
    end,
    tool: 'look',
    grants: NOTHING,
    control: 'none',
    watchers: [],
    url: '',
    title: '',
    inexact: [],
    masked: 0,
    staleSince: null,
    trouble: null,
    choice: null,
  };
  return note(over, end.title, now);
}

/** News of the session: its phase, the connection, who watches and what this agent may do. */
export interface News {
  phase: PhaseName;
  connected: boolean;
  me: number;
  agents: Watcher[];
  grants: GrantSet;
}

export function onState(live: Live, news: News, now: number): Live {
  if (live.phase === 'ended') return live;
  const { phase, connected, me, agents } = news;
  let next: Live = { ...live, phase, connected, me, watchers: agents };
  next = notePhase(next, live, now);
  next = noteWatchers(next, live, now);
  next = onGrants(next, news.grants, now);
  const exact = connected && (phase === 'live' || phase === 'asking');
  return { ...next, staleSince: exact ? null : (live.staleSince ?? now) };
}

function notePhase(live: Live, before: Live, now: number): Live {
  const name = firstName(live.visitor);
  const { phase } = live;
  if (phase === before.phase) return live;
  if (phase === 'asking') return note(live, `You asked ${name} to share`, now);
  // Asking ends with a yes, whatever comes first then: the page itself may still be on its way.
  if (before.phase === 'asking')
    return note({ ...live, sharedAt: now, sharingSince: now }, `${name} allowed viewing`, now);
  if (live.sharedAt === null) return note({ ...live, sharedAt: now }, 'You joined', now);
  if (phase === 'away') return note(live, `${name} is away`, now);
  return before.phase === 'away' ? noteBack(live, name, now) : live;
}

/** A page that is only loading the next one was not away in anybody's eyes: the line about it goes. */
function noteBack(live: Live, name: string, now: number): Live {
  const [last, ...older] = live.feed;
  if (last?.words === `${name} is away` && now - last.at < AWAY_COUNTS_MS) return { ...live, feed: older };
  return note(live, `${name} is back`, now);
}

function noteWatchers(live: Live, before: Live, now: number): Live {
  if (before.phase === 'connecting') return live;
  const { watchers } = live;
  let next = live;
  for (const { id, name } of watchers) {
    if (id !== live.me && !before.watchers.some((one) => one.id === id)) next = note(next, `${name} joined`, now);
  }
  for (const { id, name } of before.watchers) {
    if (id !== live.me && !watchers.some((one) => one.id === id)) next = note(next, `${name} left`, now);
  }
  return next;
}

function onGrants(live: Live, grants: GrantSet, now: number): Live {
  const name = firstName(live.visitor);
  const had = live.grants.control;
  let next: Live = { ...live, grants };
  if (grants.control && !had) next = note({ ...next, control: 'none' }, `${name} allowed clicking and typing`, now);
  // Without a connection nothing is known; the grants come back with it.
  if (had && !grants.control && live.connected) {
    next = note({ ...next, control: 'withdrawn' }, `${name} took control back`, now);
  }
  return toolAllowed(next, next.tool) ? next : { ...next, tool: 'look' };
}

/** Whether a tool can be used now. Looking always can. */
export function toolAllowed(live: Live, tool: Tool): boolean {
  if (tool === 'look') return true;
  if (live.phase !== 'live' || !live.connected) return false;
  return tool === 'control' ? live.grants.control : live.grants.point;
}

/** Why a tool is off; null if it can be used. */
export function whyOff(live: Live, tool: Tool): string | null {
  if (toolAllowed(live, tool)) return null;
  if (live.phase !== 'live' || !live.connected) return 'Works when the page is live';
  return tool === 'control' ? 'Needs control: ask for it first' : 'Not allowed by the visitor';
}

/** The page's address or title changed. */
export function onPage(live: Live, page: { url?: string; title?: string }, now: number): Live {
  const next = { ...live, ...page };
  const opened = next.title.trim();
  const moved = page.url !== undefined && page.url.split('#')[0] !== live.url.split('#')[0];
  const named = page.title !== undefined && page.title !== live.title;
  if ((!moved && !named) || opened === '') return next;
  return note(next, `${firstName(live.visitor)} is on “${opened}”`, now);
}
