// Every URL the console knows, in one table: its own pages and the edge's API.

/** The same as `base` in vite.config.ts. */
const base = '/console/';
const api = '/api/v1';
const part = encodeURIComponent;

export const paths = {
  visitors: base,
  sessions: `${base}sessions`,
  session: (id: string) => `${base}sessions/${part(id)}`,
  watch: (id: string) => `${base}watch/${part(id)}`,
} as const;

export const endpoints = {
  me: `${api}/me`,
  visitors: (search: string, site: string) => `${api}/visitors?${new URLSearchParams({ search, site })}`,
  visitorSession: (visitor: string) => `${api}/visitors/${part(visitor)}/session`,
  codeSession: `${api}/codes/session`,
  sessions: `${api}/sessions`,
  events: `${api}/events`,
  proxySessions: `${api}/proxy-sessions`,
  proxySession: (session: string) => `${api}/proxy-sessions/${part(session)}`,
} as const;

/** A page of the console, as its address names it. */
export type Route =
  | { page: 'visitors' }
  | { page: 'sessions' }
  | { page: 'session'; id: string; watching: boolean }
  | { page: 'missing' };

/** The page that a path names. */
export function routeOf(path: string): Route {
  if (!path.startsWith(base)) return path === base.slice(0, -1) ? { page: 'visitors' } : { page: 'missing' };
  const [first, second, ...more] = path.slice(base.length).split('/').filter(Boolean);
  if (first === undefined) return { page: 'visitors' };
  const id = decoded(second);
  if (more.length > 0 || id === null) return { page: 'missing' };
  if (first === 'sessions') return id ? { page: 'session', id, watching: false } : { page: 'sessions' };
  if (first === 'watch' && id) return { page: 'session', id, watching: true };
  return { page: 'missing' };
}

function decoded(text: string | undefined): string | null {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return null;
  }
}
