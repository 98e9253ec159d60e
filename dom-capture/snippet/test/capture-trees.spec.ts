// Exactness: trees that no parser would yield arrive as they are, in a snapshot and by patches.
import { expect, test } from './capture/harness';
import { ODD_TREES } from './capture/trees';

for (const how of ['in a snapshot', 'in a patch'] as const) {
  test(`odd trees arrive exactly ${how}`, async ({ rig }) => {
    await rig.open('<!doctype html><title>T</title><body>');
    const found = await rig.page.evaluate(
      async ({ trees, patch }) => {
        const { driver } = window;
        const faults: string[] = [];
        for (const [name, body] of Object.entries(trees)) {
          driver.capture?.stop();
          driver.errors = [];
          driver.page.body.textContent = '';
          const at = driver.page.createElement('main');
          const build = () => new Function('d', 'at', body)(driver.page, at);
          driver.page.body.append(at);
          if (!patch) build();
          driver.startManual({ firstEpoch: (driver.places.at(-1)?.epoch ?? 0) + 1 });
          if (patch) {
            build();
            await undefined;
            await undefined;
            driver.run();
          }
          const fault = driver.difference();
          if (fault !== undefined) faults.push(`${name}: ${fault}`);
        }
        return faults;
      },
      { trees: ODD_TREES, patch: how === 'in a patch' },
    );
    expect(found).toEqual([]);
    expect(rig.faults).toEqual([]);
  });
}

for (const [name, markup, quirks] of [
  ['no doctype', '<p>x', true],
  [
    'an old doctype',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd"><p>x',
    false,
  ],
  ['a frameset', '<!doctype html><frameset><frame><frame></frameset>', false],
  [
    'a form named body and an image named documentElement',
    '<!doctype html><form name=body></form><img name=documentElement><p>x',
    false,
  ],
] as const) {
  test(`a document with ${name} arrives`, async ({ rig }) => {
    await rig.open(markup);
    const run = await rig.page.evaluate(() => {
      window.driver.startManual();
      return { same: window.driver.difference(), quirks: window.driver.snapshots[0]?.quirks };
    });
    expect(run).toEqual({ same: undefined, quirks });
    expect(rig.faults).toEqual([]);
  });
}

test('what is deeper than the edge accepts becomes a placeholder', async ({ rig }) => {
  await rig.open('<!doctype html><body><main id=m hidden>');
  const run = await rig.page.evaluate(() => {
    const { driver } = window;
    const main = driver.page.getElementById('m') as Element;
    let at: Element = main;
    for (let i = 0; i < 5000; i++) at = at.appendChild(driver.page.createElement('b'));
    at.append('too deep');
    driver.startManual();
    return { errors: driver.errors, masked: driver.capture?.stats().masked, sent: driver.bytes.includes('too deep') };
  });
  expect(run).toEqual({ errors: [], masked: 1, sent: false });
});

test('attributes beyond the limit are cut', async ({ rig }) => {
  await rig.open('<!doctype html><body><input id=m type=checkbox>');
  const run = await rig.page.evaluate(() => {
    const { driver } = window;
    const main = driver.page.getElementById('m') as HTMLInputElement;
    for (let i = 0; i < 100; i++) main.setAttribute(`data-a${i}`, '');
    main.checked = true;
    main.indeterminate = true;
    main.setAttributeNS(null, 'Odd', 'x');
    driver.startManual();
    return { errors: driver.errors, sent: driver.mirror.document.getElementById('m')?.attributes.length };
  });
  expect(run.errors).toEqual([]);
  expect(run.sent).toBeGreaterThan(55);
});
