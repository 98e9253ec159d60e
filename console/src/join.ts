// Joining: the edge gives a session and a token for one connection; the session page takes the token from here.
import { joinByCode, joinVisitor } from './api';
import { paths } from './paths';
import { navigate } from './router';
import { hasResume } from './session/resume';

/** What the session page needs of a join. */
export interface Entry {
  token: string;
  /** The visitor's id, where it is known: to ask them again. */
  visitor: string | null;
}

const entries = new Map<string, Entry>();

/** Asks a visitor, or joins the session they are in; `running` is its id, where it is known. */
export async function join(visitor: string, running?: string): Promise<void> {
  // This tab is in it still: it goes on there instead of joining a second time.
  if (running !== undefined && hasResume(running)) return navigate(paths.session(running));
  const { session, token } = await joinVisitor(visitor);
  enter(session, { token, visitor });
}

export async function joinWithCode(code: string): Promise<void> {
  const { session, token, visitor } = await joinByCode(code);
  enter(session, { token, visitor });
}

/** Opens the page of a session with the token that leads into it. */
export function enter(session: string, entry: Entry): void {
  entries.set(session, entry);
  navigate(paths.session(session));
}

/** The entry to a session that was just joined, once: its token opens one connection. */
export function takeEntry(session: string): Entry | null {
  const entry = entries.get(session) ?? null;
  entries.delete(session);
  return entry;
}
