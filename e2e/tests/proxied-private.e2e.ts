// A browser that gives frames of other sites no service worker: they are led by the shim alone and held by the strict
// policy, and what is in them works all the same.
import { expect, test } from '../harness/fixtures.ts';
import { goDirectly, goProxied, type ProxiedWay, type Way } from '../harness/two-ways.ts';
import { frames } from '../origins/checks/frames.ts';
import { sessions } from '../origins/checks/sessions.ts';

let direct: Way;
let proxied: ProxiedWay;

test.beforeAll(async ({ edge }, { project }) => {
  const options = project.use.launchOptions ?? {};
  [direct, proxied] = await Promise.all([goDirectly(options, 'private'), goProxied(options, edge, 'private')]);
  const [signIn] = sessions;
  if (signIn) await Promise.all([direct.take(signIn), proxied.take(signIn)]);
});

test.afterAll(async () => {
  await proxied?.close();
  await direct?.close();
});

for (const check of frames) {
  test(`in a private window as directly: ${check.name}`, async () => {
    const [expected, seen] = await Promise.all([direct.take(check), proxied.take(check)]);
    expect(expected, 'directly').not.toHaveProperty('failed');
    expect(seen).toEqual(expected);
  });
}

test('frames of other sites had no service worker in it', async () => {
  const cookies = await proxied.context.cookies();
  expect(cookies.map(({ name }) => name)).toContain('__Host-coview-nosw');
});

test('every request of the private visit came from the edge', () => {
  const logged = Object.values(proxied.world.origins).flatMap(({ host, log }) => log.map((one) => ({ host, ...one })));
  expect(logged.length).toBeGreaterThan(20);
  const around = logged.filter(({ headers }) => headers.via === undefined);
  expect(around.map(({ method, host, url }) => `${method} ${host}${url}`)).toEqual([]);
});
