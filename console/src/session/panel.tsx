// Beside the page: what is allowed, who watches, what is not shown exactly, and what happened so far.
import type { ReactNode } from 'react';
import { firstName } from '../people';
import { clockTime } from '../time';
import type { Live, Watcher } from './live';
import { answerWords } from './words';

export function Panel({ live, open }: { live: Live; open: boolean }) {
  return (
    <aside id="panel" className={open ? 'panel open' : 'panel'} aria-label="About this session">
      {live.phase === 'ended' ? null : (
        <>
          <Allowed live={live} />
          <Watching live={live} />
          <Inexact live={live} />
        </>
      )}
      <SoFar live={live} />
    </aside>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Allowed({ live }: { live: Live }) {
  const shared = live.sharedAt !== null && live.phase !== 'ended';
  const point = live.grants.point && shared;
  const control = live.grants.control && shared;
  return (
    <Part title={`Allowed by ${firstName(live.visitor) || 'the visitor'}`}>
      <dl className="rows">
        <Row words="See this page" tone={shared ? 'live' : ''}>
          {sharedWords(live, shared)}
        </Row>
        <Row words="Point at things" tone={point ? 'live' : ''}>
          {point ? 'yes' : 'no'}
        </Row>
        <Row words="Click and type" tone={control ? 'live' : live.control === 'declined' ? 'warn' : ''}>
          {control ? 'yes' : answerWords[live.control]}
        </Row>
      </dl>
    </Part>
  );
}

function sharedWords(live: Live, shared: boolean): string {
  if (!shared) return live.phase === 'asking' ? 'asking…' : 'no';
  return live.sharingSince === null ? 'yes' : `since ${clockTime(live.sharingSince)}`;
}

function Row({ words, tone, children }: { words: string; tone: string; children: ReactNode }) {
  return (
    <div className="row">
      <dt>{words}</dt>
      <dd>
        <span className={`pill ${tone}`}>{children}</span>
      </dd>
    </div>
  );
}

function Watching({ live }: { live: Live }) {
  return (
    <Part title="Watching">
      {live.watchers.length === 0 ? <p className="none">Nobody yet</p> : null}
      <ul className="rows">
        {live.watchers.map(({ id, name, color, grants }) => (
          <li className="row" key={id}>
            <span className="agent">
              <span className="swatch" style={{ background: color }} aria-hidden="true" />
              {name}
              {id === live.me ? ' (you)' : ''}
            </span>
            <span>{mayWords(grants)}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function mayWords(grants: Watcher['grants']): string {
  if (grants.control) return 'may click and type';
  if (grants.point) return 'may point';
  return grants.view ? 'looking' : 'waiting';
}

function Inexact({ live }: { live: Live }) {
  return (
    <Part title="Not shown exactly">
      {live.inexact.length === 0 && live.masked === 0 ? (
        <p className="none">
          {live.sharedAt === null ? 'Nothing is shown yet' : 'Nothing: the page is shown as it is'}
        </p>
      ) : null}
      <ul className="rows">
        {live.inexact.map(({ what, why }) => (
          <li className="row" key={what}>
            <span>{what}</span>
            <span className="pill warn">{why}</span>
          </li>
        ))}
        {live.masked > 0 ? (
          <li className="row">
            <span>{live.masked === 1 ? '1 part is hidden from you' : `${live.masked} parts are hidden from you`}</span>
            <span className="pill">masked</span>
          </li>
        ) : null}
      </ul>
    </Part>
  );
}

function SoFar({ live }: { live: Live }) {
  return (
    <Part title="So far">
      {live.feed.length === 0 ? <p className="none">Nothing yet</p> : null}
      <ol className="feed">
        {live.feed.map(({ key, at, words }) => (
          <li key={key}>
            <time dateTime={new Date(at).toISOString()}>{clockTime(at)}</time>
            <span>{words}</span>
          </li>
        ))}
      </ol>
    </Part>
  );
}
