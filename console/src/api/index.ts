// The edge's API as typed functions. The shapes are the edge's own and are trusted as such: same web origin.
import { endpoints } from '../paths';
import { ApiError, call } from './http';

export interface Me {
  agent: { id: string; name: string };
  sites: Site[];
  edge: { name: string; version: string; proxy: boolean };
}

export interface Site {
  key: string;
  name: string;
}

export interface Visitor {
  id: string;
  short_id: string;
  site: string;
  online: boolean;
  page: { url: string; title: string } | null;
  device: { browser: string; os: string; mobile: boolean };
  screen: { width: number; height: number } | null;
  /** Empty where the site gave none. */
  unique_id: string;
  identities: string[];
  tags: string[];
  waiting_s: number | null;
  session: { id: string; agents: string[] } | null;
  seen: string;
}

export type Phase = 'asking' | 'live' | 'away' | 'resynchronising';

export interface Session {
  id: string;
  visitor: string;
  visitor_name: string;
  site: string;
  phase: Phase;
  since: string;
  agents: { id: number; name: string }[];
}

/** What joining a session gives: the token is for one connection. */
export interface Joined {
  session: string;
  token: string;
  watch_url: string;
  visitor: string;
}

// Each `as` below names the contract of the endpoint that was called.

export async function getMe(signal?: AbortSignal): Promise<Me> {
  return (await call('GET', endpoints.me, undefined, signal)) as Me;
}

export async function signOut(): Promise<void> {
  await call('DELETE', endpoints.me);
}

export async function getVisitors(search: string, site: string, signal?: AbortSignal): Promise<Visitor[]> {
  const answer = (await call('GET', endpoints.visitors(search, site), undefined, signal)) as { visitors: Visitor[] };
  return answer.visitors;
}

export async function getSessions(signal?: AbortSignal): Promise<Session[]> {
  const answer = (await call('GET', endpoints.sessions, undefined, signal)) as { sessions: Session[] };
  return answer.sessions;
}

/** Asks a visitor to share, or joins the session that runs already. */
export async function joinVisitor(visitor: string): Promise<Joined> {
  return (await call('POST', endpoints.visitorSession(visitor), {})) as Joined;
}

export async function joinByCode(code: string): Promise<Joined> {
  return (await call('POST', endpoints.codeSession, { code })) as Joined;
}

export async function endSession(visitor: string): Promise<void> {
  await call('DELETE', endpoints.visitorSession(visitor));
}

/** A site without the snippet, to be opened with a visitor who comes by the link. */
export interface ProxySession extends Joined {
  visit_url: string;
  /** How long the link waits. */
  seconds: number;
}

/** How far the visitor has come. */
export type ProxyState = 'waiting' | 'opening' | 'here';

export async function openSite(url: string, site: string, control: boolean): Promise<ProxySession> {
  const grants = control ? ['view', 'point', 'control'] : ['view', 'point'];
  return (await call('POST', endpoints.proxySessions, { url, site, grants })) as ProxySession;
}

/** Null once it is over: the visitor said no, or did not come in time. */
export async function getProxyState(session: string, signal?: AbortSignal): Promise<ProxyState | null> {
  try {
    return ((await call('GET', endpoints.proxySession(session), undefined, signal)) as { state: ProxyState }).state;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export async function endProxySession(session: string): Promise<void> {
  await call('DELETE', endpoints.proxySession(session));
}
