import { expect, test } from './support/fixture';

/** Everything that can make a browser load something, with `E` for the address of an elsewhere. */
const LOADERS = [
  '<img src="E/img"/>',
  '<img srcset="E/srcset1 1x, E/srcset2 2x"/>',
  '<img src="E/lazy" loading="lazy"/>',
  '<picture><source srcset="E/source"/><img src="E/fallback"/></picture>',
  '<img lowsrc="E/low" dynsrc="E/dyn"/>',
  '<img src="E/cors" crossorigin="use-credentials"/>',
  '<img src="E/attribution" attributionsrc="E/register"/>',
  '<input type="image" src="E/input"/>',
  '<video src="E/video" autoplay="" preload="auto"></video>',
  '<video poster="E/poster"></video>',
  '<video><source src="E/videosource"/></video>',
  '<audio src="E/audio" preload="auto"></audio>',
  '<video><track src="E/track" default="" kind="captions"/></video>',
  '<iframe src="E/frame"></iframe>',
  '<iframe srcdoc="&lt;img src=E/srcdoc&gt;"></iframe>',
  '<frame src="E/oldframe"></frame>',
  '<embed src="E/embed"/>',
  '<object data="E/object"></object>',
  '<applet code="E/applet" codebase="E/" archive="E/a.jar"></applet>',
  '<link rel="stylesheet" href="E/link.css"/>',
  '<link rel="alternate stylesheet" href="E/alternate.css" title="x"/>',
  '<link rel="preload" href="E/preload" as="image"/>',
  '<link rel="preload" as="image" imagesrcset="E/imagesrcset 1x"/>',
  '<link rel="modulepreload" href="E/module"/>',
  '<link rel="prefetch" href="E/prefetch"/>',
  '<link rel="preconnect" href="E"/>',
  '<link rel="dns-prefetch" href="E"/>',
  '<link rel="prerender" href="E/prerender"/>',
  '<link rel="icon" href="E/icon"/>',
  '<link rel="apple-touch-icon" href="E/touch"/>',
  '<link rel="manifest" href="E/manifest"/>',
  '<link rel="search" href="E/search"/>',
  '<link rel="expect" href="E/expect" blocking="render"/>',
  '<meta http-equiv="refresh" content="0;url=E/refresh"/>',
  '<meta http-equiv="Refresh" content="0; E/refresh2"/>',
  '<meta http-equiv="Link" content="E/metalink; rel=stylesheet"/>',
  '<base href="E/base/"/>',
  '<img src="relative"/>',
  '<u-el u:n="script" src="E/script"></u-el>',
  '<u-el u:n="script" type="module" src="E/script.mjs"></u-el>',
  '<u-el u:n="script" type="speculationrules">{"prefetch":[{"source":"list","urls":["E/spec"]}]}</u-el>',
  '<u-el u:n="style">@import "E/import.css"; b{background:url(E/stylebg)}<b></b></u-el>',
  '<body background="E/bodybg"></body>',
  '<table background="E/tablebg"><tr background="E/trbg"><td background="E/tdbg"></td></tr></table>',
  '<div style="background:url(E/style)"></div>',
  '<div style="background:u\\72l(E/escaped)"></div>',
  '<div style="background:image-set(&quot;E/set&quot; 1x)"></div>',
  '<div style="background:-webkit-image-set(url(E/wset) 1x)"></div>',
  '<div style="list-style-image:url(&quot;E/list&quot;);display:list-item"></div>',
  '<div style="border-image:url(E/border) 1;border:1px solid"></div>',
  '<div style="cursor:url(E/cursor),auto"></div>',
  '<div style="content:url(E/content)"></div>',
  '<div style="mask:url(E/mask.svg#m)"></div>',
  '<div style="clip-path:url(E/clip.svg#c)"></div>',
  '<div style="filter:url(E/filter.svg#f)">x</div>',
  '<div style="shape-outside:url(E/shape);float:left"></div>',
  '<div style="--x:url(E/var);background:var(--x)"></div>',
  '<svg><image href="E/svgimage" width="9" height="9"></image></svg>',
  '<svg><image xlink:href="E/svgxlink" width="9" height="9"></image></svg>',
  '<svg><use href="E/use.svg#a"></use></svg>',
  '<svg><feimage href="E/feimage"></feimage></svg>',
  '<svg><filter id="fi"><feimage xlink:href="E/fe2"></feimage></filter><rect filter="url(#fi)" width="9" height="9"></rect></svg>',
  '<svg><rect fill="url(E/fill.svg#p)" width="9" height="9"></rect></svg>',
  '<svg><rect mask="url(E/svgmask.svg#m)" width="9" height="9"></rect></svg>',
  '<svg><u-el u:n="script" href="E/svgscript"></u-el></svg>',
  '<svg><style></style></svg>',
  '<svg><image width="9" height="9"><set attributename="href" to="E/smil"></set></image></svg>',
  '<svg><image width="9" height="9"><animate attributename="href" values="E/smil1;E/smil2" dur="1s"></animate></image></svg>',
  '<svg><foreignobject><img src="E/foreign"/></foreignobject></svg>',
  '<a href="E/anchor" ping="E/ping">a</a>',
  '<form action="E/form"><button>b</button></form>',
  '<x-e><template shadowrootmode="open"><img src="E/shadow"/><link rel="stylesheet" href="E/shadow.css"/></template></x-e>',
  '<portal src="E/portal"></portal>',
  '<fencedframe src="E/fenced"></fencedframe>',
  '<img u:a="SRC\u001fE/upper"/>',
  '<img u:a="src\u001fE/odd"/>',
  '<image src="E/image"></image>',
  '<bgsound src="E/bgsound"/>',
  '<html manifest="E/appcache"></html>',
  '<img src="//HOST/protocolrelative"/>',
];

