// Any site, opened with a visitor: from the agent's dialog to the page both see, on the real edge. The shop stands in
// for a site that knows nothing of it.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../../console/test/axe.ts';
import { press, seen } from '../harness/closed.ts';
import { expect, test } from '../harness/fixtures.ts';

/** What the agent sees of the visitor's page. */
const mirrored = (page: Page) => page.frameLocator('iframe').last();
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });

async function openDialog(page: Page): Promise<Page> {
  await page.getByRole('button', { name: 'Co-browse any site' }).click();
  await expect(dialog(page, 'Co-browse any site')).toBeVisible();
  return page;
}

/** Asks for an address; gives the link. */
async function makeLink(agent: Page, address: string): Promise<string> {
  await agent.getByRole('textbox', { name: 'Address of the page' }).fill(address);
  await agent.getByRole('button', { name: 'Make a link' }).click();
  const made = dialog(agent, 'Send this link to your visitor');
  await expect(made.getByText('Waiting for your visitor…')).toBeVisible();
  return made
    .locator('code')
    .textContent()
    .then((text) => text ?? '');
}

test('an agent opens any site with a visitor and sees it live', async ({ people, edge, openConsole }) => {
  const agent = await openDialog(await openConsole());
  await expectAccessible(agent, 'the dialog');
  const link = await makeLink(agent, `${edge.shop.replace('http://', '')}/lamps/`);
  expect(link.startsWith(`${edge.url}/visit/`)).toBe(true);
  await expectAccessible(agent, 'the link');
  const visitor = await people.visitor();
  await visitor.goto(link);
  await expect(visitor.getByRole('heading', { name: 'Open localhost with Ana?' })).toBeVisible();
  await expectAccessible(visitor, 'the visit page');
  await visitor.getByRole('button', { name: 'Open the site' }).click();
  await expect(visitor.getByRole('heading', { name: 'Lamps' })).toBeVisible();
  await expect(mirrored(agent).getByRole('heading', { name: 'Lamps' })).toBeVisible();
  await visitor.locator('[name=material][value=Linen]').uncheck();
  await expect(mirrored(agent).getByText('4 of 6')).toBeVisible();
  // The agent knows the site by its own address, and nothing of the visitor's.
  await expect(agent.getByText(`${new URL(edge.shop).host}/lamps/`)).toBeVisible();
  const word = new URL(visitor.url()).hostname.slice(0, 16);
  expect(await mirrored(agent).locator('html').innerHTML()).not.toContain(word);
  // The next page goes on with it.
  await visitor.getByRole('link', { name: 'Tables' }).first().click();
  await expect(mirrored(agent).getByRole('heading', { name: 'Tables' })).toBeVisible();
  // The visitor's browser has passes, and no cookie of the site or the console.
  const names = (await visitor.context().cookies()).map(({ name }) => name);
  expect(names.every((name) => name.startsWith('__Host-coview'))).toBe(true);
  expect(await visitor.evaluate(() => [document.cookie.includes('__Host-coview='), sessionStorage.length])).toEqual([
    false,
    0,
  ]);
  await press(visitor, 'Stop');
  await expect(agent.getByRole('heading', { name: /stopped sharing/ })).toBeVisible();
  await expect(visitor.getByRole('heading', { name: 'This visit is over' })).toBeVisible();
  await expectAccessible(visitor, 'the page that says it is over');
  await visitor.goto(link);
  await expect(visitor.getByRole('heading', { name: 'This link no longer works' })).toBeVisible();
});

