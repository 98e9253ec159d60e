// The page does not notice: nothing thrown into it, nothing patched, nothing left behind; and hostile pages do not matter.
import { bundle, expect, test } from './capture/harness';

/** Each property of each global class, with the identity of what it is. */
const INVENTORY = `(() => {
  const seen = new Map();
  const ids = (window.__ids ??= new WeakMap());
  let next = (window.__next ??= 1);
  const id = (value) => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value);
    if (!ids.has(value)) ids.set(value, window.__next++);
    return '#' + ids.get(value);
  };
  for (const name of Object.getOwnPropertyNames(window)) {
    if (name.startsWith('__') || name === 'capture' || /^\\d+$/.test(name)) continue;
    const value = Object.getOwnPropertyDescriptor(window, name)?.value;
    if (typeof value !== 'function') { seen.set(name, typeof value); continue }
    seen.set(name, id(value));
    for (const [owner, at] of [[value, name], [value.prototype, name + '.prototype']]) {
      if (!owner) continue;
      for (const key of Reflect.ownKeys(owner)) {
        let d; try { d = Object.getOwnPropertyDescriptor(owner, key) } catch { continue }
        if (d) seen.set(at + '.' + String(key), [id(d.value), id(d.get), id(d.set), d.writable, d.enumerable, d.configurable].join());
      }
    }
  }
  return JSON.stringify([...seen].sort());
})()`;

test('no prototype, class or global differs after capture started, ran and stopped', async ({ rig }) => {
  await rig.open('<!doctype html><body><input id=i><form><input name=x></form><x-a></x-a>');
  const frame = rig.page.frames().find((one) => one.url().endsWith('/page'));
  const before = await frame?.evaluate(INVENTORY);
  await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.start();
    driver.page.body.append('x');
    await driver.until(() => driver.ops.length > 0);
    driver.capture?.stop();
  });
  const after = await frame?.evaluate(INVENTORY);
  expect(String(before).length).toBeGreaterThan(100_000);
  expect(after).toBe(before);
  // A page that is patched is noticed.
  expect(await frame?.evaluate(`Element.prototype.attachShadow = function () {}; ${INVENTORY}`)).not.toBe(before);
});

test('importing capture has no effect on the page', async ({ page }) => {
  await page.goto('about:blank');
  const before = await page.evaluate(INVENTORY);
  const html = await page.content();
  await page.evaluate(await bundle('./page.ts'));
  expect(await page.evaluate(INVENTORY)).toBe(before);
  expect(await page.content()).toBe(html);
});

test('the page looks the same to itself while it is captured', async ({ rig }) => {
  await rig.open('<!doctype html><title>T</title><body><p>x</p><input id=i><div style="overflow:auto">y</div>');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    const html = driver.page.documentElement.outerHTML;
    const keys = () => [...driver.page.querySelectorAll('*')].map((one) => Reflect.ownKeys(one).length).join();
    const before = keys();
    driver.start();
    await driver.until(() => driver.messages.length > 0);
    return { same: driver.page.documentElement.outerHTML === html, keys: keys() === before };
  });
  expect(run).toEqual({ same: true, keys: true });
});

test('what is thrown inside is told by its place, reaches nobody else, and a new snapshot follows', async ({ rig }) => {
  await rig.open('<!doctype html><title>T</title><body><p id=p>x');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    const faults: string[] = [];
    let broken = false;
    driver.start({
      onError: (where) => faults.push(where),
      backlog: () => {
        if (broken) throw new Error('CANARY');
        return 0;
      },
    });
    broken = true;
    driver.page.body.append('more');
    await driver.until(() => faults.length > 0);
    broken = false;
    const again = await driver.until(() => driver.snapshots.length > 1, 5000);
    return { faults, again, same: driver.difference() };
  });
  expect(run).toEqual({ faults: ['flush'], again: true, same: undefined });
  expect(rig.faults).toEqual([]);
});

test('with a full outbox patches stop, and a snapshot follows when it has drained', async ({ rig }) => {
  await rig.open('<!doctype html><title>T</title><body><p id=p>x');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.startManual();
    driver.backlog = 5000;
    const counts: number[] = [];
    for (let i = 0; i < 5; i++) {
      driver.page.body.append(`n${i}`);
      await undefined;
      await undefined;
      driver.run();
      counts.push(driver.messages.length);
    }
    const level = driver.capture?.stats().level;
    driver.backlog = 0;
    driver.run();
    return { counts, level, snapshots: driver.snapshots.length, last: driver.places.at(-1), same: driver.difference() };
  });
  expect(run).toEqual({
    counts: [1, 1, 1, 1, 1],
    level: 3,
    snapshots: 2,
    last: { epoch: 2, offset: 0 },
    same: undefined,
  });
});

