// Resources that only the visitor's browser can get, as the edge asks the page for them: what is given, byte for byte,
// and all that is not. A real server tells which requests left the page.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { AssetState } from '../src/protocol';
import { ANA, asking, EDGE, FakeEdge } from './visitor-edge';
import { uiPress, uiShows } from './visitor-ui';

const PIXELS = Buffer.from(Array.from({ length: 700 }, (_, i) => (i * 31) % 256));
const LARGE = 4 << 20;
const COOKIE = 'login=yes';

/** What a path answers; `held` ones wait for `release`. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const send =
  (type: string, body: Buffer | string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': type, ...headers }).end(body);

let server: Server;
let port = 0;
let shop = '';
let other = '';
let answers: Record<string, Answer> = {};
/** Requests of the page, as path and query. */
let asked: string[] = [];
let held: (() => void)[] = [];
let html = '';
const hold =
  (answer: Answer): Answer =>
  (request, response) =>
    void held.push(() => answer(request, response));

test.beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (!path.startsWith('/files/')) return void send('text/html', html)(request, response);
    asked.push(path);
    const answer = answers[path.replace(/\?.*/, '').slice('/files/'.length)] ?? send('image/png', PIXELS);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port; // it listens on TCP
  shop = `http://shop.localhost:${port}`;
  other = `http://files.shop.localhost:${port}`;
});
test.afterAll(() => {
  server.closeAllConnections();
  server.close();
});
test.beforeEach(() => {
  answers = {};
  asked = [];
  held = [];
});

const image = (name: string) => `${shop}/files/${name}`;
/** Names addresses in the page that its own browser does not load. */
const named = (...urls: string[]) =>
  `<style>${urls.map((url) => `.never { background: url("${url}") }`).join('\n')}</style>`;
const SESSION = { kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 3 }] } as const;

/** `first` runs in the page before the snippet. */
async function opened(page: Page, body: string, first = ''): Promise<FakeEdge> {
  const edge = new FakeEdge(page);
  html = `<!doctype html><html lang="en"><title>Shop</title><script>${first}</script><script async src="${EDGE}/coview.js" data-site="demo"
    data-consent="granted"></script><body>${body}`;
  const again = () => Math.max(0, ...edge.frames.map((one) => one.head.place?.epoch ?? 0));
  edge.onHello = (self, resumed) =>
    resumed ? self.say(self.welcome({ epoch: again() }), { ...SESSION, agents: [...SESSION.agents] }) : asking()(self);
  await edge.start();
  // All of it from the same machine: what a test makes up may not ask what really answers.
  await page.route(/shop\.localhost:/, (route) => route.continue());
  await page.goto(`${shop}/`);
  return edge;
}

async function shared(page: Page, body: string, first?: string): Promise<FakeEdge> {
  const edge = await opened(page, body, first);
  await uiPress(page, 'Show my page', () => edge.of('Answer').length > 0);
  edge.say({ ...SESSION, agents: [...SESSION.agents] });
  await edge.snapshot();
  await uiShows(page, 'Stop');
  return edge;
}

const partsOf = (edge: FakeEdge, request: number) => edge.of('AssetPart').filter((one) => one.request === request);
const answered = (edge: FakeEdge, request: number) =>
  partsOf(edge, request).some((one) => one.state !== AssetState.more);

let request = 0;
/** Asks for one resource and waits for all of it. */
async function ask(edge: FakeEdge, url: string): Promise<{ state: number; mime: string; data: Buffer }> {
  const number = ++request;
  edge.say({ kind: 'AssetRequest', request: number, url });
  await expect.poll(() => answered(edge, number), { message: `an answer for ${url}` }).toBe(true);
  const parts = partsOf(edge, number);
  return {
    state: parts.at(-1)?.state ?? -1,
    mime: parts[0]?.mime ?? '',
    data: Buffer.concat(parts.map((one) => one.data)),
  };
}

const REFUSED = { state: AssetState.refused, mime: '', data: Buffer.alloc(0) };
const GIVEN = { state: AssetState.last, mime: 'image/png', data: PIXELS };

/** What the page sends up to now has come when it answers this. */
async function settled(edge: FakeEdge): Promise<void> {
  const heard = edge.of('Pong').length;
  edge.say({ kind: 'VisitorPing', t: 1 });
  await edge.heardOf('Pong', heard + 1);
}

