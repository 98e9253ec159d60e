// Seeded random changes; `COVIEW_FUZZ_ROUNDS` multiplies the seeds for long runs.
import { expect, test } from './capture/harness';

const SEEDS = 12 * Number(process.env.COVIEW_FUZZ_ROUNDS ?? 1);
const ROUNDS = 100;

test('after every patch of random changes the mirror equals the page, and no masked text was sent', async ({ rig }) => {
  test.setTimeout(30_000 + SEEDS * 8000);
  let ops = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    await rig.page.reload();
    await rig.open('<!doctype html><title>T</title><body>');
    const run = await rig.page.evaluate(([seed, rounds]) => window.driver.fuzz(seed, rounds), [seed, ROUNDS] as const);
    expect(run.fault).toBeUndefined();
    ops += run.ops;
  }
  expect(rig.faults).toEqual([]);
  expect(ops).toBeGreaterThan(SEEDS * ROUNDS * 0.4);
});

test('a comparison that one node, attribute, text boundary, value or shadow child fails is noticed', async ({
  rig,
}) => {
  await rig.open('<!doctype html><title>T</title><body><p id=a>x<b>y</b></p><input id=i><div id=h></div>');
  const noticed = await rig.page.evaluate(() => {
    const { driver } = window;
    const host = driver.page.getElementById('h');
    host?.attachShadow({ mode: 'open' }).append(driver.page.createElement('i'));
    driver.startManual();
    const mirror = driver.mirror.document;
    const p = mirror.getElementById('a') as Element; // it is in the page above
    const input = mirror.getElementById('i') as HTMLInputElement;
    const before = driver.difference();
    const found: (string | undefined)[] = [];
    const spoil = (work: () => void, undo: () => void) => {
      work();
      found.push(driver.difference());
      undo();
    };
    const extra = mirror.createTextNode('z');
    spoil(
      () => p.append(extra),
      () => extra.remove(),
    );
    spoil(
      () => p.setAttribute('x', ''),
      () => p.removeAttribute('x'),
    );
    const second = (p.firstChild as Text).splitText(0);
    found.push(driver.difference());
    second.remove();
    (p.firstChild as Text).data = 'x';
    spoil(
      () => {
        input.value = 'q';
      },
      () => {
        input.value = '';
      },
    );
    const inner = mirror.getElementById('h')?.shadowRoot?.firstChild as Element;
    spoil(
      () => inner.remove(),
      () => mirror.getElementById('h')?.shadowRoot?.append(inner),
    );
    return { before, found, after: driver.difference() };
  });
  expect(noticed.before).toBeUndefined();
  expect(noticed.found.every((one) => one !== undefined)).toBe(true);
  expect(noticed.found).toHaveLength(5);
  expect(noticed.after).toBeUndefined();
});