const CSS = `@import url("E/css-import.css"); @import 'E/css-import2.css' screen; @font-face { font-family: f; src: url(E/font.woff2) }
body { font-family: f; background: url( 'E/css-bg' ) } p::before { content: url(E/css-content) } b { background: image-set('E/css-set' 1x) }
i { background: u\\72l(E/css-escaped) } u { background: URL(E/css-upper) } s { mask-image: url(relative-css) } @supports (x: url(E/no)) { }
html { background-image: cross-fade(url(E/fade), url(E/fade2)) } em { background: src("E/src") }`;

const CODE = 'A'.repeat(22);
const MARK = `coview:${CODE}:`;
const ASSET = `/v1/assets/T/${CODE}?url=`;

test('a page with every kind of loader makes the agent’s browser contact the edge alone', async ({
  agent,
  edge,
  elsewhere,
}) => {
  const foreign: string[] = [];
  agent.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && protocol !== 'about:' && origin !== edge.url)
      foreign.push(request.url());
  });
  const host = new URL(elsewhere.url).host;
  const fill = (text: string) =>
    text
      .replaceAll('E/', `${MARK}${elsewhere.url}/`)
      .replaceAll('"E"', `"${MARK}${elsewhere.url}"`)
      .replaceAll('//HOST', `${MARK}//${host}`);
  const html = `<html><head><style></style></head><body>${LOADERS.map(fill).join('')}<p>p</p><b>b</b><i>i</i><u>u</u><s>s</s><em>e</em></body></html>`;
  await agent.evaluate(
    async ([markup, css, address]) => {
      const m = viewer.mirror(
        {
          html: markup,
          sheets: [{ id: 3, hash: 'aaaaaaaaaaaaaaaa' }],
          adopted: [{ root: 0, hashes: ['bbbbbbbbbbbbbbbb'] }],
        },
        { assets: `${address}/v1/assets/T` },
      );
      m.sheet('aaaaaaaaaaaaaaaa', 'http://127.0.0.1:9/', css);
      m.sheet('bbbbbbbbbbbbbbbb', 'http://127.0.0.1:9/', css);
      const ops = [
        ...m.document.querySelectorAll('link'),
        ...(m.document.querySelector('x-e')?.shadowRoot?.querySelectorAll('link') ?? []),
      ].map((e) => ({
        kind: 'H' as const,
        id: m.idOf(e) ?? 0,
        hashes: [],
      }));
      m.patch(ops); // "load it by its URL"
      m.patch([
        viewer.insert(
          m.idOf(m.document.body) ?? 0,
          0,
          m.parts.ids.last + 1,
          markup.slice(markup.indexOf('<body>') + 6, markup.indexOf('</body></html>')),
        ),
      ]);
      m.document.body.getBoundingClientRect();
      for (const media of m.document.querySelectorAll('video, audio')) (media as HTMLMediaElement).load();
    },
    [html, fill(CSS), edge.url] as const,
  );
  // The last things asked for are there once a later image of the edge's is.
  await agent.evaluate(async () => {
    for (let i = 0; i < 3; i++) {
      await new Promise((done) => {
        const image = new Image();
        image.onload = done;
        image.onerror = done;
        image.src = `/after${i}.png`;
      });
      await new Promise(requestAnimationFrame);
    }
    while (
      [...document.querySelectorAll('iframe')].some((f) =>
        [...(f.contentDocument?.images ?? [])].some((i) => !i.complete),
      )
    ) {
      await new Promise(requestAnimationFrame);
    }
  });
  expect(foreign).toEqual([]);
  expect(elsewhere.connections()).toBe(0);
  expect(elsewhere.asked).toEqual([]);
  const assets = edge.asked
    .filter((path) => path.startsWith(ASSET))
    .map((path) => decodeURIComponent(path.slice(ASSET.length)));
  const byEdge = (name: string) => assets.includes(`${elsewhere.url}/${name}`);
  expect(
    [
      'img',
      'srcset1',
      'source',
      'input',
      'poster',
      'link.css',
      'style',
      'css-bg',
      'font.woff2',
      'css-import.css',
      'svgimage',
      'shadow',
      'tdbg',
      'set',
      'shadow.css',
    ].filter((name) => !byEdge(name)),
  ).toEqual([]);
  const others = edge.asked.filter((path) => !path.startsWith(ASSET) && !/^\/(after\d\.png|viewer\.js)?$/.test(path));
  expect(others).toEqual([]); // nothing relative was resolved against the edge either
});