test('an image behind a login is given byte for byte', async ({ page, context }) => {
  await context.addCookies([{ name: 'login', value: 'yes', url: shop }]);
  answers['private.png'] = (asking, response) =>
    (asking.headers.cookie ?? '').includes(COOKIE)
      ? send('Image/PNG; charset=binary', PIXELS)(asking, response)
      : void response.writeHead(403).end();
  const edge = await shared(page, `<img src="/files/private.png#top">`);
  expect(await ask(edge, image('private.png'))).toEqual(GIVEN);
  expect(await ask(edge, `${image('private.png')}#else`)).toEqual(GIVEN);
});

test('a blob image is given byte for byte', async ({ page }) => {
  const edge = await shared(
    page,
    `<img id="blob"><script>
      const bytes = Uint8Array.from({ length: 700 }, (_, i) => (i * 31) % 256);
      document.getElementById('blob').src = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
      window.other = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
    </script>`,
  );
  const [url = '', unused = ''] = await page.evaluate(() => [
    document.querySelector('img')?.src,
    (window as unknown as { other: string }).other, // set by the page above
  ]);
  expect(url).toMatch(/^blob:/);
  expect(await ask(edge, url)).toEqual(GIVEN);
  expect(await ask(edge, unused)).toEqual(REFUSED);
});

test('wherever the page names a resource it is given', async ({ page }) => {
  answers['sheets/linked.css'] = send('text/css', '@import "imported.css"; .never { cursor: url(in-link.png), auto }');
  answers['sheets/imported.css'] = send('text/css', '.never { background: URL( "../in-import.png" ) }');
  const edge = await shared(
    page,
    `<base href="/files/"><link rel="stylesheet" href="sheets/linked.css"><link rel="shortcut icon" href="icon.png">
    <picture><source srcset="set-1.png 1x,set-2.png 2x"><img srcset="set-3.png, set,4.png 200w" sizes="9px"></picture>
    <video poster="poster.png"></video><table background="table.png"></table><input type="image" src="./x/../input.png">
    <p style="--x: url('in-style(1).png'); background: image-set('in-set.png' 1x, 'in-set-2.png' 2x)"></p>
    <svg><image href="svg.png"/><image xlink:href="svg-x.png"/><rect fill="url(fill.png#a)"/></svg>
    <img src="with blank.png?a=b&amp;c"><div id="host"></div>
    <style>.never { background: url(in-\\(text\\).png) } @font-face { font-family: x; src: url(font.woff2) format("woff2") }</style>
    <script>
      const root = document.getElementById('host').attachShadow({ mode: 'open' });
      root.innerHTML = '<img src="in-root.png">';
      const made = (text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); return sheet; };
      root.adoptedStyleSheets = [made('.never { background: url(adopted-root.png) }')];
      document.adoptedStyleSheets = [made('.never { background: url(adopted.png) }')];
    </script>`,
  );
  for (const name of [
    'icon.png',
    'set-1.png',
    'set-2.png',
    'set-3.png',
    'set,4.png',
    'poster.png',
    'table.png',
    'input.png',
    'in-style(1).png',
    'in-set.png',
    'in-set-2.png',
    'svg.png',
    'svg-x.png',
    'fill.png',
    'with%20blank.png?a=b&c',
    'in-root.png',
    'in-(text).png',
    'font.woff2',
    'adopted-root.png',
    'adopted.png',
    'in-import.png',
    'sheets/in-link.png',
  ])
    expect(await ask(edge, image(name)), name).toEqual(GIVEN);
  expect(await ask(edge, image('sheets/imported.css'))).toMatchObject({ state: AssetState.last, mime: 'text/css' });
  expect(await ask(edge, image('sheets/linked.css'))).toMatchObject({ state: AssetState.last, mime: 'text/css' });
});

