// Nothing that a mask covers is in any byte that leaves the page; what stands beside it is.
import { expect, test } from './capture/harness';

const PAGE = `<!doctype html><title>T</title>
<style>
  .card-box .paid::after { content: "CANARY-pseudo" }
  .fine::after { content: "PLAIN-pseudo" }
  .no-upscope::before { content: 'CANARY\\2d marker' }
  .var { --label: "CANARY-var" } .var::before { content: var(--label) }
</style>
<body>
<p class=fine title="PLAIN-title">PLAIN-text</p>
<div class="card-box no-upscope other" title="CANARY-attribute"><p class=paid>CANARY-text<b>CANARY-deep</b></p><p class=var></p></div>
<span class=no-upscope>CANARY-inline</span>
<div data-coview=mask><input value=CANARY-field><select><option value=CANARY-value>CANARY-option</select></div>
<div data-coview=ignore>CANARY-ignored</div>
<div class=site>CANARY-site</div><div class=elsewhere>PLAIN-elsewhere</div>
<input id=pw type=PASSWORD value=CANARY-password>
<input type=hidden value=CANARY-hidden>
<input autocomplete="shipping one-time-code" value=CANARY-code><input autocomplete=CC-number value=CANARY-cc>
<input autocomplete=current-password value=CANARY-current><input autocomplete=new-password value=CANARY-new>
<input id=card value="4111 1111 1111 1111"><textarea id=note>card 5500-0000-0000-0004 thanks</textarea><input id=plain value=PLAIN-value>
<video class=no-upscope poster="/CANARY-poster"></video><img class=no-upscope alt=CANARY-alt src="/CANARY-src">
<x-host class=no-upscope></x-host><x-open></x-open>
<noscript><p class=no-upscope>CANARY-noscript</p></noscript>
<template><p>CANARY-template</p></template><!-- CANARY-comment -->
<script type=x>CANARY-script</script>
<p id=late>x</p><p id=turn>PLAIN-before</p>`;

const MASKS = [
  { selector: '.site', url: '' },
  { selector: '.elsewhere', url: '*/secret/*' },
  { selector: ':::', url: '' },
];

test('no canary of any masked place is sent, and each plain one is', async ({ rig }) => {
  await rig.open(PAGE);
  const run = await rig.page.evaluate(async (masks) => {
    const { driver } = window;
    const { page } = driver;
    const $ = (id: string) => page.getElementById(id) as HTMLInputElement; // only inputs' properties are used beyond an element's
    page.querySelector('x-host')?.attachShadow({ mode: 'open' }).append('CANARY-shadow');
    const root = page.querySelector('x-open')?.attachShadow({ mode: 'open' });
    if (root) root.innerHTML = '<p class=no-upscope>CANARY-in-root</p><p>PLAIN-in-root</p>';
    const invalid: string[] = [];
    driver.startManual({ masks, onError: (where) => invalid.push(where) });
    const step = async (work: () => void) => {
      work();
      await undefined;
      await undefined;
      driver.run();
      driver.run();
    };
    const first = driver.difference();
    // Late elements, a class that comes later, a card number typed, a password shown.
    await step(() => {
      $('late').innerHTML =
        '<b class=no-upscope>CANARY-late</b><i>PLAIN-late</i><input type=password value=CANARY-late-password>';
    });
    await step(() => {
      $('turn').className = 'no-upscope';
      ($('turn').firstChild as Text).data = 'CANARY-turned';
    });
    await step(() => {
      $('plain').value = '378282246310005';
      $('plain').dispatchEvent(new Event('input', { bubbles: true }));
    });
    await step(() => {
      $('plain').value = '37828224631'; // what is left of a card number
      $('plain').dispatchEvent(new Event('input', { bubbles: true }));
    });
    await step(() => {
      $('pw').type = 'text';
      $('pw').value = 'CANARY-shown';
    });
    await step(() => {
      const field = page.createElement('input');
      field.type = 'password';
      field.value = 'CANARY-moved';
      $('late').append(field);
    });
    await step(() => {
      for (const field of page.querySelectorAll<HTMLInputElement>('#late input')) field.type = 'text';
      $('late').append(...page.querySelectorAll('#late input'));
    });
    // The same element in and out of a masked one.
    await step(() => {
      const box = page.querySelector('.card-box') as Element;
      box.append('CANARY-appended', $('late'));
    });
    await step(() => page.body.append($('late')));
    return { bytes: driver.bytes, first, last: driver.difference(), invalid, masked: driver.capture?.stats().masked };
  }, MASKS);
  expect(run.first).toBeUndefined();
  expect(run.last).toBeUndefined();
  expect(run.invalid).toEqual(['mask selector']);
  expect(run.bytes.match(/CANARY[\w-]*/g) ?? []).toEqual([]);
  for (const digits of ['4111', '5500-0000', '378282246310005', '37828224631']) expect(run.bytes).not.toContain(digits);
  for (const plain of ['title', 'text', 'pseudo', 'value', 'elsewhere', 'in-root', 'before', 'late'])
    expect(run.bytes).toContain(`PLAIN-${plain}`);
  expect(run.masked).toBeGreaterThan(15);
  expect(rig.faults).toEqual([]);
});

