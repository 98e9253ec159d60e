// The visitor who has waited longest for help, above everything else. "Later" hides them here, for this agent only.
import { useEffect, useRef, useState } from 'react';
import type { Visitor } from '../api';
import { firstName, nameOf } from '../people';
import { span, useNow } from '../time';
import { announce } from '../ui/announce';
import { Button } from '../ui/button';

interface HelpBannerProps {
  visitors: Visitor[];
  onHelp(visitor: Visitor): void;
  busy: string | null;
}

export function HelpBanner({ visitors, onHelp, busy }: HelpBannerProps) {
  const [later, setLater] = useState<ReadonlySet<string>>(new Set());
  const waiting = visitors
    .filter((visitor) => visitor.waiting_s !== null && visitor.session === null && !later.has(visitor.id))
    .sort((a, b) => (b.waiting_s ?? 0) - (a.waiting_s ?? 0));
  const first = waiting[0];
  const since = useSince(visitors);
  const now = useNow(1000);

  const id = first?.id;
  const name = first ? nameOf(first) : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once per visitor, not when the name changes
  useEffect(() => {
    if (id !== undefined) announce(`${name} asks for help`);
  }, [id]);

  if (first === undefined) return null;
  return (
    <section className="wait" aria-label="Asks for help">
      <span className="dot" aria-hidden="true" />
      <div className="grow">
        <b>{name} asks for help</b>
        {first.page?.title ? <> on “{first.page.title}”</> : null}, waiting{' '}
        <span className="figures">{span(now - (since.get(first.id) ?? now))}</span>
        {waiting.length > 1 ? <span className="more">{waiting.length - 1} more waiting</span> : null}
      </div>
      <div className="actions">
        <Button onPress={() => setLater(new Set([...later, first.id]))}>Later</Button>
        <Button look="primary" isDisabled={busy !== null} onPress={() => onHelp(first)}>
          Help {firstName(name)}
        </Button>
      </div>
    </section>
  );
}

/** When each visitor began to wait, by this computer's clock, so that the span counts on between answers. */
function useSince(visitors: Visitor[]): ReadonlyMap<string, number> {
  const since = useRef(new Map<string, number>());
  const waiting = new Set<string>();
  for (const { id, waiting_s } of visitors) {
    if (waiting_s === null) continue;
    waiting.add(id);
    if (!since.current.has(id)) since.current.set(id, Date.now() - waiting_s * 1000);
  }
  for (const id of since.current.keys()) if (!waiting.has(id)) since.current.delete(id);
  return since.current;
}
