// Every word a visitor reads, in one table per language. Names are put in as isolated nodes, never as markup.

/** Texts of one language; `{agent}`, `{site}`, `{time}` are filled in. */
const EN = {
  askTitle: 'Show this page to {agent}?',
  askBody: '{agent} from {site} would like to see this tab to help you.',
  askOnly: 'Only this site, only until you stop',
  askHidden: 'Passwords and card numbers stay hidden',
  askNoRecord: 'Nothing is recorded',
  askAlsoControl: '{agent} may also click and type for you',
  askYes: 'Show my page',
  no: 'Not now',
  controlTitle: 'Let {agent} click and type?',
  controlBody: '{agent} from {site} would like to click and type on this page for you.',
  controlSee: 'You see every step as it happens',
  controlBack: 'Take it back at any time, also by pressing Esc',
  controlNever: 'Never in password or card fields',
  controlYes: 'Allow control',
  sees: '{agents} sees this page',
  see: '{agents} see this page',
  controls: '{agents} can click and type',
  waiting: 'Waiting for an agent',
  away: 'Connecting again…',
  and: ' and ',
  comma: ', ',
  what: 'What they can do',
  takeBack: 'Take back control',
  stop: 'Stop',
  stopLabel: 'Stop showing this page',
  sharing: 'Page sharing',
  canSee: 'Sees this page, as you see it',
  canPoint: 'Sees this page and can point at things',
  canControl: 'Sees this page, can point, click and type',
  always: 'Passwords and card numbers stay hidden. Nothing is recorded.',
  joined: '{agent} joined',
  left: '{agent} left',
  gaveControl: '{agent} can click and type now',
  tookBack: 'You took back control',
  ended: 'Your page is no longer shown',
  limit: 'Something on this page does not work while it is opened together',
  limitKeys: 'Passkeys do not work while a page is opened together. Sign in another way.',
  codeTitle: 'Your code',
  codeBody: 'Read it to the person from {site} who is helping you. They can then ask to see this page.',
  codeWarn: 'Only tell it to someone you contacted yourself.',
  codeLeft: 'Valid for {time}',
  codeWait: 'Getting a code…',
  codeGone: 'This code is no longer valid.',
  codeNew: 'New code',
  close: 'Close',
  someone: 'An agent',
};

export type TextKey = keyof typeof EN;
type Table = Readonly<Record<TextKey, string>>;

const TABLES: Readonly<Record<string, Table>> = { en: EN };

const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ur'];

/** The page's language if we speak it, and its direction: the page's own may be another. */
export function language(): { lang: string; dir: 'ltr' | 'rtl' } {
  const asked = (document.documentElement.lang || navigator.language).slice(0, 2).toLowerCase();
  const lang = Object.hasOwn(TABLES, asked) ? asked : 'en';
  return { lang, dir: RIGHT_TO_LEFT.includes(lang) ? 'rtl' : 'ltr' };
}

function table(): Table {
  return TABLES[language().lang] ?? EN;
}

/** A text with its places filled, as plain text. */
export function say(key: TextKey, fill: Readonly<Record<string, string>> = {}): string {
  return table()[key].replace(/\{(\w+)\}/g, (_, name: string) => fill[name] ?? '');
}

/** A text with its places filled by isolated nodes: a name can't turn the direction of the words around it. */
export function nodes(key: TextKey, fill: Readonly<Record<string, string>> = {}): (string | Node)[] {
  return table()
    [key].split(/\{(\w+)\}/)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      const isolated = document.createElement('bdi');
      isolated.textContent = fill[part] ?? '';
      return isolated;
    });
}

/** "Ana", "Ana and Tomás", "Ana, Tomás and Wei". */
export function list(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : names.slice(0, -1).join(say('comma')) + say('and') + last;
}

/** A name as it may be shown: one line, no control or direction marks, not endless. */
export function cleanName(name: string): string {
  const clean = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean || say('someone');
}