test('an address that the edge did not mark is not asked for at all', async ({ agent, edge, elsewhere }) => {
  const fill = (text: string) => text.replaceAll('E/', `${elsewhere.url}/`);
  await agent.evaluate(
    async ([markup, css, address]) => {
      const html = `<html><head><style></style></head><body>${markup}</body></html>`;
      const assets = `${address}/v1/assets/T`;
      const m = viewer.mirror({ html, sheets: [{ id: 3, hash: 'aaaaaaaaaaaaaaaa' }] }, { assets });
      m.sheet('aaaaaaaaaaaaaaaa', 'http://127.0.0.1:9/', css);
      const links = [...m.document.querySelectorAll('link')];
      m.patch(links.map((link) => ({ kind: 'H' as const, id: m.idOf(link) ?? 0, hashes: [] })));
      m.document.body.getBoundingClientRect();
      await new Promise(requestAnimationFrame);
    },
    [LOADERS.map(fill).join(''), fill(CSS), edge.url] as const,
  );
  await agent.evaluate(() => fetch('/after0.png'));
  expect(elsewhere.connections()).toBe(0);
  expect(edge.asked.filter((path) => path.startsWith('/v1/assets/'))).toEqual([]);
});

test('the policy alone keeps what slips through from loading, also after the page was rebuilt', async ({
  agent,
  elsewhere,
}) => {
  const blocked = await agent.evaluate(async (address) => {
    const m = viewer.mirror({ html: '<html><body></body></html>' });
    m.snapshot(viewer.snapshot({ html: '<html><head></head><body>again</body></html>' }));
    const { document: page } = m;
    const left = page.querySelectorAll('meta').length;
    const outcomes: string[] = [`${left} meta`];
    for (const make of [
      () => Object.assign(page.createElement('img'), { src: `${address}/img` }),
      () => Object.assign(page.createElement('link'), { rel: 'stylesheet', href: `${address}/link.css` }),
      () => Object.assign(page.createElement('video'), { src: `${address}/video` }),
    ]) {
      const element = make();
      const loaded = new Promise((done) => {
        for (const name of ['load', 'error', 'loadeddata']) element.addEventListener(name, () => done(name));
      });
      page.body.append(element);
      outcomes.push(`${element.localName} ${await loaded}`);
    }
    return outcomes;
  }, elsewhere.url);
  expect(blocked).toEqual(['0 meta', 'img error', 'link error', 'video error']);
  expect(elsewhere.connections()).toBe(0);
});

