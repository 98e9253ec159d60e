// The snippet on a proxied site: real addresses in all that leaves the page, nothing kept in it, and the visitor known by
// the pass alone.
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { decoder } from '../src/proxied';
import { ANA, FakeEdge } from './visitor-edge';
import { uiShows } from './visitor-ui';

const WORD = 'aaaaaaaaaaaaaaaa';
const HOST = `${WORD}-s-shop-example.localhost`;
const AT = `http://${HOST}`;
const TAG = 'data-site="demo" data-proxied=""';

interface Vector {
  url: string;
  proxied: string | null;
}
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../../../proxy/vectors/places.json', import.meta.url), 'utf8'),
);

test('every address the edge writes is read back', () => {
  const real = decoder('http:', `${WORD}-s-shop-example.localhost:7300`);
  let read = 0;
  for (const { url, proxied } of vectors) {
    if (proxied === null) continue;
    const { href } = new URL(url);
    expect(real(proxied).replace(/\/$/, '')).toBe(href.replace(/\/$/, ''));
    read++;
  }
  expect(read).toBeGreaterThan(5);
});

test('addresses are found however a text writes them', () => {
  const real = decoder('http:', `${HOST}:7300`, '');
  const cdn = `${WORD}-s-cdn--1-shop-example-p8443.localhost`;
  for (const [text, wanted] of [
    [
      `http://${cdn}:7300/a.png 2x, http://${HOST}:7300/b`,
      'https://cdn-1.shop.example:8443/a.png 2x, https://shop.example/b',
    ],
    [`url(//${cdn}:7300/a.png)`, 'url(https://cdn-1.shop.example:8443/a.png)'],
    [`?to=http%3A%2F%2F${cdn}%3A7300%2Fx`, '?to=https%3A%2F%2Fcdn-1.shop.example%3A8443%2Fx'],
    [`{"a":"http:\\/\\/${HOST}:7300\\/x"}`, '{"a":"https:\\/\\/shop.example\\/x"}'],
    [`ws://${HOST}:7300/live`, 'wss://shop.example/live'],
    [`see ${HOST}:7300`, 'see shop.example'],
    [`HTTP://${HOST.toUpperCase()}:7300/`, `HTTP://${HOST.toUpperCase()}:7300/`],
    [`http://${WORD}-x-abcdefghijklmnopqrst.localhost:7300/`, 'http://proxied.invalid/'],
    ['http://localhost:7300/ https://shop.example/', 'http://localhost:7300/ https://shop.example/'],
    [`http://${HOST}:7300.evil.example/`, `http://${HOST}:7300.evil.example/`],
  ] as const) {
    expect(real(text)).toBe(wanted);
  }
});

test('the own address is what the edge says where its label does not say it', () => {
  const host = `${WORD}-x-abcdefghijklmnopqrst.localhost:7300`;
  expect(decoder('http:', host, 'https://[2001:db8::1]:8443')(`http://${host}/a`)).toBe('https://[2001:db8::1]:8443/a');
});

const BODY = `<h1>Lamps</h1><a href="${AT}/lamps?from=1">all</a><img srcset="http://${WORD}-s-cdn-shop-example.localhost/a.png 2x">
<p style="background:url(http://${WORD}-s-cdn-shop-example.localhost/b.png)">${AT}/said</p><style>p{background:url(${AT}/c.png)}</style>
<p class="there">secret of the till</p><form><input type="url" value="${AT}/typed"></form>`;

async function shared(page: Page): Promise<FakeEdge> {
  const masks = [{ selector: '.there', url: 'https://shop.example/*' }];
  const edge = new FakeEdge(page, { body: BODY, tag: TAG, welcome: { consent: 1, masks } });
  edge.onHello = (self) =>
    self.say(self.welcome(), { kind: 'Session', session: 's1', agents: [{ ...ANA, grants: 3 }] });
  await edge.start();
  await page.goto(`${AT}/basket?id=7`);
  await edge.snapshot();
  await uiShows(page, 'Stop');
  return edge;
}

test('a proxied page is shared at once, under its real address', async ({ page }) => {
  const edge = await shared(page);
  expect((await edge.heardOf('VisitorHello')).consented).toBe(true);
  expect((await edge.heardOf('Page')).url).toBe('https://shop.example/basket?id=7');
  const snapshot = edge.frames.flatMap(({ messages }) => messages).find((one) => one.kind === 'Snapshot');
  expect(snapshot).toMatchObject({ url: 'https://shop.example/basket?id=7', base: 'https://shop.example/basket?id=7' });
  const html = snapshot?.kind === 'Snapshot' ? snapshot.html : '';
  for (const wanted of [
    'href="https://shop.example/lamps?from=1"',
    'srcset="https://cdn.shop.example/a.png 2x"',
    'https://cdn.shop.example/b.png',
  ])
    expect(html).toContain(wanted);
  // Masks scoped by address hold under the real one.
  expect(html).not.toContain('secret of the till');
  await page.evaluate((at) => {
    document.querySelector('a')?.setAttribute('href', `${at}/changed`);
    document.body.insertAdjacentHTML('beforeend', `<a id="new" href="${at}/inserted">x</a>`);
    history.pushState(null, '', '/moved');
  }, AT);
  await expect.poll(() => JSON.stringify(edge.frames)).toContain('https://shop.example/inserted');
  await expect.poll(() => JSON.stringify(edge.frames)).toContain('https://shop.example/moved');
  expect(JSON.stringify(edge.frames)).toContain('https://shop.example/changed');
  expect(JSON.stringify([edge.frames, edge.heard])).not.toContain(WORD);
  // Nothing is kept, nothing of it is the page's.
  await page.evaluate(() => dispatchEvent(new Event('pagehide')));
  const kept = await page.evaluate(() => [
    { ...sessionStorage },
    { ...localStorage },
    document.cookie,
    typeof window.coview,
  ]);
  expect(kept).toEqual([{}, {}, '', 'undefined']);
  expect(await page.locator('script[data-site]').count()).toBe(0);
});

test('the end of the session leads away from the proxied page', async ({ page }) => {
  const edge = await shared(page);
  edge.say({ kind: 'VisitorEnd', reason: 1 });
  await page.waitForURL(`${AT}/.coview/over`);
});

test('a site’s own snippet does not stand in the way', async ({ page }) => {
  const edge = new FakeEdge(page, { body: BODY, tag: TAG, welcome: { consent: 1 } });
  await page.addInitScript(() => {
    Object.assign(window, { coview: Object.assign(() => undefined, { version: '0' }) });
  });
  await edge.start();
  await page.goto(`${AT}/`);
  await edge.heardOf('VisitorHello');
});

test('what cannot work there is told to the visitor, once', async ({ page }) => {
  await shared(page);
  await page.evaluate(() => {
    for (let i = 0; i < 3; i++) dispatchEvent(new CustomEvent('coview-limit', { detail: { what: 'webauthn' } }));
  });
  await uiShows(page, 'Passkeys do not work while a page is opened together');
});

test('of several tabs the one in front is shared', async ({ page }) => {
  const edge = await shared(page);
  expect(edge.connections).toBe(1);
  // Another tab took over.
  await edge.hangUp(4009);
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await expect.poll(() => edge.connections).toBe(2);
  await uiShows(page, 'Stop');
});
