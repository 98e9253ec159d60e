// The link that was made, until the visitor has come by it, said no, or let it run out.
import { useEffect, useState } from 'react';
import { endProxySession, getProxyState, type ProxySession } from '../api';
import { useLive } from '../api/use-live';
import { enter } from '../join';
import { clockTime } from '../time';
import { announce } from '../ui/announce';
import { Button } from '../ui/button';
import { CopyText } from '../ui/copy';
import { Notice } from '../ui/notice';

interface WaitProps {
  made: ProxySession;
  onClose(): void;
  onAgain(): void;
}

export function WaitForVisitor({ made, onClose, onAgain }: WaitProps) {
  const { session, token, visit_url, seconds } = made;
  const found = useLive(session, async (signal) => ({ state: await getProxyState(session, signal) }));
  const state = found.data ? found.data.state : 'waiting';
  const [until] = useState(() => Date.now() + seconds * 1000);

  useEffect(() => {
    if (state === 'opening') announce('Your visitor said yes');
    if (state === null) announce('The link no longer works');
    if (state !== 'here') return;
    onClose();
    enter(session, { token, visitor: null });
  }, [state, session, token, onClose]);

  if (state === null) {
    return (
      <>
        <p className="dialog-text">Your visitor said no, or did not come in time. Nothing of the site was opened.</p>
        <div className="dialog-actions">
          <Button onPress={onClose}>Close</Button>
          <Button look="primary" onPress={onAgain}>
            Make a new link
          </Button>
        </div>
      </>
    );
  }
  const takeBack = async (): Promise<void> => {
    try {
      await endProxySession(session);
    } catch {
      // over already, or the edge is away: it ends by itself in time
    }
    onClose();
  };
  return (
    <>
      <p className="dialog-text">
        It works once, until <span className="figures">{clockTime(until)}</span>. Send it where you talk to each other:
        whoever opens it is asked to show you the site.
      </p>
      <CopyText label="Copy the link" text={visit_url} />
      <p className="awaits" role="status">
        <span className="dot" aria-hidden="true" />
        {state === 'waiting' ? 'Waiting for your visitor…' : 'Your visitor said yes. The site opens…'}
      </p>
      {found.error ? <Notice tone="warn">{found.error.message}</Notice> : null}
      <div className="dialog-actions">
        <Button onPress={takeBack}>Take the link back</Button>
      </div>
    </>
  );
}
