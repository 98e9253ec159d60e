// A session as the agent lives it: asking, watching, pointing, clicking and typing, and every way it can end.
import type { Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { type Edge, expect, test } from './edge';
import { press, words } from './visitor';

/** The visitor's page as the agent sees it. */
function mirrored(agent: Page) {
  return agent.frameLocator('.coview-stage iframe.shown');
}

async function ask(agent: Page): Promise<void> {
  await agent.getByRole('button', { name: /^Co-browse with/ }).click();
  await expect(agent.getByRole('heading', { name: /^Asking .* to show their page$/ })).toBeVisible();
}

async function share(agent: Page, visitor: Page): Promise<void> {
  await ask(agent);
  await press(visitor, 'Show my page');
  await expect(agent.getByText(/^live/)).toBeVisible();
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toBeVisible();
}

async function grantControl(agent: Page, visitor: Page): Promise<void> {
  await agent.getByRole('button', { name: 'Ask for control' }).click();
  await press(visitor, 'Allow control');
  await expect(agent.getByText('control allowed')).toBeVisible();
}

test('the page is seen only once the visitor agrees', async ({ agent, visitor }) => {
  await ask(agent);
  await expect(agent.locator('.coview-stage iframe.shown')).toHaveCount(0);
  await expectAccessible(agent, 'asking');
  await press(visitor, 'Show my page');
  const heading = await visitor.getByRole('heading', { level: 1 }).evaluate((element) => element.textContent ?? '');
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toHaveText(heading);
  await expect(agent.getByRole('complementary')).toContainText('See this page');
  await expect(agent.getByRole('complementary')).toContainText('allowed viewing');
  await expectAccessible(agent, 'live');
});

test('a visitor who says no ends it, and can be asked again', async ({ agent, visitor }) => {
  await ask(agent);
  await press(visitor, 'Not now');
  await expect(agent.getByRole('heading', { name: /said not now$/ })).toBeVisible();
  await expectAccessible(agent, 'declined');
  await agent.getByRole('button', { name: 'Ask again' }).click();
  await expect(agent.getByRole('heading', { name: /^Asking/ })).toBeVisible();
  await expect.poll(() => words(visitor)).toContain('Show this page to');
});

test('a question can be taken back', async ({ agent, visitor }) => {
  await ask(agent);
  await expect.poll(() => words(visitor)).toContain('Show this page to');
  await agent.getByRole('main').getByRole('button', { name: 'Cancel' }).first().click();
  await expect(agent.getByRole('heading', { name: 'You took your question back' })).toBeVisible();
  await expect.poll(() => words(visitor)).not.toContain('Show this page to');
});

test('navigation in the visitor’s page is followed and told', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await visitor.goto(new URL('/lamps/', visitor.url()).href);
  const heading = await visitor.getByRole('heading', { level: 1 }).evaluate((element) => element.textContent ?? '');
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toHaveText(heading);
  await expect(agent.getByRole('banner')).toContainText('/lamps');
  await expect(agent.getByText(`is on “${await visitor.title()}”`)).toBeVisible();
});

test('tools are picked by key and by click, and Escape puts them down', async ({ agent, visitor }) => {
  await share(agent, visitor);
  const tool = (name: string) => agent.getByRole('button', { name, exact: true });
  await agent.keyboard.press('l');
  await expect(tool('Laser pointer')).toHaveAttribute('aria-pressed', 'true');
  await tool('Highlight an element').click();
  await expect(tool('Highlight an element')).toHaveAttribute('aria-pressed', 'true');
  await agent.keyboard.press('Escape');
  await expect(tool('Look')).toHaveAttribute('aria-pressed', 'true');
});

test('clicking and typing is off until the visitor allows it, and says why', async ({ agent, visitor }) => {
  await share(agent, visitor);
  const control = agent.getByRole('button', { name: 'Click and type', exact: true });
  await expect(control).toHaveAttribute('aria-disabled', 'true');
  await expect(control).toHaveAccessibleDescription('Needs control: ask for it first');
  await agent.keyboard.press('c');
  await expect(control).toHaveAttribute('aria-pressed', 'false');
  await grantControl(agent, visitor);
  await agent.keyboard.press('c');
  await expect(control).toHaveAttribute('aria-pressed', 'true');
  await expectAccessible(agent, 'control');
});