test('a tab the visitor goes back to is the one that is shared', async ({ people, edge, openConsole }) => {
  const agent = await openDialog(await openConsole());
  const visitor = await people.visitor();
  await visitor.goto(await makeLink(agent, `${edge.shop}/lamps/`));
  await visitor.getByRole('button', { name: 'Open the site' }).click();
  await expect(mirrored(agent).getByRole('heading', { name: 'Lamps' })).toBeVisible();
  const second = await visitor.context().newPage();
  await second.goto(new URL('/tables/', visitor.url()).href);
  await expect(mirrored(agent).getByRole('heading', { name: 'Tables' })).toBeVisible();
  await second.close();
  await visitor.bringToFront();
  await visitor.evaluate(() => dispatchEvent(new Event('focus')));
  await expect(mirrored(agent).getByRole('heading', { name: 'Lamps' })).toBeVisible();
});

test('a visitor who says no opens nothing, and the agent is told', async ({ people, edge, openConsole }) => {
  const agent = await openDialog(await openConsole());
  const visitor = await people.visitor();
  await visitor.goto(await makeLink(agent, edge.shop));
  await visitor.getByRole('button', { name: 'No, thank you' }).click();
  await expect(visitor.getByRole('heading', { name: 'Nothing was opened' })).toBeVisible();
  await expect(agent.getByText('Your visitor said no, or did not come in time.')).toBeVisible();
  await agent.getByRole('button', { name: 'Make a new link' }).click();
  await expect(agent.getByRole('textbox', { name: 'Address of the page' })).toBeFocused();
});

test('a link that was taken back opens nothing', async ({ people, edge, openConsole }) => {
  const agent = await openDialog(await openConsole());
  const link = await makeLink(agent, edge.shop);
  await agent.keyboard.press('Escape');
  await expect(dialog(agent, 'Send this link to your visitor')).toBeVisible();
  await agent.getByRole('button', { name: 'Take the link back' }).click();
  await expect(agent.getByRole('dialog')).toHaveCount(0);
  const visitor = await people.visitor();
  await visitor.goto(link);
  await expect(visitor.getByRole('heading', { name: 'This link no longer works' })).toBeVisible();
});

test('what cannot be opened is said in plain words', async ({ edge, openConsole }) => {
  const agent = await openDialog(await openConsole());
  const address = agent.getByRole('textbox', { name: 'Address of the page' });
  for (const [typed, said] of [
    ['what is this', 'This is not the address of a web page.'],
    [`${edge.url}/console/`, 'This edge does not open that site'],
  ] as const) {
    await address.fill(typed);
    await agent.keyboard.press('Enter');
    await expect(agent.getByText(said)).toBeVisible();
    await expect(address).toHaveAttribute('aria-invalid', 'true');
  }
  await expectAccessible(agent, 'an address that is refused');
  await agent.keyboard.press('Escape');
  await expect(agent.getByRole('dialog')).toHaveCount(0);
});

test('the yes takes a press that was seen, on the page that asks', async ({ people, edge, openConsole }) => {
  const agent = await openDialog(await openConsole());
  const link = await makeLink(agent, edge.shop);
  const visitor = await people.visitor();
  const answers: number[] = [];
  visitor.on('response', (answer) => {
    if (answer.request().method() === 'POST') answers.push(answer.status());
  });
  await visitor.clock.install({ time: 0 });
  await visitor.clock.pauseAt(100_000);
  await visitor.goto(link);
  const yes = visitor.getByRole('button', { name: 'Open the site' });
  await expect(yes).toBeDisabled();
  await visitor.clock.runFor(400);
  await expect(yes).toBeDisabled();
  await visitor.clock.runFor(200);
  await expect(yes).toBeEnabled();
  await visitor.clock.resume();
  // A page elsewhere cannot press for the visitor, nor show the question in a frame.
  await visitor.goto(`${edge.shop}/?still`);
  await visitor.evaluate((to) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: to });
    form.append(Object.assign(document.createElement('input'), { name: 'answer', value: 'yes' }));
    document.body.append(form);
    form.submit();
  }, link);
  await expect(visitor.getByRole('heading', { name: 'Open the link you were sent' })).toBeVisible();
  expect(answers).toEqual([403]);
  await visitor.goto(link);
  await yes.click();
  await seen(visitor, 'Stop');
});
