import { type FakeEdge, SNAPSHOT } from './support/fake-edge';
import { expect, test } from './support/fixture';
import { joined, told } from './support/join';

// The visitor's viewport is 1200 × 800, the container 600 × 400: one px on screen is two of the page.
// html 1, head 2, style 3, body 4, p 5, button 6, "b" 7, input 8, x-a 9, root 10, i 11, "deep" 12, select 13, option 14,
// "one" 15, option 16, "two" 17, div 18, p 19, footer 20
const HTML =
  '<html><head><style></style></head><body><p></p><button>b</button><input value="v"/><x-a><template shadowrootmode="closed"><i style="position:absolute;left:10px;top:10px;width:50px;height:50px">deep</i></template></x-a>' +
  '<select><option>one</option><option>two</option></select><div><p></p></div><footer></footer></body></html>';
const CSS = `* { position: absolute; margin: 0; padding: 0; border: 0; box-sizing: border-box }
html, head, style, body { position: static } button { left: 100px; top: 100px; width: 200px; height: 100px }
input { left: 100px; top: 300px; width: 200px; height: 50px } x-a { left: 400px; top: 100px; width: 100px; height: 100px }
select { left: 600px; top: 100px; width: 200px; height: 40px } div { left: 600px; top: 300px; width: 200px; height: 100px; overflow: auto }
p { top: 0; width: 10px; height: 500px } footer { top: 2990px; height: 10px; width: 10px }`;

async function stage(
  page: Parameters<typeof joined>[0],
  place: string,
  grants: number,
  tool: 'look' | 'laser' | 'highlight' | 'control',
): Promise<FakeEdge> {
  const edge = await joined(page, place, grants);
  const hash = 'aaaaaaaaaaaaaaaa';
  edge.stream(2, 0, [
    { ...SNAPSHOT, html: HTML, count: 20, width: 1200, height: 800, sheets: [{ id: 3, hash }] },
    {
      kind: 'Sheet',
      hash,
      base: 'https://shop.example/',
      text: CSS,
    },
  ]);
  await page.waitForFunction(() => view.scale === 0.5 && view.document?.querySelector('footer'));
  await page.evaluate((one) => {
    view.tool = one;
  }, tool);
  return edge;
}

const asked = (edge: FakeEdge) => edge.heard.flatMap((m) => (m.kind === 'Instruct' ? [m.instruction] : []));

test('the page has the visitor’s size and is scaled into its container', async ({ agent, edge: place }) => {
  await stage(agent, place.url, 3, 'look');
  const seen = await agent.evaluate(() => {
    const frame = view.document?.defaultView?.frameElement;
    const box = frame?.getBoundingClientRect();
    return [view.document?.defaultView?.innerWidth, view.document?.defaultView?.innerHeight, box?.width, box?.height];
  });
  expect(seen).toEqual([1200, 800, 600, 400]);
  await agent.evaluate(() => {
    const container = document.querySelector('.coview-stage')?.parentElement;
    if (container) container.style.width = '300px';
  });
  await agent.waitForFunction(() => view.scale === 0.25);
});

test('a click names the element and the place in its box, also through a shadow root', async ({
  agent,
  edge: place,
}) => {
  const edge = await stage(agent, place.url, 7, 'control');
  await agent.mouse.click(55, 60); // page (110, 120): the button is at (100, 100)
  await agent.mouse.click(210, 60); // page (420, 120): inside the root
  await agent.mouse.dblclick(55, 60);
  await agent.mouse.click(55, 60, { button: 'right' });
  await expect.poll(() => asked(edge).length).toBe(5);
  const button = { kind: 'Click', doc: 0, id: 6, x: 10, y: 20, button: 0, double: false };
  expect(asked(edge)).toEqual([
    button,
    { kind: 'Click', doc: 0, id: 11, x: 10, y: 10, button: 0, double: false },
    button,
    { ...button, double: true },
    { ...button, button: 2 },
  ]);
});

test('without the grant no tool asks anything', async ({ agent, edge: place }) => {
  const edge = await stage(agent, place.url, 1, 'control');
  const steps = async (): Promise<void> => {
    await agent.mouse.move(50, 50);
    await agent.mouse.move(60, 60);
    await agent.mouse.click(55, 60);
    await agent.mouse.wheel(0, 100);
    await agent.keyboard.type('x');
  };
  await steps();
  for (const tool of ['laser', 'highlight', 'look'] as const) {
    await agent.evaluate((one) => {
      view.tool = one;
    }, tool);
    await steps();
  }
  edge.send({ kind: 'AgentPing', t: 1 });
  await edge.next('AgentPong');
  expect(asked(edge)).toEqual([]);
});