test('the same page in an ordinary document does contact elsewhere', async ({ agent, elsewhere }) => {
  await agent.evaluate(async (address) => {
    const frame = document.createElement('iframe');
    frame.srcdoc = `<img src="${address}/img"><div style="background:url(${address}/style)">x</div><link rel=preconnect href="${address}">`;
    document.body.append(frame);
    await new Promise((done) => frame.addEventListener('load', done));
  }, elsewhere.url);
  expect(elsewhere.asked).toContain('/img');
});

test('nothing in a mirrored page runs or navigates', async ({ agent }) => {
  const errors: string[] = [];
  agent.on('pageerror', (error) => errors.push(error.message));
  agent.on('dialog', (dialog) => void dialog.dismiss().then(() => errors.push('dialog')));
  const seen = await agent.evaluate(async () => {
    const ran: string[] = [];
    Object.assign(globalThis, { ran: (what: string) => ran.push(what) });
    const code = 'parent.ran(1);top.ran(2);ran(3)';
    const m = viewer.mirror({
      html:
        `<html onload="${code}"><head><u-el u:n="script">${code}</u-el><meta http-equiv="refresh" content="0;url=javascript:${code}"/></head>` +
        `<body onload="${code}" onclick="${code}"><img src="x" onerror="${code}"/><a id="a" href="javascript:${code}">a</a>` +
        `<a id="b" href=" Java\tScript:${code}">b</a><svg onload="${code}"><a id="c" xlink:href="javascript:${code}"><text>c</text></a>` +
        `<animate onbegin="${code}" attributename="x" dur="1s"></animate><set attributename="href" to="javascript:${code}"></set></svg>` +
        `<form id="f" action="javascript:${code}"><button formaction="javascript:${code}">go</button></form>` +
        `<iframe src="javascript:${code}" srcdoc="&lt;script&gt;${code}&lt;/script&gt;"></iframe><details ontoggle="${code}" open=""></details>` +
        `<input autofocus="" onfocus="${code}"/><i u:a="ONCLICK\u001f${code}\u001eonpointerover\u001f${code}">i</i><b id="plain" href="#">b</b>` +
        `<a id="away" href="/console/" target="_top">away</a></body></html>`,
    });
    m.patch([
      { kind: 'A', id: 5, name: 'onclick', value: code },
      { kind: 'A', id: 8, name: 'href', value: `javascript:${code}` },
    ]);
    const { document: page } = m;
    for (const element of page.querySelectorAll('*')) (element as HTMLElement).click?.();
    await new Promise((done) => setTimeout(done, 50));
    const handlers = [...page.querySelectorAll('*')]
      .flatMap((e) => e.getAttributeNames())
      .filter((n) => /^on/i.test(n));
    return {
      ran,
      handlers,
      links: ['a', 'b', 'c'].map((id) => page.getElementById(id)?.getAttributeNames().join()),
      original: m.original(page.getElementById('a') as Element, 'href')?.slice(0, 11),
      script: page.querySelector('script')?.textContent,
      here: page.defaultView?.location.href === location.href || page.defaultView?.location.href === 'about:blank',
      top: location.pathname,
      frames: page.querySelector('iframe')?.getAttributeNames(),
    };
  });
  expect(seen).toEqual({
    ran: [],
    handlers: [],
    links: ['id', 'id', 'id'],
    original: 'javascript:',
    script: '',
    here: true,
    top: '/',
    frames: [],
  });
  expect(errors).toEqual([]);
});

