import { expect, test } from './support/fixture';

const BODY = '<html><body><ul><li>a</li><li>b</li><li>c</li></ul><p>t</p></body></html>';
// ids: html 1, body 2, ul 3, li 4, "a" 5, li 6, "b" 7, li 8, "c" 9, p 10, "t" 11

test('inserts, moves and removals give the page’s order', async ({ agent }) => {
  const seen = await agent.evaluate((html) => {
    const m = viewer.mirror({ html });
    const list = () => m.document.querySelector('ul')?.textContent;
    const steps = [list()];
    m.patch([viewer.insert(3, 0, 12, '<li>first</li>')]);
    steps.push(list());
    m.patch([viewer.insert(3, 6, 14, '<li>x</li>y<!---->z<!--0-->')]);
    steps.push(list());
    m.patch([{ kind: 'M', parent: 3, prev: 0, id: 8 }]);
    steps.push(list());
    m.patch([{ kind: 'M', parent: 3, prev: 8, id: 4 }]);
    steps.push(list());
    m.patch([
      { kind: 'R', id: 8 },
      { kind: 'R', id: 9 },
      { kind: 'R', id: 8 },
    ]);
    steps.push(list());
    return { steps, nodes: m.nodes, last: m.parts.ids.last, dead: m.nodeOf(9) === undefined };
  }, BODY);
  expect(seen.steps).toEqual(['abc', 'firstabc', 'firstabxyzc', 'cfirstabxyz', 'cafirstbxyz', 'afirstbxyz']);
  expect(seen).toMatchObject({ nodes: 16, last: 18, dead: true });
});

test('ids that the edge left out may be skipped, but never given twice', async ({ agent }) => {
  const seen = await agent.evaluate((html) => {
    const m = viewer.mirror({ html });
    m.patch([viewer.insert(10, 11, 100, '<b>far</b>')]);
    return [
      m.nodeOf(100)?.nodeName,
      viewer.refusal(() => m.patch([{ kind: 'T', id: 50, text: 'never sent' }])),
      viewer.refusal(() => m.patch([viewer.insert(10, 0, 101, '<i></i>')])),
    ];
  }, BODY);
  expect(seen).toEqual(['B', '3 unknown id', '3 first']);
});

test('inserts into SVG and into shadow roots get their namespaces', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const m = viewer.mirror({
      html: '<html><body><svg><g></g></svg><x-a><template shadowrootmode="open"></template></x-a></body></html>',
    });
    m.patch([
      viewer.insert(4, 0, 7, '<clippath></clippath><foreignobject></foreignobject>'),
      viewer.insert(8, 0, 9, '<p></p>'),
      viewer.insert(6, 0, 10, '<b>s</b>'),
    ]);
    return [7, 8, 9, 10].map((id) => `${m.nodeOf(id)?.nodeName} ${(m.nodeOf(id) as Element).namespaceURI?.slice(-4)}`);
  });
  expect(seen).toEqual(['clipPath /svg', 'foreignObject /svg', 'P html', 'B html']);
});

test('the document element can go and come', async ({ agent }) => {
  const seen = await agent.evaluate((html) => {
    const m = viewer.mirror({ html });
    m.patch([{ kind: 'R', id: 1 }]);
    const gone = m.document.documentElement === null;
    m.patch([viewer.insert(0, 0, 12, '<html><body>again</body></html>')]);
    return [gone, m.document.body.textContent, m.document.doctype?.name, m.document.compatMode];
  }, BODY);
  expect(seen).toEqual([true, 'again', 'html', 'CSS1Compat']);
});