test('the laser follows the pointer at a bounded rate, ends where it ends, and goes off', async ({
  agent,
  edge: place,
}) => {
  const edge = await stage(agent, place.url, 3, 'laser');
  const start = Date.now();
  for (let i = 0; i <= 100; i++) await agent.mouse.move(100 + i, 50);
  const most = (Date.now() - start) / 33 + 2;
  await expect.poll(() => asked(edge).at(-1)).toEqual({ kind: 'Laser', x: 400, y: 100 });
  const count = asked(edge).length;
  expect(count).toBeGreaterThan(1);
  expect(count).toBeLessThanOrEqual(most + 1);
  await agent.evaluate(() => {
    view.tool = 'look';
  });
  await expect.poll(() => asked(edge).at(-1)).toEqual({ kind: 'LaserOff' });
});

test('highlight marks the element under the pointer, and a second click takes it off', async ({
  agent,
  edge: place,
}) => {
  const edge = await stage(agent, place.url, 3, 'highlight');
  await agent.mouse.move(55, 60);
  const box = () =>
    agent.evaluate(() => {
      const mark = document
        .querySelector('.coview-stage')
        ?.shadowRoot?.querySelector('.hover')
        ?.getBoundingClientRect();
      return mark && [mark.left, mark.top, mark.width, mark.height].map(Math.round);
    });
  expect(await box()).toEqual([49, 49, 102, 52]);
  await agent.mouse.click(55, 60);
  await expect.poll(() => asked(edge)).toEqual([{ kind: 'Highlight', doc: 0, id: 6 }]);
  await agent.mouse.click(55, 60);
  await expect.poll(() => asked(edge).at(-1)).toEqual({ kind: 'HighlightOff' });
});

test('the wheel scrolls the nearest thing that can, and adds up while the page answers', async ({
  agent,
  edge: place,
}) => {
  const edge = await stage(agent, place.url, 3, 'laser');
  await agent.mouse.move(350, 170); // over the div
  await agent.evaluate(() => {
    // both in one task: no answer of the page can come between
    const surface = document.querySelector('.coview-stage')?.shadowRoot?.querySelector('.surface');
    for (let i = 0; i < 2; i++) {
      surface?.dispatchEvent(new WheelEvent('wheel', { clientX: 350, clientY: 170, deltaY: 60, cancelable: true }));
    }
  });
  await expect
    .poll(() =>
      asked(edge)
        .filter((i) => i.kind === 'Scroll')
        .at(-1),
    )
    .toEqual({ kind: 'Scroll', doc: 0, id: 18, x: 0, y: 120 });
  edge.stream(2, 1, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'X', id: 18, x: 0, y: 400 }] }]);
  await agent.waitForFunction(() => view.document?.querySelector('div')?.scrollTop === 400);
  await agent.mouse.wheel(0, 60); // it is at its end: the page goes on
  await expect
    .poll(() =>
      asked(edge)
        .filter((i) => i.kind === 'Scroll')
        .at(-1),
    )
    .toEqual({ kind: 'Scroll', doc: 0, id: 0, x: 0, y: 60 });
  expect(await agent.evaluate(() => view.document?.scrollingElement?.scrollTop)).toBe(0);
});

test('typing sends text and keys to the field that was clicked', async ({ agent, edge: place }) => {
  const edge = await stage(agent, place.url, 7, 'control');
  await agent.mouse.click(60, 160); // the input
  await agent.keyboard.type('hé');
  await agent.keyboard.press('Enter');
  await agent.keyboard.press('Shift+Tab');
  await agent.keyboard.press('Control+a');
  await agent.keyboard.insertText('pasted text');
  edge.stream(2, 1, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'F', id: 6 }] }]);
  await expect.poll(() => told(agent, 'focus')).toEqual([{ id: 6 }]);
  await agent.keyboard.type('z');
  await expect.poll(() => asked(edge).length).toBe(8);
  expect(asked(edge).slice(1)).toEqual([
    { kind: 'Type', doc: 0, id: 8, text: 'h' },
    { kind: 'Type', doc: 0, id: 8, text: 'é' },
    { kind: 'Key', doc: 0, id: 8, key: 'Enter', mods: 0 },
    { kind: 'Key', doc: 0, id: 8, key: 'Tab', mods: 1 },
    { kind: 'Key', doc: 0, id: 8, key: 'a', mods: 2 },
    { kind: 'Type', doc: 0, id: 8, text: 'pasted text' },
    { kind: 'Type', doc: 0, id: 6, text: 'z' },
  ]);
});

test('what an input method composes is sent once, when it is done', async ({ agent, edge: place }) => {
  const edge = await stage(agent, place.url, 7, 'control');
  await agent.mouse.click(60, 160);
  const cdp = await agent.context().newCDPSession(agent);
  await cdp.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
  await cdp.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await cdp.send('Input.insertText', { text: '日本' });
  await expect.poll(() => asked(edge).slice(1)).toEqual([{ kind: 'Type', doc: 0, id: 8, text: '日本' }]);
});