test('after stop nothing is read or sent', async ({ rig }) => {
  await rig.open('<!doctype html><title>T</title><body><p id=p>x<input id=i>');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.startManual();
    driver.capture?.stop();
    driver.mark();
    driver.page.body.append('more');
    driver.frame.contentWindow?.scrollTo(0, 10);
    (driver.page.getElementById('i') as HTMLInputElement).value = 'x';
    await undefined;
    for (let i = 0; i < 4; i++) driver.run();
    driver.capture?.resync(0);
    driver.capture?.resend(3);
    driver.run();
    return driver.messages.length;
  });
  expect(run).toBe(0);
});

test('a document that is opened and written anew is followed', async ({ rig }) => {
  await rig.open('<!doctype html><title>T</title><body><p>x');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.start();
    driver.page.open();
    driver.page.write('<!doctype html><title>New</title><body><input id=i>');
    driver.page.close();
    const first = await driver.same();
    const input = driver.page.getElementById('i') as HTMLInputElement;
    input.value = 'typed';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    return [first, await driver.same()];
  });
  expect(run).toEqual([undefined, undefined]);
});

test("a page whose prototypes were replaced is read by the browser's own functions", async ({ rig }) => {
  await rig.open(`<!doctype html><title>T</title><script>
    for (const [owner, name] of [[Node, 'firstChild'], [Node, 'nextSibling'], [Node, 'nodeType'], [Node, 'parentNode'], [Element, 'localName'], [Element, 'shadowRoot'], [CharacterData, 'data'], [HTMLInputElement, 'value']]) {
      Object.defineProperty(owner.prototype, name, { configurable: true, get() { throw new Error('patched ' + name) } });
    }
    Element.prototype.getAttributeNames = Element.prototype.getAttribute = Element.prototype.matches = Element.prototype.querySelectorAll = () => { throw new Error('patched') };
    const Native = window.MutationObserver;
    window.MutationObserver = class { constructor() { throw new Error('patched') } };
    Array.prototype.includes = Array.prototype.indexOf = () => false;
    Array.from = () => [];
    EventTarget.prototype.addEventListener = () => { throw new Error('patched') };
  </script><body><p class=k>text</p><input value=v><div class=no-upscope>CANARY</div>`);
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.start({ isOwn: () => false });
    driver.page.body.append('more');
    const followed = await driver.until(() => driver.ops.some((op) => op.kind === 'I'));
    return {
      followed,
      html: driver.snapshots[0]?.html,
      errors: driver.errors,
      canary: driver.bytes.includes('CANARY'),
    };
  });
  expect(run).toMatchObject({ followed: true, errors: [], canary: false });
  expect(run.html).toContain('<p class="k">text</p><input value="v"/><div u:m=""></div>');
});

test("under a policy and a sandbox that forbid a clean realm capture uses the page's own functions", async ({
  rig,
}) => {
  const run = await rig.page.evaluate(
    async (code) => {
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      const answer = new Promise((done) => addEventListener('message', (event) => done(event.data)));
      frame.srcdoc = `<!doctype html><title>T</title><body><p>x<script>${code}</${'script'}><script>
      const kinds = [];
      capture.start({ masks: [], ignore: [], isOwn: () => false, firstEpoch: 1, flushMs: 50, backlog: () => 0, maxBacklog: 1000, send: (place, list) => {
        for (const one of list) kinds.push(one.kind);
        if (kinds.length > 1) parent.postMessage({ kinds, clean: capture.natives().clean }, '*');
      } });
      document.body.append('more');
    </${'script'}>`;
      document.body.append(frame);
      return answer;
    },
    await bundle('./page.ts'),
  );
  expect(run).toEqual({ kinds: ['Snapshot', 'Patch'], clean: false });
});

test('a hidden frame for the clean realm is gone when it was used', async ({ rig }) => {
  await rig.open('<!doctype html><title>T</title><body>');
  const run = await rig.page.evaluate(() => {
    const { driver } = window;
    driver.start();
    return [driver.page.querySelectorAll('iframe').length, driver.frame.contentWindow?.length];
  });
  expect(run).toEqual([0, 0]);
});
