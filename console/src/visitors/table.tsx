// The visitors as a table: who waits first, then who is online, then who was seen last.
import type { Site, Visitor } from '../api';
import { firstName, knownAs, nameOf, shortUrl } from '../people';
import { ago, useNow } from '../time';
import { Button } from '../ui/button';
import { Skeleton } from '../ui/skeleton';

interface VisitorTableProps {
  /** Null while the first answer is on its way. */
  visitors: Visitor[] | null;
  sites: Site[];
  onJoin(visitor: Visitor): void;
  busy: string | null;
}

export function VisitorTable({ visitors, sites, onJoin, busy }: VisitorTableProps) {
  const now = useNow(20_000);
  const several = sites.length > 1;
  return (
    <div className="sheet">
      <table aria-busy={visitors === null}>
        <caption className="sr-only">Visitors</caption>
        <thead>
          <tr>
            <th scope="col">Visitor</th>
            <th scope="col">Page</th>
            {several ? <th scope="col">Site</th> : null}
            <th scope="col">Device</th>
            <th scope="col">Seen</th>
            <th scope="col">
              <span className="sr-only">What you can do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {visitors === null
            ? ['58%', '44%', '51%'].map((width) => <SkeletonRow key={width} width={width} several={several} />)
            : sorted(visitors).map((visitor) => (
                <Row
                  key={visitor.id}
                  visitor={visitor}
                  site={several ? (sites.find((site) => site.key === visitor.site)?.name ?? visitor.site) : null}
                  now={now}
                  onJoin={onJoin}
                  busy={busy}
                />
              ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  visitor: Visitor;
  site: string | null;
  now: number;
  onJoin(visitor: Visitor): void;
  busy: string | null;
}

function Row({ visitor, site, now, onJoin, busy }: RowProps) {
  const name = nameOf(visitor);
  const device = [visitor.device.browser, visitor.device.os].filter(Boolean).join(', ');
  return (
    <tr className={visitor.online ? '' : 'off'}>
      <th scope="row">
        <div className="who">
          <span className="dot" aria-hidden="true" />
          <span>
            <span className="sr-only">{visitor.online ? 'Online: ' : 'Offline: '}</span>
            {name}
            <small>{knownAs(visitor) || 'no identity given'}</small>
          </span>
        </div>
      </th>
      <td className="page-cell">
        {visitor.page ? visitor.page.title || 'Untitled page' : '–'}
        <small dir="ltr">{visitor.page ? shortUrl(visitor.page.url) : ''}</small>
      </td>
      {site === null ? null : <td>{site}</td>}
      <td>
        {device || '–'}
        <small>{visitor.screen ? `${visitor.screen.width} × ${visitor.screen.height}` : ''}</small>
      </td>
      <td>{visitor.online ? 'now' : ago(Date.parse(visitor.seen), now)}</td>
      <td className="act">
        {visitor.session ? <span className="pill live">{sharingWords(visitor.session.agents)}</span> : null}
        {visitor.online || visitor.session ? (
          <Button
            look={visitor.session ? 'plain' : 'primary'}
            isDisabled={busy !== null}
            onPress={() => onJoin(visitor)}
            aria-label={`${visitor.session ? 'Join the session of' : 'Co-browse with'} ${firstName(name)}`}
          >
            {busy === visitor.id ? 'Opening…' : visitor.session ? 'Join' : 'Co-browse'}
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

function sharingWords(agents: string[]): string {
  const [first, ...rest] = agents;
  if (first === undefined) return 'sharing';
  return rest.length === 0 ? `sharing with ${first}` : `sharing with ${first} and ${rest.length} more`;
}

function SkeletonRow({ width, several }: { width: string; several: boolean }) {
  return (
    <tr className="off">
      <td>
        <div className="who">
          <span className="dot" aria-hidden="true" />
          <span className="grow">
            <Skeleton width={width} />
            <small>
              <Skeleton width="38%" />
            </small>
          </span>
        </div>
      </td>
      <td>
        <Skeleton width="62%" />
        <small>
          <Skeleton width="48%" />
        </small>
      </td>
      {several ? (
        <td>
          <Skeleton width="60%" />
        </td>
      ) : null}
      <td>
        <Skeleton width="70%" />
      </td>
      <td>
        <Skeleton width="40px" />
      </td>
      <td className="act" />
    </tr>
  );
}

function sorted(visitors: Visitor[]): Visitor[] {
  return [...visitors].sort(
    (a, b) =>
      (b.waiting_s ?? -1) - (a.waiting_s ?? -1) ||
      Number(b.online) - Number(a.online) ||
      // Online visitors keep their places whatever they do; the rest by when they were here.
      (a.online ? a.id.localeCompare(b.id) : Date.parse(b.seen) - Date.parse(a.seen)),
  );
}
