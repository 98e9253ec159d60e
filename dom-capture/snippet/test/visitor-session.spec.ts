// The life of a visitor as the edge hears it: silence before consent, one session over pages and outages, and an end
// that is one.
import { expect, type Page, test } from '@playwright/test';
import { Grant, type Instruction, Result } from '../src/protocol';
import { ANA, asking, EDGE, FakeEdge, SHOP, snippetText, TOMAS } from './visitor-edge';
import { uiPress, uiShows, uiText } from './visitor-ui';

const CANARY = 'canary-7c1e';
const BODY = `<h1>${CANARY}</h1><button id="buy" onclick="this.textContent='bought'">Buy</button>`;

/** Opens the shop and lets the visitor agree to show it to Ana. */
async function shared(
  page: Page,
  options: ConstructorParameters<typeof FakeEdge>[1] = { body: BODY },
  agents = [{ ...ANA, grants: 3 }],
): Promise<FakeEdge> {
  const edge = new FakeEdge(page, options);
  edge.onHello = (self, resumed) =>
    resumed
      ? self.say(self.welcome({ epoch: lastEpoch(self) }), { kind: 'Session', session: 's1', agents })
      : asking()(self);
  await edge.start();
  await page.goto(SHOP);
  await uiPress(page, 'Show my page', () => edge.of('Answer').length > 0);
  edge.say({ kind: 'Session', session: 's1', agents });
  await edge.snapshot();
  await uiShows(page, 'Stop');
  return edge;
}

const lastEpoch = (edge: FakeEdge) => Math.max(0, ...edge.frames.map((one) => one.head.place?.epoch ?? 0));
const stored = (page: Page) =>
  page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));
const NOTHING = '[{},{},""]';

test('without consent there is no connection, no storage and nothing but two anonymous requests', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY, tag: 'data-site="demo"' });
  await edge.start();
  const asked = page.waitForResponse(`${EDGE}/v1/sites/demo`);
  await page.goto(SHOP);
  const request = (await asked).request();
  expect(await request.allHeaders()).not.toHaveProperty('referer');
  await page.evaluate(() => document.body.append('changed'));
  await page.locator('#buy').click();
  expect(edge.connections).toBe(0);
  expect(edge.asked.filter((url) => url.startsWith(EDGE))).toEqual([`${EDGE}/coview.js`, `${EDGE}/v1/sites/demo`]);
  expect(await stored(page)).toBe(NOTHING);
  expect(await page.locator('coview-ui').count()).toBe(0);
});

test('a site with another legal basis for presence connects by itself', async ({ page }) => {
  const edge = new FakeEdge(page, {
    body: BODY,
    tag: 'data-site="demo"',
    presence: 'always',
    welcome: { presence: 1 },
  });
  await edge.start();
  await page.goto(SHOP);
  expect((await edge.heardOf('VisitorHello')).consented).toBe(false);
  expect((await edge.heardOf('Page')).url).toBe(`${SHOP}/`);
});

test('a site that works by codes only is not connected by consent', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY, welcome: { presence: 2 } });
  await edge.start();
  await page.goto(SHOP);
  await edge.heardOf('VisitorHello');
  await page.evaluate(() => window.coview?.('newPageview'));
  expect(edge.of('Page')).toEqual([]);
});

test('nothing of the page leaves before the visitor agrees, and all of it after', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  edge.onHello = asking();
  await edge.start();
  await page.goto(SHOP);
  await uiShows(page, 'Show this page to Ana?');
  await page.evaluate(() => document.body.append('changed'));
  const before = Buffer.concat(edge.bytes);
  expect(edge.frames).toEqual([]);
  expect(before.includes(CANARY)).toBe(false);
  expect(await stored(page)).toBe(NOTHING);
  await uiPress(page, 'Show my page', () => edge.of('Answer').length > 0);
  expect(edge.of('Answer')).toEqual([expect.objectContaining({ request: 7, allowed: true })]);
  expect(edge.frames).toEqual([]);
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 3 }] });
  expect((await edge.snapshot()).html).toContain(CANARY);
  await uiShows(page, 'Ana sees this page');
});

