// The universal proxy: every check of the made-up web gives through the proxy what it gives directly, and not one
// request reaches a server around the edge.
import { expect, test } from '../harness/fixtures.ts';
import { goDirectly, goProxied, type ProxiedWay, type Way } from '../harness/two-ways.ts';
import { checks } from '../origins/checks/index.ts';

// One visit, check after check: later ones need the sign-in, and no check may spoil it.
test.describe.configure({ mode: 'default' });

let direct: Way;
let proxied: ProxiedWay;

test.beforeAll(async ({ edge }, { project }) => {
  const options = project.use.launchOptions ?? {};
  [direct, proxied] = await Promise.all([goDirectly(options), goProxied(options, edge)]);
  const [signIn] = checks;
  // A check that fails ends this process, and the next one has the rest before it.
  if (signIn) await Promise.all([direct.take(signIn), proxied.take(signIn)]);
});

test.afterAll(async () => {
  await proxied?.close();
  await direct?.close();
});

for (const check of checks) {
  test(`through the proxy as directly: ${check.name}`, async () => {
    const [expected, seen] = await Promise.all([direct.take(check), proxied.take(check)]);
    expect(expected, 'directly').not.toHaveProperty('failed');
    expect(seen).toEqual(expected);
  });
}

test('every request of the visit came from the edge', () => {
  const logged = Object.values(proxied.world.origins).flatMap(({ host, log }) => log.map((one) => ({ host, ...one })));
  expect(logged.length).toBeGreaterThan(100);
  const around = logged.filter(
    ({ headers }) => headers.via === undefined || /zstd/.test(String(headers['accept-encoding'])),
  );
  expect(around.map(({ method, host, url }) => `${method} ${host}${url}`)).toEqual([]);
  const names = logged
    .flatMap(({ headers }) => Object.keys(headers))
    .filter((name) => /^x-(?:coview|forwarded)/.test(name));
  expect(names).toEqual([]);
  const told = JSON.stringify(logged);
  expect(told).not.toContain(proxied.places.ground.word);
  expect(told).not.toContain('__Host-coview');
});

test('the direct visit is known by its headers', () => {
  const logged = Object.values(direct.world.origins).flatMap(({ log }) => log);
  expect(logged.length).toBeGreaterThan(100);
  expect(logged.filter(({ headers }) => headers.via !== undefined)).toEqual([]);
});
