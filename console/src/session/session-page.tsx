// One session from the question to its end: the parts around the visitor's page, and what keys and buttons do.
import { useEffect, useRef, useState } from 'react';
import type { Me } from '../api';
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
  const { live, pick, askForControl, leave, end, askAgain, choose, closeChoice } = useSession({
    id,
    watching,
    signedIn: me !== null,
    view,
  });
  const [panelOpen, setPanelOpen] = useState(false);
  const [asks, setAsks] = useState<'end' | 'leave' | null>(null);
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

  /** The way back leaves at once where nothing is lost by it. */
  const back = (): boolean => {
    if (live.phase === 'ended' || live.phase === 'connecting') return true;
    if (others || live.phase === 'asking') leave();
    else setAsks('leave');
    return false;
  };
  return (
    <div className="session">
      <Header
        live={live}
        signedIn={me !== null}
        panelOpen={panelOpen}
        onPanel={() => setPanelOpen(!panelOpen)}
        onAsk={askForControl}
        onEnd={() => (others && live.phase !== 'asking' ? setAsks('end') : end())}
        onBack={back}
      />
      <Rail live={live} onTool={pick} />
      <Stage live={live} view={view} signedIn={me !== null} onAgain={askAgain} onCancel={end} />
      <Panel live={live} open={panelOpen} />
      {live.choice ? <ChoiceMenu choice={live.choice} onChoose={choose} onClose={closeChoice} /> : null}
      <Confirm
        open={asks === 'end'}
        title="End the session for everybody?"
        cancel="Go on"
        onClose={() => setAsks(null)}
        choices={[
          ...(me ? [{ words: 'Leave, others stay', look: 'plain' as const, act: leave }] : []),
          { words: 'End for everybody', look: 'stop', act: end },
        ]}
      >
        Other agents are watching too.
      </Confirm>
      <Confirm
        open={asks === 'leave'}
        title="Leave and end the session?"
        cancel="Stay"
        onClose={() => setAsks(null)}
        choices={[{ words: 'Leave and end', look: 'stop', act: leave }]}
      >
        Nobody else is watching, so sharing ends when you leave.
      </Confirm>
    </div>
  );
}