test('the build that does not mask sends what the other hides', async ({ rig }) => {
  await rig.open(PAGE, { mask: false });
  const bytes = await rig.page.evaluate((masks) => {
    window.driver.startManual({ masks });
    return window.driver.bytes;
  }, MASKS);
  for (const canary of ['attribute', 'text', 'password', 'site', 'pseudo', 'option'])
    expect(bytes).toContain(`CANARY-${canary}`);
});

test('an address that brings other masks starts a new epoch with them', async ({ rig }) => {
  await rig.open(PAGE);
  const run = await rig.page.evaluate((masks) => {
    const { driver } = window;
    driver.startManual({ masks, onError: () => undefined });
    driver.mark();
    driver.frame.contentWindow?.history.pushState({}, '', '/secret/place');
    driver.run();
    driver.run();
    const first = driver.messages[0];
    return {
      kind: first?.kind,
      url: first?.kind === 'Snapshot' && first.url,
      bytes: driver.bytes,
      same: driver.difference(),
    };
  }, MASKS);
  expect(run).toMatchObject({ kind: 'Snapshot', url: 'http://page.test/secret/place', same: undefined });
  expect(run.bytes).not.toContain('PLAIN-elsewhere');
});

test('an agent may not touch what is hidden or sensitive, in both builds', async ({ rig }) => {
  for (const mask of [true, false]) {
    await rig.open(PAGE, { mask });
    const run = await rig.page.evaluate((masks) => {
      const { driver } = window;
      driver.startManual({ masks, onError: () => undefined, firstEpoch: (driver.places.at(-1)?.epoch ?? 0) + 1 });
      const { page, capture } = driver;
      const hidden = (selector: string) => [...page.querySelectorAll(selector)].map((one) => capture?.isHidden(one));
      const sensitive = (selector: string) =>
        [...page.querySelectorAll(selector)].map((one) => capture?.isSensitive(one));
      const shown = page.querySelector('#pw') as HTMLInputElement;
      shown.type = 'text';
      return {
        hidden: hidden('.card-box, .card-box *, .no-upscope, [data-coview] *, .site, #card, #note'),
        visible: hidden('.fine, #plain, .elsewhere, body'),
        sensitive: sensitive('input[type=hidden], [autocomplete], #card'),
        plain: sensitive('#plain, .fine'),
      };
    }, MASKS);
    expect(new Set(run.hidden)).toEqual(new Set([true]));
    expect(new Set(run.visible)).toEqual(new Set([false]));
    expect(new Set(run.sensitive)).toEqual(new Set([true]));
    expect(new Set(run.plain)).toEqual(new Set([false]));
  }
});

