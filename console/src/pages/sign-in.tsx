// What somebody sees who is not signed in: that a link is needed, and where one comes from.
import { useEffect } from 'react';
import { Button } from '../ui/button';

export function SignInPage({ bySelf }: { bySelf: boolean }) {
  useEffect(() => {
    document.title = 'Sign in · Coview';
  }, []);
  return (
    <main className="door">
      <section>
        <strong className="brand">Coview</strong>
        <h1>{bySelf ? 'You are signed out' : 'Sign in with a link'}</h1>
        <p>
          {bySelf
            ? 'Your visitors’ sessions are closed on this computer. To come back, open a new sign-in link.'
            : 'This console opens with a personal sign-in link. Each link works once and only for a short time.'}
        </p>
        <h2>Where to get one</h2>
        <ul>
          <li>
            Trying Coview on this computer? <code>coview demo</code> prints a link when it starts. Start it again for a
            new one.
          </li>
          <li>Otherwise, ask the person who runs this edge.</li>
        </ul>
        <Button onPress={() => location.reload()}>I have opened my link: go on</Button>
      </section>
    </main>
  );
}