test('the keyboard can leave the page by Shift and Escape, and enters it only while control is given', async ({
  agent,
  edge: place,
}) => {
  const edge = await stage(agent, place.url, 7, 'control');
  const inside = () =>
    agent.evaluate(() => document.querySelector('.coview-stage')?.shadowRoot?.activeElement?.localName ?? '');
  await agent.mouse.click(60, 160);
  expect(await inside()).toBe('textarea');
  await agent.keyboard.press('Shift+Escape');
  expect(await inside()).toBe('');
  await agent.evaluate(() => {
    const before = document.createElement('button');
    document.body.prepend(before);
    before.focus();
  });
  await agent.keyboard.press('Tab');
  expect(await inside()).toBe('textarea');
  edge.state(1, 3);
  await expect.poll(inside).toBe('');
  await agent.keyboard.press('Tab');
  expect(await inside()).toBe('');
});

test('a select opens as the agent’s own menu and is answered by its option', async ({ agent, edge: place }) => {
  await stage(agent, place.url, 7, 'control');
  await agent.mouse.click(350, 60);
  await expect
    .poll(() => told(agent, 'choose'))
    .toEqual([
      {
        id: 13,
        multiple: false,
        options: [
          { index: 0, label: 'one', selected: false, disabled: false, group: '' },
          { index: 1, label: 'two', selected: false, disabled: false, group: '' },
        ],
        box: { left: 300, top: 50, width: 100, height: 20 },
      },
    ]);
});

test('a dialog that opens in the page does not take the agent’s keyboard', async ({ agent, edge: place }) => {
  const edge = await stage(agent, place.url, 3, 'look');
  await agent.evaluate(() => {
    const note = document.createElement('input');
    note.id = 'note';
    document.body.append(note);
    note.focus();
  });
  const html = '<dialog u:modal="1"><button>b</button></dialog>';
  edge.stream(2, 1, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'I', parent: 4, prev: 0, first: 21, count: 3, html }] }]);
  await agent.waitForFunction(() => view.document?.querySelector('dialog:modal'));
  expect(await agent.evaluate(() => document.activeElement?.id)).toBe('note');
  await agent.keyboard.type('mine');
  expect(await agent.evaluate(() => (document.getElementById('note') as HTMLInputElement).value)).toBe('mine');
});

test('the visitor’s pointer is drawn where it is, with the visitor’s name', async ({ agent, edge: place }) => {
  const edge = await stage(agent, place.url, 3, 'look');
  edge.stream(2, 1, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'C', x: 400, y: 200, state: 0 }] }]);
  const pointer = () =>
    agent.evaluate(() => {
      const found = document.querySelector('.coview-stage')?.shadowRoot?.querySelector('.pointer');
      const box = found?.querySelector('svg')?.getBoundingClientRect();
      return box && box.width > 0 ? [box.left, box.top, box.width, found?.textContent] : [];
    });
  await expect.poll(pointer).toEqual([200, 100, 18, 'Ada']);
  edge.stream(2, 2, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'C', x: 0, y: 0, state: 3 }] }]);
  await expect.poll(pointer).toEqual([]);
});

test('no event of the agent’s reaches the mirrored page', async ({ agent, edge: place }) => {
  await stage(agent, place.url, 7, 'control');
  await agent.evaluate(() => {
    globalThis.events = [];
    for (const name of ['pointerdown', 'click', 'keydown', 'input', 'wheel', 'scroll', 'focusin']) {
      view.document?.addEventListener(name, (event) => events.push([event.type, undefined]), true);
    }
  });
  await agent.mouse.click(60, 160);
  await agent.keyboard.type('x');
  await agent.mouse.wheel(0, 300);
  for (let i = 0; i < 4; i++) await agent.keyboard.press('Tab');
  expect(
    (await agent.evaluate(() => events)).filter(([name]) => /down|click|input|wheel|scroll|focus/.test(name)),
  ).toEqual([]);
});

test('the page stays scrolled as the visitor has it, whatever the agent’s browser makes of the layout', async ({
  agent,
  edge: place,
}) => {
  const edge = await stage(agent, place.url, 3, 'look');
  edge.stream(2, 1, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'X', id: 0, x: 0, y: 500 }] }]);
  const top = () => agent.evaluate(() => view.document?.scrollingElement?.scrollTop);
  await expect.poll(top).toBe(500);
  await agent.evaluate(() => view.document?.scrollingElement?.scrollTo(0, 900));
  await expect.poll(top).toBe(500);
});