test('a password field stays hidden and sensitive after its type changed twice in one task', async ({ rig }) => {
  await rig.open('<!doctype html><body><input id=f>');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.startManual();
    const field = driver.page.getElementById('f') as HTMLInputElement;
    field.type = 'password';
    field.value = 'CANARY';
    field.type = 'text';
    await undefined;
    await undefined;
    driver.run();
    driver.run();
    return {
      bytes: driver.bytes,
      hidden: driver.capture?.isHidden(field),
      sensitive: driver.capture?.isSensitive(field),
    };
  });
  expect(run.bytes).not.toContain('CANARY');
  expect(run).toMatchObject({ hidden: true, sensitive: true });
});

test('placeholders get the size of what they hide', async ({ rig }) => {
  await rig.open(
    '<!doctype html><body style="margin:0"><div class=no-upscope style="width:120px;height:40px">x</div><span class=no-upscope>inline</span>',
  );
  const sizes = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.start();
    await driver.until(() => driver.ops.filter((op) => op.kind === 'G').length >= 2);
    return driver.ops.filter((op) => op.kind === 'G');
  });
  expect(sizes[0]).toMatchObject({ w: 120, h: 40 });
  expect(sizes[1]?.w).toBeGreaterThan(10);
});

test('words of generated content are blanked once a rule with them matches inside a mask', async ({ rig }) => {
  await rig.open(`<!doctype html><style>.a .secret::after { content: "\\57ords" } .b::after { content: "Others" }</style>
    <body><div class=a><p id=p>x</p></div><p class=b></p>`);
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.startManual();
    const before = driver.bytes.includes('57ords') && driver.bytes.includes('Others');
    driver.mark();
    const p = driver.page.getElementById('p') as Element;
    p.className = 'secret no-upscope';
    await undefined;
    await undefined;
    for (let i = 0; i < 4; i++) driver.run();
    return {
      before,
      bytes: driver.bytes,
      sheets: driver.messages.filter((message) => message.kind === 'Sheet').length,
    };
  });
  expect(run.before).toBe(true);
  expect(run.sheets).toBe(1);
  expect(run.bytes).not.toContain('57ords');
  expect(run.bytes).toContain('Others');
});

test('a rule that names a mask is blanked before anything matches it, one that only looks like it is not', async ({
  rig,
}) => {
  await rig.open(
    `<!doctype html><style>.site::after { content: "CANARY" } .site-map::after { content: "PLAIN" }</style><body><p>x`,
  );
  const bytes = await rig.page.evaluate(() => {
    window.driver.startManual({ masks: [{ selector: 'p > .site', url: '' }] });
    return window.driver.bytes;
  });
  expect(bytes).not.toContain('CANARY');
  expect(bytes).toContain('PLAIN');
});

test('a mask that looks at ancestors follows their classes', async ({ rig }) => {
  await rig.open('<!doctype html><body><div id=a><p class=pii>first</p></div>');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.startManual({ masks: [{ selector: '.modal .pii', url: '' }] });
    const a = driver.page.getElementById('a') as Element;
    const step = async (work: () => void) => {
      work();
      await undefined;
      await undefined;
      driver.run();
      return driver.difference();
    };
    const text = a.firstChild?.firstChild as Text;
    const hidden = await step(() => a.classList.add('modal'));
    driver.mark();
    const silent = await step(() => {
      text.data = 'CANARY';
    });
    const bytes = driver.bytes;
    const shown = await step(() => {
      a.className = '';
      text.data = 'PLAIN';
    });
    return { hidden, silent, shown, leaked: bytes.includes('CANARY'), back: driver.bytes.includes('PLAIN') };
  });
  expect(run).toEqual({ hidden: undefined, silent: undefined, shown: undefined, leaked: false, back: true });
});
