// What a proxied site cannot do, told to the visitor at the moment it is tried: the runtime of proxied pages says so at
// the window.
import { say, type Ui } from './ui';

/** `ui` gives nothing while nothing is shown. Each limit is told once a page. */
export function tellLimits(ui: () => Ui | false): void {
  const told = new Set<string>();
  addEventListener('coview-limit', (event) => {
    const what = String((event as CustomEvent<{ what?: unknown } | null>).detail?.what); // whatever it is, as text
    const shown = ui();
    if (!shown || told.has(what) || told.size > 8) return;
    told.add(what);
    shown.toasts.say(say(what === 'webauthn' ? 'limitKeys' : 'limit'));
  });
}
