// The sessions that run now: to join one, or to see that nothing runs.
import { useEffect } from 'react';
import type { Me, Phase, Session } from '../api';
import type { Live } from '../api/use-live';
import { paths } from '../paths';
import { clockTime, span, useNow } from '../time';
import { Button } from '../ui/button';
import { PageLink } from '../ui/link';
import { Notice } from '../ui/notice';
import { Skeleton } from '../ui/skeleton';

interface SessionsPageProps {
  me: Me;
  sessions: Live<Session[]>;
}

const phases: Record<Phase, { words: string; tone: string }> = {
  asking: { words: 'asking the visitor', tone: '' },
  live: { words: 'live', tone: 'live' },
  away: { words: 'visitor away', tone: 'warn' },
  resynchronising: { words: 'resynchronising', tone: 'warn' },
};

export function SessionsPage({ me, sessions }: SessionsPageProps) {
  const now = useNow(1000);
  const several = me.sites.length > 1;
  useEffect(() => {
    document.title = 'Sessions · Coview';
  }, []);
  const rows = sessions.data;
  return (
    <>
      <div className="top">
        <h1 tabIndex={-1}>Sessions</h1>
        {rows ? <span className={`pill ${rows.length > 0 ? 'live' : ''}`}>{rows.length} running</span> : null}
      </div>
      {sessions.error ? (
        <Notice tone="warn" actions={<Button onPress={sessions.reload}>Try again</Button>}>
          {rows ? 'This list may be out of date. ' : ''}
          {sessions.error.message}
        </Notice>
      ) : null}
      {rows?.length === 0 ? (
        <div className="blank">
          <h2>No session is running</h2>
          <p>Sessions live only while a visitor shares their page. Nothing of them is kept afterwards.</p>
          <PageLink className="btn primary" to={paths.visitors}>
            Go to visitors
          </PageLink>
        </div>
      ) : rows === null && sessions.error ? null : (
        <div className="sheet">
          <table aria-busy={rows === null}>
            <caption className="sr-only">Running sessions</caption>
            <thead>
              <tr>
                <th scope="col">Visitor</th>
                {several ? <th scope="col">Site</th> : null}
                <th scope="col">State</th>
                <th scope="col">Since</th>
                <th scope="col">Agents</th>
                <th scope="col">
                  <span className="sr-only">What you can do</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows === null ? (
                <SkeletonRow several={several} />
              ) : (
                rows.map((session) => (
                  <Row
                    key={session.id}
                    session={session}
                    name={session.visitor_name || 'Visitor'}
                    site={several ? (me.sites.find((site) => site.key === session.site)?.name ?? session.site) : null}
                    now={now}
                  />
                ))
              )}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Row({ session, name, site, now }: { session: Session; name: string; site: string | null; now: number }) {
  const phase = phases[session.phase];
  const since = Date.parse(session.since);
  return (
    <tr>
      <th scope="row">{name}</th>
      {site === null ? null : <td>{site}</td>}
      <td>
        <span className={`pill ${phase.tone}`}>{phase.words}</span>
      </td>
      <td className="figures">
        {clockTime(since)}
        <small>for {span(now - since)}</small>
      </td>
      <td>{session.agents.map((agent) => agent.name).join(', ') || '–'}</td>
      <td className="act">
        <PageLink className="btn" to={paths.session(session.id)} aria-label={`Open the session of ${name}`}>
          Open
        </PageLink>
      </td>
    </tr>
  );
}

function SkeletonRow({ several }: { several: boolean }) {
  return (
    <tr>
      {(several ? ['55%', '40%', '60%', '45%', '50%'] : ['55%', '60%', '45%', '50%']).map((width) => (
        <td key={width}>
          <Skeleton width={width} />
        </td>
      ))}
      <td className="act" />
    </tr>
  );
}
