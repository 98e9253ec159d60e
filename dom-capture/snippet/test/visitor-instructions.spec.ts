// What agents ask of the page: a hostile agent changes nothing it may not, and a helpful one does what a person would.
import { expect, type Page, test } from '@playwright/test';
import { Grant, type Instruction, Result } from '../src/protocol';
import { harnessText, SHOP } from './visitor-edge';
import { uiPress, uiShows } from './visitor-ui';

type Kind = Instruction['kind'];
const ALL = Grant.view | Grant.point | Grant.control;

async function open(page: Page, body: string): Promise<void> {
  const code = await harnessText();
  await page.route(/localhost/, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><body>${body}`,
    }),
  );
  await page.goto(SHOP);
  await page.evaluate(code);
}

/** What an agent may send about one element, of every kind there is. */
function instructions(id: number): Instruction[] {
  return [
    { kind: 'Click', doc: 0, id, x: 3, y: 3, button: 0, double: false },
    { kind: 'Click', doc: 0, id, x: 3, y: 3, button: 0, double: true },
    { kind: 'Click', doc: 0, id, x: 3, y: 3, button: 2, double: false },
    { kind: 'Type', doc: 0, id, text: 'evil' },
    { kind: 'Key', doc: 0, id, key: 'x', mods: 0 },
    { kind: 'Key', doc: 0, id, key: 'Enter', mods: 0 },
    { kind: 'Key', doc: 0, id, key: ' ', mods: 0 },
    { kind: 'Key', doc: 0, id, key: 'Backspace', mods: 0 },
    { kind: 'Key', doc: 0, id, key: 'ArrowDown', mods: 0 },
    { kind: 'Key', doc: 0, id, key: 'a', mods: 2 },
    { kind: 'Focus', doc: 0, id },
    { kind: 'Select', doc: 0, id, indexes: [1] },
  ];
}

function perform(page: Page, selector: string, instruction: Instruction, grants = ALL): Promise<number> {
  return page.evaluate(
    ([which, what, allowed]) => {
      const at = which
        .split(' >>> ')
        .reduce<Element | null>(
          (from, part) => (from ? (from.shadowRoot ?? from) : document).querySelector(part),
          null,
        );
      if (!at) throw new Error(`no ${which}`);
      return window.harness.perform(allowed, { ...what, id: window.harness.idOf(at) } as Instruction); // `id` is read by kinds that have one
    },
    [selector, instruction, grants] as const,
  );
}

const does = <K extends Kind>(kind: K, more: Omit<Extract<Instruction, { kind: K }>, 'kind' | 'doc' | 'id'>) =>
  ({ kind, doc: 0, id: 0, ...more }) as unknown as Instruction; // the rest of the fields of this kind
const click = (more: { double?: boolean; button?: number } = {}) =>
  does('Click', { x: 3, y: 3, button: 0, double: false, ...more });
const key = (name: string, mods = 0) => does('Key', { key: name, mods });
const type = (text: string) => does('Type', { text });

const FORBIDDEN: Record<string, { result: number; fields: string[] }> = {
  sensitive: {
    result: Result.sensitive,
    fields: [
      '<input type="password" value="old">',
      '<input type="PASSWORD" value="old">',
      '<input type="file">',
      '<input autocomplete="cc-number" value="old">',
      '<input autocomplete="section-x billing CC-CSC" value="old">',
      '<input autocomplete="one-time-code" value="old">',
      '<input autocomplete="current-password" value="old">',
      '<input autocomplete="new-password" value="old">',
      '<textarea autocomplete="cc-name">old</textarea>',
      '<select autocomplete="cc-exp-month"><option>1</option><option>2</option></select>',
    ],
  },
  masked: {
    result: Result.masked,
    fields: [
      '<input class="no-upscope" value="old">',
      '<span class="no-upscope" style="display:inline"><input id="target" value="old"></span>',
      '<textarea data-coview="mask">old</textarea>',
      '<div data-coview="ignore"><button id="target">Delete</button></div>',
      '<div contenteditable="true" class="site-mask">old</div>',
      '<section class="site-mask"><label id="target">x <input type="checkbox"></label></section>',
      '<select data-coview="mask"><option>1</option><option>2</option></select>',
    ],
  },
  'out of hands': {
    result: Result.notAllowed,
    fields: [
      '<button data-coview="no-control">Pay</button>',
      '<div data-coview="no-control"><input id="target" value="old"></div>',
      '<form class="site-no-control"><button id="target" type="button">Delete account</button></form>',
      '<div data-coview="no-control" style="display:contents"><a id="target" href="/gone">x</a></div>',
    ],
  },
  'disabled or hidden': {
    result: Result.disabled,
    fields: [
      '<button disabled>Buy</button>',
      '<fieldset disabled><input id="target" value="old"></fieldset>',
      '<div inert><button id="target">Buy</button></div>',
      '<button style="visibility:hidden">Buy</button>',
      '<div style="display:none"><button id="target">Buy</button></div>',
      '<button disabled><b id="target">Buy</b></button>',
    ],
  },
};

for (const [why, { result, fields }] of Object.entries(FORBIDDEN)) {
  for (const field of fields) {
    test(`${why}: no instruction changes ${field}`, async ({ page }) => {
      const target = field.includes('id="target"') ? field : field.replace(/^<(\w+)/, '<$1 id="target"');
      await open(page, `<button id="before">Before</button>${target}<button id="after">After</button>`);
      const at = page.locator('#target');
      await page.evaluate(() => {
        const seen: string[] = [];
        for (const name of [
          'click',
          'dblclick',
          'mousedown',
          'pointerdown',
          'keydown',
          'keypress',
          'beforeinput',
          'input',
          'change',
          'focusin',
          'contextmenu',
          'submit',
        ]) {
          document.addEventListener(name, (event) => seen.push(`${name} ${(event.target as Element).id}`), true);
        }
        Object.assign(window, { seen });
      });
      const before = await page.content();
      const value = () =>
        at.evaluate((node) => [
          (node as HTMLInputElement).value,
          (node as HTMLInputElement).checked,
          (node as HTMLSelectElement).selectedIndex,
          node.textContent,
        ]);
      const old = await value();
      for (const instruction of instructions(0)) {
        expect([instruction.kind, await perform(page, '#target', instruction)]).toEqual([instruction.kind, result]);
        expect([instruction.kind, await perform(page, '#target', instruction, Grant.view | Grant.point)]).toEqual([
          instruction.kind,
          Result.noGrant,
        ]);
      }
      expect(await value()).toEqual(old);
      expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]); // put there above
      expect((await page.content()).replace(/<coview-ui.*?<\/coview-ui>/s, '')).toBe(before);
      expect(page.url()).toBe(`${SHOP}/`);
    });
  }
}

test('a hidden input is sensitive', async ({ page }) => {
  await open(page, '<form><input type="hidden" id="target" value="old"></form>');
  for (const instruction of instructions(0)) expect(await perform(page, '#target', instruction)).toBe(Result.sensitive);
});

for (const link of [
  '<a id="target" href="javascript:document.title=1">x</a>',
  '<a id="target" href=" java&#10;script:document.title=1">x</a>',
  '<a href="data:text/html,x"><b id="target">x</b></a>',
  '<a id="target" href="blob:http://shop.localhost/1">x</a>',
  '<a id="target" href="mailto:a@example.com">x</a>',
  '<a id="target" href="/report.pdf" download>x</a>',
  '<svg width="99" height="20"><a id="target" href="javascript:document.title=1"><text y="15">x</text></a></svg>',
  '<svg width="99" height="20"><a id="target" xlink:href="javascript:document.title=1"><text y="15">x</text></a></svg>',
  '<form action="javascript:document.title=1"><button id="target">x</button></form>',
  '<form><button id="target" formaction="javascript:document.title=1">x</button></form>',
  '<form action="data:text/html,x"><input id="target" type="submit"></form>',
  '<iframe id="target"></iframe>',
  '<label id="target">x <input type="password"></label>',
  '<label id="target" for="p">x</label><input id="p" class="no-upscope" type="checkbox">',
]) {
  test(`a press does not lead where it may not: ${link}`, async ({ page }) => {
    await open(page, link);
    const refused = [Result.notAllowed, Result.sensitive, Result.masked];
    expect(refused).toContain(await perform(page, '#target', click()));
    expect(refused).toContain(await perform(page, '#target', click({ double: true })));
    await perform(page, '#target', key('Enter'));
    expect(await page.title()).toBe('Shop');
    expect(page.url()).toBe(`${SHOP}/`);
    expect(
      await page
        .locator('#p')
        .isChecked({ timeout: 1 })
        .catch(() => false),
    ).toBe(false);
  });
}

test("Enter in a field does not send a form out of the agents' hands, or to a script", async ({ page }) => {
  await open(
    page,
    `
    <form id="a" onsubmit="document.title = 'sent'; return false"><input id="one"><button data-coview="no-control">Pay</button></form>
    <form action="javascript:document.title='sent'"><input id="two"></form>
    <form action="javascript:document.title='sent'"><input id="three"><button>Go</button></form>`,
  );
  for (const field of ['#one', '#two', '#three'])
    expect(await perform(page, field, key('Enter'))).toBe(Result.notAllowed);
  expect(await page.title()).toBe('Shop');
});

test('what is below the point decides, not only what was named', async ({ page }) => {
  await open(
    page,
    `<div id="card" onclick="document.title = 'pressed'" style="width:200px;height:40px"><span class="no-upscope" style="display:block;height:20px">secret</span>rest</div>`,
  );
  expect(await perform(page, '#card', click())).toBe(Result.masked);
  expect(await page.title()).toBe('Shop');
  expect(await perform(page, '#card', does('Click', { x: 3, y: 30, button: 0, double: false }))).toBe(Result.done);
  expect(await page.title()).toBe('pressed');
});

test('a field that becomes a password while it gets the focus is not typed into', async ({ page }) => {
  await open(
    page,
    `<input id="turns" onfocus="this.type = 'password'"><input id="jumps" onfocus="document.getElementById('pin').focus()"><input id="pin" type="password">
    <input id="keys" onkeydown="this.type = 'password'">`,
  );
  expect(await perform(page, '#turns', type('evil'))).toBe(Result.sensitive);
  expect(await perform(page, '#jumps', type('evil'))).toBe(Result.disabled);
  expect(await perform(page, '#keys', key('x'))).toBe(Result.sensitive);
  for (const id of ['#turns', '#jumps', '#pin', '#keys']) expect(await page.locator(id).inputValue()).toBe('');
});

test('a button that loses its permission while it is pressed does nothing', async ({ page }) => {
  await open(
    page,
    `<button id="target" onmousedown="this.dataset.coview = 'no-control'" onclick="document.title = 'pressed'">x</button>`,
  );
  expect(await perform(page, '#target', click())).toBe(Result.notAllowed);
  expect(await page.title()).toBe('Shop');
});

test('nothing behind a modal dialog can be pressed', async ({ page }) => {
  await open(
    page,
    `<button id="behind" onclick="document.title = 'pressed'">x</button><dialog><button id="inside" onclick="document.title = 'inside'">ok</button></dialog>`,
  );
  await page.evaluate(() => document.querySelector('dialog')?.showModal());
  expect(await perform(page, '#behind', click())).toBe(Result.disabled);
  expect(await perform(page, '#inside', click())).toBe(Result.done);
  expect(await page.title()).toBe('inside');
});

test("Coview's own interface is out of reach", async ({ page }) => {
  await open(page, '<p>x');
  await page.evaluate(() => {
    Object.assign(window, { stopped: 0 });
    const pill = window.harness.ui.pill({
      stop: () => Object.assign(window, { stopped: 1 }),
      takeBack: () => undefined,
    });
    pill.show([{ name: 'Ana', color: '#1f5fd6', point: true, control: true }], false);
  });
  await uiShows(page, 'Stop');
  for (const instruction of instructions(0))
    expect(await perform(page, 'coview-ui', instruction)).toBe(Result.notAllowed);
  expect(await perform(page, 'coview-ui', does('Highlight', {}))).toBe(Result.notAllowed);
  const stopped = () => page.evaluate(() => (window as unknown as { stopped: number }).stopped === 1); // put there above
  expect(await stopped()).toBe(false);
  await uiPress(page, 'Stop showing this page', stopped);
});

test('pointing needs its grant, and only that; a masked field may be pointed at', async ({ page }) => {
  await open(
    page,
    '<input id="target" class="no-upscope" value="old"><div id="box" style="height:50px;overflow:auto"><p style="height:500px"></div>',
  );
  const point = Grant.view | Grant.point;
  for (const instruction of [
    does('Highlight', {}),
    does('HighlightOff', {}),
    does('Laser', { x: 5, y: 5 }),
    does('LaserOff', {}),
    does('Scroll', { x: 0, y: 30 }),
  ]) {
    expect(await perform(page, '#box', instruction, Grant.view)).toBe(Result.noGrant);
    expect(await perform(page, '#box', instruction, point)).toBe(Result.done);
  }
  expect(await page.locator('#box').evaluate((box) => box.scrollTop)).toBe(30);
  expect(await perform(page, '#target', does('Highlight', {}), point)).toBe(Result.done);
  expect(await perform(page, '#target', does('Scroll', { x: 0, y: 5 }), point)).toBe(Result.masked);
});

test('nodes that are gone, other documents and numbers that mean nothing', async ({ page }) => {
  await open(page, '<button id="target">x</button><select id="list"><option>1</option></select>');
  const raw = (instruction: Instruction) =>
    page.evaluate(([what, all]) => window.harness.perform(all, what), [instruction, ALL] as const);
  expect(await raw({ kind: 'Focus', doc: 0, id: 999 })).toBe(Result.gone);
  expect(await raw({ kind: 'Highlight', doc: 0, id: 999 })).toBe(Result.gone);
  expect(await raw({ kind: 'Focus', doc: 1, id: 1 })).toBe(Result.unknown);
  expect(await raw({ kind: 'Go', where: 0 })).toBe(Result.unknown);
  expect(await raw({ kind: 'Go', where: 9 })).toBe(Result.unknown);
  expect(await perform(page, '#target', click({ button: 7 }))).toBe(Result.unknown);
  expect(await perform(page, '#target', key('F5'))).toBe(Result.unknown);
  expect(await perform(page, '#target', key('Unidentified'))).toBe(Result.unknown);
  expect(await perform(page, '#list', does('Select', { indexes: [4] }))).toBe(Result.gone);
  expect(await perform(page, '#list', does('Select', { indexes: [] }))).toBe(Result.unknown);
  expect(await perform(page, '#target', does('Select', { indexes: [0] }))).toBe(Result.unknown);
  const removed = page.evaluate(() => {
    const target = document.getElementById('target') as HTMLElement; // in the page above
    const id = window.harness.idOf(target);
    target.remove();
    return window.harness.perform(7, { kind: 'Focus', doc: 0, id });
  });
  expect(await removed).toBe(Result.gone);
});

test('an agent that asks too much is refused, others are not', async ({ page }) => {
  await open(page, '<input id="target">');
  const results = await page.evaluate(() => {
    const id = window.harness.idOf(document.getElementById('target') as HTMLElement); // in the page above
    const press = (agent: number) => window.harness.perform(7, { kind: 'Focus', doc: 0, id }, agent);
    const flood = Array.from({ length: 400 }, () => press(1));
    return { refused: flood.filter((one) => one === 5).length, other: press(2) };
  });
  expect(results.refused).toBeGreaterThan(200);
  expect(results.other).toBe(Result.done);
});

test('clipboard keys are refused', async ({ page }) => {
  await open(page, '<input id="target" value="text">');
  for (const name of ['c', 'v', 'x', 'V'])
    for (const mods of [2, 8]) expect(await perform(page, '#target', key(name, mods))).toBe(Result.notAllowed);
});

test('a click is what a mouse would do, once', async ({ page }) => {
  await open(
    page,
    `<button id="target" style="margin:20px">x</button><script>
    var seen = [];
    for (const name of ['pointerover', 'mouseover', 'pointerdown', 'mousedown', 'focus', 'pointerup', 'mouseup', 'click', 'dblclick'])
      target.addEventListener(name, (e) => seen.push(name + (e.detail ? e.detail : '') + (name === 'click' ? ':' + e.clientX + ',' + e.clientY + ',' + e.button + ',' + e.bubbles + ',' + e.composed : '')));
  </script>`,
  );
  expect(await perform(page, '#target', click())).toBe(Result.done);
  const box = await page.locator('#target').boundingBox();
  expect(await page.evaluate('seen')).toEqual([
    'pointerover',
    'mouseover',
    'pointerdown1',
    'mousedown1',
    'focus',
    'pointerup1',
    'mouseup1',
    `click1:${Math.floor((box?.x ?? 0) + 3)},${Math.floor((box?.y ?? 0) + 3)},0,true,true`,
  ]);
  await page.evaluate('seen.length = 0');
  expect(await perform(page, '#target', click({ double: true }))).toBe(Result.done);
  expect(await page.evaluate('seen.map((s) => s.replace(/:.*/, ""))')).toEqual([
    'pointerdown1',
    'mousedown1',
    'pointerup1',
    'mouseup1',
    'click1',
    'pointerdown2',
    'mousedown2',
    'pointerup2',
    'mouseup2',
    'click2',
    'dblclick2',
  ]);
});

test('a click on what is far below scrolls there first', async ({ page }) => {
  await open(
    page,
    `<div style="height:5000px"></div><button id="target" onclick="document.title = 'pressed'">x</button>`,
  );
  expect(await perform(page, '#target', click())).toBe(Result.done);
  expect(await page.title()).toBe('pressed');
  await expect(page.locator('#target')).toBeInViewport();
});

test('checkboxes, labels, summaries, radio buttons, icons in buttons and shadow roots', async ({ page }) => {
  await open(
    page,
    `
    <input type="checkbox" id="box"><label id="label" for="box">Gift</label>
    <input type="checkbox" id="odd" style="opacity:0;position:absolute;width:0;height:0"><label id="for-odd" for="odd">Styled</label>
    <details><summary id="more">More</summary><p>text</details>
    <input type="radio" name="r" id="r1" checked><input type="radio" name="r" id="r2">
    <button onclick="document.title = 'icon'"><svg id="icon" width="20" height="20" style="pointer-events:none"><rect width="20" height="20"/></svg></button>
    <x-host></x-host><script>document.querySelector('x-host').attachShadow({ mode: 'open' }).innerHTML = '<button id="deep" onclick="document.title = \\'deep\\'">d</button>'</script>`,
  );
  expect(await perform(page, '#box', click())).toBe(Result.done);
  await expect(page.locator('#box')).toBeChecked();
  expect(await perform(page, '#label', click())).toBe(Result.done);
  await expect(page.locator('#box')).not.toBeChecked();
  expect(await perform(page, '#for-odd', click())).toBe(Result.done);
  await expect(page.locator('#odd')).toBeChecked();
  expect(await perform(page, '#more', click())).toBe(Result.done);
  await expect(page.locator('details')).toHaveAttribute('open', '');
  expect(await perform(page, '#r2', click())).toBe(Result.done);
  await expect(page.locator('#r2')).toBeChecked();
  expect(await perform(page, '#r2', key('ArrowUp'))).toBe(Result.done);
  await expect(page.locator('#r1')).toBeChecked();
  expect(await perform(page, '#icon', click())).toBe(Result.done);
  expect(await page.title()).toBe('icon');
  expect(await perform(page, 'x-host >>> #deep', click())).toBe(Result.done);
  expect(await page.title()).toBe('deep');
});

test('a link is followed, a form is sent', async ({ page }) => {
  await open(page, '<a id="link" href="/lamps">Lamps</a>');
  expect(await perform(page, '#link', click())).toBe(Result.done);
  await page.waitForURL(`${SHOP}/lamps`);
  await page.unrouteAll();
  await open(page, '<form action="/search"><input id="q" name="q"><button>Go</button></form>');
  expect(await perform(page, '#q', type('lamp'))).toBe(Result.done);
  expect(await perform(page, '#q', key('Enter'))).toBe(Result.done);
  await page.waitForURL(`${SHOP}/search?q=lamp`);
});

test('typing goes to the caret, with the events of a person, and is undone like one', async ({ page }) => {
  await open(
    page,
    `<input id="target" value="ac" maxlength="6"><script>
    var seen = []; for (const n of ['keydown','beforeinput', 'input', 'change']) target.addEventListener(n, (e) => seen.push(n + ' ' + (e.data ?? e.key ?? '')));</script>`,
  );
  await page.locator('#target').evaluate((field: HTMLInputElement) => {
    field.focus();
    field.setSelectionRange(1, 1);
  });
  expect(await perform(page, '#target', type('b'))).toBe(Result.done);
  await expect(page.locator('#target')).toHaveValue('abc');
  expect(await page.evaluate('seen')).toEqual(['beforeinput b', 'input b']);
  expect(await perform(page, '#target', key('X', 1))).toBe(Result.done);
  await expect(page.locator('#target')).toHaveValue('abXc');
  expect(await perform(page, '#target', type('too long for it'))).toBe(Result.done);
  await expect(page.locator('#target')).toHaveValue('abXtoc');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('seen.at(-1)')).toBe('change ');
  await page.locator('#target').focus();
  await page.keyboard.press('Control+z');
  await expect(page.locator('#target')).not.toHaveValue('abXtoc');
});

test('frameworks that watch the value property hear of it', async ({ page }) => {
  await open(page, '<input id="target"><textarea id="area"></textarea>');
  await page.evaluate(() => {
    // As React does: the element's own property shadows the prototype's, and an input event counts only if it is behind.
    for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
      const native = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value') as PropertyDescriptor; // every field has it
      let tracked = field.value;
      Object.defineProperty(field, 'value', {
        configurable: true,
        get: () => native.get?.call(field),
        set: (value: string) => {
          tracked = value;
          native.set?.call(field, value);
        },
      });
      field.addEventListener('input', () => {
        if (native.get?.call(field) !== tracked) field.dataset.heard = native.get?.call(field);
        tracked = native.get?.call(field);
      });
    }
  });
  for (const id of ['#target', '#area']) {
    expect(await perform(page, id, type('hello'))).toBe(Result.done);
    await expect(page.locator(id)).toHaveAttribute('data-heard', 'hello');
  }
  // And where the browser has no editing command.
  await page.evaluate(() => {
    document.execCommand = () => false;
  });
  for (const id of ['#target', '#area']) {
    expect(await perform(page, id, type('!'))).toBe(Result.done);
    expect(await perform(page, id, key('Backspace'))).toBe(Result.done);
    expect(await perform(page, id, type('?'))).toBe(Result.done);
    await expect(page.locator(id)).toHaveAttribute('data-heard', 'hello?');
  }
});

test('every kind of field that is typed into or set', async ({ page }) => {
  await open(
    page,
    `
    <input id="text"><input id="search" type="search"><input id="email" type="email"><input id="number" type="number"><input id="tel" type="tel"><input id="url" type="url">
    <input id="date" type="date"><input id="time" type="time"><input id="color" type="color"><input id="range" type="range">
    <textarea id="area"></textarea><div id="rich" contenteditable="true"></div><input id="fixed" readonly value="fixed"><button id="button">x</button>`,
  );
  for (const [id, text, value] of [
    ['text', 'a\nb', 'a b'],
    ['search', 'lamp', 'lamp'],
    ['email', 'a@example.com', 'a@example.com'],
    ['number', '42', '42'],
    ['tel', '+46', '+46'],
    ['url', 'https://example.com', 'https://example.com'],
    ['date', '2026-11-22', '2026-11-22'],
    ['time', '14:05', '14:05'],
    ['color', '#204b3a', '#204b3a'],
    ['range', '70', '70'],
    ['area', 'a\nb', 'a\nb'],
  ] as const) {
    expect([id, await perform(page, `#${id}`, type(text))]).toEqual([id, Result.done]);
    await expect(page.locator(`#${id}`)).toHaveValue(value);
  }
  expect(await perform(page, '#rich', type('Hello'))).toBe(Result.done);
  expect(await perform(page, '#rich', key('Enter'))).toBe(Result.done);
  expect(await perform(page, '#rich', type('there'))).toBe(Result.done);
  await expect(page.locator('#rich')).toHaveText('Hello\nthere', { useInnerText: true });
  expect(await perform(page, '#date', type('not a date'))).toBe(Result.unknown);
  await expect(page.locator('#date')).toHaveValue('2026-11-22');
  expect(await perform(page, '#number', key('ArrowUp'))).toBe(Result.done);
  await expect(page.locator('#number')).toHaveValue('43');
  expect(await perform(page, '#fixed', type('x'))).toBe(Result.disabled);
  await expect(page.locator('#fixed')).toHaveValue('fixed');
  expect(await perform(page, '#button', type('x'))).toBe(Result.disabled);
  expect(await perform(page, '#text', type('x'.repeat(20_000)))).toBe(Result.notAllowed);
});

