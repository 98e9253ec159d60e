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
    const start = async (): Promise<void> => {
      const entry = await enter(id, watching, signedIn);
      if (gone) return;
      if (entry === null) return fail(store, refusal(watching ? LINK_USED : SESSION_ENDED));
      setVisitor(entry.visitor);
      const view = await open({ token: entry.token, container, live: store });
      if (gone) view.close();
      else opened.current = view;
    };
    start().catch((error: unknown) => {
      if (gone) return;
      noticeSignedOut(error);
      const code = closeCode(error);
      fail(store, code > 0 ? refusal(code) : couldNotOpen(error));
    });
    const close = (): void => opened.current?.close();
    window.addEventListener('pagehide', close);
    return () => {
      gone = true;
      window.removeEventListener('pagehide', close);
      close();
      opened.current = null;
    };
  }, [id, watching]);

  return {
    live,
    pick: (tool) => opened.current?.pick(tool),
    askForControl: () => void opened.current?.askForControl(),
    end: () => {
      if (opened.current !== null && store.get().connected) opened.current.end();
      else void endFromOutside(visitor, signedIn);
    },
    choose: (indexes) => opened.current?.choose(indexes),
    closeChoice: () => store.set((now) => ({ ...now, choice: null })),
    askAgain: visitor !== null && signedIn ? () => void again(visitor, store) : null,
  };
}

/** The right to watch: just joined, from the link, or asked for anew (the page was loaded again). */
async function enter(id: string, watching: boolean, signedIn: boolean): Promise<Entry | null> {
  const joined = takeEntry(id);
  if (joined !== null) return joined;
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) {
    // Out of the address bar and the history: it is a right, and it is used up now.
    history.replaceState(null, '', location.pathname);
    return { token, visitor: null };
  }
  if (!signedIn && watching) return null;
  const session = (await getSessions()).find((one) => one.id === id);
  if (session === undefined) return null;
  const answer = await joinVisitor(session.visitor);
  return answer.session === id ? { token: answer.token, visitor: session.visitor } : null;
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