test('a visitor who says no shows nothing', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  edge.onHello = asking();
  await edge.start();
  await page.goto(SHOP);
  await uiPress(page, 'Not now', () => edge.of('Answer').length > 0);
  expect(edge.of('Answer')[0]?.allowed).toBe(false);
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 3 }] });
  await edge.heardOf('Stop');
  expect(edge.frames).toEqual([]);
});

test('an edge that claims a session nobody agreed to gets a Stop and no page', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  edge.onHello = (self) =>
    self.say(self.welcome(), { kind: 'Session', session: 'forged', agents: [{ ...ANA, grants: 7 }] });
  await edge.start();
  await page.goto(SHOP);
  await edge.heardOf('Stop');
  expect(edge.frames).toEqual([]);
  expect(await uiText(page)).toBe('');
});

test('one yes is for one session', async ({ page }) => {
  const edge = await shared(page);
  edge.say({ kind: 'Session', session: '', agents: [] }, { kind: 'VisitorEnd', reason: 1 });
  await uiShows(page, 'Your page is no longer shown');
  const frames = edge.frames.length;
  edge.say({ kind: 'Session', session: 's2', agents: [{ ...ANA, grants: 3 }] });
  await edge.heardOf('Stop');
  expect(edge.frames.length).toBe(frames);
});

test('where the site does the asking, sharing starts without a prompt, and only with its consent', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY, welcome: { consent: 1 } });
  edge.onHello = (self) =>
    self.say(self.welcome(), { kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 7 }] });
  await edge.start();
  await page.goto(SHOP);
  expect((await edge.snapshot()).html).toContain(CANARY);
  await uiShows(page, 'Ana can click and type');
  await page.keyboard.press('Escape');
  await edge.heardOf('Withdraw');
  // What the edge said before it heard of that gives nothing back.
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 7 }] }, { kind: 'VisitorPing', t: 1 });
  await edge.heardOf('Pong');
  await uiShows(page, 'Ana sees this page');
});

test('the first frame is a snapshot at offset 0, and the rest count up', async ({ page }) => {
  const edge = await shared(page);
  for (let i = 0; i < 5; i++) {
    await page.evaluate((n) => document.body.append(`line ${n}`), i);
    await expect.poll(() => edge.frames.some((one) => JSON.stringify(one.messages).includes(`line ${i}`))).toBe(true);
  }
  const places = edge.frames.map((one) => one.head.place);
  expect(edge.frames[0]?.messages[0]?.kind).toBe('Snapshot');
  expect(places).toEqual(places.map((_, offset) => ({ epoch: 1, offset })));
});

test('large frames are deflated and stay in order', async ({ page }) => {
  const edge = await shared(page);
  await page.evaluate(() => {
    for (let i = 0; i < 40; i++) {
      requestAnimationFrame(() => {
        const line = document.createElement('p');
        line.textContent = `line ${i} ${'lorem ipsum '.repeat(i % 2 ? 500 : 1)}`;
        document.body.append(line);
      });
    }
    setTimeout(() => document.body.append('the last line'), 50);
  });
  await expect.poll(() => edge.frames.some((one) => JSON.stringify(one.messages).includes('the last line'))).toBe(true);
  expect(edge.frames.some((one) => one.head.inflated !== undefined)).toBe(true);
  expect(edge.frames.map((one) => one.head.place?.offset)).toEqual(edge.frames.map((_, offset) => offset));
});

test('Stop ends it at once, and nothing leaves afterwards', async ({ page }) => {
  const edge = await shared(page);
  await uiPress(page, 'Stop showing this page', () => edge.of('Stop').length > 0);
  const bytes = edge.bytes.length;
  await page.evaluate(() => document.body.append('secret after the end'));
  await page.mouse.move(300, 300);
  await uiShows(page, 'Your page is no longer shown');
  edge.say(
    { kind: 'ResyncRequest', doc: 0, reason: 0 },
    { kind: 'Resend', doc: 0, id: 2 },
    { kind: 'VisitorPing', t: 9 },
  );
  await edge.heardOf('Pong');
  expect(edge.bytes.length).toBe(bytes + 1);
  expect(edge.frames.some((one) => JSON.stringify(one.messages).includes('secret after'))).toBe(false);
});

