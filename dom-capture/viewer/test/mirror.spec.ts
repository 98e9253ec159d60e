import { expect, test } from './support/fixture';

test('a mirror refuses any document but that of an inert frame', async ({ agent }) => {
  const refusals = await agent.evaluate(() => {
    const tried: string[] = [];
    const attempt = (document: Document | null): void => {
      try {
        if (document) new viewer.Mirror(document);
        tried.push('built');
      } catch (error) {
        tried.push((error as Error).message);
      }
    };
    attempt(document);
    const frame = document.createElement('iframe');
    document.body.append(frame);
    attempt(frame.contentDocument);
    const scripted = document.createElement('iframe');
    scripted.setAttribute('sandbox', 'allow-same-origin allow-scripts');
    document.body.append(scripted);
    attempt(scripted.contentDocument);
    attempt(document.implementation.createHTMLDocument());
    attempt(viewer.createFrame(document.body).contentDocument);
    return tried;
  });
  expect(refusals.slice(0, 4).every((one) => one.includes('sandbox="allow-same-origin"'))).toBe(true);
  expect(refusals[4]).toBe('built');
});

test('trees that no HTML parser yields arrive as they are', async ({ agent }) => {
  const html =
    '<html><head><title u:t="T &lt;b&gt;"></title></head><body>' +
    '<a href="/x"><a href="/y">nested</a></a><p><div>in p</div></p><table><tr><td>no tbody</td></tr></table>' +
    'one<!---->two<!--0--><u-el u:n="br">in br</u-el><u-el u:n="Foo[x]"></u-el><u-el u:n="script"></u-el>' +
    '<svg viewbox="0 0 1 1"><lineargradient gradientunits="x"></lineargradient><foreignobject><p>h</p></foreignobject>' +
    '<use xlink:href="#a"/></svg><math definitionurl="d"><mi>x</mi></math>'.replace(
      '<use xlink:href="#a"/>',
      '<use xlink:href="#a"></use>',
    ) +
    '<svg u:ns="h"></svg><x u:ns="urn:y" u:px="p"></x><i u:a="@click\u001fgo()\u001eUpper\u001fU"></i></body></html>';
  const seen = await agent.evaluate((markup) => {
    const { document, parts } = viewer.mirror({ html: markup });
    const all = [...document.querySelectorAll('body *')];
    return {
      outline: all.map((e) => `${e.prefix ? `${e.prefix}:` : ''}${e.localName}@${e.namespaceURI?.split('/').pop()}`),
      texts: [...document.body.childNodes].filter((n) => n.nodeType === 3).map((n) => n.nodeValue),
      nested: document.querySelector('a > a')?.textContent,
      inP: document.querySelector('p > div')?.textContent,
      row: document.querySelector('table > tr > td')?.textContent,
      title: document.title,
      svg: document.querySelector('svg')?.getAttributeNames(),
      xlink: document.querySelector('use')?.getAttributeNodeNS('http://www.w3.org/1999/xlink', 'href')?.value,
      math: document.querySelector('math')?.getAttributeNames(),
      odd: [...(document.querySelector('i')?.attributes ?? [])].map((a) => [a.name, a.value]),
      last: parts.ids.last,
    };
  }, html);
  expect(seen.outline).toEqual([
    'a@xhtml',
    'a@xhtml',
    'p@xhtml',
    'div@xhtml',
    'table@xhtml',
    'tr@xhtml',
    'td@xhtml',
    'br@xhtml',
    'Foo[x]@xhtml',
    'script@xhtml',
    'svg@svg',
    'linearGradient@svg',
    'foreignObject@svg',
    'p@xhtml',
    'use@svg',
    'math@MathML',
    'mi@MathML',
    'svg@xhtml',
    'p:x@urn:y',
    'i@xhtml',
  ]);
  expect(seen).toMatchObject({
    texts: ['one', 'two', ''],
    nested: 'nested',
    inP: 'in p',
    row: 'no tbody',
    title: 'T <b>',
    svg: ['viewBox'],
    xlink: '#a',
    math: ['definitionURL'],
    odd: [
      ['@click', 'go()'],
      ['Upper', 'U'],
    ],
  });
  expect(seen.last).toBe(33);
});