test('control that is declined is told, and can be asked for again', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await agent.getByRole('button', { name: 'Ask for control' }).click();
  await expect(agent.getByRole('button', { name: 'Asking for control…' })).toBeDisabled();
  await press(visitor, 'Not now');
  await expect(agent.getByRole('complementary')).toContainText('declined clicking and typing');
  await expect(agent.getByRole('button', { name: 'Ask for control' })).toBeEnabled();
});

test('with control, the agent’s clicks and keys reach the visitor’s page', async ({ agent, visitor }) => {
  await visitor.goto(new URL('/checkout/', visitor.url()).href);
  await share(agent, visitor);
  await grantControl(agent, visitor);
  await agent.keyboard.press('c');
  const field = visitor.getByRole('textbox', { name: 'First name' });
  await field.scrollIntoViewIfNeeded();
  const seen = mirrored(agent).locator('input[name="given"]');
  await expect(seen).toBeInViewport();
  const box = await seen.boundingBox();
  if (box === null) throw new Error('the field is not shown');
  await agent.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect(field).toBeFocused();
  await agent.keyboard.type('vlhc');
  await expect(field).toHaveValue(/vlhc$/);
  // The letters went to the visitor and changed no tool; Shift and Escape comes back.
  await expect(agent.getByRole('button', { name: 'Click and type', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await agent.keyboard.press('Shift+Escape');
  await expect(agent.getByRole('button', { name: 'Look', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('control that is taken back puts the tool down', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await grantControl(agent, visitor);
  await agent.keyboard.press('c');
  await press(visitor, 'Take back control');
  await expect(agent.getByRole('complementary')).toContainText('took control back');
  await expect(agent.getByRole('button', { name: 'Look', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('the visitor can stop, and nothing of the page stays', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await press(visitor, 'Stop');
  await expect(agent.getByRole('heading', { name: /stopped sharing$/ })).toBeVisible();
  await expect(agent.locator('iframe')).toHaveCount(0);
  await expectAccessible(agent, 'ended');
  await agent.getByRole('link', { name: 'Back to visitors' }).last().click();
  await expect(agent.getByRole('heading', { name: 'Visitors' })).toBeVisible();
});

test('the agent can end it', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await agent.getByRole('button', { name: 'End session' }).click();
  await expect(agent.getByRole('heading', { name: 'You ended the session' })).toBeVisible();
  await expect.poll(() => words(visitor)).not.toContain('sees this page');
});

test('a visitor who is away leaves the last picture with its age', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await visitor.goto('about:blank');
  await expect(agent.getByText(/is away, picture \d:\d\d old/)).toBeVisible();
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toBeVisible();
  await expect(agent.getByRole('button', { name: 'Laser pointer' })).toHaveAttribute('aria-disabled', 'true');
  await expectAccessible(agent, 'away');
});

test('a session page that is loaded again goes on', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await agent.reload();
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toBeVisible();
  await expect(agent.getByText(/^live/)).toBeVisible();
});

test('going back through the history and forth again goes on without joining twice', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await agent.goBack();
  await expect(agent.getByRole('heading', { name: 'Visitors' })).toBeVisible();
  await agent.goForward();
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toBeVisible();
  await expect(agent.getByRole('complementary').getByText('(you)')).toHaveCount(1);
  await expect(agent.getByRole('complementary').getByRole('listitem').filter({ hasText: 'may point' })).toHaveCount(1);
});

test('the last agent is asked before leaving ends it', async ({ agent, visitor }) => {
  await share(agent, visitor);
  const back = agent.getByRole('link', { name: 'Back to visitors' });
  await back.click();
  const dialog = agent.getByRole('alertdialog', { name: 'Leave and end the session?' });
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toBeVisible();
  await back.click();
  await dialog.getByRole('button', { name: 'Leave and end' }).click();
  await expect(agent.getByRole('heading', { name: 'Visitors' })).toBeVisible();
  await expect.poll(() => words(visitor)).not.toContain('sees this page');
});

test('a session that has ended says so at its address', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await agent.getByRole('button', { name: 'End session' }).click();
  await agent.reload();
  await expect(agent.getByRole('heading', { name: 'This session has ended' })).toBeVisible();
});

test('the running session is in the list of sessions and can be opened from it', async ({ agent, visitor, edge }) => {
  await share(agent, visitor);
  await agent.goto(`${edge.edge}/console/sessions`);
  await expect(agent.getByRole('main').getByText('1 running')).toBeVisible();
  await expectAccessible(agent, 'sessions');
  await agent.getByRole('link', { name: /^Open the session of/ }).click();
  await expect(mirrored(agent).getByRole('heading', { level: 1 })).toBeVisible();
});

/** A watch link for a second agent, as a program makes it through the API. */
async function watchLink(edge: Edge, agent: Page, name: string): Promise<string> {
  const headers = { authorization: `Bearer ${edge.api_key}` };
  const { visitors } = await (await agent.request.get(`${edge.edge}/api/v1/visitors`, { headers })).json();
  const id = visitors.find((one: { session: unknown }) => one.session !== null).id;
  const answer = await agent.request.post(`${edge.edge}/api/v1/visitors/${id}/session`, {
    headers,
    data: { agent: { id: name, name } },
  });
  return (await answer.json()).watch_url;
}

test('a watch link shows the page to somebody without an account, once', async ({ agent, visitor, edge, browser }) => {
  await share(agent, visitor);
  const link = await watchLink(edge, agent, 'Tomás Reyes');
  const context = await browser.newContext();
  const second = await context.newPage();
  await second.goto(link);
  await expect(mirrored(second).getByRole('heading', { level: 1 })).toBeVisible();
  expect(second.url()).not.toContain('token');
  await expect(agent.getByText('Tomás Reyes joined')).toBeVisible();
  await expect.poll(() => words(visitor)).toContain('Tomás Reyes');

  const third = await context.newPage();
  await third.goto(link);
  await expect(third.getByRole('heading', { name: 'This link no longer opens the session' })).toBeVisible();
  await expectAccessible(third, 'used link');
  await context.close();
  await expect(agent.getByText('Tomás Reyes left')).toBeVisible();
});

test('ending a session that others watch asks first', async ({ agent, visitor, edge, browser }) => {
  await share(agent, visitor);
  const context = await browser.newContext();
  const second = await context.newPage();
  await second.goto(await watchLink(edge, agent, 'Tomás Reyes'));
  await expect(agent.getByText('Tomás Reyes joined')).toBeVisible();
  await agent.getByRole('button', { name: 'End session' }).click();
  const dialog = agent.getByRole('alertdialog', { name: 'End the session for everybody?' });
  await expectAccessible(agent, 'end dialog');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await expect(dialog).toBeHidden();
  await expect(second.getByText(/^live/)).toBeVisible();
  await agent.getByRole('button', { name: 'End session' }).click();
  await dialog.getByRole('button', { name: 'End for everybody' }).click();
  await expect(second.getByRole('heading', { name: 'Another agent ended the session' })).toBeVisible();
  await context.close();
});

test('on a narrow screen everything is reached without scrolling sideways', async ({ agent, visitor }) => {
  await share(agent, visitor);
  await agent.setViewportSize({ width: 320, height: 640 });
  await agent.getByRole('button', { name: 'Details' }).click();
  await expect(agent.getByRole('complementary')).toContainText('Watching');
  const overflow = () => agent.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await expectAccessible(agent, 'narrow session');
  await agent.goBack();
  await expect(agent.getByRole('heading', { name: 'Visitors' })).toBeVisible();
  expect(await overflow()).toBeLessThanOrEqual(0);
  await expectAccessible(agent, 'narrow list');
});
