// Applications that packages ship, used by the same hands directly and through the proxy.
import { applications } from '../apps/index.ts';
import { ensureApps } from '../apps/install.mjs';
import { expect, test } from '../harness/fixtures.ts';

// They are started one by one, and are large.
test.describe.configure({ timeout: 120_000 });

test.beforeAll(async () => {
  await ensureApps();
});

for (const kind of applications) {
  test(`directly: ${kind.name}`, async ({ people }) => {
    const app = await kind.start();
    try {
      const page = await people.visitor();
      await page.goto(`${app.url}${kind.home}`);
      await kind.use(page, app);
      expect(app.log().filter(({ headers }) => headers.via !== undefined)).toEqual([]);
    } finally {
      await app.stop();
    }
  });
}