test('attributes, texts and live properties follow', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const m = viewer.mirror({
      html: '<html><head><title u:t="old"></title></head><body><input value="a"/><p class="x" title="y">t</p><select><option>1</option><option>2</option></select><input type="checkbox"/></body></html>',
    });
    // html 1 head 2 title 3 body 4 input 5 p 6 "t" 7 select 8 option 9 "1" 10 option 11 "2" 12 input 13
    m.patch([
      { kind: 'T', id: 7, text: '<i>&amp;' },
      { kind: 'A', id: 6, name: 'class', value: 'a "b"' },
      { kind: 'A', id: 6, name: 'title', value: undefined },
      { kind: 'A', id: 6, name: 'u:a', value: '@a\u001f1\u001e[b]\u001f2' },
      { kind: 'P', id: 3, what: 5, value: 'new' },
      { kind: 'P', id: 5, what: 1, value: 'typed' },
      { kind: 'P', id: 5, what: 1, value: 'typed more' },
      { kind: 'P', id: 11, what: 3, value: '1' },
      { kind: 'P', id: 13, what: 2, value: '1' },
      { kind: 'P', id: 13, what: 4, value: '1' },
      { kind: 'V', width: 500, height: 400 },
      { kind: 'F', id: 5 },
      { kind: 'U', url: 'https://shop.example/c', base: 'https://shop.example/base/' },
      { kind: 'C', x: 1.5, y: 2, state: 1 },
    ]);
    const odd = m.document.querySelector('p')?.getAttributeNames();
    m.patch([{ kind: 'A', id: 6, name: 'u:a', value: '[b]\u001f3' }]);
    const p = m.document.querySelector('p');
    const inputs = m.document.querySelectorAll('input');
    const result = {
      text: p?.textContent,
      class: p?.className,
      odd,
      later: [...(p?.attributes ?? [])].map((a) => `${a.name}=${a.value}`),
      title: m.document.title,
      value: [inputs[0]?.value, inputs[0]?.defaultValue],
      selected: m.document.querySelector('select')?.selectedIndex,
      checked: inputs[1]?.checked,
      mixed: inputs[1]?.indeterminate,
      viewport: m.viewport,
      focus: m.focus,
      url: m.url,
      base: m.base,
      pointer: m.pointer,
    };
    m.patch([
      { kind: 'P', id: 11, what: 3, value: '0' },
      { kind: 'P', id: 9, what: 3, value: '1' },
      { kind: 'A', id: 6, name: 'u:a', value: undefined },
    ]);
    return { ...result, back: m.document.querySelector('select')?.selectedIndex, bare: p?.getAttributeNames() };
  });
  expect(seen).toEqual({
    text: '<i>&amp;',
    class: 'a "b"',
    odd: ['class', '@a', '[b]'],
    later: ['class=a "b"', '[b]=3'],
    title: 'new',
    value: ['typed more', 'a'],
    selected: 1,
    checked: true,
    mixed: true,
    viewport: { width: 500, height: 400 },
    focus: 5,
    url: 'https://shop.example/c',
    base: 'https://shop.example/base/',
    pointer: { x: 1.5, y: 2, state: 1 },
    back: 0,
    bare: ['class'],
  });
});

test('dialogs and popovers open and close, and an open attribute survives', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const m = viewer.mirror({
      html: '<html><body><dialog><button>b</button></dialog><div popover="manual">p</div></body></html>',
    });
    const dialog = m.document.querySelector('dialog') as HTMLDialogElement;
    const pop = m.document.querySelector('div') as HTMLElement;
    const state = () => [dialog.matches(':modal'), dialog.open, pop.matches(':popover-open')];
    const steps = [state()];
    m.patch([
      { kind: 'A', id: 3, name: 'open', value: '' },
      { kind: 'P', id: 3, what: 6, value: '1' },
      { kind: 'P', id: 6, what: 6, value: 'p' },
    ]);
    steps.push(state());
    m.patch([
      { kind: 'P', id: 3, what: 6, value: '' },
      { kind: 'P', id: 6, what: 6, value: '' },
    ]);
    steps.push(state());
    m.patch([{ kind: 'P', id: 3, what: 6, value: '1' }]);
    m.patch([
      { kind: 'A', id: 3, name: 'open', value: undefined },
      { kind: 'P', id: 3, what: 6, value: '' },
    ]);
    steps.push(state());
    return steps;
  });
  expect(seen).toEqual([
    [false, false, false],
    [true, true, true],
    [false, true, false],
    [false, false, false],
  ]);
});

test('a node that the edge masks becomes an empty box and its content dies', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const m = viewer.mirror({
      html: '<html><body><section class="card"><x-a><template shadowrootmode="open">SECRET</template></x-a><b>SECRET</b></section><i>shown</i></body></html>',
    });
    m.patch([{ kind: 'K', id: 3 }]);
    const section = m.document.querySelector('section') as Element;
    return {
      names: section.getAttributeNames(),
      children: section.childNodes.length,
      same: m.nodeOf(3) === section,
      dead: [4, 5, 6, 7, 8].map((id) => m.nodeOf(id) === undefined),
      page: m.document.documentElement.textContent,
      into: viewer.refusal(() => m.patch([viewer.insert(3, 0, 20, '<p></p>')])),
      attribute: viewer.refusal(() => m.patch([{ kind: 'A', id: 3, name: 'class', value: 'c' }])),
      dying: viewer.refusal(() => m.patch([{ kind: 'R', id: 7 }])),
      again: viewer.refusal(() => m.patch([{ kind: 'K', id: 3 }])),
      leaves: viewer.refusal(() => m.patch([{ kind: 'R', id: 3 }])),
    };
  });
  expect(seen).toEqual({
    names: ['data-coview-masked', 'style'],
    children: 0,
    same: true,
    dead: [true, true, true, true, true],
    page: 'shown',
    into: '3 into a placeholder',
    attribute: '3 on a placeholder',
    dying: 'none',
    again: 'none',
    leaves: 'none',
  });
});