test('addresses are resolved as the page does, and only marked ones reach the edge', async ({ agent }) => {
  const seen = await agent.evaluate(() => {
    const links = new viewer.Links('https://edge.example/v1/assets/T');
    links.base = 'https://shop.example/a/b?c';
    const mark = `coview:${'A'.repeat(22)}:`;
    const asset = (url: string) =>
      links.asset(/^(#|$|data:)/i.test(url) ? url : mark + url)?.replace(/^https:.*?\?url=/, 'EDGE ');
    return [
      ...[
        'x.png',
        '/x',
        '//cdn.example/y',
        '?q=1&r',
        ' https://a.example/ ',
        '#frag',
        '',
        'sprite.svg#a',
        'data:,x',
        'DATA:,x',
      ].map(asset),
      ...['javascript:1', 'https://shop.example/x', 'x.png', 'about:blank', 'coview:short:x'].map((url) =>
        links.asset(url),
      ),
      asset('http://['),
      links.srcset(`${mark}a.png 1x, ${mark}b,c.png 2x,data:,z 3x,  ${mark}/d.png, unmarked.png 4x`),
      links.srcset(',,'),
    ];
  });
  const to = (url: string) => `EDGE ${encodeURIComponent(url)}`;
  const full = (url: string) => `https://edge.example${ASSET}${encodeURIComponent(url)}`;
  expect(seen).toEqual([
    to('https://shop.example/a/x.png'),
    to('https://shop.example/x'),
    to('https://cdn.example/y'),
    to('https://shop.example/a/b?q=1&r'),
    to('https://a.example/'),
    '#frag',
    '',
    `${to('https://shop.example/a/sprite.svg')}#a`,
    'data:,x',
    'DATA:,x',
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    `${full('https://shop.example/a/a.png')} 1x, ${full('https://shop.example/a/b,c.png')} 2x, data:,z 3x, ${full('https://shop.example/d.png')}`,
    '',
  ]);
});

test('style text keeps its meaning while its addresses change', async ({ agent }) => {
  const cases: [string, string][] = [
    ['a{background:url(x)}', 'a{background:url("[x]")}'],
    ["a{background:url( 'x y' )}", 'a{background:url("[x y]")}'],
    ['a{background:url(a\\29 b)}', 'a{background:url("[a)b]")}'],
    ['/* url(x) */a{}', '/* url(x) */a{}'],
    ['a{content:"url(x)"}', 'a{content:"url(x)"}'],
    ['@import "x" screen;', '@import "[x]" screen;'],
    ['@import/**/url(x);', '@import/**/url("[x]");'],
    ['@namespace svg url(http://x/);a{b:url(y)}', '@namespace svg url(http://x/);a{b:url("[y]")}'],
    [
      'a{b:image-set("x" 1x, url(y) 2x type("image/avif"))}c{d:"z"}',
      'a{b:image-set("[x]" 1x, url("[y]") 2x type("image/avif"))}c{d:"z"}',
    ],
    ['a{b:myurl(x)}', 'a{b:myurl(x)}'],
    ['a{b:url()}', 'a{b:url()}'],
    ['a{b:url(x', 'a{b:url(x'],
    ['a{b:url("un)}c{d:url(y)}', 'a{b:url("un)}c{d:url(y)}'],
    ['a{b:"un\n}c{d:url(y)}', 'a{b:"un\n}c{d:url("[y]")}'],
    ['a{b:u\\72l(x)}', 'a{b:url("[x]")}'],
    ['a{b:\\55 \\r\\00006c(x)}', 'a{b:url("[x]")}'],
    ['@\\69mport "x";', '@\\69mport "[x]";'],
    ['a{b:URL(x)}', 'a{b:url("[x]")}'],
    ['a{b:url(nope)}', 'a{b:url("about:invalid")}'],
  ];
  const seen = await agent.evaluate(
    (list) => list.map((text) => viewer.rewriteCss(text, (url) => (url === 'nope' ? undefined : `[${url}]`))),
    cases.map(([from]) => from),
  );
  expect(seen).toEqual(cases.map(([, to]) => to));
});

test('hostile style text is rewritten in linear time', async ({ agent }) => {
  const spent = await agent.evaluate(() => {
    const start = performance.now();
    for (const piece of ['url(', '/*', '"\\', '@import/**/', 'url("', 'image-set(', '((((', "'", 'url(a b ']) {
      viewer.rewriteCss(`url(x)${piece.repeat(20_000)}`, () => 'x');
    }
    return performance.now() - start;
  });
  expect(spent).toBeLessThan(4_000);
});
