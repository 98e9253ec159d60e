// The life of one session page: find the right to watch, open the view, and let go of it when the page goes.
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { noticeSignedOut } from '../account';
import { endSession, getSessions, joinVisitor } from '../api';
import { type Entry, join, takeEntry } from '../join';
import { paths } from '../paths';
import { navigate } from '../router';
import { createStore, type Store, useStore } from '../store';
import { begin, type Live, onEnd, type Tool } from './live';
import { closeCode, type Opened, open } from './open';
import { keepResume, takeResume } from './resume';
import { type Ending, refusal } from './words';

const SESSION_ENDED = 4010;
const LINK_USED = 4005;

interface SessionWanted {
  id: string;
  watching: boolean;
  signedIn: boolean;
  view: RefObject<HTMLElement | null>;
}

interface SessionUse {
  live: Live;
  pick(tool: Tool): void;
  askForControl(): void;
  /** Leaves, and goes to the list. */
  leave(): void;
  /** Ends it for everybody. */
  end(): void;
  /** Sets the options of the list the agent opened. */
  choose(indexes: number[]): void;
  closeChoice(): void;
  /** Null where asking again is not possible. */
  askAgain: (() => void) | null;
}

export function useSession({ id, watching, signedIn, view }: SessionWanted): SessionUse {
  const store = useMemo(() => createStore(begin(Date.now())), []);
  const opened = useRef<Opened | null>(null);
  const [visitor, setVisitor] = useState<string | null>(null);
  const live = useStore(store);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a session is opened once; signing in or out meanwhile changes nothing
  useEffect(() => {
    const container = view.current;
    if (container === null) return;
    let gone = false;
    const known = (session: Known | null): void => {
      setVisitor(session?.visitor ?? null);
      const since = Date.parse(session?.since ?? '');
      if (!Number.isNaN(since)) store.set((now) => ({ ...now, sharingSince: now.sharingSince ?? since }));
    };
    const start = async (): Promise<void> => {
      const session = await find({ id, watching, signedIn, container, live: store }, known);
      if (session === null) return fail(store, refusal(watching ? LINK_USED : SESSION_ENDED));
      if (gone) session.leave();
      else opened.current = session;
    };
    start().catch((error: unknown) => {
      if (gone) return;
      noticeSignedOut(error);
      const code = closeCode(error);
      fail(store, code > 0 ? refusal(code) : couldNotOpen(error));
    });
    const suspend = (): void => {
      const secret = opened.current?.suspend() ?? null;
      opened.current = null;
      if (secret !== null) keepResume(id, secret);
    };
    window.addEventListener('pagehide', suspend);
    return () => {
      gone = true;
      window.removeEventListener('pagehide', suspend);
      suspend();
    };
  }, [id, watching]);

  const leave = (): void => {
    opened.current?.leave();
    opened.current = null;
    navigate(paths.visitors);
  };
  return {
    live,
    pick: (tool) => opened.current?.pick(tool),
    askForControl: () => opened.current?.askForControl(),
    leave,
    end: () => {
      if (opened.current !== null && store.get().connected) opened.current.end();
      else void endFromOutside(visitor, signedIn);
    },
    choose: (indexes) => opened.current?.choose(indexes),
    closeChoice: () => store.set((now) => ({ ...now, choice: null })),
    askAgain: visitor !== null && signedIn ? () => void again(visitor, store) : null,
  };
}

interface Search extends Pick<SessionWanted, 'id' | 'watching' | 'signedIn'> {
  container: HTMLElement;
  live: Store<Live>;
}

/** Opens the session by the best right there is; null if there is none. */
async function find(
  { id, watching, signedIn, container, live }: Search,
  known: (session: Known | null) => void,
): Promise<Opened | null> {
  const fresh = takeEntry(id) ?? entryOfLink();
  const secret = takeResume(id);
  if (fresh === null && secret !== null) {
    try {
      const session = await open({ token: '', resume: secret, container, live });
      if (signedIn) known(await running(id));
      return session;
    } catch (error) {
      // The edge waited long enough: joined anew below, if this agent may.
      if (![LINK_USED, SESSION_ENDED].includes(closeCode(error))) throw error;
    }
  }
  if (fresh !== null) known(fresh.visitor === null ? null : { visitor: fresh.visitor });
  const entry = fresh ?? (signedIn || !watching ? await joinAnew(id, known) : null);
  if (entry === null) return null;
  return open({ token: entry.token, container, live });
}

/** The token of a watch link, taken out of the address bar and the history: it is a right, and it is used up now. */
function entryOfLink(): Entry | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return null;
  history.replaceState(null, '', location.pathname);
  return { token, visitor: null };
}

/** What the edge's list says of a session. */
interface Known {
  visitor: string;
  since?: string;
}

async function running(id: string): Promise<Known | null> {
  return (await getSessions()).find((one) => one.id === id) ?? null;
}

/** A new token for a session that runs; null if it does not. */
async function joinAnew(id: string, known: (session: Known | null) => void): Promise<Entry | null> {
  const session = await running(id);
  if (session === null) return null;
  known(session);
  const { token, session: joined } = await joinVisitor(session.visitor);
  return joined === id ? { token, visitor: session.visitor } : null;
}

function couldNotOpen(error: unknown): Ending {
  return {
    title: 'The session could not be opened',
    words: error instanceof Error ? error.message : 'Something went wrong.',
    again: false,
  };
}

function fail(store: Store<Live>, end: Ending): void {
  store.set((now) => onEnd(now, end, Date.now()));
}

/** Ends a session while this page's own connection is away. */
async function endFromOutside(visitor: string | null, signedIn: boolean): Promise<void> {
  try {
    if (visitor !== null && signedIn) await endSession(visitor);
  } finally {
    navigate(paths.visitors);
  }
}

async function again(visitor: string, store: Store<Live>): Promise<void> {
  try {
    await join(visitor);
  } catch (error) {
    fail(store, { title: 'They could not be asked', words: error instanceof Error ? error.message : '', again: true });
  }
}