test('in rich text what is masked inside is neither typed into nor deleted', async ({ page }) => {
  await open(
    page,
    '<div id="rich" contenteditable="true">Dear <span class="no-upscope" id="secret">Mara</span>, hello</div>',
  );
  expect(await perform(page, '#rich', key('a', 2))).toBe(Result.done);
  expect(await perform(page, '#rich', key('Delete'))).toBe(Result.masked);
  expect(await perform(page, '#rich', type('x'))).toBe(Result.masked);
  await page.evaluate(() => getSelection()?.collapse(document.getElementById('secret')?.firstChild ?? null, 2));
  expect(await perform(page, '#rich', type('x'))).toBe(Result.masked);
  await expect(page.locator('#rich')).toHaveText('Dear Mara, hello');
});

test('keys edit, move, submit and walk', async ({ page }) => {
  await open(
    page,
    `<form onsubmit="document.title = 'sent'; return false"><input id="one" value="abc"><input id="pw" type="password"><textarea id="two">first
second</textarea><input id="gone" class="no-upscope"><button id="go">Go</button></form>`,
  );
  const field = page.locator('#one');
  await field.evaluate((input: HTMLInputElement) => {
    input.focus();
    input.setSelectionRange(3, 3);
  });
  for (const [name, mods, value] of [
    ['ArrowLeft', 0, 'abc'],
    ['Backspace', 0, 'ac'],
    ['Home', 0, 'ac'],
    ['Delete', 0, 'c'],
    ['End', 1, 'c'],
    ['Z', 1, 'Z'],
    ['a', 2, 'Z'],
    ['Backspace', 0, ''],
  ] as const) {
    expect([name, await perform(page, '#one', key(name, mods))]).toEqual([name, Result.done]);
    await expect(field).toHaveValue(value);
  }
  expect(await perform(page, '#one', key('Tab'))).toBe(Result.done);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('two'); // not the password
  await page.locator('#two').evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(8, 8));
  await perform(page, '#two', key('ArrowUp'));
  await perform(page, '#two', type('|'));
  await expect(page.locator('#two')).toHaveValue('fi|rst\nsecond');
  expect(await perform(page, '#two', key('Tab'))).toBe(Result.done);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('go'); // not the masked one
  expect(await perform(page, '#go', key('Tab', 1))).toBe(Result.done);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('two');
  expect(await page.title()).toBe('Shop');
  expect(await perform(page, '#one', key('Enter'))).toBe(Result.done);
  expect(await page.title()).toBe('sent');
});

