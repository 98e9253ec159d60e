// What is not in the tree: fields, scroll, viewport, pointer, focus, title, address, media, dialogs, style sheets.
import { expect, test } from './capture/harness';

/** Starts in real time, changes the page, waits until the mirror follows. */
type Rig = Parameters<Parameters<typeof test>[2]>[0]['rig'];
async function follow(rig: Rig, body: string, change: string, head = '') {
  await rig.open(`<!doctype html><title>T</title>${head}<body>${body}`);
  return rig.page.evaluate(async (change) => {
    const { driver } = window;
    driver.start();
    const before = await driver.same();
    driver.mark();
    const w = driver.frame.contentWindow as Window & typeof globalThis; // the page's window
    await new Function('document', 'window', `return (async () => { ${change} })()`)(driver.page, w);
    const after = await driver.same();
    return { before, after, ops: driver.ops };
  }, change);
}
const FINE = { before: undefined, after: undefined };

test('fields follow scripts that change them without any event', async ({ rig }) => {
  const run = await follow(
    rig,
    `<input id=i><textarea id=t>x</textarea><input id=c type=checkbox><input type=radio name=r checked><input id=r type=radio name=r>
     <select id=s><option>1<option>2<option>3</select><select id=m multiple><option selected>1<option>2</select><input type=range id=g>`,
    `const $ = (id) => document.getElementById(id); $('i').value = 'typed'; $('t').value = 'lines\\nof text'; $('c').checked = true; $('c').indeterminate = true;
     $('r').checked = true; $('s').selectedIndex = 2; $('m').options[0].selected = false; $('m').options[1].selected = true; $('g').value = 7`,
  );
  expect(run).toMatchObject(FINE);
  expect(run.ops.every((op) => op.kind === 'P')).toBe(true);
});

test('a form that is reset, a select that is emptied and filled, a default that changes', async ({ rig }) => {
  expect(
    await follow(
      rig,
      `<form id=f><input id=i value=a><input type=checkbox id=c checked></form><select id=s><option>1<option>2</select>`,
      `const $ = (id) => document.getElementById(id); $('i').value = 'b'; $('c').checked = false;
       await new Promise((done) => setTimeout(done, 200)); $('f').reset(); $('i').setAttribute('value', 'c'); $('c').removeAttribute('checked');
       $('s').textContent = ''; for (const n of [1, 2, 3]) { const o = document.createElement('option'); o.text = n; $('s').append(o) } $('s').selectedIndex = 1`,
    ),
  ).toMatchObject(FINE);
});

test('typing, clicking and choosing by a visitor is followed', async ({ rig }) => {
  await rig.open(
    '<!doctype html><title>T</title><body><input id=i><input id=c type=checkbox><select id=s><option>1<option>2</select><p contenteditable id=e>x</p>',
  );
  await rig.page.evaluate(() => window.driver.start());
  const frame = rig.page.frames().find((one) => one.url().endsWith('/page'));
  await frame?.fill('#i', 'hello');
  await frame?.click('#c');
  await frame?.selectOption('#s', '2');
  await frame?.click('#e');
  await rig.page.keyboard.type('more');
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    return {
      same: await driver.same(),
      focus: driver.mirror.focus,
      e: driver.capture?.idOf(driver.page.getElementById('e') as Node),
      ops: driver.ops,
    };
  });
  expect(run.same).toBeUndefined();
  expect(run.focus).toBe(run.e);
  const pointers = run.ops.filter((op) => op.kind === 'C');
  expect(pointers.some((op) => op.state === 1)).toBe(true);
  expect(pointers.some((op) => op.state === 2)).toBe(true);
});

