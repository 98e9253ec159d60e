// The comparison of trees is what most tests here stand on: it must see every kind of difference.
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { sameTree, waitSame } from '../harness/same.ts';

const PAGE = `<!doctype html><html lang="en"><head><title>Two pages</title><style>p { color: red }</style></head><body>
<!-- comments are not compared --><p id="text" class="a">one <b>two</b> three</p>
<input id="field" value="start"><input id="box" type="checkbox"><textarea id="area">words</textarea>
<select id="choice"><option>1<option selected>2<option>3</select>
<svg viewBox="0 0 1 1"><circle id="dot" r="1"/></svg><div id="host"></div>
<div id="scroller" style="height:40px;overflow:auto"><div style="height:400px"></div></div>
<dialog id="dialog">d</dialog><script id="script">window.ran = 1</script>
<div class="no-upscope" id="hidden">secret</div><input id="card" autocomplete="cc-number"><input id="plain">
<iframe id="frame" src="about:blank"></iframe><a id="link" href="/there">x</a>
</body></html>`;

const FILL = (): void => {
  const root = document.querySelector('#host')?.attachShadow({ mode: 'open' });
  if (!root) throw new Error('no host');
  root.innerHTML = '<i>in <u>the</u> shadow</i>';
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('i { color: blue }');
  root.adoptedStyleSheets = [sheet];
};

let context: BrowserContext;
let visitor: Page;
let agent: Page;

test.beforeAll(async ({ browser }) => {
  context = await browser.newContext();
  visitor = await context.newPage();
  agent = await context.newPage();
});
test.afterAll(() => context.close());

test.beforeEach(async () => {
  for (const page of [visitor, agent]) {
    await page.goto('about:blank');
    await page.setContent(PAGE);
    await page.evaluate(FILL);
  }
  await agent.evaluate(() => {
    // The mirror marks what it hides; here the second page plays the mirror.
    for (const one of document.querySelectorAll('.no-upscope, [autocomplete^="cc-"]')) {
      one.setAttribute('data-coview-masked', '');
    }
    Object.assign(window, { view: { document } });
  });
});

test('two pages built alike are the same', async () => {
  expect(await sameTree(visitor, agent)).toBeUndefined();
});

test('what the wire never carries makes no difference', async () => {
  await agent.evaluate(() => {
    document.querySelector('#text')?.append(document.createComment('another'));
    document.querySelector('#text')?.setAttribute('onclick', 'alert(1)');
    document.querySelector('#script')?.remove();
    const script = document.createElement('script');
    script.id = 'script';
    document.querySelector('#dialog')?.after(script);
    document.querySelector('#frame')?.removeAttribute('src');
    const hidden = document.querySelector('#hidden');
    hidden?.replaceChildren();
    hidden?.setAttribute('style', 'width: 3px');
  });
  expect(await sameTree(visitor, agent)).toBeUndefined();
});

const differences: [string, () => void, RegExp][] = [
  ['a missing node', () => document.querySelector('b')?.remove(), /BODY <P.*\n.*<B/],
  ['an added node', () => document.querySelector('#text')?.append(document.createElement('hr')), /HR/],
  ['a node in another place', () => document.querySelector('#text')?.prepend(document.querySelector('b') ?? ''), /<P/],
  ['an attribute', () => document.querySelector('#text')?.setAttribute('class', 'b'), /class="a"/],
  ['a missing attribute', () => document.querySelector('#text')?.removeAttribute('class'), /class="a"/],
  ['a link', () => document.querySelector('#link')?.setAttribute('href', '/elsewhere'), /there/],
  ['text', () => document.querySelector('b')?.replaceChildren('2'), /two/],
  ['a text boundary', () => (document.querySelector('b')?.firstChild as Text | undefined)?.splitText(1), /"two"/],
  ['an empty text', () => document.querySelector('b')?.append(''), /#text/],
  ['a value', () => Object.assign(document.querySelector('#field') ?? {}, { value: 'other' }), /value:"start"/],
  ['a check', () => Object.assign(document.querySelector('#box') ?? {}, { checked: true }), /checked/],
  ['indeterminate', () => Object.assign(document.querySelector('#box') ?? {}, { indeterminate: true }), /indeterm/],
  ['the text of an area', () => Object.assign(document.querySelector('#area') ?? {}, { value: 'w' }), /words/],
  ['a choice', () => Object.assign(document.querySelector('#choice') ?? {}, { selectedIndex: 2 }), /index:1/],
  ['a namespace', () => document.querySelector('#dot')?.replaceWith(document.createElement('circle')), /2000.svg/],
  [
    'a child of a shadow root',
    () => document.querySelector('#host')?.shadowRoot?.querySelector('u')?.remove(),
    /shadow/,
  ],
  ['a missing shadow root', () => document.querySelector('#host')?.replaceWith(document.createElement('div')), /DIV/],
  ['the title', () => Object.assign(document, { title: 'Three pages' }), /Two pages/],
  ['a modal dialog', () => document.querySelector('dialog')?.showModal(), /DIALOG/],
  ['a scrolled panel', () => document.querySelector('#scroller')?.scrollTo(0, 50), /scroll of node/],
  ['a rule of a sheet', () => document.styleSheets[0]?.insertRule('b { color: lime }'), /sheet of \d+, rule/],
  [
    'an adopted sheet',
    () => document.querySelector('#host')?.shadowRoot?.adoptedStyleSheets.splice(0),
    /adopted 0: the agent has none/,
  ],
  ['the document type', () => document.doctype?.remove(), /doctype/],
  ['a mask too few', () => document.querySelector('#card')?.removeAttribute('data-coview-masked'), /INPUT masked/],
  ['a mask too many', () => document.querySelector('#plain')?.setAttribute('data-coview-masked', ''), /plain/],
];

for (const [what, change, path] of differences) {
  test(`the comparison sees ${what}`, async () => {
    await agent.evaluate(change);
    expect(await sameTree(visitor, agent)).toMatch(path);
  });
}

test('waiting ends with the path of what still differs', async () => {
  expect((await waitSame(visitor, agent)).masked).toBe(2);
  await agent.evaluate(() => (document.querySelector('b')?.firstChild as Text | undefined)?.splitText(1));
  await expect(waitSame(visitor, agent, { timeout: 300 })).rejects.toThrow(/BODY <P <B #text[\s\S]*"two"/);
});
