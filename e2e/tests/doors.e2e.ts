// Ways in, through the real page and the real HTTP: codes, help, web origins.
import { createServer } from 'node:http';
import type { Page } from '@playwright/test';
import { openAgent } from '../harness/agent.ts';
import { press, seen } from '../harness/closed.ts';
import type { Edge, Joined } from '../harness/edge.ts';
import { expect, labTag, test } from '../harness/fixtures.ts';
import { waitSame } from '../harness/same.ts';

/** The code that the visitor reads out. */
async function shownCode(visitor: Page): Promise<string> {
  await visitor.locator('#show-code').click();
  const text = await seen(visitor, /Your code[\s\S]*\d{6}/);
  return /\d{6}/.exec(text.slice(text.indexOf('Your code')))?.[0] ?? '';
}

const byCode = (edge: Edge, code: string): Promise<Response> =>
  edge.api('POST', 'codes/session', { code, agent: { id: 'wei', name: 'Wei' } });

test('a code that the visitor reads out lets one agent in, once', async ({ people, edge, browser }) => {
  const visitor = await people.visitor();
  await visitor.goto(`${edge.shop}/?still`);
  const code = await shownCode(visitor);
  const answer = await byCode(edge, code);
  expect(answer.status).toBe(201);
  const joined: Joined = await answer.json(); // the API's answer to a code
  const context = await browser.newContext();
  const agent = await openAgent(await context.newPage(), edge.url);
  await agent.join(edge.url, joined.token);
  await seen(visitor, 'Show this page to Wei?');
  await press(visitor, 'Show my page');
  await agent.live();
  await waitSame(visitor, agent.page);

  const again = await byCode(edge, code);
  expect(again.status).toBe(404);
  expect(again.headers.get('content-type')).toContain('application/problem+json');
  await waitSame(visitor, agent.page);
  await context.close();
});

test('a wrong code opens nothing and disturbs nobody', async ({ people, edge }) => {
  const visitor = await people.visitor();
  await visitor.goto(`${edge.shop}/?still`);
  const code = await shownCode(visitor);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  for (const guess of [wrong, '', 'abcdef', `${code}0`]) {
    const answer = await byCode(edge, guess);
    expect([400, 404, 422]).toContain(answer.status);
    expect(await answer.text()).not.toContain(code);
  }
  expect((await byCode(edge, code)).status).toBe(201);
});

test('a visitor who asks for help is seen to wait', async ({ people, edge }) => {
  const visitor = await people.visitor();
  await visitor.goto(`${edge.shop}/account/`);
  await visitor.locator('#ask-help').click();
  await expect.poll(async () => (await edge.visitorAt(`${edge.shop}/account/`)).waiting_s).not.toBeNull();
});

test('a page of a foreign web origin gets no connection', async ({ people, edge }) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><html><head>${labTag(edge.url)}</head><body>elsewhere</body></html>`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.2', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const visitor = await people.visitor();
  const refused = visitor.waitForEvent('websocket').then((socket) => socket.waitForEvent('socketerror'));
  await visitor.goto(`http://127.0.0.2:${address.port}/`);
  expect(await refused).toContain('403');
  expect((await edge.visitors()).some((row) => row.page?.url.includes('127.0.0.2'))).toBe(false);
  server.close();
});

test('the API lets nobody in without its key', async ({ edge }) => {
  for (const [method, path] of [
    ['GET', 'visitors'],
    ['GET', 'sessions'],
    ['POST', 'codes/session'],
  ] as const) {
    const answer = await fetch(`${edge.url}/api/v1/${path}`, { method, headers: { authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  }
});
