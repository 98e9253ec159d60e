// The demo as people use it: the visitor agrees, an agent follows through the whole shop and helps with the tools.
import type { Page } from '@playwright/test';
import type { Agent } from '../harness/agent.ts';
import { press, seen, uiText } from '../harness/closed.ts';
import type { Edge } from '../harness/edge.ts';
import { expect, type People, test } from '../harness/fixtures.ts';
import { waitSame } from '../harness/same.ts';

/** A visitor of the shop who has agreed to be seen by Ana. */
async function shared(people: People, edge: Edge, path: string): Promise<{ visitor: Page; agent: Agent }> {
  const visitor = await people.visitor();
  await visitor.goto(edge.shop + path);
  const agent = await people.agent({ at: edge.shop + path });
  await seen(visitor, 'Show this page to Ana?');
  await press(visitor, 'Show my page');
  await agent.live();
  return { visitor, agent };
}

/** Gives control to the agent, as the visitor does. */
async function giveControl(visitor: Page, agent: Agent): Promise<void> {
  const given = agent.request('control');
  await seen(visitor, 'Let Ana click and type?');
  await press(visitor, 'Allow control');
  expect(await given).toBe(true);
}

test('an agent sees every step of a visit to the shop', async ({ people, edge }) => {
  test.setTimeout(120_000);
  const { visitor, agent } = await shared(people, edge, '/');
  const same = async (step: string): Promise<void> => {
    await test.step(step, async () => void (await waitSame(visitor, agent.page)));
  };
  await seen(visitor, 'Ana sees this page');
  await same('the home page');
  // Pictures, also those in shadow roots, and the typeface come through the edge.
  await agent.page.waitForFunction(() => {
    const mirror = window.view?.document;
    const cards = [...(mirror?.querySelectorAll('nl-card') ?? [])].map((card) => card.shadowRoot?.querySelector('img'));
    const pictures = [...(mirror?.querySelectorAll('img') ?? []), ...cards];
    const fonts = [...(mirror?.fonts ?? [])];
    return (
      pictures.length >= 10 &&
      pictures.every((picture) => (picture?.naturalWidth ?? 0) > 0) &&
      fonts.some((font) => font.family.includes('Fraunces') && font.status === 'loaded')
    );
  });
  const stock = await visitor.locator('#ticker').textContent();
  await expect.poll(() => visitor.locator('#ticker').textContent()).not.toBe(stock);
  await same('what moves by itself');
  await visitor.mouse.wheel(0, 500);
  await same('scrolled');
  await visitor.locator('#strip').evaluate((strip) => strip.scrollTo(240, 0));
  await visitor.locator('#log').evaluate((log) => log.scrollTo(0, 20));
  await same('panels scrolled');
  await visitor.setViewportSize({ width: 700, height: 800 });
  await same('a narrow window');
  await visitor.setViewportSize({ width: 1200, height: 800 });

  await visitor.getByRole('link', { name: 'Lamps', exact: true }).click();
  await visitor.waitForURL('**/lamps/');
  await same('another page');
  await visitor.locator('[name=material][value=Linen]').uncheck();
  expect(await visitor.locator('#all-materials').evaluate((box) => (box as HTMLInputElement).indeterminate)).toBe(true);
  await same('a filter, a check in between');
  await visitor.locator('[name=order]').selectOption('price-down');
  await visitor.locator('[name=top]').fill('200');
  await same('another order, a lower price');

  await visitor.locator('nl-card').first().click();
  await visitor.waitForURL('**/product/**');
  await same('a product');
  await visitor.locator('nl-stepper').getByRole('button', { name: 'One more' }).click();
  await visitor.locator('.swatch', { hasText: 'Sea' }).click();
  await same('two of them, in another colour');
  await visitor.locator('summary', { hasText: 'Care' }).click();
  await visitor.locator('#measure').click();
  await same('a dialog');
  await visitor.locator('[data-close]').click();
  await visitor.locator('#review textarea').pressSequentially('Warm & <quiet>');
  await same('words while they are typed');
  await visitor.locator('#review button').click();
  await visitor.locator('#add').click();
  await same('in the basket');

  await visitor.locator('.basket').click();
  await visitor.waitForURL('**/cart/');
  await visitor.locator('nl-stepper').getByRole('button', { name: 'One more' }).click();
  await same('the basket');
  await visitor.locator('#to-checkout').click();
  await visitor.waitForURL('**/checkout/');
  await visitor.locator('[name=given]').fill('Linnéa');
  await visitor.locator('[name=country]').selectOption('PT');
  await visitor.locator('[value=express]').check();
  await visitor.locator('[name=gift][value=card]').check();
  await visitor.locator('[name=note]').fill('Two\nlines.');
  await visitor.locator('[name=card]').fill('4111 1111 1111 1111');
  await visitor.locator('[name=password]').fill('correct horse');
  await visitor.locator('#reveal').click();
  const masked = ['[name=password]'];
  expect((await waitSame(visitor, agent.page, { masks: masked })).masked).toBeGreaterThanOrEqual(7);
  await visitor.locator('#pay').click();
  await waitSame(visitor, agent.page, { masks: masked });
  await visitor.getByRole('button', { name: 'Not yet' }).click();

  await visitor.reload();
  await same('reloaded');
  await visitor.goto(`${edge.shop}/app/shape`);
  await visitor.locator('[value=dome]').check();
  await same('the part that is routed in the page');
  await visitor.locator('#next').click();
  await visitor.locator('[value=sea]').check();
  await visitor.locator('#next').click();
  await visitor.locator('[name=words]').fill('for Ida');
  await visitor.locator('#note').click();
  await visitor.keyboard.type('By the sea. ');
  await same('another route, words typed into the page itself');
  expect(await agent.page.evaluate(() => window.view?.mirror?.url)).toBe(`${edge.shop}/app/words`);
  await visitor.goBack();
  await same('back');
  expect(await agent.page.evaluate(() => window.view?.mirror?.url)).toBe(`${edge.shop}/app/shade`);
  await visitor.goto(`${edge.shop}/account/`);
  await visitor.locator('[name=email]').fill('ida@example.com');
  await visitor.locator('[name=password]').fill('hemlig');
  await visitor.locator('#sign-in button').click();
  await same('an account nobody else sees');
  expect(await agent.page.evaluate(() => window.view?.document?.body.textContent)).not.toContain('Hej');
  await seen(visitor, 'Ana sees this page');
});

