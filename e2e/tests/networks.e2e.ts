// Networks as they are: agents who come late, read slowly or lose their connection, visitors who do. All end equal,
// and one never hurts another.
import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import { Pipe } from '../harness/pipe.ts';
import { waitSame } from '../harness/same.ts';

const LIST = `<!doctype html><html lang="en"><head><title>A list</title></head><body><h1>A list</h1>
<input id="field"><ul id="list">${Array.from({ length: 200 }, (_, i) => `<li>number ${i}</li>`).join('')}</ul></body></html>`;

/** Writes a lot into the page; `words` incompressible ones per line. */
function write(page: Page, lines: number, words: number): Promise<void> {
  return page.evaluate(
    ([count, width]) => {
      const list = document.querySelector('#list');
      for (let i = 0; i < (count ?? 0); i += 1) {
        const item = document.createElement('li');
        item.textContent = Array.from({ length: width ?? 0 }, () => crypto.randomUUID()).join(' ');
        list?.append(item);
      }
    },
    [lines, words],
  );
}

/** Replaces the heading by a number and 171 kB of random text, of which deflating leaves 128 kB; returns the number. */
function replace(page: Page, round: number): Promise<string> {
  return page.evaluate((number) => {
    const heading = document.querySelector('h1');
    const bytes = Array.from({ length: 2 }, () => crypto.getRandomValues(new Uint8Array(65_535)));
    const text = bytes.map((part) => btoa(Array.from(part, (byte) => String.fromCharCode(byte)).join(''))).join('');
    if (heading) heading.textContent = `${number} ${text}`;
    return `${number} `;
  }, round);
}

/** In an agent's page: has the heading of this round arrived? */
function shows(start: string): boolean {
  return window.view?.document?.querySelector('h1')?.textContent?.startsWith(start) ?? false;
}

test('an agent who comes late sees the page as it is, and the first is not disturbed', async ({ people, lab }) => {
  const server = await lab({ '/': LIST });
  const visitor = await people.visitor();
  await visitor.goto(`${server.url}/`);
  const first = await people.agent({ at: `${server.url}/`, name: 'Ana' });
  await waitSame(visitor, first.page);
  for (let i = 0; i < 5; i += 1) await write(visitor, 20, 3);
  await visitor.locator('#field').fill('typed before');
  await visitor.evaluate(() => document.querySelector('#list li')?.remove());
  await waitSame(visitor, first.page);
  const second = await people.agent({ at: `${server.url}/`, name: 'Wei' });
  await waitSame(visitor, second.page);
  await visitor.locator('#field').fill('typed after');
  await waitSame(visitor, second.page);
  await waitSame(visitor, first.page);
  expect((await first.stats())?.resyncs).toBe(0);
  expect(await second.page.evaluate(() => window.view?.state.agents.map((one) => one.name))).toEqual(['Ana', 'Wei']);
});

test('an agent who reads nothing costs the others nothing, and ends equal', async ({ people, lab, edge }) => {
  test.setTimeout(90_000);
  const server = await lab({ '/': LIST });
  const visitor = await people.visitor();
  await visitor.goto(`${server.url}/`);
  const quick = await people.agent({ at: `${server.url}/`, name: 'Ana' });
  await waitSame(visitor, quick.page);
  const pipe = await Pipe.to(edge.url);
  const slow = await people.agent({ at: `${server.url}/`, name: 'Wei', through: pipe.url });
  await waitSame(visitor, slow.page);

  /** How long the quick agent waits to see a change. */
  const delay = async (mark: string): Promise<number> => {
    const begin = Date.now();
    await visitor.locator('#field').fill(mark);
    await quick.page.waitForFunction(
      (value) => (window.view?.document?.querySelector('#field') as HTMLInputElement | null)?.value === value,
      mark,
      { polling: 10 },
    );
    return Date.now() - begin;
  };
  const before = Math.max(await delay('a'), await delay('b'), await delay('c'));
  pipe.hold();
  // More than `limits.lag` (1 MiB) and all buffers on the way, in bytes and not in time: 4 MiB after deflating, each
  // piece a patch of its own, since the quick agent has it before the next.
  for (let round = 1; round <= 32; round += 1) await quick.page.waitForFunction(shows, await replace(visitor, round));
  await waitSame(visitor, quick.page, { timeout: 30_000 });
  const during = Math.min(await delay('d'), await delay('e'), await delay('f'));
  expect(during).toBeLessThan(Math.max(500, before * 3));
  expect((await quick.stats())?.resyncs).toBe(0);
  pipe.release();
  await waitSame(visitor, slow.page, { timeout: 30_000 });
  expect((await slow.stats())?.resyncs, 'it was left behind, and told so').toBeGreaterThan(0);
  pipe.close();
});

test('an agent whose connection is cut goes on where it was', async ({ people, lab, edge }) => {
  const server = await lab({ '/': LIST });
  const visitor = await people.visitor();
  await visitor.goto(`${server.url}/`);
  const pipe = await Pipe.to(edge.url);
  const agent = await people.agent({ at: `${server.url}/`, through: pipe.url });
  await waitSame(visitor, agent.page);
  const epoch = (await agent.stats())?.epoch;
  pipe.down();
  await agent.heard('close');
  await visitor.locator('#field').fill('while away');
  await write(visitor, 10, 2);
  // The last picture stays, and says that it is old.
  expect(await agent.page.evaluate(() => [window.view?.isLive, window.view?.document?.title])).toEqual([
    false,
    'A list',
  ]);
  pipe.up();
  await agent.live(20_000);
  await waitSame(visitor, agent.page);
  expect((await agent.stats())?.epoch, 'no fresh snapshot was needed').toBe(epoch);
  pipe.close();
});

test('a visitor whose connection is cut is waited for, and is seen again', async ({ people, lab, edge }) => {
  const pipe = await Pipe.to(edge.url);
  const server = await lab({ '/': LIST }, pipe.url);
  const visitor = await people.visitor();
  await visitor.goto(`${server.url}/`);
  const agent = await people.agent({ at: `${server.url}/` });
  await waitSame(visitor, agent.page);
  pipe.down();
  await expect.poll(() => agent.phase()).toBe('away');
  await visitor.locator('#field').fill('while away');
  await write(visitor, 10, 2);
  pipe.up();
  await agent.live(20_000);
  await waitSame(visitor, agent.page);
  await visitor.locator('#field').fill('and after');
  await waitSame(visitor, agent.page);
  pipe.close();
});

test('two sessions at once never see each other', async ({ people, lab }) => {
  const server = await lab({ '/one': LIST.replaceAll('A list', 'One'), '/two': LIST.replaceAll('A list', 'Two') });
  const [one, two] = [await people.visitor(), await people.visitor()];
  await one.goto(`${server.url}/one`);
  await two.goto(`${server.url}/two`);
  const first = await people.agent({ at: `${server.url}/one` });
  const second = await people.agent({ at: `${server.url}/two` });
  await write(one, 30, 2);
  await write(two, 30, 2);
  await waitSame(one, first.page);
  await waitSame(two, second.page);
  expect(await first.page.evaluate(() => window.view?.document?.title)).toBe('One');
  expect(await second.page.evaluate(() => window.view?.document?.title)).toBe('Two');
});