test('ops that do not fit are refused, each for its reason', async ({ agent }) => {
  const seen = await agent.evaluate((html) => {
    const outcomes: Record<string, string> = {};
    const attempt = (name: string, ops: Parameters<InstanceType<typeof viewer.Mirror>['patch']>[0]): void => {
      const m = viewer.mirror({ html });
      outcomes[name] = viewer.refusal(() => m.patch(ops));
    };
    attempt('R unknown', [{ kind: 'R', id: 99 }]);
    attempt('R document', [{ kind: 'R', id: 0 }]);
    attempt('I under text', [viewer.insert(11, 0, 12, '<b></b>')]);
    attempt('I prev elsewhere', [viewer.insert(3, 10, 12, '<b></b>')]);
    attempt('I count', [{ kind: 'I', parent: 3, prev: 0, first: 12, count: 2, html: '<b></b>' }]);
    attempt('I count small', [{ kind: 'I', parent: 3, prev: 0, first: 12, count: 1, html: '<b><i></i></b>' }]);
    attempt('I nodes', [{ kind: 'I', parent: 3, prev: 0, first: 2_000_000, count: 1, html: '<b></b>' }]);
    attempt('I second root', [viewer.insert(0, 0, 12, '<html></html>')]);
    attempt('I text in document', [viewer.insert(0, 0, 12, 'text')]);
    attempt('M other parent', [{ kind: 'M', parent: 3, prev: 4, id: 11 }]);
    attempt('M itself', [{ kind: 'M', parent: 3, prev: 4, id: 4 }]);
    attempt('T on element', [{ kind: 'T', id: 3, text: 'x' }]);
    attempt('A on text', [{ kind: 'A', id: 11, name: 'class', value: 'x' }]);
    attempt('A own', [{ kind: 'A', id: 3, name: 'u:m', value: '' }]);
    attempt('A shadowrootmode', [{ kind: 'A', id: 3, name: 'shadowrootmode', value: 'open' }]);
    attempt('A odd', [{ kind: 'A', id: 3, name: 'Class', value: 'x' }]);
    attempt('P unknown', [{ kind: 'P', id: 3, what: 9, value: 'x' }]);
    attempt('G on a shown one', [{ kind: 'G', id: 3, w: 1, h: 1 }]);
    attempt('H on a list', [{ kind: 'H', id: 3, hashes: [] }]);
    attempt('X on text', [{ kind: 'X', id: 11, x: 0, y: 1 }]);
    return outcomes;
  }, BODY);
  expect(seen).toEqual({
    'R unknown': '3 unknown id',
    'R document': '3 can’t be removed',
    'I under text': '3 into a text',
    'I prev elsewhere': '3 prev is elsewhere',
    'I count': '2 count',
    'I count small': '2 count',
    'I nodes': '5 nodes',
    'I second root': '3 can’t be inserted',
    'I text in document': '2 text beside the root',
    'M other parent': '3 moved between parents',
    'M itself': '3 moved between parents',
    'T on element': '3 not a text',
    'A on text': '3 not an element',
    'A own': '3 attribute',
    'A shadowrootmode': '3 attribute',
    'A odd': '3 attribute',
    'P unknown': '3 property',
    'G on a shown one': '3 not a placeholder',
    'H on a list': '3 not a sheet',
    'X on text': '3 not an element',
  });
});

