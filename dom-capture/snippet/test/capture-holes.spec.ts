// The five ways in which an earlier encoder lost the page (design notes), and what came up while this one was built.
import { expect, test } from './capture/harness';

/** Starts with markup, changes the page by steps with an observer callback between, lets a patch be made, compares. */
async function follow(rig: Parameters<Parameters<typeof test>[2]>[0]['rig'], body: string, steps: string[]) {
  await rig.open(`<!doctype html><title>T</title><body>${body}`);
  return rig.page.evaluate(async (steps) => {
    const { driver } = window;
    driver.startManual();
    const before = driver.difference();
    const $ = (id: string) => driver.page.getElementById(id);
    const kept: Record<string, unknown> = {};
    driver.mark();
    for (const step of steps) {
      new Function('$', 'document', 'kept', step)($, driver.page, kept);
      await undefined;
      await undefined;
    }
    driver.run();
    return { before, after: driver.difference(), ops: driver.ops, text: driver.bytes };
  }, steps);
}
const FINE = { before: undefined, after: undefined };

test('hole a: a child or attribute of a placeholder is not sent', async ({ rig }) => {
  const run = await follow(rig, '<p>shown</p><div id=m class=no-upscope><b>x</b></div>', [
    `$('m').append('CANARY-1', document.createElement('i')); $('m').setAttribute('title', 'CANARY-2');
     $('m').firstChild.append('CANARY-3'); $('m').previousSibling.append('PLAIN')`,
  ]);
  expect(run).toMatchObject(FINE);
  expect(run.text).toContain('PLAIN');
  expect(run.text).not.toContain('CANARY');
});

test('hole b: a known node in a new wrapper leaves its old place', async ({ rig }) => {
  const run = await follow(rig, '<div id=a><p id=p>text</p></div>', [
    `kept.w = document.createElement('section'); kept.w.append($('p'))`,
    `document.getElementById('a').append(kept.w)`,
  ]);
  expect(run).toMatchObject(FINE);
  expect(run.ops.map((op) => op.kind)).toEqual(['R', 'I']);
});

test('hole b: also if the wrapper comes and goes before the patch', async ({ rig }) => {
  const run = await follow(rig, '<div id=a><p id=p>text</p></div>', [
    `kept.p = $('p'); kept.w = document.createElement('section'); kept.w.append(kept.p); $('a').append(kept.w)`,
    `kept.w.remove()`,
    `kept.p.firstChild.data = 'edited out of sight'; $('a').append(kept.p)`,
  ]);
  expect(run).toMatchObject(FINE);
});

test('hole c: a node moved in front of a comment with a new node behind it keeps the order', async ({ rig }) => {
  const run = await follow(rig, '<div id=a><i>1</i><!--c--><b>2</b><p id=p>mover</p></div>', [
    `const a = $('a'); const comment = a.childNodes[1]; a.insertBefore($('p'), comment);
     a.insertBefore(document.createElement('u'), comment.nextSibling)`,
  ]);
  expect(run).toMatchObject(FINE);
});

test('hole d: edits of a detached node come with it', async ({ rig }) => {
  const run = await follow(rig, '<div id=a><p id=p>old</p><i></i></div>', [
    `kept.p = $('p'); kept.p.remove()`,
    `kept.p.firstChild.data = 'new'; kept.p.className = 'k'; kept.p.append(document.createElement('b'))`,
    `document.getElementById('a').prepend(kept.p)`,
  ]);
  expect(run).toMatchObject(FINE);
});

test('hole e: a mask class added to a live element hides what is below from then on', async ({ rig }) => {
  const run = await follow(rig, '<div id=a><p id=p>before</p></div>', [
    `$('a').className = 'no-upscope'`,
    `$('p').firstChild.data = 'CANARY'; $('p').title = 'CANARY'`,
  ]);
  expect(run).toMatchObject(FINE);
  expect(run.text).not.toContain('CANARY');
  expect(run.ops.map((op) => op.kind)).toEqual(['R', 'I']);
});

test('a mask class taken away shows the element again, read afresh', async ({ rig }) => {
  const run = await follow(rig, '<div id=a class=no-upscope><p id=p>before</p></div>', [
    `$('p').firstChild.data = 'after'; $('a').className = ''`,
  ]);
  expect(run).toMatchObject(FINE);
  expect(run.text).toContain('after');
});

test('a void element that gets children is sent again under another name', async ({ rig }) => {
  expect(
    await follow(rig, '<div id=a><br id=b><input id=i></div>', [
      `$('b').append('x', document.createElement('i')); $('i').append('y')`,
    ]),
  ).toMatchObject(FINE);
});

test('a document element that is replaced starts a new epoch', async ({ rig }) => {
  const run = await follow(rig, '<p>x', [
    `const html = document.createElement('html'); html.append(document.createElement('body')); html.firstChild.append('anew');
     document.replaceChild(html, document.documentElement)`,
  ]);
  expect(run).toMatchObject(FINE);
  expect(await rig.page.evaluate(() => window.driver.places.at(-1))).toEqual({ epoch: 2, offset: 0 });
});

test('a shuffled list travels as moves, not as markup', async ({ rig }) => {
  const run = await follow(rig, `<ul id=u>${'<li>x</li>'.repeat(50)}</ul>`, [
    `const list = [...$('u').children]; for (let i = 0; i < list.length; i++) $('u').append(list[(i * 7) % list.length])`,
  ]);
  expect(run).toMatchObject(FINE);
  expect(new Set(run.ops.map((op) => op.kind))).toEqual(new Set(['M']));
});

test('a hundred writes to one attribute and one text are one op each', async ({ rig }) => {
  const run = await follow(rig, '<p id=p>x', [
    `for (let i = 0; i < 100; i++) { $('p').title = i; $('p').firstChild.data = 'n' + i }`,
  ]);
  expect(run).toMatchObject(FINE);
  expect(run.ops.map((op) => op.kind)).toEqual(['A', 'T']);
});

test('a node asked for again comes with new ids', async ({ rig }) => {
  await rig.open('<!doctype html><body><p id=p>x<b>y</b></p>');
  const run = await rig.page.evaluate(() => {
    const { driver } = window;
    driver.startManual();
    const p = driver.page.getElementById('p') as Element;
    const before = driver.capture?.idOf(p);
    driver.capture?.resend(before ?? 0);
    driver.run();
    return {
      before,
      after: driver.capture?.idOf(p),
      kinds: driver.ops.map((op) => op.kind),
      same: driver.difference(),
    };
  });
  expect(run.after).toBeGreaterThan(run.before ?? 0);
  expect(run.kinds).toEqual(['R', 'I']);
  expect(run.same).toBeUndefined();
});
