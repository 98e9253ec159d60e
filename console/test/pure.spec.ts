// The console's pure parts, without a browser: addresses, names, times and what a session's news does to its state.
import { expect, test } from '@playwright/test';
import { paths, routeOf } from '../src/paths';
import { firstName, knownAs, nameOf, shortUrl } from '../src/people';
import {
  begin,
  type Live,
  type News,
  onEnd,
  onPage,
  onState,
  toolAllowed,
  type Watcher,
  whyOff,
} from '../src/session/live';
import { ending } from '../src/session/words';
import { span } from '../src/time';

const AT = Date.UTC(2026, 0, 2, 14, 2);
const ME = 1;

function grants(point: boolean, control: boolean): Watcher['grants'] {
  return { view: true, point, control, console: false, screen: false };
}

const VIEWING = grants(true, false);
const CONTROLLING = grants(true, true);
const ANA: Watcher = { id: ME, name: 'Ana Berg', color: '#1f5fd6', grants: VIEWING };
const TOMAS: Watcher = { ...ANA, id: 2, name: 'Tomás Reyes' };

function news(change: Partial<News> = {}): News {
  return { phase: 'live', connected: true, me: ME, agents: [ANA], grants: VIEWING, ...change };
}

function live(change: Partial<News> = {}): Live {
  const asked = onState({ ...begin(AT), visitor: 'Mara Lindqvist' }, news({ phase: 'asking' }), AT);
  return onState(asked, news(change), AT + 1000);
}

function said(state: Live): string[] {
  return state.feed.map((item) => item.words);
}

test('every address the console makes leads to its page', () => {
  expect(routeOf(paths.visitors)).toEqual({ page: 'visitors' });
  expect(routeOf('/console')).toEqual({ page: 'visitors' });
  expect(routeOf(paths.sessions)).toEqual({ page: 'sessions' });
  expect(routeOf(paths.session('a/b?c'))).toEqual({ page: 'session', id: 'a/b?c', watching: false });
  expect(routeOf(paths.watch('s1'))).toEqual({ page: 'session', id: 's1', watching: true });
});

test('an address the console does not know leads nowhere', () => {
  for (const path of ['/', '/console/other', '/console/watch', '/console/sessions/a/b', '/console/sessions/%E0%A4%A']) {
    expect(routeOf(path), path).toEqual({ page: 'missing' });
  }
});

test('a visitor is called by the best name known', () => {
  const nobody = { identities: [], unique_id: '', short_id: '7F3K', tags: [] };
  expect(nameOf(nobody)).toBe('Visitor 7F3K');
  expect(knownAs(nobody)).toBe('');
  expect(nameOf({ ...nobody, unique_id: '80231' })).toBe('80231');
  const mara = {
    ...nobody,
    identities: ['Mara Lindqvist', 'mara@example.com'],
    unique_id: '80231',
    tags: ['#vip', 'new'],
  };
  expect(nameOf(mara)).toBe('Mara Lindqvist');
  expect(knownAs(mara)).toBe('mara@example.com · id 80231 · #vip · #new');
  expect(firstName('Mara Lindqvist')).toBe('Mara');
  expect(firstName('Visitor 7F3K')).toBe('Visitor 7F3K');
});

test('an address in a list has no query', () => {
  expect(shortUrl('https://shop.example/basket/payment?card=1#x')).toBe('shop.example/basket/payment');
  expect(shortUrl('https://shop.example/')).toBe('shop.example');
  expect(shortUrl('no address')).toBe('');
});

test('spans read as minutes and seconds', () => {
  expect(span(41_000)).toBe('0:41');
  expect(span(3_760_000)).toBe('1:02:40');
  expect(span(-5)).toBe('0:00');
});

test('asking and the answer are told in order', () => {
  expect(said(live())).toEqual(['Mara allowed viewing', 'You asked Mara to share']);
});