test('withdrawing consent stops, forgets, disconnects', async ({ page }) => {
  const edge = await shared(page);
  expect(await page.evaluate(() => window.coview?.('consent', 'withdraw'))).toBe('declined');
  await edge.heardOf('Stop');
  await edge.heardOf('Bye');
  expect(edge.heard.findIndex((one) => one.kind === 'Stop')).toBeLessThan(
    edge.heard.findIndex((one) => one.kind === 'Bye'),
  );
  await page.reload();
  await expect.poll(() => edge.of('VisitorHello').length).toBe(2);
  expect(edge.of('VisitorHello')[1]?.resume).toBeUndefined();
});

test('agents who join later are told to the visitor, and those who leave', async ({ page }) => {
  const edge = await shared(page);
  edge.say({ kind: 'Session', session: 's1', agents: [ANA, TOMAS].map((one) => ({ ...one, grants: 3 })) });
  await uiShows(page, 'Ana and Tomás see this page');
  await uiShows(page, 'Tomás joined');
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...TOMAS, grants: 3 }] });
  await uiShows(page, 'Tomás sees this page');
  await uiShows(page, 'Ana left');
});

test('names of agents are text of one line, whatever they contain', async ({ page }) => {
  const edge = await shared(page, { body: BODY }, [
    { id: 1, name: '<img src=x onerror=alert(1)>\n\u202eanA', color: 'red;}*{', grants: 3 },
  ]);
  await uiShows(page, '<img src=x onerror=alert(1)> anA sees this page');
  expect(edge.of('Stop')).toEqual([]);
});

for (const [how, go] of [
  ['reload', (page: Page) => page.reload()],
  ['another page', (page: Page) => page.goto(`${SHOP}/basket`)],
] as const) {
  test(`the session goes on after a ${how}, in a new epoch, without a second prompt`, async ({ page }) => {
    const edge = await shared(page);
    expect(await stored(page)).toBe(NOTHING); // a copy of this tab must not find the secret
    await go(page);
    await edge.snapshot(2);
    await uiShows(page, 'Ana sees this page');
    expect(edge.of('VisitorHello').map((one) => one.resume)).toEqual([undefined, 'secret-1']);
    expect(await stored(page)).toBe(NOTHING);
  });
}

test('coming back from the back-forward cache goes on as well', async ({ page }) => {
  const edge = await shared(page);
  await page.goto(`${SHOP}/basket`);
  await edge.snapshot(2);
  await page.goBack();
  await edge.snapshot(3);
  await uiShows(page, 'Ana sees this page');
  expect(edge.of('VisitorHello').length).toBe(3);
});

test('after an outage the page comes back by itself with a fresh snapshot', async ({ page }) => {
  const edge = await shared(page);
  const { onHello } = edge;
  edge.onHello = () => undefined; // an edge that is there, and busy
  await edge.hangUp();
  await uiShows(page, 'Connecting again…');
  await page.evaluate(() => document.body.append('changed meanwhile'));
  expect(lastEpoch(edge)).toBe(1);
  edge.onHello = onHello;
  await edge.hangUp();
  expect((await edge.snapshot(2)).html).toContain('changed meanwhile');
  await uiShows(page, 'Ana sees this page');
  const second = edge.frames.filter((one) => one.head.place?.epoch === 2);
  expect(second[0]?.head.place?.offset).toBe(0);
});

test('an edge that has forgotten the session ends it', async ({ page }) => {
  const edge = await shared(page);
  edge.onHello = (self) => self.say(self.welcome());
  await edge.hangUp();
  await uiShows(page, 'Your page is no longer shown');
  expect(lastEpoch(edge)).toBe(1);
});

