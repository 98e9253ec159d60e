// The question to the visitor: who asks, for what, how to end it; two buttons of equal size.
import { type Armed, arm } from './arm';
import { el, initials } from './dom';
import type { Host } from './host';
import { nodes, say, type TextKey } from './texts';

export interface Question {
  agent: string;
  site: string;
  /** Ask to see the page, or else to control it. */
  view: boolean;
  /** Asked along with seeing. */
  control: boolean;
  answer(allowed: boolean): void;
}

/** A visitor in the middle of a word is not interrupted by losing the focus. */
const TYPING_MS = 1500;

/** Shows the question; the function returned takes it away unanswered. */
export function prompt(host: Host, question: Question): () => void {
  const names = { agent: question.agent, site: question.site };
  const points: TextKey[] = question.view
    ? ['askOnly', 'askHidden', 'askNoRecord']
    : ['controlSee', 'controlBack', 'controlNever'];
  if (question.view && question.control) points.push('askAlsoControl');

  const no = el('button', {}, say('no'));
  const yes = el('button', { class: 'go' }, say(question.view ? 'askYes' : 'controlYes'));
  const acts = el('div', { class: 'acts' }, no, yes);
  const card = el(
    'div',
    {
      class: 'card',
      attrs: { role: 'alertdialog', 'aria-labelledby': 'q', 'aria-describedby': 'd', tabindex: '-1' },
    },
    el(
      'div',
      { class: 'said' },
      el('div', { class: 'face', attrs: { 'aria-hidden': 'true' } }, initials(question.agent)),
      el('h2', { id: 'q' }, ...nodes(question.view ? 'askTitle' : 'controlTitle', names)),
      el('p', {}, ...nodes(question.view ? 'askBody' : 'controlBody', names)),
      el('ul', { id: 'd' }, ...points.map((point) => el('li', {}, ...nodes(point, names)))),
    ),
    acts,
  );

  const before = document.activeElement;
  const patience = whenNotTyping(() => card.focus({ preventScroll: true }));
  let armed: Armed | undefined;
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    patience();
    armed?.stop();
    const had = host.focused !== null;
    host.hide(card);
    if (had && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
  const answer = (allowed: boolean) => {
    if (!open) return;
    close();
    question.answer(allowed);
  };

  card.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && event.isTrusted && !event.repeat) answer(false);
  });
  host.show(card);
  armed = arm(card, acts);
  armed.press(no, () => answer(false));
  armed.press(yes, () => answer(true));
  patience.start();
  return close;
}

/** Runs at once, or as soon as the visitor pauses typing. The result stops waiting. */
function whenNotTyping(run: () => void): (() => void) & { start(): void } {
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = window.setTimeout(done, TYPING_MS);
  };
  const stop = () => {
    clearTimeout(timer);
    document.removeEventListener('keydown', wait, true);
  };
  const done = () => {
    stop();
    run();
  };
  const start = () => {
    if (!inField()) return done();
    document.addEventListener('keydown', wait, true);
    wait();
  };
  return Object.assign(stop, { start });
}

function inField(): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement && (at.isContentEditable || at.matches('input, textarea, select'));
}