test('what the page does not name where agents see it is refused, and no request leaves', async ({ page }) => {
  const hidden = [
    'mask.png',
    'class.png',
    'ignored.png',
    'style.png',
    'root.png',
    'sheet.png',
    'frame.png',
    'link.png',
  ];
  const edge = await shared(
    page,
    `<div data-coview="mask"><b><img src="/files/mask.png" loading="lazy"></b><i id="host"></i>
      <style>.never { background: url(/files/sheet.png) }</style></div>
    <img class="no-upscope" src="/files/class.png"><img data-coview="ignore" srcset="/files/ignored.png 1x">
    <p class="no-upscope" style="background: url(/files/style.png)"></p>
    <iframe src="/files/frame.png"></iframe><a href="/files/link.png">${image('text.png')}</a>
    <script>document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<img src="/files/root.png">';</script>
    <style>/* url(/files/comment.png) */ .never::after { content: "url(/files/string.png)" }</style>`,
  );
  await page.waitForLoadState();
  const before = asked.length;
  const more = ['text.png', 'comment.png', 'string.png', 'none.png', 'mask.png?x', 'ask.png', ''].map(image);
  for (const url of [
    ...hidden.map(image),
    ...more,
    'mask.png',
    'data:image/png,x',
    'file:///etc/passwd',
    `${shop}/`,
    '',
  ])
    expect(await ask(edge, url), url).toEqual(REFUSED);
  expect(asked.slice(before)).toEqual([]);
});

test('what counts is the page as it is now', async ({ page }) => {
  const edge = await shared(page, `<img id="a" src="/files/a.png"><img class="no-upscope" src="/files/a.png">`);
  expect(await ask(edge, image('a.png'))).toEqual(GIVEN);
  await page.evaluate(() => document.body.classList.add('no-upscope'));
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
  await page.evaluate(() => document.body.classList.remove('no-upscope'));
  await expect.poll(async () => (await ask(edge, image('a.png'))).state).toBe(AssetState.last);
  await page.evaluate(() => document.getElementById('a')?.remove());
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
});

test('only style sheets, images and fonts are given, by what the answer says it is', async ({ page }) => {
  const types: [string, number][] = [
    ['text/html; charset=utf-8', AssetState.refused],
    ['application/json', AssetState.refused],
    ['text/plain', AssetState.refused],
    ['application/javascript', AssetState.refused],
    ['application/octet-stream', AssetState.refused],
    ['image/png, text/html', AssetState.refused],
    ['image/<b>', AssetState.refused],
    [`image/${'x'.repeat(100)}`, AssetState.refused],
    ['image/svg+xml', AssetState.last],
    ['font/woff2', AssetState.last],
    ['application/x-font-ttf', AssetState.last],
    ['application/vnd.ms-fontobject', AssetState.last],
  ];
  types.forEach(([type], i) => {
    answers[`type-${i}.png`] = send(type, PIXELS);
  });
  answers['gone.png'] = (_, response) => void response.writeHead(404, { 'content-type': 'image/png' }).end(PIXELS);
  answers['unnamed.png'] = (_, response) => void response.writeHead(200).end(PIXELS);
  const edge = await shared(
    page,
    named(...types.map((_, i) => image(`type-${i}.png`)), image('gone.png'), image('unnamed.png')),
  );
  for (const [i, [type, state]] of types.entries())
    expect((await ask(edge, image(`type-${i}.png`))).state, type).toBe(state);
  expect(await ask(edge, image('gone.png'))).toEqual(REFUSED);
  expect(await ask(edge, image('unnamed.png'))).toEqual(REFUSED);
});

test('four mebibytes are given and one byte more is not', async ({ page }) => {
  const most = Buffer.alloc(LARGE, 7);
  answers['most.png'] = send('image/png', most);
  answers['more.png'] = send('image/png', Buffer.alloc(LARGE + 1, 7));
  const edge = await shared(page, named(image('most.png'), image('more.png')));
  expect(await ask(edge, image('more.png'))).toEqual(REFUSED);
  const given = await ask(edge, image('most.png'));
  expect(given.state).toBe(AssetState.last);
  expect(given.data.equals(most)).toBe(true);
});

test('another web origin is read only where it allows it, without cookies first', async ({ page, context }) => {
  await context.addCookies([{ name: 'login', value: 'yes', url: other }]);
  const cookies: (string | undefined)[] = [];
  answers['open.png'] = send('image/png', PIXELS, { 'access-control-allow-origin': '*' });
  answers['login.png'] = (asking, response) => {
    cookies.push(asking.headers.cookie);
    const cors = { 'access-control-allow-origin': shop, 'access-control-allow-credentials': 'true' };
    if (asking.headers.cookie?.includes(COOKIE)) send('image/png', PIXELS, cors)(asking, response);
    else send('text/html', 'log in', cors)(asking, response);
  };
  const urls = ['open.png', 'login.png', 'closed.png'].map((name) => `${other}/files/${name}`);
  const edge = await shared(page, `${named(...urls)}<img src="${urls[2]}">`);
  expect(await ask(edge, urls[0] ?? '')).toEqual(GIVEN);
  expect(await ask(edge, urls[1] ?? '')).toEqual(GIVEN);
  expect(cookies).toEqual([undefined, COOKIE]);
  expect(await ask(edge, urls[2] ?? '')).toEqual(REFUSED);
});