test('ids are pre-order, with shadow roots before light children and skipped ids left out', async ({ agent }) => {
  const names = await agent.evaluate(() => {
    const m = viewer.mirror({
      html:
        '<html><body><x-a><template shadowrootmode="closed"><b>s</b></template>light</x-a>' +
        '<div u:m=""><!--k3--></div><p>after</p></body></html>',
    });
    return Array.from({ length: m.parts.ids.last + 1 }, (_, id) => {
      const node = m.nodeOf(id);
      return node ? node.nodeName : 'none';
    });
  });
  expect(names).toEqual([
    '#document',
    'HTML',
    'BODY',
    'X-A',
    '#document-fragment',
    'B',
    '#text',
    '#text',
    'DIV',
    'none',
    'none',
    'none',
    'P',
    '#text',
  ]);
});

for (const [name, doctype, quirks, mode, publicId] of [
  ['no doctype is quirks mode', undefined, true, 'BackCompat', undefined],
  ['the HTML doctype is standards mode', { name: 'html', public: '', system: '' }, false, 'CSS1Compat', ''],
  [
    'an old doctype keeps its identifiers',
    { name: 'html', public: '-//W3C//DTD HTML 3.2//EN', system: '' },
    true,
    'BackCompat',
    '-//W3C//DTD HTML 3.2//EN',
  ],
] as const) {
  test(`${name}`, async ({ agent }) => {
    const seen = await agent.evaluate(
      ([type, isQuirks]) => {
        const { document } = viewer.mirror({ html: '<html><body></body></html>', doctype: type, quirks: isQuirks });
        return [document.compatMode, document.doctype?.publicId, document.documentElement.outerHTML];
      },
      [doctype, quirks] as const,
    );
    expect(seen).toEqual([mode, publicId, '<html><body></body></html>']);
  });
}

test('live state shows where it differs from the attributes', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const { document } = viewer.mirror({
      html:
        '<html><body><input value="d" u:v="live"/><input type="checkbox" checked="" u:c="0"/><input type="checkbox" u:ind="1"/>' +
        '<textarea u:v="a&#10;b"></textarea>'.replace('&#10;', '\n') +
        '<input type="radio" name="r" id="b" checked=""/><input type="radio" name="r" id="a" checked="" u:c="0"/>' +
        '<select id="one"><option>x</option><option u:s="1">y</option></select>' +
        '<select id="none"><option>x</option></select>' +
        '<select id="many" multiple=""><option selected="" u:s="0">x</option><option u:s="1">y</option></select>' +
        '<dialog id="d" open="" u:modal="1"><p>hi</p></dialog><div popover="auto" id="p" u:modal="p">pop</div></body></html>',
    });
    const by = (id: string) => document.getElementById(id);
    const fields = document.querySelectorAll('input');
    return {
      value: [fields[0]?.value, fields[0]?.getAttribute('value')],
      checked: [fields[1]?.checked, fields[1]?.hasAttribute('checked')],
      indeterminate: fields[2]?.indeterminate,
      area: document.querySelector('textarea')?.value,
      radios: [(by('b') as HTMLInputElement).checked, (by('a') as HTMLInputElement).checked],
      selects: ['one', 'none'].map((id) => (by(id) as HTMLSelectElement).selectedIndex),
      many: [...(by('many') as HTMLSelectElement).options].map((o) => o.selected),
      modal: by('d')?.matches(':modal'),
      popover: by('p')?.matches(':popover-open'),
    };
  });
  expect(seen).toEqual({
    value: ['live', 'd'],
    checked: [false, true],
    indeterminate: true,
    area: 'a\nb',
    radios: [true, false],
    selects: [1, -1],
    many: [false, true],
    modal: true,
    popover: true,
  });
});

test('sheets of style, link, document and shadow root apply, whether they come before or after', async ({
  agent,
  edge,
}) => {
  const seen = await agent.evaluate(async (assets) => {
    const m = viewer.mirror(
      {
        html:
          '<html><head><style></style><link rel="stylesheet" href="/late.css"/></head><body><b>b</b><i>i</i><u>u</u>' +
          '<x-h><template shadowrootmode="open"><s>s</s></template></x-h></body></html>',
        sheets: [
          { id: 3, hash: 'aaaaaaaaaaaaaaaa' },
          { id: 4, hash: 'bbbbbbbbbbbbbbbb' },
        ],
        adopted: [
          { root: 0, hashes: ['cccccccccccccccc'] },
          { root: 13, hashes: ['dddddddddddddddd'] },
        ],
      },
      { assets: `${assets}/v1/assets/T` },
    );
    const color = (selector: string, root: ParentNode = m.document) => {
      const found = root.querySelector(selector);
      return found ? getComputedStyle(found).color : 'missing';
    };
    const before = color('b');
    m.sheet('aaaaaaaaaaaaaaaa', 'https://shop.example/', 'b{color:rgb(1,0,0)}');
    m.sheet('bbbbbbbbbbbbbbbb', 'https://shop.example/', 'i{color:rgb(2,0,0)}');
    m.sheet('cccccccccccccccc', 'https://shop.example/', 'u{color:rgb(3,0,0)}');
    m.sheet('dddddddddddddddd', 'https://shop.example/', 's{color:rgb(4,0,0)}');
    while (m.pendingSheets > 0) await new Promise(requestAnimationFrame);
    const host = m.document.querySelector('x-h');
    return {
      before,
      after: [color('b'), color('i'), color('u'), host?.shadowRoot ? color('s', host.shadowRoot) : ''],
      href: m.document.querySelector('link')?.getAttribute('href')?.slice(0, 5),
      original: m.original(m.document.querySelector('link') as Element, 'href'),
    };
  }, edge.url);
  expect(seen).toEqual({
    before: 'rgb(0, 0, 0)',
    after: ['rgb(1, 0, 0)', 'rgb(2, 0, 0)', 'rgb(3, 0, 0)', 'rgb(4, 0, 0)'],
    href: 'blob:',
    original: '/late.css',
  });
});

