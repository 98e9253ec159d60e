// The frame around the list pages: where one can go, how many wait there, who one is.
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { askAccount, leave, noticeSignedOut } from '../account';
import { getSessions, getVisitors, type Me, type Session, type Visitor } from '../api';
import { changesArrive } from '../api/changes';
import { type Live, useLive } from '../api/use-live';
import { paths, type Route } from '../paths';
import { useStore } from '../store';
import { announce } from '../ui/announce';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { PageLink } from '../ui/link';
import { Notice } from '../ui/notice';
import { KeysDialog } from './keys-dialog';

/** What every list page needs and the frame counts anyway. */
export interface Lists {
  visitors: Live<Visitor[]>;
  sessions: Live<Session[]>;
}

interface ShellProps {
  page: Route['page'];
  /** Null while the edge is asked who this is. */
  me: Me | null;
  trouble: string | null;
  children?: (lists: Lists) => ReactNode;
}

export function Shell({ page, me, trouble, children }: ShellProps) {
  const visitors = useLive(me ? 'all' : null, (signal) => getVisitors('', '', signal));
  const sessions = useLive(me ? 'all' : null, (signal) => getSessions(signal));
  const error = visitors.error ?? sessions.error;
  useEffect(() => noticeSignedOut(error), [error]);

  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the page does
  useEffect(() => {
    if (!first.current) main.current?.querySelector('h1')?.focus();
    first.current = false;
  }, [page]);

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the list
      </a>
      <Side page={page} me={me} online={countOnline(visitors.data)} sessions={sessions.data?.length ?? null} />
      <main id="main" ref={main} tabIndex={-1}>
        {trouble ? (
          <Notice tone="stop" actions={<Button onPress={askAccount}>Try again</Button>}>
            {trouble}
          </Notice>
        ) : null}
        {me && children ? children({ visitors, sessions }) : null}
      </main>
    </div>
  );
}

function countOnline(visitors: Visitor[] | null): number | null {
  return visitors ? visitors.filter((visitor) => visitor.online).length : null;
}

interface SideProps {
  page: Route['page'];
  me: Me | null;
  online: number | null;
  sessions: number | null;
}

function Side({ page, me, online, sessions }: SideProps) {
  const arrive = useStore(changesArrive);
  const [keysOpen, setKeysOpen] = useState(false);
  useEffect(() => {
    if (arrive === 'no') announce('Live updates are interrupted. Trying again.');
  }, [arrive]);
  return (
    <header className="side">
      <PageLink to={paths.visitors} className="brand">
        Coview
      </PageLink>
      <nav aria-label="Console">
        <Place
          to={paths.visitors}
          here={page === 'visitors'}
          icon="visitors"
          words="Visitors"
          count={online}
          counts="online"
        />
        <Place
          to={paths.sessions}
          here={page === 'sessions'}
          icon="sessions"
          words="Sessions"
          count={sessions}
          counts="running"
        />
      </nav>
      <div className="me">
        <Button look="quiet" className="side-button" onPress={() => setKeysOpen(true)}>
          <Icon name="keyboard" />
          <span>Keys</span>
        </Button>
        {me ? (
          <>
            <p className="me-words">
              <b>{me.agent.name}</b>
              <small>
                {me.edge.name}, version {me.edge.version}
              </small>
              <small className={arrive === 'no' ? 'warn-words' : ''}>
                {
                  { yes: 'updates by itself', connecting: 'connecting…', no: 'updates interrupted, trying again' }[
                    arrive
                  ]
                }
              </small>
            </p>
            <SignOut />
          </>
        ) : null}
      </div>
      <KeysDialog open={keysOpen} onClose={() => setKeysOpen(false)} />
    </header>
  );
}

function SignOut() {
  const [failed, setFailed] = useState(false);
  return (
    <Button
      look="quiet"
      className="side-button"
      onPress={async () => {
        try {
          await leave();
        } catch {
          setFailed(true);
        }
      }}
    >
      <Icon name="leave" />
      <span>{failed ? 'Not signed out: try again' : 'Sign out'}</span>
    </Button>
  );
}

interface PlaceProps {
  to: string;
  here: boolean;
  icon: 'visitors' | 'sessions';
  words: string;
  count: number | null;
  counts: string;
}

function Place({ to, here, icon, words, count, counts }: PlaceProps) {
  return (
    <PageLink to={to} aria-current={here ? 'page' : undefined}>
      <Icon name={icon} />
      <span className="grow">{words}</span>
      <span className="count">
        {count ?? ''}
        {count === null ? null : <span className="sr-only"> {counts}</span>}
      </span>
    </PageLink>
  );
}
