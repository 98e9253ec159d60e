// Nothing leaks: a secret in every masked place, a public word beside each. No secret is in any byte that leaves the
// visitor's browser or reaches an agent's; every public word arrives. Then the same with masking in the page off.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { seen } from '../harness/closed.ts';
import { expect, type People, test } from '../harness/fixtures.ts';
import { waitSame } from '../harness/same.ts';
import { listen, type Traffic } from '../harness/wire.ts';

const CARD = '4539 1488 0343 6467';

/** Places that hide something; `SECRET` and `PUBLIC` become words of their own in each. */
const places: Record<string, string> = {
  text: '<p class="no-upscope">SECRET</p><p>PUBLIC</p>',
  nested: '<div data-coview="mask"><section><p>a <b>SECRET</b></p></section></div><p>a <b>PUBLIC</b></p>',
  ignored: '<div data-coview="ignore">SECRET</div><div>PUBLIC</div>',
  attribute: '<img class="no-upscope" alt="SECRET" data-note="SECRET"><img alt="PUBLIC" data-note="PUBLIC">',
  style: '<i class="no-upscope" style="--word: SECRET">x</i><i style="--word: PUBLIC">x</i>',
  link: '<a class="no-upscope" href="https://example.com/SECRET">x</a><a href="https://example.com/PUBLIC">x</a>',
  value: '<input class="no-upscope" value="SECRET"><input value="PUBLIC">',
  area: '<textarea data-coview="mask">SECRET</textarea><textarea>PUBLIC</textarea>',
  options:
    '<select class="no-upscope"><option value="SECRET">SECRET<option selected>b</select><select><option value="PUBLIC">PUBLIC</select>',
  optgroup: '<div class="no-upscope"><select><optgroup label="SECRET"><option>a</select></div><label>PUBLIC</label>',
  password: '<input type="password" value="SECRET"><input type="text" value="PUBLIC">',
  upperPassword: '<input type="PASSWORD" value="SECRET"><input type="TEXT" value="PUBLIC">',
  hidden: '<input type="hidden" value="SECRET"><input type="search" value="PUBLIC">',
  code: '<input autocomplete="one-time-code" value="SECRET"><input autocomplete="postal-code" value="PUBLIC">',
  holder: '<input autocomplete="billing cc-name" value="SECRET"><input autocomplete="billing name" value="PUBLIC">',
  signIn: '<input autocomplete="current-password" value="SECRET"><input autocomplete="username" value="PUBLIC">',
  svg: '<svg class="no-upscope"><title>SECRET</title><text>SECRET</text></svg><svg><text>PUBLIC</text></svg>',
  table: '<table><tr class="no-upscope"><td>SECRET</td></tr><tr><td>PUBLIC</td></tr></table>',
  details:
    '<details class="no-upscope"><summary>SECRET</summary>SECRET</details><details><summary>PUBLIC</summary></details>',
  oddName: '<x_y class="no-upscope">SECRET</x_y><x_y>PUBLIC</x_y>',
};

/** Never sent, masked or not. */
const silent = `<!-- SECRET-comment --><script type="text/plain">SECRET-script</script><noscript>SECRET-noscript</noscript>
<iframe src="/frame?SECRET-frame" srcdoc="SECRET-srcdoc"></iframe><b onclick="'SECRET-handler'">x</b>
<a href="javascript:'SECRET-javascript'">x</a><template><p>SECRET-template</p></template><i nonce="SECRET-nonce">x</i>`;

const names = Object.keys(places);
const secret = (name: string): string => `SECRET-${name}-77141`;
const shown = (name: string): string => `PUBLIC-${name}-77141`;
const fill = (name: string, html: string): string =>
  html.replaceAll('SECRET', secret(name)).replaceAll('PUBLIC', shown(name));

const CANARIES = `<!doctype html><html lang="en"><head><title>Canaries</title>
<style>.no-upscope::before { content: "${secret('generated')}" } .plain::before { content: "${shown('generated')}" }</style>
</head><body>${names.map((name) => fill(name, places[name] ?? '')).join('\n')}
${silent}
<p class="plain">x</p><div id="host"></div><div id="masked-host" class="no-upscope"></div><div id="late"></div>
<p id="classed">before</p><div id="box"><p id="inside">before</p></div><p id="moved">before</p><div id="vault" class="no-upscope"></div>
<input id="card"><input id="toggle" type="password"><input id="typed" type="password"><input id="file" type="file"><input id="free">
<p id="context"><span>before</span></p>
</body></html>`;