for (const code of [4001, 4004, 4006, 4009, 4013]) {
  test(`close code ${code} is final`, async ({ page }) => {
    const edge = await shared(page);
    await page.clock.install();
    await edge.hangUp(code);
    await expect.poll(() => page.locator('coview-ui').count()).toBeLessThanOrEqual(1);
    await page.clock.runFor(120_000);
    expect(edge.connections).toBe(1);
    expect(await uiText(page)).not.toContain('Stop');
  });
}

test('control is asked for, used, and taken back with Esc at once', async ({ page }) => {
  const edge = await shared(page);
  const id = idOf((await edge.snapshot()).html, 'buy');
  const click: Instruction = { kind: 'Click', doc: 0, id, x: 5, y: 5, button: 0, double: false };
  const result = async (seq: number) => {
    edge.say({ kind: 'VisitorInstruct', agent: 1, seq, instruction: click });
    await expect.poll(() => edge.of('Outcome').some((one) => one.seq === seq)).toBe(true);
    return edge.of('Outcome').find((one) => one.seq === seq)?.result;
  };
  expect(await result(1)).toBe(Result.noGrant);
  // The edge's word alone gives no control.
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 7 }] });
  expect(await result(2)).toBe(Result.noGrant);
  edge.say({ kind: 'Ask', request: 8, agent: ANA, grants: Grant.control, seconds: 60 });
  await uiShows(page, 'Let Ana click and type?');
  await uiPress(page, 'Allow control', () => edge.of('Answer').length > 1);
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 7 }] });
  await uiShows(page, 'Ana can click and type');
  expect(await result(3)).toBe(Result.done);
  await expect(page.locator('#buy')).toHaveText('bought');
  await page.keyboard.press('Escape');
  expect(await result(4)).toBe(Result.noGrant);
  expect(edge.of('Withdraw')).toEqual([expect.objectContaining({ agent: 0, grants: Grant.control })]);
  await uiShows(page, 'You took back control');
  // And it stays taken, even if the edge goes on to say otherwise.
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 7 }] });
  expect(await result(5)).toBe(Result.noGrant);
});

test('an Esc made by a script takes nothing back', async ({ page }) => {
  const edge = await shared(page);
  edge.say({ kind: 'Ask', request: 8, agent: ANA, grants: Grant.control, seconds: 60 });
  await uiPress(page, 'Allow control', () => edge.of('Answer').length > 1);
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 7 }] });
  await uiShows(page, 'Take back control');
  await page.evaluate(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })));
  expect(edge.of('Withdraw')).toEqual([]);
  await uiPress(page, 'Take back control Esc', () => edge.of('Withdraw').length > 0);
});

test('a grant this version does not know is refused without a prompt', async ({ page }) => {
  const edge = await shared(page);
  edge.say({ kind: 'Ask', request: 9, agent: ANA, grants: Grant.screen, seconds: 60 });
  await edge.heardOf('Answer', 2);
  expect(edge.of('Answer')[1]).toMatchObject({ request: 9, allowed: false });
});

test('a question that was taken back disappears', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  edge.onHello = asking();
  await edge.start();
  await page.goto(SHOP);
  await uiShows(page, 'Show this page to Ana?');
  edge.say({ kind: 'Unask', request: 7 });
  await expect.poll(() => uiText(page)).toBe('');
});

test('bytes that are no message close the connection and do no harm', async ({ page }) => {
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  for (const bytes of [
    [],
    [0],
    [4, 1, 2],
    [0, 0x77, 0],
    [0, 0x22, 5, 1],
    [2, 0xff, 0xff, 0x3f, 1, 2, 3],
    [0, 0x2f, 1, 0x80],
  ]) {
    const edge = new FakeEdge(page, { body: BODY });
    await page.unrouteAll();
    await edge.start();
    await page.goto(SHOP);
    await edge.heardOf('Page');
    const gone = page.evaluate(
      () =>
        new Promise<void>((done) =>
          window.coview?.('on', 'connection', (event: { connected: boolean }) => !event.connected && done()),
        ),
    );
    edge.sayBytes(Buffer.from(bytes));
    await gone;
    await page.goto('about:blank');
  }
  expect(errors).toEqual([]);
});