test('the pointer is not told where it is inside a mask', async ({ rig }) => {
  await rig.open(
    '<!doctype html><body style="margin:0"><div class=no-upscope style="height:200px;width:200px"><button>1</button></div><div style="height:200px">x</div>',
  );
  await rig.page.evaluate(() => window.driver.start());
  const frame = rig.page.frames().find((one) => one.url().endsWith('/page'));
  await frame?.click('button');
  await frame?.click('body > div + div', { position: { x: 50, y: 100 } });
  const points = await rig.page.evaluate(async () => {
    const { driver } = window;
    await driver.until(() => driver.ops.some((op) => op.kind === 'C' && op.state === 1));
    return driver.ops.filter((op) => op.kind === 'C');
  });
  expect(points.filter((op) => op.y > 0 && op.y < 200)).toEqual([]);
  expect(points.some((op) => op.state === 1 && op.y === 300)).toBe(true);
});

test('scroll of the window and of elements, before and after the start', async ({ rig }) => {
  await rig.open(`<!doctype html><title>T</title><body style="height:5000px"><div id=a style="height:50px;overflow:auto"><p style="height:900px">x</p></div>
    <div id=b style="height:50px;overflow:auto"><p style="height:900px">x</p></div><x-h id=h></x-h>`);
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    const { page } = driver;
    const $ = (id: string) => page.getElementById(id) as HTMLElement;
    const root = $('h').attachShadow({ mode: 'open' });
    root.innerHTML = '<div style="height:50px;overflow:auto"><p style="height:900px">x</p></div>';
    const inner = root.firstChild as HTMLElement;
    $('a').scrollTop = 77;
    driver.frame.contentWindow?.scrollTo(0, 40);
    driver.start();
    const x = (node: Node, id = driver.capture?.idOf(node)) =>
      driver.ops.filter((op) => op.kind === 'X' && op.id === id).at(-1);
    const early = await driver.until(() => x($('a')) !== undefined);
    $('b').scrollTop = 33;
    inner.scrollTop = 22;
    driver.frame.contentWindow?.scrollTo(0, 300);
    const late = await driver.until(() => Boolean(x($('b')) && x(inner) && x(page)));
    // Moved, it starts at the top again, and at the viewer as well.
    return {
      early,
      late,
      a: x($('a')),
      b: x($('b')),
      inner: x(inner),
      page: x(page),
      first: driver.snapshots[0]?.scrolls,
    };
  });
  expect(run).toMatchObject({
    early: true,
    late: true,
    a: { y: 77 },
    b: { y: 33 },
    inner: { y: 22 },
    page: { y: 300 },
    first: [{ id: 0, x: 0, y: 40 }],
  });
});

test('viewport, title and address', async ({ rig }) => {
  const run = await follow(
    rig,
    '<p>x',
    `document.title = 'Second'; window.history.pushState({}, '', '/page/two?x=1'); window.frameElement.style.width = '500px'`,
  );
  expect(run).toMatchObject(FINE);
  const seen = await rig.page.evaluate(async () => {
    const { driver } = window;
    await driver.until(() => driver.mirror.url.includes('two') && driver.mirror.viewport.width === 500);
    return [driver.mirror.url, driver.mirror.viewport.width, driver.mirror.document.title];
  });
  expect(seen).toEqual(['http://page.test/page/two?x=1', 500, 'Second']);
});

test('dialogs and popovers open and close', async ({ rig }) => {
  const run = await follow(
    rig,
    '<dialog id=d>x</dialog><dialog id=e>y</dialog><div id=p popover>z</div>',
    `document.getElementById('d').showModal(); document.getElementById('e').show(); document.getElementById('p').showPopover();
     await new Promise((done) => setTimeout(done, 300)); document.getElementById('d').close()`,
  );
  expect(run).toMatchObject(FINE);
  expect(run.ops.filter((op) => op.kind === 'P').map((op) => op.value)).toEqual(expect.arrayContaining(['1', 'p', '']));
});

test('a shadow root that comes late is found, with and without a custom element', async ({ rig }) => {
  const run = await follow(
    rig,
    '<x-late id=a>light</x-late><div id=b>light</div>',
    `for (const id of ['a', 'b']) document.getElementById(id).attachShadow({ mode: 'open' }).innerHTML = '<p>in ' + id + '</p><slot></slot>'`,
  );
  expect(run).toMatchObject(FINE);
  await rig.page.reload();
  expect(
    await follow(
      rig,
      '<x-late id=a></x-late>',
      `document.getElementById('a').attachShadow({ mode: 'open' }); await new Promise((done) => setTimeout(done, 900)); document.getElementById('a').shadowRoot.append('later')`,
    ),
  ).toMatchObject(FINE);
});