test('a page that handles a key itself has the last word', async ({ page }) => {
  await open(
    page,
    `<input id="target" onkeydown="if (event.key === 'x') event.preventDefault()"><script>addEventListener('keydown', (e) => { if (e.key === 'k' && e.ctrlKey) document.title = 'search ' + e.keyCode; });</script>`,
  );
  await perform(page, '#target', key('x'));
  await perform(page, '#target', key('y'));
  await expect(page.locator('#target')).toHaveValue('y');
  await perform(page, 'body', key('k', 2));
  expect(await page.title()).toBe('search 75');
});

test('Escape closes a modal dialog, unless the page keeps it', async ({ page }) => {
  await open(
    page,
    '<dialog id="a"><button>x</button></dialog><dialog id="b" oncancel="event.preventDefault()"><button>x</button></dialog>',
  );
  for (const [id, stays] of [
    ['#a', false],
    ['#b', true],
  ] as const) {
    await page.locator(id).evaluate((dialog: HTMLDialogElement) => dialog.showModal());
    expect(await perform(page, `${id} button`, key('Escape'))).toBe(Result.done);
    expect(await page.locator(id).evaluate((dialog: HTMLDialogElement) => dialog.open)).toBe(stays);
  }
});

test('options are chosen with input and change, one or several, and never masked or disabled ones', async ({
  page,
}) => {
  await open(
    page,
    `<select id="one"><option>a<option disabled>b<option class="no-upscope">c<option id="d">d</select>
    <select id="many" multiple><option>a<option selected class="no-upscope">b<option>c</select>
    <script>var seen = []; for (const n of ['input', 'change']) document.addEventListener(n, (e) => seen.push(n + ' ' + e.target.id));</script>`,
  );
  expect(await perform(page, '#one', does('Select', { indexes: [1] }))).toBe(Result.disabled);
  expect(await perform(page, '#one', does('Select', { indexes: [2] }))).toBe(Result.masked);
  expect(await perform(page, '#one', does('Select', { indexes: [3] }))).toBe(Result.done);
  await expect(page.locator('#one')).toHaveValue('d');
  expect(await page.evaluate('seen')).toEqual(['input one', 'change one']);
  expect(await perform(page, '#one', key('ArrowUp'))).toBe(Result.done); // over the disabled and the masked one
  await expect(page.locator('#one')).toHaveValue('a');
  expect(await perform(page, '#d', click())).toBe(Result.done);
  await expect(page.locator('#one')).toHaveValue('d');
  expect(await perform(page, '#many', does('Select', { indexes: [0, 2] }))).toBe(Result.done);
  expect(
    await page.locator('#many').evaluate((list: HTMLSelectElement) => [...list.options].map((one) => one.selected)),
  ).toEqual([true, true, true]);
});

test('go back, forward and reload', async ({ page }) => {
  await open(page, '<p>x');
  await page.evaluate(() => history.pushState(null, '', '/next'));
  const go = (where: number) => page.evaluate((at) => window.harness.perform(7, { kind: 'Go', where: at }), where);
  expect(await go(1)).toBe(Result.done);
  await expect(page).toHaveURL(`${SHOP}/`);
  expect(await go(2)).toBe(Result.done);
  await expect(page).toHaveURL(`${SHOP}/next`);
  const loaded = page.waitForEvent('load');
  expect(await go(3)).toBe(Result.done);
  await loaded;
});

test('a page whose handlers throw stops neither itself nor the agent', async ({ page }) => {
  await open(page, `<button id="target" onclick="document.title = 'pressed'; throw new Error('x')">x</button>`);
  expect(await perform(page, '#target', click())).toBe(Result.done);
  expect(await page.title()).toBe('pressed');
});
