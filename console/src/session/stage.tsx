// Where the visitor's page is seen. The picture stays while anything is wrong; what is wrong is said over it.
import { type ReactNode, type RefObject, useEffect } from 'react';
import { paths } from '../paths';
import { firstName } from '../people';
import { span, useNow } from '../time';
import { announce } from '../ui/announce';
import { Button } from '../ui/button';
import { PageLink } from '../ui/link';
import type { Live } from './live';

interface StageProps {
  live: Live;
  /** The agent module fills this element. */
  view: RefObject<HTMLDivElement | null>;
  signedIn: boolean;
  /** Asks the visitor again; null if that is not possible. */
  onAgain: (() => void) | null;
  onCancel(): void;
}

export function Stage({ live, view, signedIn, onAgain, onCancel }: StageProps) {
  const shown = live.sharedAt !== null && live.phase !== 'ended';
  return (
    <main className={`stage tool-${live.tool}`} aria-label="The visitor’s page">
      <div ref={view} className={`view${shown ? ' shown' : ''}`} />
      <Cover live={live} signedIn={signedIn} onAgain={onAgain} onCancel={onCancel} />
      {shown ? <Hud live={live} /> : null}
    </main>
  );
}

function Cover({ live, signedIn, onAgain, onCancel }: Omit<StageProps, 'view'>) {
  const name = firstName(live.visitor) || 'the visitor';
  if (live.phase === 'ended') {
    return (
      <Card title={live.end?.title ?? 'The session has ended'}>
        <p>{live.end?.words}</p>
        {live.sharedAt !== null ? (
          <p className="hint">The picture is gone from this page; nothing of it was kept.</p>
        ) : null}
        <div className="actions">
          {live.end?.again && onAgain ? <Button onPress={onAgain}>Ask again</Button> : null}
          {signedIn ? (
            <PageLink className="btn primary" to={paths.visitors}>
              Back to visitors
            </PageLink>
          ) : null}
        </div>
      </Card>
    );
  }
  if (live.phase === 'connecting' || (live.phase === 'live' && live.size === null)) {
    return (
      <Card title={live.phase === 'live' ? 'The page is on its way' : 'Connecting to the edge'} busy>
        <p>This takes a moment.</p>
      </Card>
    );
  }
  if (live.phase === 'asking') {
    return (
      <Card title={`Asking ${name} to show their page`} busy>
        <p>
          {name} sees your name and your question{live.site ? ` on ${live.site}` : ''}. Nothing of the page is sent
          before they agree.
        </p>
        <div className="actions">
          <Button onPress={onCancel}>Cancel</Button>
        </div>
      </Card>
    );
  }
  return null;
}

function Card({ title, busy = false, children }: { title: string; busy?: boolean; children: ReactNode }) {
  useEffect(() => announce(title), [title]);
  return (
    <div className="cover">
      <div className="card" aria-busy={busy}>
        {busy ? <span className="waiting" aria-hidden="true" /> : null}
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}

/** The line under the picture: whether it is the page as it is now, and if not, how old it is. */
function Hud({ live }: { live: Live }) {
  const now = useNow(1000);
  const state = hudState(live, now);
  const trouble = live.trouble && now - live.trouble.at < 6000 ? live.trouble.words : null;
  return (
    <div className="hud-place">
      {trouble ? <p className="trouble">{trouble}</p> : null}
      {live.tool === 'control' ? (
        <p className="hud accent">
          Your clicks and keys go to {firstName(live.visitor)}’s page · <kbd>Shift</kbd> <kbd>Esc</kbd> to stop
        </p>
      ) : null}
      <p className={`hud ${state.tone}`}>
        <span className="dot" aria-hidden="true" />
        <span className="figures">{state.words}</span>
        {live.masked > 0 ? (
          <>
            <span aria-hidden="true">·</span>
            <span>{live.masked} masked</span>
          </>
        ) : null}
      </p>
    </div>
  );
}

function hudState(live: Live, now: number): { words: string; tone: string } {
  const name = firstName(live.visitor) || 'the visitor';
  const age = live.staleSince === null ? '' : `, picture ${span(now - live.staleSince)} old`;
  if (!live.connected) return { words: `your connection is away, trying again${age}`, tone: 'warn' };
  if (live.phase === 'away') return { words: `${name} is away${age}`, tone: 'warn' };
  if (live.phase === 'resynchronising') return { words: `resynchronising${age}`, tone: 'warn' };
  return { words: live.behindMs === null ? 'live' : `live, ${live.behindMs} ms behind`, tone: 'live' };
}