/** Everything that happens after the page was shown. */
async function happen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const word = (kind: string, name: string): string => `${kind}-${name}-77141`;
    const get = (id: string): HTMLElement => {
      const found = document.getElementById(id);
      if (!found) throw new Error(id);
      return found;
    };
    const root = get('host').attachShadow({ mode: 'open' });
    root.innerHTML = `<p class="no-upscope">${word('SECRET', 'inShadow')}</p><p>${word('PUBLIC', 'inShadow')}</p>`;
    const hidden = get('masked-host').attachShadow({ mode: 'open' });
    hidden.innerHTML = `<p>${word('SECRET', 'shadowOfMasked')}</p>`;
    get('late').innerHTML = `<p class="no-upscope">${word('SECRET', 'late')}</p><p>${word('PUBLIC', 'late')}</p>`;
    get('classed').classList.add('no-upscope');
    get('classed').textContent = word('SECRET', 'classed');
    get('box').setAttribute('data-coview', 'mask');
    get('inside').textContent = word('SECRET', 'belowMarked');
    get('vault').append(get('moved'));
    get('moved').textContent = word('SECRET', 'moved');
    document.querySelector('.no-upscope')?.append(word('SECRET', 'appended'));
    document.querySelector('.no-upscope')?.setAttribute('title', word('SECRET', 'laterAttribute'));
    get('context')
      .querySelector('span')
      ?.append(` ${word('PUBLIC', 'afterwards')}`);
  });
  await page.locator('#typed').fill(secret('typedPassword'));
  await page.locator('#toggle').fill(secret('toggled'));
  await page.evaluate(() => document.querySelector('#toggle')?.setAttribute('type', 'text'));
  await page.locator('#toggle').pressSequentially('-more');
  await page.locator('#card').fill(CARD);
  await page.locator('#free').fill(shown('typed'));
  await page
    .locator('#file')
    .setInputFiles({ name: `${secret('file')}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x') });
}

const laterSecrets = [
  'inShadow',
  'shadowOfMasked',
  'late',
  'classed',
  'belowMarked',
  'moved',
  'appended',
  'laterAttribute',
];
const typedSecrets = ['typedPassword', 'toggled', 'file'];
const silentSecrets = [
  'comment',
  'script',
  'noscript',
  'frame',
  'srcdoc',
  'handler',
  'javascript',
  'template',
  'nonce',
].map((name) => `SECRET-${name}`);
const allSecrets = [...[...names, 'generated', ...laterSecrets, ...typedSecrets].map(secret), ...silentSecrets, CARD];
const allPublic = [...names, 'generated', 'inShadow', 'late', 'afterwards', 'typed'].map(shown);

interface Watched {
  visitor: Page;
  from: Traffic;
  to: Traffic;
}

async function play(people: People, url: string, masksInPage: boolean): Promise<Watched> {
  let from: Traffic | undefined;
  let to: Traffic | undefined;
  const visitor = await people.visitor({
    before: async (page) => {
      from = await listen(page);
      if (masksInPage) return;
      const unmasked = join(import.meta.dirname, '../../dom-capture/snippet/dist/coview.unmasked.js');
      expect(existsSync(unmasked), 'the snippet without masking is built').toBe(true);
      await page.route('**/coview*.js', (route) => route.fulfill({ path: unmasked, contentType: 'text/javascript' }));
    },
  });
  await visitor.goto(url);
  const agent = await people.agent({
    at: url,
    before: async (page) => {
      to = await listen(page);
    },
  });
  await agent.live();
  await happen(visitor);
  if (masksInPage) await waitSame(visitor, agent.page, { masks: ['#toggle', '#card'], sheets: false });
  else await arrived(agent.page, shown('typed'), shown('inShadow'));
  if (!from || !to) throw new Error('nobody listened');
  return { visitor, from, to };
}

/** The last step of all was followed, and what came before it; a late shadow root is found in a pause of the page. */
async function arrived(agent: Page, last: string, inShadow: string): Promise<void> {
  await agent.waitForFunction(
    ([value, words]) => {
      const mirror = window.view?.document;
      const typed = [...(mirror?.querySelectorAll('input') ?? [])].some((input) => input.value === value);
      return typed && mirror?.querySelector('#host')?.shadowRoot?.textContent?.includes(words ?? '');
    },
    [last, inShadow] as const,
  );
}

test('no masked text is in any byte that leaves the page or reaches an agent, and what stands beside it arrives', async ({
  people,
  lab,
  edge,
}) => {
  const server = await lab({ '/': CANARIES });
  const { from, to } = await play(people, `${server.url}/`, true);
  for (const word of allPublic) {
    expect(from.sent.has(word), `${word} leaves the page`).toBe(true);
    expect(to.received.has(word), `${word} reaches the agent`).toBe(true);
  }
  for (const word of allSecrets) {
    expect(from.sent.has(word), `${word} leaves the page`).toBe(false);
    expect(to.received.has(word), `${word} reaches the agent`).toBe(false);
  }
  for (const word of [...allSecrets, ...allPublic]) {
    const requests = from.requests.filter((one) => one.startsWith(edge.url) || one.startsWith('ws'));
    expect(requests.filter((one) => one.includes(word))).toEqual([]);
    expect(edge.log.includes(word), `${word} is in the log`).toBe(false);
  }
});

test('with masking in the page switched off, the edge alone lets no masked text reach an agent', async ({
  people,
  lab,
}) => {
  const server = await lab({ '/': CANARIES });
  const { from, to } = await play(people, `${server.url}/`, false);
  // The build really does not mask: what the edge has to catch does reach it.
  for (const name of ['text', 'value', 'password', 'late', 'classed', 'inShadow']) {
    expect(from.sent.has(secret(name)), `${name} reaches the edge`).toBe(true);
  }
  for (const word of [...names, 'inShadow', 'late', 'afterwards', 'typed'].map(shown)) {
    expect(to.received.has(word), `${word} reaches the agent`).toBe(true);
  }
  for (const word of allSecrets) expect(to.received.has(word), `${word} reaches the agent`).toBe(false);
});

test('nothing of the page is sent before the visitor agrees', async ({ people, edge }) => {
  let from: Traffic | undefined;
  const visitor = await people.visitor({
    before: async (page) => {
      from = await listen(page);
    },
  });
  await visitor.goto(`${edge.shop}/?still`);
  await people.agent({ at: `${edge.shop}/?still` });
  await seen(visitor, 'Show this page to');
  await visitor.locator('#log').evaluate((log) => log.append('words of the page'));
  await visitor.mouse.wheel(0, 300);
  for (const word of ['words of the page', 'Light for long evenings', 'Skymning']) {
    expect(from?.sent.has(word), word).toBe(false);
  }
});