test('a yes counts before the page is there', () => {
  const asked = onState({ ...begin(AT), visitor: 'Mara' }, news({ phase: 'asking' }), AT);
  const coming = onState(asked, news({ phase: 'resynchronising' }), AT + 1000);
  const there = onState(coming, news(), AT + 2000);
  expect(said(there)).toEqual(['Mara allowed viewing', 'You asked Mara to share']);
  expect(there.sharingSince).toBe(AT + 1000);
});

test('a late agent is told that they joined', () => {
  const joined = onState({ ...begin(AT), visitor: 'Mara' }, news({ agents: [ANA, TOMAS] }), AT);
  expect(said(joined)).toEqual(['You joined']);
});

test('other agents are told by name as they come and go', () => {
  const two = onState(live(), news({ agents: [ANA, TOMAS] }), AT);
  const one = onState(two, news(), AT);
  expect(said(one).slice(0, 2)).toEqual(['Tomás Reyes left', 'Tomás Reyes joined']);
});

test('a tool without its grant is off and says why', () => {
  expect(toolAllowed(live(), 'laser')).toBe(true);
  expect(whyOff(live(), 'control')).toBe('Needs control: ask for it first');
  expect(whyOff(live({ grants: grants(false, false) }), 'laser')).toBe('Not allowed by the visitor');
  expect(whyOff(onState(live(), news({ phase: 'away' }), AT), 'laser')).toBe('Works when the page is live');
});

test('the control tool is put down when control is taken back', () => {
  const held: Live = { ...live({ grants: CONTROLLING }), tool: 'control' };
  const taken = onState(held, news(), AT);
  expect(taken.tool).toBe('look');
  expect(taken.control).toBe('withdrawn');
  expect(said(taken)[0]).toBe('Mara took control back');
});

test('a lost connection is not told as control taken back', () => {
  const held = live({ grants: CONTROLLING });
  const lost = onState(held, news({ connected: false, grants: grants(false, false) }), AT);
  expect(said(lost)).toEqual(said(held));
  expect(lost.control).toBe('none');
});

test('the age of the picture counts from the first moment it was in doubt', () => {
  const away = onState(live(), news({ phase: 'away' }), AT + 5000);
  const still = onState(away, news({ phase: 'resynchronising' }), AT + 9000);
  expect(still.staleSince).toBe(AT + 5000);
  expect(onState(still, news(), AT + 9500).staleSince).toBeNull();
});

test('a visitor who only loads the next page was not away', () => {
  const away = onState(live(), news({ phase: 'away' }), AT + 5000);
  const next = onState(away, news({ phase: 'resynchronising' }), AT + 6000);
  expect(said(next)).toEqual(said(live()));
  const long = onState(onState(live(), news({ phase: 'away' }), AT), news(), AT + 20_000);
  expect(said(long).slice(0, 2)).toEqual(['Mara is back', 'Mara is away']);
  expect(new Set(long.feed.map((item) => item.key)).size).toBe(long.feed.length);
});

test('a page is told once, not at each of its hashes', () => {
  let state = onPage(live(), { url: 'https://a.example/x' }, AT);
  state = onPage(state, { title: 'Checkout' }, AT);
  state = onPage(state, { url: 'https://a.example/x#more' }, AT);
  expect(said(state).filter((words) => words.includes('Checkout'))).toEqual(['Mara is on “Checkout”']);
});

test('the end leaves nothing of the page and nothing happens after it', () => {
  const held: Live = { ...live({ grants: CONTROLLING }), masked: 3, tool: 'control' };
  const over = onEnd(held, ending('stopped', 'Mara Lindqvist', { byMe: false, shared: true }), AT);
  expect(over).toMatchObject({ phase: 'ended', tool: 'look', watchers: [], masked: 0 });
  expect(over.grants.control).toBe(false);
  expect(over.end?.title).toBe('Mara stopped sharing');
  expect(onState(over, news(), AT)).toBe(over);
});

test('what happened so far is bounded', () => {
  let state = live();
  for (let i = 0; i < 1000; i++) state = onPage(state, { title: `Page ${i}` }, AT + i);
  expect(state.feed.length).toBeLessThanOrEqual(200);
  expect(said(state)[0]).toBe('Mara is on “Page 999”');
});