test('markup that is not canonical is refused and leaves the page as it was', async ({ agent }) => {
  const bad = [
    '<b>',
    '</b>',
    '<b></i>',
    '<b/>',
    '<br>',
    '<br></br>',
    '<B></B>',
    '<b a=b></b>',
    "<b a='b'></b>",
    '<b a="b" ></b>',
    '<b  a="b"></b>',
    '<b a></b>',
    '<b a="<"></b>',
    '<b a=">"></b>',
    '<!-- c -->',
    '<!DOCTYPE html>',
    '<?x?>',
    '<![CDATA[x]]>',
    '<!---->x',
    'x<!---->',
    'x<!----><!---->y',
    '<b></b><!---->x',
    '&lt',
    '&#60;',
    '&apos;',
    '&',
    '<style>x</style>',
    '<textarea>x</textarea>',
    '<title>x</title>',
    '<iframe>x</iframe>',
    '<style><b></b></style>',
    '<u-el></u-el>',
    '<b u:n="x"></b>',
    '<b u:x="1"></b>',
    '<b u:m="secret"></b>',
    '<b u:m="">x</b>',
    '<b u:m="" class="x"></b>',
    '<b u:w="1"></b>',
    '<b u:m="" u:w="1e3"></b>',
    '<b u:m=""><!--k1--><!--k1--></b>',
    '<b><!--k1--></b>',
    '<!--k1-->',
    '<b u:m=""><!--k0--></b>',
    '<b u:m=""><!--k01--></b>',
    '<template shadowrootmode="open"></template>',
    '<b>x<template shadowrootmode="open"></template></b>',
    '<b><template shadowrootmode="x"></template></b>',
    '<b><i shadowrootmode="open"></i></b>',
    '<b><template shadowrootmode="open" id="x"></template></b>',
    '<b',
    '<b a="',
    '<',
    '<b><template shadowrootmode="open"><template shadowrootmode="open"></template></template></b>',
    '<input><template shadowrootmode="open"></template></input>',
    '<1></1>',
    '<b\u00a0></b>',
  ];
  const seen = await agent.evaluate(
    ([html, list]) => {
      const accepted: string[] = [];
      const changed: string[] = [];
      for (const markup of list) {
        const m = viewer.mirror({ html });
        const before = m.document.documentElement.outerHTML;
        const why = viewer.refusal(() =>
          m.patch([{ kind: 'I', parent: 3, prev: 0, first: 12, count: viewer.count(markup), html: markup }]),
        );
        if (!why.startsWith('2 ')) accepted.push(`${markup}: ${why}`);
        if (m.document.documentElement.outerHTML !== before) changed.push(markup);
        m.document.defaultView?.frameElement?.remove();
      }
      return { accepted, changed };
    },
    [BODY, bad] as const,
  );
  expect(seen).toEqual({ accepted: [], changed: [] });
});

test('a page nested thousands deep is built, patched and forgotten without recursion', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const depth = 3900;
    const m = viewer.mirror({ html: `<html><body>${'<i>'.repeat(depth)}x${'</i>'.repeat(depth)}</body></html>` });
    const nodes = m.nodes;
    m.patch([{ kind: 'R', id: 3 }]);
    return [
      nodes,
      m.nodes,
      viewer.refusal(() => viewer.mirror({ html: `${'<i>'.repeat(4001)}${'</i>'.repeat(4001)}` })),
    ];
  });
  expect(seen).toEqual([3903, 2, '2 depth']);
});

test('names in the page that hide the DOM’s own change nothing', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const own = (proto: object) => Object.getOwnPropertyNames(proto);
    const ofNodes = [...own(Node.prototype), ...own(Element.prototype), ...own(HTMLElement.prototype)];
    const inputs = ofNodes.map((name) => `<input name="${name}"/>`.replace(/u:/g, '')).join('');
    const images = [...own(Document.prototype), ...own(Node.prototype)]
      .map((name) => `<img name="${name}"/><form name="${name}"></form>`)
      .join('');
    const html = `<html><body>${images}<form id="f">${inputs}<p>t</p></form><b>after</b></body></html>`;
    const m = viewer.mirror({ html, scrolls: [{ id: 0, x: 0, y: 1 }] });
    const last = m.parts.ids.last;
    const b = last - 1;
    const p = b - 2;
    const form = p - ofNodes.length - 1;
    const clobbered = (m.nodeOf(form) as HTMLFormElement).firstChild !== null && typeof m.document.createElement;
    const why = viewer.refusal(() => {
      m.patch([
        viewer.insert(form, p, last + 1, '<i>new</i><style></style>'),
        viewer.insert(p, 0, last + 4, '<u></u>'),
        { kind: 'M', parent: form, prev: 0, id: p },
        { kind: 'A', id: form, name: 'class', value: 'c' },
        { kind: 'H', id: 0, hashes: ['aaaaaaaaaaaaaaaa'] },
        { kind: 'X', id: form, x: 0, y: 1 },
        { kind: 'T', id: p + 1, text: 'changed' },
        { kind: 'K', id: p },
      ]);
      m.patch([{ kind: 'R', id: form }]);
      m.snapshot(viewer.snapshot({ html: '<html><body>again</body></html>' }));
    });
    return { clobbered, why, form: typeof m.nodeOf(form), text: m.nodeOf(3)?.nodeValue, nodes: m.nodes };
  });
  expect(seen).toEqual({ clobbered: 'object', why: 'none', form: 'undefined', text: 'again', nodes: 3 });
});
