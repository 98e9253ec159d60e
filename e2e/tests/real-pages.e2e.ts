// Pages others made, with their own scripts running: what the agent sees is what the visitor sees, after every step.
import type { Agent } from '../harness/agent.ts';
import { expect, type People, test } from '../harness/fixtures.ts';
import { applications, documents, type RealPage, servePages } from '../harness/real-pages.ts';
import { waitSame } from '../harness/same.ts';
import type { StaticServer } from '../harness/static.ts';

test.describe.configure({ mode: 'parallel' });

let server: StaticServer;
test.beforeAll(async ({ edge }) => {
  test.setTimeout(180_000); // the first time, packages are fetched
  server = await servePages(edge.url);
});
test.afterAll(() => server.close());

async function walk(people: People, real: RealPage): Promise<void> {
  test.setTimeout(120_000);
  const faults: string[] = [];
  const url = server.url + real.path;
  const visitor = await people.visitor();
  await visitor.goto(url, { waitUntil: 'domcontentloaded' });
  await real.ready(visitor);
  const agent: Agent = await people.agent({ at: visitor.url() });
  agent.page.on('pageerror', (error) => faults.push(error.message));
  const options = { masks: real.masks ?? [] };
  expect((await waitSame(visitor, agent.page, options)).nodes).toBeGreaterThan(real.nodes);
  for (const [index, step] of real.steps.entries()) {
    await test.step(`step ${index + 1}`, async () => {
      await step(visitor);
      await waitSame(visitor, agent.page, options);
    });
  }
  expect(faults).toEqual([]);
}

for (const real of [...applications, ...documents]) {
  test(`${real.name} is followed`, async ({ people }) => {
    await walk(people, real);
  });
}