test('words of generated content do not leave in a style sheet', async ({ page }) => {
  const rule = '.paid::after { content: "Balance 4,000"; background: url("a.png") } .i::before { content: "\\e900" }';
  answers['theme.css'] = send('text/css; charset=utf-8', rule);
  const edge = await shared(page, '<style>@import "/files/theme.css";</style>');
  const { mime, data } = await ask(edge, image('theme.css'));
  expect(mime).toBe('text/css');
  expect(data.toString()).toBe(rule.replace('Balance 4,000', '\u00a0'.repeat(13)));
});

test('parts come in order, the first with the type and the last marked', async ({ page }) => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i >> 8) % 251));
  answers['long.png'] = send('image/png', bytes);
  answers['none.png'] = send('image/png', '');
  const edge = await shared(page, named(image('long.png'), image('none.png'), image('short.png')));
  const numbers = ['long.png', 'short.png', 'long.png', 'none.png'].map((name) => {
    edge.say({ kind: 'AssetRequest', request: ++request, url: image(name) });
    return request;
  });
  await expect.poll(() => numbers.every((number) => answered(edge, number))).toBe(true);
  const [first = 0, short = 0, second = 0, none = 0] = numbers;
  for (const number of [first, second]) {
    const parts = partsOf(edge, number);
    expect(parts.map((one) => one.data.length)).toEqual([
      ...Array.from({ length: 6 }, () => 32_768),
      200_000 - 6 * 32_768,
    ]);
    expect(parts.map((one) => one.mime)).toEqual(['image/png', '', '', '', '', '', '']);
    expect(parts.map((one) => one.state)).toEqual([0, 0, 0, 0, 0, 0, AssetState.last]);
    expect(Buffer.concat(parts.map((one) => one.data)).equals(bytes)).toBe(true);
  }
  expect(partsOf(edge, short)).toHaveLength(1);
  expect(partsOf(edge, none)).toMatchObject([{ state: AssetState.last, mime: 'image/png', data: Buffer.alloc(0) }]);
});

test('parts wait for the network, patches and consent do not', async ({ page }) => {
  const edge = await shared(
    page,
    `${named(image('a.png'))}<b id="b">before</b>`,
    `window.WebSocket = class extends WebSocket {
      constructor(url) {
        super(url);
        Object.defineProperty(this, 'bufferedAmount', { get: () => window.full ?? 0 });
      }
    };`,
  );
  const full = (bytes: number) =>
    page.evaluate(
      (bytes) => Object.defineProperty(window, 'full', { value: bytes, configurable: true }) && undefined,
      bytes,
    );
  await full(100_000);
  edge.say({ kind: 'AssetRequest', request: ++request, url: image('a.png') });
  await expect.poll(() => asked).toContain('/files/a.png');
  const frames = edge.frames.length;
  await page.evaluate(() => {
    const b = document.getElementById('b');
    if (b) b.textContent = 'after';
  });
  await expect.poll(() => edge.frames.length).toBeGreaterThan(frames);
  await settled(edge);
  expect(edge.of('AssetPart')).toEqual([]);
  await full(0);
  await expect.poll(() => answered(edge, request)).toBe(true);
});