test('an agent points, and with the visitor’s leave clicks and types', async ({ people, edge }) => {
  const { visitor, agent } = await shared(people, edge, '/checkout/');
  await waitSame(visitor, agent.page);
  expect((await agent.grants()).sort()).toEqual(['point', 'view']);
  expect(await agent.instruct({ selector: '[name=street]' }, { kind: 'Highlight' })).toBe('done');
  expect(await agent.ask({ kind: 'Laser', x: 200, y: 200 })).toBe('done');
  expect(await agent.ask({ kind: 'Scroll', x: 0, y: 300 })).toBe('done');
  await expect.poll(() => visitor.evaluate(() => scrollY)).toBe(300);
  expect(await agent.instruct({ selector: '[value=pickup]' }, { kind: 'Click' })).toBe('noGrant');
  expect(await visitor.locator('[value=pickup]').isChecked()).toBe(false);

  await giveControl(visitor, agent);
  expect(await agent.instruct({ selector: '[value=pickup]' }, { kind: 'Click' })).toBe('done');
  await expect(visitor.locator('[value=pickup]')).toBeChecked();
  expect(await agent.instruct({ selector: '[name=town]' }, { kind: 'Focus' })).toBe('done');
  expect(await agent.instruct({ selector: '[name=town]' }, { kind: 'Type', text: 'Visby' })).toBe('done');
  await expect(visitor.locator('[name=town]')).toHaveValue('Visby');
  expect(await agent.instruct({ selector: '[name=town]' }, { kind: 'Key', key: 'Backspace' })).toBe('done');
  await expect(visitor.locator('[name=town]')).toHaveValue('Visb');
  expect(await agent.instruct({ selector: '[name=country]' }, { kind: 'Select', indexes: [5] })).toBe('done');
  await expect(visitor.locator('[name=country]')).toHaveValue('PT');
  await expect(visitor.locator('#country-note')).toHaveText('Four to six days by post.');
  await waitSame(visitor, agent.page);

  // Nothing that is masked can be touched, whatever was granted.
  for (const field of ['[name=card]', '[name=password]', '[name=ticket]', '#known']) {
    const placeholder = await agent.page.evaluate(
      (selector) => window.view?.document?.querySelector(selector) === null,
      field,
    );
    expect(placeholder, `${field} is not in the mirror by its attributes`).toBe(true);
  }
  const outcomes = await agent.page.evaluate(async () => {
    const view = window.view;
    const masked = [...(view?.document?.querySelectorAll('[data-coview-masked]') ?? [])];
    return Promise.all(masked.map((node) => view?.instruct({ kind: 'Type', text: '1', node })));
  });
  expect(outcomes.length).toBeGreaterThanOrEqual(7);
  for (const outcome of outcomes) expect(['masked', 'sensitive']).toContain(outcome);
  await expect(visitor.locator('[name=card]')).toHaveValue('');

  // Esc takes control back at once.
  await visitor.locator('h1').click();
  await visitor.keyboard.press('Escape');
  await expect.poll(() => agent.grants()).not.toContain('control');
  expect(await agent.instruct({ selector: '[value=post]' }, { kind: 'Click' })).toBe('noGrant');
});

test('Stop ends it at once, and the agent keeps nothing', async ({ people, edge }) => {
  const { visitor, agent } = await shared(people, edge, '/?still');
  await waitSame(visitor, agent.page);
  await press(visitor, 'Stop');
  expect(await agent.heard('end')).toMatchObject({ reason: 'stopped' });
  expect(await agent.page.evaluate(() => window.view?.document)).toBeNull();
  expect(await agent.page.locator('body').textContent()).not.toContain('Nordlys');
  await expect.poll(() => uiText(visitor)).not.toContain('sees this page');
});

test('a visitor who says no is left alone', async ({ people, edge }) => {
  const visitor = await people.visitor();
  await visitor.goto(`${edge.shop}/?still`);
  const agent = await people.agent({ at: `${edge.shop}/?still` });
  await seen(visitor, 'Show this page to Ana?');
  expect(await agent.phase()).toBe('asking');
  await press(visitor, 'Not now');
  expect(await agent.heard('end')).toMatchObject({ reason: 'declined' });
  expect(await agent.page.evaluate(() => window.view?.document ?? null)).toBeNull();
});
