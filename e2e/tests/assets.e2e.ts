// An agent's picture has all its assets from the edge: styles, images and fonts of the shop, what only the visitor may
// have, and nothing from anywhere else, whatever a page tries.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { press, seen } from '../harness/closed.ts';
import { expect, test } from '../harness/fixtures.ts';
import { waitSame } from '../harness/same.ts';

/** Every URL a page's browser asks for that is neither the edge's nor the document's own. */
function foreign(page: Page, edge: string): string[] {
  const found: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(protocol) && origin !== edge) found.push(request.url());
  });
  return found;
}

async function counts(internal: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${internal}/metrics`)).text();
  const lines = [...text.matchAll(/^coview_assets_total\{by="(\w+)"\} (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, by, count]) => [by, Number(count)]));
}

/** All images have come, or never will. */
const settled = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => [...(window.view?.document?.images ?? [])].every((image) => image.complete));

test('a second agent sees the whole shop out of the edge’s memory', async ({ people, edge }) => {
  const visitor = await people.visitor();
  const at = `${edge.shop}/lamps/?memory`;
  await visitor.goto(at);
  const outside: string[][] = [];
  const before = async (page: Page): Promise<void> => void outside.push(foreign(page, edge.url));
  const first = await people.agent({ at, before });
  await seen(visitor, 'Show this page to Ana?');
  await press(visitor, 'Show my page');
  await first.live();
  await waitSame(visitor, first.page);
  await settled(first.page);
  const pictures = await first.page.evaluate(() => {
    const cards = [...(window.view?.document?.querySelectorAll('nl-card') ?? [])];
    return cards.map((card) => card.shadowRoot?.querySelector('img')?.naturalWidth ?? 0);
  });
  expect(pictures.length).toBeGreaterThan(4);
  const once = await counts(edge.internal);
  const second = await people.agent({ at, name: 'Tomás', before });
  await second.live();
  await waitSame(visitor, second.page);
  await settled(second.page);
  const twice = await counts(edge.internal);
  expect(twice.fetched).toBe(once.fetched);
  expect(twice.hit ?? 0).toBeGreaterThan(once.hit ?? 0);
  expect(outside).toEqual([[], []]);
});

test('a picture that only the visitor may have comes from the visitor’s page', async ({ people, edge }) => {
  const visitor = await people.visitor();
  const at = `${edge.shop}/account/`;
  await visitor.goto(at);
  const agent = await people.agent({ at });
  await seen(visitor, 'Show this page to Ana?');
  await press(visitor, 'Show my page');
  await agent.live();
  expect((await fetch(`${edge.shop}/own/room.svg`)).status).toBe(401);
  await visitor.locator('[name=email]').fill('ida@example.com');
  await visitor.locator('#sign-in button').click();
  await expect(visitor.locator('#room img')).toBeVisible();
  await agent.page.waitForFunction(() => {
    const picture = window.view?.document?.querySelector<HTMLImageElement>('#room img');
    return (picture?.naturalWidth ?? 0) > 0;
  });
  await waitSame(visitor, agent.page);
});

/** Two hundred ways in which style sheets, style attributes and markup ask for something. */
function loaders(to: string): { css: string; html: string; count: number } {
  let count = 0;
  const next = (): string => `${to}/x${count++}`;
  const css: string[] = [];
  const html: string[] = [];
  css.push(`@import "${next()}";`, `@import url(${next()}) layer(a);`, `@\\69mport '${next()}' screen;`);
  css.push(`@import url("${next()}") supports(display: grid);`, `@import/**/url(${next()});`);
  const forms = [
    () => `url(${next()})`,
    () => `url("${next()}")`,
    () => `url( '${next()}' )`,
    () => `URL(${next()})`,
    () => `u\\72l(${next()})`,
    () => `image-set("${next()}" 1x, url(${next()}) 2x)`,
    () => `-webkit-image-set(url(${next()}) 1x)`,
    () => `cross-fade(url(${next()}), url(${next()}), 50%)`,
    () => `var(--none, url(${next()}))`,
  ];
  const properties = [
    'background-image',
    'background',
    'list-style-image',
    'border-image-source',
    'mask-image',
    '-webkit-mask-image',
    'cursor',
    'content',
    'shape-outside',
    'clip-path',
    'filter',
    '--later',
  ];
  let n = 0;
  for (const property of properties) {
    for (const form of forms) {
      const value = property === 'cursor' ? `${form()}, auto` : form();
      css.push(`.c${n} { ${property}: ${value} }`);
      html.push(`<i class="c${n}">x</i>`);
      n += 1;
    }
  }
  css.push(`@font-face { font-family: f1; src: url(${next()}) format("woff2"), local("x"), url('${next()}') }`);
  css.push(`@media all { @supports (display: grid) { .q { background: url(${next()}) } } }`);
  css.push(
    `.nest { & .in { background: url(${next()}) } }`,
    `@container (min-width: 1px) { b { mask: url(${next()}) } }`,
  );
  css.push(`@layer z { p::before { content: url(${next()}) } }`, `p::marker { content: url(${next()}) }`);
  css.push(`@property --p { syntax: "<image>"; inherits: true; initial-value: url(${next()}) }`);
  css.push(`@counter-style cs { system: cyclic; symbols: url(${next()}); suffix: " " }`);
  css.push(`a:hover, u { background: image-set('${next()}' type("image/png") 1x) }`);
  html.push(`<p style="font-family:f1;background:url(${next()})">t</p><div class="nest"><b class="in q">b</b></div>`);
  html.push(
    `<img src="${next()}"><img srcset="${next()} 1x, ${next()} 2x"><picture><source srcset="${next()}"><img></picture>`,
  );
  html.push(
    `<video poster="${next()}" src="${next()}"></video><audio src="${next()}"></audio><input type="image" src="${next()}">`,
  );
  html.push(
    `<link rel="stylesheet" href="${next()}"><link rel="icon" href="${next()}"><table background="${next()}"><tr><td background="${next()}"></table>`,
  );
  html.push(
    `<svg><image href="${next()}"/><use href="${next()}#a"/><rect fill="url(${next()}#p)" filter="url(${next()}#f)"/><feImage href="${next()}"/></svg>`,
  );
  for (let i = 0; i < 36; i += 1)
    html.push(
      `<i style="background:${forms[i % forms.length]?.() ?? ''}">x</i>`
        .replaceAll('"', "'")
        .replace("style='", 'style="')
        .replace("'>x", '">x'),
    );
  return { css: css.join('\n'), html: html.join(''), count };
}

test('a page that asks for things in two hundred ways makes the agent’s browser ask the edge alone', async ({
  people,
  lab,
  edge,
}) => {
  test.setTimeout(90_000);
  const asked: { url: string; agent: string }[] = [];
  const server: Server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', agent: request.headers['user-agent'] ?? '' });
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const elsewhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const { css, html, count } = loaders(elsewhere);
  expect(count).toBeGreaterThanOrEqual(200);
  const pages = {
    '/': `<!doctype html><html lang="en"><head><title>Loaders</title><style>${css}</style></head><body>${html}</body></html>`,
  };
  const site = await lab(pages);
  const visitor = await people.visitor();
  await visitor.goto(`${site.url}/`);
  let outside: string[] = [];
  const agent = await people.agent({
    at: `${site.url}/`,
    before: async (page) => {
      outside = foreign(page, edge.url);
    },
  });
  await agent.live();
  await agent.page.waitForFunction(() => window.view?.document?.querySelector('.nest') !== null);
  await settled(agent.page);
  // What a script puts in later is no different.
  await visitor.evaluate((to) => {
    const style = document.createElement('style');
    style.textContent = `body { background: url(${to}/later1) }`;
    const image = new Image();
    image.src = `${to}/later2`;
    image.id = 'last';
    document.body.append(style, image);
    document.querySelector('p')?.setAttribute('style', `background: url(${to}/later3)`);
  }, elsewhere);
  await agent.page.waitForFunction(() => window.view?.document?.querySelector('#last') !== null);
  await settled(agent.page);
  expect(outside).toEqual([]);
  const browser = await visitor.evaluate(() => navigator.userAgent);
  // The visitor's browser and the edge ask; both tell who they are.
  const by = (who: (agent: string) => boolean): string[] => [
    ...new Set(asked.filter((one) => who(one.agent)).map((one) => one.url)),
  ];
  const ofVisitor = by((agent) => agent === browser);
  expect(ofVisitor.length).toBeGreaterThan(80);
  expect(by((agent) => agent !== browser && !agent.startsWith('Coview/'))).toEqual([]);
  // What the visitor's browser loaded, the agent's picture has too.
  await expect
    .poll(() => {
      const edges = by((agent) => agent.startsWith('Coview/'));
      return ofVisitor.filter((url) => !edges.includes(url) && url !== '/favicon.ico');
    })
    .toEqual([]);
  await new Promise((done) => server.close(done));
});