test('media state travels', async ({ rig }) => {
  await rig.open('<!doctype html><video id=v muted></video>');
  const values = await rig.page.evaluate(async () => {
    const { driver } = window;
    driver.start();
    const video = driver.page.getElementById('v') as HTMLVideoElement;
    video.playbackRate = 2;
    video.volume = 0.5;
    await driver.until(() => driver.ops.some((op) => op.kind === 'P'));
    return [
      driver.snapshots[0]?.html.includes('u:media="1 0 1 1 1"'),
      driver.ops.filter((op) => op.kind === 'P').map((op) => op.value),
    ];
  });
  expect(values).toEqual([true, ['1 0 2 1 0.5']]);
});

test('style sheets: source text, linked, constructed, changed by rules, disabled', async ({ rig }) => {
  rig.files['/linked.css'] = {
    body: '/* source */ .linked { color: rgb(1, 2, 3); background: url(x.png) }',
    type: 'text/css',
  };
  rig.files['/late.css'] = { body: '.late { color: rgb(4, 5, 6) }', type: 'text/css' };
  await rig.open(`<!doctype html><title>T</title><link rel=stylesheet href=/linked.css><link rel=stylesheet href=http://other.test/x.css>
    <style id=s>/* kept */ body{font:1rem/1.5 var(--f);font-feature-settings:"a"}</style><style id=e></style><style id=t></style><body><p>x`);
  const run = await rig.page.evaluate(async () => {
    const { driver } = window;
    const { page } = driver;
    const w = driver.frame.contentWindow as Window & typeof globalThis; // the page's window
    const style = (id: string) => page.getElementById(id) as HTMLStyleElement;
    const made = new w.CSSStyleSheet();
    made.replaceSync('.made { color: rgb(7, 8, 9) }');
    page.adoptedStyleSheets = [made];
    style('e').sheet?.insertRule('.rule { color: rgb(10, 11, 12) }');
    driver.start();
    const has = (text: string) =>
      driver.messages.some((message) => message.kind === 'Sheet' && message.text.includes(text));
    const seen: Record<string, boolean> = {};
    seen.source = has('/* kept */') && has('font:1rem/1.5 var(--f)');
    seen.made = has('.made');
    seen.rule = has('.rule');
    seen.linked = await driver.until(() => has('/* source */'));
    seen.base = driver.messages.some(
      (message) => message.kind === 'Sheet' && message.base === 'http://page.test/linked.css',
    );
    style('e').sheet?.insertRule('.more { color: red }');
    seen.more = await driver.until(() => has('.more'));
    style('t').append('.text { color: blue }');
    seen.text = await driver.until(() => has('.text'));
    made.insertRule('.added { color: red }');
    seen.added = await driver.until(() => has('.added'));
    (style('s').sheet as CSSStyleSheet).disabled = true;
    seen.disabled = await driver.until(() =>
      driver.messages.some((message) => message.kind === 'Sheet' && message.text === ''),
    );
    const link = page.createElement('link');
    link.rel = 'preload';
    link.as = 'style';
    link.href = '/late.css';
    page.head.append(link);
    link.rel = 'stylesheet';
    seen.late = await driver.until(() => has('.late'));
    ((style('e').sheet as CSSStyleSheet).cssRules[0] as CSSStyleRule).style.color = 'lime'; // the rule put in above
    seen.declaration = await driver.until(() => has('lime'), 8000);
    return { seen, same: await driver.same(), errors: driver.errors };
  });
  expect(run.seen).toEqual(Object.fromEntries(Object.keys(run.seen).map((key) => [key, true])));
  expect(run.same).toBeUndefined();
  expect(run.errors).toEqual([]);
});
