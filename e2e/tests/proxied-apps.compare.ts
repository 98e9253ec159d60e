// Applications that packages ship, used by the same hands directly and through the proxy. What counts each time is
// what the application's server has in the end.
import type { App, Kind } from '../apps/app.ts';
import { applications } from '../apps/index.ts';
import { ensureApps } from '../apps/install.mjs';
import { around, unlike, visit } from '../apps/visit.ts';
import { expect, test } from '../harness/fixtures.ts';

// They are large, and each is started anew.
test.describe.configure({ timeout: 120_000 });

test.beforeAll(async () => {
  await ensureApps();
});

async function running(kind: Kind, act: (app: App) => Promise<void>): Promise<void> {
  const app = await kind.start();
  try {
    await act(app);
  } finally {
    await app.stop();
  }
}

for (const kind of applications) {
  test(`directly: ${kind.name}`, ({ people }) =>
    running(kind, async (app) => {
      const page = await people.visitor();
      await page.goto(`${app.url}${kind.home}`);
      await kind.use(page, app);
      expect(app.log().filter(({ headers }) => headers.via !== undefined)).toEqual([]);
      expect(around(app.log()).length).toBe(app.log().length);
    }));

  test(`through the proxy: ${kind.name}`, ({ people, edge }) =>
    running(kind, async (app) => {
      const [page, beside] = [await people.visitor(), await people.visitor()];
      const agent = await visit(edge, kind, app, page, beside);
      await kind.use(page, app);
      await agent.live();
      await expect.poll(() => unlike(page, agent, kind.same), { timeout: 15_000 }).toBeUndefined();
      expect(around(app.log())).toEqual([]);
    }));
}
