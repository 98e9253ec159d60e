// Which page is shown: the address says it, the account may say otherwise.
import { useEffect } from 'react';
import { account, askAccount } from './account';
import { MissingPage } from './pages/missing';
import { SessionsPage } from './pages/sessions';
import { SignInPage } from './pages/sign-in';
import { VisitorsPage } from './pages/visitors';
import { route } from './router';
import { SessionPage } from './session/session-page';
import { Shell } from './shell/shell';
import { useStore } from './store';
import { Announcer } from './ui/announce';

export function App() {
  return (
    <>
      <Page />
      <Announcer />
    </>
  );
}

function Page() {
  const here = useStore(route);
  const who = useStore(account);
  useEffect(() => {
    void askAccount();
  }, []);

  // A watch link carries its own right to watch: whoever opens it need not be signed in.
  if (here.page === 'session' && (here.watching || who.is === 'in')) {
    return <SessionPage key={here.id} id={here.id} watching={here.watching} me={who.is === 'in' ? who.me : null} />;
  }
  // Nothing of another page flashes by while the edge is asked who this is.
  if (here.page === 'session' && who.is === 'asking') return <div className="session" aria-busy="true" />;
  if (who.is === 'out') return <SignInPage bySelf={who.bySelf} />;
  if (who.is !== 'in') return <Shell page={here.page} me={null} trouble={who.is === 'unknown' ? who.why : null} />;
  return (
    <Shell page={here.page} me={who.me} trouble={null}>
      {(lists) => {
        if (here.page === 'visitors') return <VisitorsPage me={who.me} all={lists.visitors} />;
        if (here.page === 'sessions') return <SessionsPage me={who.me} sessions={lists.sessions} />;
        return <MissingPage />;
      }}
    </Shell>
  );
}