test('four at once, sixty-four wait, and what is beyond is refused', async ({ page }) => {
  const names = Array.from({ length: 71 }, (_, i) => `slow.png?${i}`);
  answers['slow.png'] = hold(send('image/png', PIXELS));
  const edge = await shared(page, named(...names.map(image)));
  const first = request + 1;
  edge.say(...names.map((name) => ({ kind: 'AssetRequest' as const, request: ++request, url: image(name) })));
  await edge.heardOf('AssetPart', 3);
  await expect.poll(() => held.length).toBe(4);
  await settled(edge);
  expect(edge.of('AssetPart').map((one) => [one.request - first, one.state])).toEqual(
    [68, 69, 70].map((i) => [i, AssetState.refused]),
  );
  for (let given = 0; given < 68; given++) {
    await expect.poll(() => held.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThanOrEqual(4);
    held.shift()?.();
  }
  await edge.heardOf('AssetPart', 71);
  expect(edge.of('AssetPart').filter((one) => one.state === AssetState.last)).toHaveLength(68);
});

test('nothing is given before the visitor agrees, nor without an agent who may see', async ({ page }) => {
  const edge = await opened(page, named(image('a.png')));
  await uiShows(page, 'Show this page to Ana?');
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
  await uiPress(page, 'Show my page', () => edge.of('Answer').length > 0);
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
  edge.say({ kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 2 }] });
  await edge.snapshot();
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
  expect(asked).toEqual([]);
  edge.say({ ...SESSION, agents: [...SESSION.agents] });
  expect(await ask(edge, image('a.png'))).toEqual(GIVEN);
});

test('nothing is given after the end, not even what was on its way', async ({ page }) => {
  answers['slow.png'] = hold(send('image/png', PIXELS));
  const edge = await shared(page, named(image('slow.png'), image('a.png')));
  edge.say({ kind: 'AssetRequest', request: ++request, url: image('slow.png') });
  await expect.poll(() => held.length).toBe(1);
  edge.say({ kind: 'Session', session: '', agents: [] });
  await settled(edge);
  held.shift()?.();
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
  await uiShows(page, 'Your page is no longer shown');
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
  expect(edge.of('AssetPart').map((one) => one.state)).toEqual([AssetState.refused, AssetState.refused]);
  expect(asked).toEqual(['/files/slow.png']);
});

test('what was asked over a lost connection is not answered over the next', async ({ page }) => {
  answers['slow.png'] = hold(send('image/png', PIXELS));
  const edge = await shared(page, named(image('slow.png'), image('a.png')));
  edge.say({ kind: 'AssetRequest', request: ++request, url: image('slow.png') });
  await expect.poll(() => held.length).toBe(1);
  const before = request;
  await edge.hangUp();
  await edge.snapshot(2);
  held.shift()?.();
  expect(await ask(edge, image('a.png'))).toEqual(GIVEN);
  expect(partsOf(edge, before)).toEqual([]);
});

test('what does not come in ten seconds is refused', async ({ page }) => {
  await page.clock.install();
  answers['slow.png'] = hold(send('image/png', PIXELS));
  const edge = await shared(page, named(image('slow.png')));
  edge.say({ kind: 'AssetRequest', request: ++request, url: image('slow.png') });
  await expect.poll(() => held.length).toBe(1);
  await page.clock.runFor(10_000);
  await expect.poll(() => partsOf(edge, request).map((one) => one.state)).toEqual([AssetState.refused]);
});

test('a page that replaced what we need breaks nothing, and hears of nothing', async ({ page }) => {
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  const edge = await shared(
    page,
    `${named(image('a.png'))}<input name="querySelectorAll">`,
    `const hostile = function () { window.called = true; throw new Error('hostile'); };
    window.fetch = hostile.bind(window);
    window.AbortController = hostile;
    for (const name of ['ok', 'headers', 'body']) Object.defineProperty(Response.prototype, name, { get: hostile });
    Headers.prototype.get = Element.prototype.getAttributeNode = hostile;
    window.Response = function () { throw new Error('ours deflates without it'); };`,
  );
  expect(await ask(edge, image('a.png'))).toEqual(GIVEN);
  expect(await ask(edge, image('b.png'))).toEqual(REFUSED);
  expect(errors).toEqual([]);
  expect(await page.evaluate(() => 'called' in window)).toBe(false);
});

test('a service worker that fails every request does no harm', async ({ page }) => {
  const worker = `onactivate = (event) => event.waitUntil(clients.claim());
    onfetch = (event) => event.respondWith(Response.error());`;
  answers['worker.js'] = send('text/javascript', worker, { 'service-worker-allowed': '/' });
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  const edge = await shared(page, named(image('a.png')));
  expect(await ask(edge, image('a.png'))).toEqual(GIVEN);
  await page.evaluate(async () => {
    const controlled = new Promise((done) => {
      navigator.serviceWorker.oncontrollerchange = done;
    });
    await navigator.serviceWorker.register('/files/worker.js', { scope: '/' });
    await controlled;
  });
  expect(await ask(edge, image('a.png'))).toEqual(REFUSED);
  expect(errors).toEqual([]);
});