test('a link without a known sheet waits, and is loaded through the edge once the page says so', async ({
  agent,
  edge,
}) => {
  const color = await agent.evaluate(async (assets) => {
    const m = viewer.mirror(
      {
        html: '<html><head><link rel="stylesheet" href="coview:AAAAAAAAAAAAAAAAAAAAAA:../x.css?a=1&amp;b"/></head><body><p>t</p></body></html>',
      },
      { assets: `${assets}/v1/assets/T` },
    );
    if (m.document.querySelector('link')?.hasAttribute('href')) return 'did not wait';
    m.patch([{ kind: 'H', id: 3, hashes: [] }]);
    while (m.pendingSheets > 0) await new Promise(requestAnimationFrame);
    return getComputedStyle(m.document.querySelector('p') as Element).color;
  }, edge.url);
  expect(color).toBe('rgb(1, 2, 3)');
  expect(edge.asked).toContain(
    `/v1/assets/T/${'A'.repeat(22)}?url=${encodeURIComponent('https://shop.example/x.css?a=1&b')}`,
  );
});

test('custom elements that the page defined match :defined', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const { document } = viewer.mirror({
      html: '<html><body><x-known></x-known><x-other></x-other></body></html>',
      custom: ['x-known', 'not valid'],
    });
    return [...document.querySelectorAll(':not(:defined)')].map((e) => e.localName);
  });
  expect(seen).toEqual(['x-other']);
});

test('scroll positions are reached once layout allows them', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const m = viewer.mirror({
      html: '<html><head><style></style></head><body><div id="in"><p>x</p></div><footer></footer></body></html>',
      sheets: [{ id: 3, hash: 'aaaaaaaaaaaaaaaa' }],
      scrolls: [
        { id: 0, x: 0, y: 700 },
        { id: 5, x: 0, y: 120 },
      ],
    });
    const inner = m.document.getElementById('in');
    const before = [m.document.scrollingElement?.scrollTop, inner?.scrollTop];
    m.sheet(
      'aaaaaaaaaaaaaaaa',
      'https://shop.example/',
      'html{scroll-behavior:smooth}#in{height:100px;overflow:auto}p{height:400px}footer{height:3000px}',
    );
    m.settle();
    return { before, after: [m.document.scrollingElement?.scrollTop, inner?.scrollTop] };
  });
  expect(seen).toEqual({ before: [0, 0], after: [700, 120] });
});

test('a masked part is an empty hatched box of its size and bears nothing of the page', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const m = viewer.mirror({
      html: '<html><body><span u:m="" u:w="120" u:h="30"></span><input u:m="" u:w="80" u:h="20"/><div u:m=""></div></body></html>',
    });
    const [span, input, div] = [...m.document.body.children] as HTMLElement[];
    if (!span || !input || !div) return undefined;
    const box = (e: Element) => [e.getBoundingClientRect().width, e.getBoundingClientRect().height];
    const first = { span: box(span), input: box(input), div: box(div), names: span.getAttributeNames() };
    m.patch([{ kind: 'G', id: 5, w: 40, h: 10 }]);
    return { ...first, grown: box(div), masked: m.isMasked(span), count: m.masked, body: m.isMasked(m.document.body) };
  });
  expect(seen).toEqual({
    span: [120, 30],
    input: [80, 20],
    div: [0, 0],
    names: ['data-coview-masked', 'style'],
    grown: [40, 10],
    masked: true,
    count: 3,
    body: false,
  });
});
