// One session from the question to its end: the parts around the visitor's page, and what keys and buttons do.
import { useEffect, useRef, useState } from 'react';
import type { Me } from '../api';
import { paths } from '../paths';
import { navigate } from '../router';
import { Confirm } from '../ui/confirm';
import { useKeys } from '../ui/keys';
import { ChoiceMenu } from './choice-menu';
import { Header } from './header';
import { Panel } from './panel';
import { Rail } from './rail';
import { Stage } from './stage';
import { toolFor } from './tools';
import { useSession } from './use-session';

interface SessionPageProps {
  id: string;
  /** Opened by a watch link, which carries its own token. */
  watching: boolean;
  /** Null for somebody who has only the link. */
  me: Me | null;
}

export function SessionPage({ id, watching, me }: SessionPageProps) {
  const view = useRef<HTMLDivElement>(null);
  const { live, pick, askForControl, end, askAgain, choose, closeChoice } = useSession({
    id,
    watching,
    signedIn: me !== null,
    view,
  });
  const [panelOpen, setPanelOpen] = useState(false);
  const [asksEnd, setAsksEnd] = useState(false);
  const others = live.watchers.some((one) => one.id !== live.me);

  useKeys((key) => {
    const tool = toolFor(key);
    if (tool === null || live.phase === 'ended') return false;
    pick(tool);
    return true;
  });
  useEffect(() => {
    document.title = `${live.visitor || 'Session'}${live.phase === 'live' ? '' : ` (${live.phase})`} · Coview`;
  }, [live.visitor, live.phase]);

  return (
    <main className="session">
      <Header
        live={live}
        signedIn={me !== null}
        panelOpen={panelOpen}
        onPanel={() => setPanelOpen(!panelOpen)}
        onAsk={askForControl}
        onEnd={() => (others && live.phase !== 'asking' ? setAsksEnd(true) : end())}
      />
      <Rail live={live} onTool={pick} />
      <Stage live={live} view={view} signedIn={me !== null} onAgain={askAgain} onCancel={end} />
      <Panel live={live} open={panelOpen} />
      {live.choice ? <ChoiceMenu choice={live.choice} onChoose={choose} onClose={closeChoice} /> : null}
      <Confirm
        open={asksEnd}
        title="End the session for everybody?"
        cancel="Go on"
        onClose={() => setAsksEnd(false)}
        choices={[
          ...(me ? [{ words: 'Leave, others stay', look: 'plain' as const, act: () => navigate(paths.visitors) }] : []),
          { words: 'End for everybody', look: 'stop', act: end },
        ]}
      >
        Other agents are watching too.
      </Confirm>
    </main>
  );
}