test('the code is shown in a panel, counted down, and renewed', async ({ page }) => {
  await page.clock.install({ time: 0 });
  const edge = new FakeEdge(page, { body: BODY, tag: 'data-site="demo"' });
  await edge.start();
  await page.goto(SHOP);
  await page.clock.pauseAt(100_000);
  await page.evaluate(() => window.coview?.('getLookupCode'));
  await edge.heardOf('CodeRequest');
  expect((await edge.heardOf('VisitorHello')).consented).toBe(false);
  edge.say({ kind: 'Code', code: '042917', seconds: 600 });
  await uiShows(page, '042917');
  await uiShows(page, 'Valid for 10:00');
  await passes(page, edge, 61_000);
  await uiShows(page, 'Valid for 8:59');
  await passes(page, edge, 600_000);
  await uiShows(page, 'no longer valid');
  expect(await uiText(page)).not.toContain('042917');
  await uiPress(page, 'New code', () => edge.of('CodeRequest').length > 1);
  edge.say({ kind: 'Code', code: '555000', seconds: 600 });
  await uiShows(page, '555000');
  await uiPress(page, 'Close', async () => (await uiText(page)) === '');
  expect(await stored(page)).toBe(NOTHING);
});

test('a new code is asked for at once, though the connection is resting after an outage', async ({ page }) => {
  await page.clock.install({ time: 0 });
  const edge = new FakeEdge(page, { body: BODY, tag: 'data-site="demo"' });
  await edge.start();
  await page.goto(SHOP);
  await page.clock.pauseAt(100_000);
  await page.evaluate(() => window.coview?.('getLookupCode'));
  await edge.heardOf('CodeRequest');
  const gone = page.evaluate(
    () =>
      new Promise<void>((done) =>
        window.coview?.('on', 'connection', (event: { connected: boolean }) => !event.connected && done()),
      ),
  );
  await edge.hangUp();
  await page.clock.runFor(10); // shorter than any pause: none ends by itself
  await gone;
  await page.evaluate(() => window.coview?.('getLookupCode'));
  await edge.heardOf('CodeRequest', 2);
  expect(edge.connections).toBe(2);
});

test('the panel makes room for the question of the agent who typed the code in', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  await edge.start();
  await page.goto(SHOP);
  await edge.heardOf('Page');
  await page.evaluate(() => window.coview?.('getLookupCode'));
  await edge.heardOf('CodeRequest');
  edge.say({ kind: 'Code', code: '042917', seconds: 600 });
  await uiShows(page, '042917');
  edge.say({ kind: 'Ask', request: 7, agent: ANA, grants: 3, seconds: 60 });
  await uiShows(page, 'Show this page to Ana?');
  expect(await uiText(page)).not.toContain('042917');
});

test('a code for the site itself shows no panel', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  await edge.start();
  await page.goto(SHOP);
  const code = page.evaluate(
    () =>
      new Promise((done) => window.coview?.('getLookupCode', (text: string, seconds: number) => done([text, seconds]))),
  );
  await edge.heardOf('CodeRequest');
  edge.say({ kind: 'Code', code: '123456', seconds: 600 });
  expect(await code).toEqual(['123456', 600]);
  expect(await uiText(page)).toBe('');
});

test('asking for help connects and says so, once more after an outage', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY, tag: 'data-site="demo"' });
  await edge.start();
  await page.goto(SHOP);
  await page.evaluate(() => window.coview?.('requestAgent'));
  expect((await edge.heardOf('Help')).wanted).toBe(true);
  await edge.hangUp();
  expect((await edge.heardOf('Help', 2)).wanted).toBe(true);
  await page.evaluate(() => window.coview?.('cancelRequestAgent'));
  expect((await edge.heardOf('Help', 3)).wanted).toBe(false);
});

