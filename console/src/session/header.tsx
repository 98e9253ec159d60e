// Above the page: whose it is, how long it has been shared, where it is, and the two things one asks or ends.
import { paths } from '../paths';
import { opensHere } from '../router';
import { span, useNow } from '../time';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { PageLink } from '../ui/link';
import { pageWords } from './inexact';
import type { Live } from './live';

interface HeaderProps {
  live: Live;
  signedIn: boolean;
  panelOpen: boolean;
  onPanel(): void;
  onAsk(): void;
  onEnd(): void;
  /** Asked before the way back is taken; true if it may be. */
  onBack(): boolean;
}

export function Header({ live, signedIn, panelOpen, onPanel, onAsk, onEnd, onBack }: HeaderProps) {
  const page = pageWords(live.title, live.url);
  const ended = live.phase === 'ended';
  return (
    <header className="head">
      {signedIn ? (
        <PageLink
          to={paths.visitors}
          className="btn quiet back"
          aria-label="Back to visitors"
          onClick={(event) => {
            if (opensHere(event) && !onBack()) event.preventDefault();
          }}
        >
          <Icon name="back" />
          <span className="back-word">Visitors</span>
        </PageLink>
      ) : (
        <strong className="brand">Coview</strong>
      )}
      <h1>{live.visitor || 'Session'}</h1>
      <State live={live} />
      <p className="where" title={live.url}>
        {page.title ? <span className="where-title">{page.title}</span> : null}
        {page.url ? <bdi className="where-url">{page.url}</bdi> : null}
      </p>
      {live.size && live.sharedAt !== null && !ended ? (
        <span className="pill figures size">
          {live.size.width} × {live.size.height} · fit {Math.round(live.scale * 100)} %
        </span>
      ) : null}
      {ended ? null : (
        <div className="actions">
          <AskForControl live={live} onAsk={onAsk} />
          <Button look="stop" onPress={onEnd}>
            {live.phase === 'asking' ? 'Cancel' : 'End session'}
          </Button>
          <Button
            look="quiet"
            className="panel-button"
            aria-expanded={panelOpen}
            aria-controls="panel"
            onPress={onPanel}
          >
            <Icon name="details" />
            Details
          </Button>
        </div>
      )}
    </header>
  );
}

function State({ live }: { live: Live }) {
  const now = useNow(1000);
  if (live.phase === 'ended') return <span className="pill">ended</span>;
  if (live.phase === 'connecting') return <span className="pill">connecting…</span>;
  if (!live.connected) return <span className="pill warn">reconnecting…</span>;
  if (live.phase === 'asking') return <span className="pill">asking · {span(now - live.askedAt)}</span>;
  if (live.phase === 'away') return <span className="pill warn">away</span>;
  return (
    <span className="pill live figures">
      <span className="dot" aria-hidden="true" />
      {live.sharingSince === null ? 'sharing' : `sharing · ${span(now - live.sharingSince)}`}
    </span>
  );
}

function AskForControl({ live, onAsk }: { live: Live; onAsk(): void }) {
  if (live.phase === 'asking' || live.phase === 'connecting') return null;
  if (live.grants.control) return <span className="pill live">control allowed</span>;
  const asking = live.control === 'asking';
  return (
    <Button
      onPress={onAsk}
      isDisabled={asking || live.phase !== 'live' || !live.connected || live.control === 'notAllowed'}
    >
      {asking ? 'Asking for control…' : 'Ask for control'}
    </Button>
  );
}