test('the site tells who the visitor is, and hears what happens', async ({ page }) => {
  const edge = new FakeEdge(page, {
    body: `${BODY}<script>window.coview = window.coview || function () { (coview.q = coview.q || []).push(arguments) };
    coview('on', 'sessionRequest', (e) => (window.heard = [...(window.heard || []), ['sessionRequest', e]]));
    coview('on', 'sessionStart', (e) => window.heard.push(['sessionStart', e]));
    coview('on', 'sessionStart', () => { throw new Error('the site broke'); });
    coview('on', 'sessionEnd', (e) => window.heard.push(['sessionEnd', e]));
    coview('identify', { uniqueId: 'u-1', identities: ['Mara', 7, 'mara@example.com'], tags: ['#vip'] });</script>`,
  });
  edge.onHello = asking();
  await edge.start();
  await page.goto(SHOP);
  expect(await edge.heardOf('Identify')).toMatchObject({
    unique_id: 'u-1',
    identities: ['Mara', 'mara@example.com'],
    tags: ['#vip'],
  });
  await uiPress(page, 'Show my page', () => edge.of('Answer').length > 0);
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 3 }] });
  await edge.snapshot();
  edge.say({ kind: 'Session', session: '', agents: [] });
  edge.say({ kind: 'VisitorEnd', reason: 1 });
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { heard: unknown }).heard)) // filled by the page above
    .toEqual([
      ['sessionRequest', { agent: 'Ana' }],
      ['sessionStart', { agents: ['Ana'] }],
      ['sessionEnd', { reason: 'agentEnded' }],
    ]);
});

test('one global and no other, and a second copy changes nothing', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  await edge.start();
  await page.route(`${SHOP}/plain`, (route) => route.fulfill({ contentType: 'text/html', body: BODY }));
  await page.goto(`${SHOP}/plain`);
  const before = await page.evaluate(() => [
    ...Object.getOwnPropertyNames(window),
    '__playwright__binding__controller__',
  ]);
  await page.goto(SHOP);
  await edge.heardOf('Page');
  const after = await page.evaluate(() => Object.getOwnPropertyNames(window));
  expect(
    after.filter((name) => !before.includes(name) && !name.startsWith('__pw') && !name.startsWith('__wsCreate')),
  ).toEqual(['coview']);
  const same = await page.evaluate(
    (code) => {
      const first = window.coview;
      const script = document.createElement('script');
      script.textContent = code;
      document.head.append(script);
      return window.coview === first;
    },
    await snippetText(),
  );
  expect(same).toBe(true);
  expect(edge.connections).toBe(1);
});

test('elements that answer to our names are no obstacle', async ({ page }) => {
  const edge = new FakeEdge(page, {
    body: `<form name="currentScript"></form><a id="coview"></a><img name="querySelectorAll">${BODY}`,
  });
  await edge.start();
  await page.goto(SHOP);
  await edge.heardOf('Page');
  expect(await page.evaluate(() => typeof window.coview)).toBe('function');
});

test('inside of a frame it does nothing', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY });
  await edge.start();
  await page.route('http://other.localhost/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${SHOP}/framed"></iframe>` }),
  );
  await page.goto('http://other.localhost/');
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('#buy')).toBeVisible();
  await expect.poll(() => page.frames()[1]?.evaluate(() => typeof window.coview)).toBe('function');
  expect(edge.connections).toBe(0);
});

/** The id of an element in canonical markup, found by its id attribute. */
function idOf(html: string, name: string): number {
  let id = 0;
  for (const [token, tag, attributes] of html.matchAll(/<([a-z][^\s/>]*)((?:\s[^>]*)?)>|<\/[^>]*>|<!---->|[^<]+/g)) {
    if (token.startsWith('</') || token === '<!---->') continue;
    id++;
    if (tag && attributes?.includes(` id="${name}"`)) return id;
  }
  throw new Error(`no element ${name}`);
}

/** The page's clock moves while the edge keeps pinging: a silent one would be taken for gone. */
async function passes(page: Page, edge: FakeEdge, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 30_000) {
    await page.clock.runFor(Math.min(left, 30_000));
    const heard = edge.of('Pong').length;
    edge.say({ kind: 'VisitorPing', t: left });
    await edge.heardOf('Pong', heard + 1);
  }
}
