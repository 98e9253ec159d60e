// Getting in, and the list of visitors, on a real edge with a real shop.
import { expectAccessible } from './axe';
import { expect, test } from './edge';
import { codeShown } from './visitor';

test('who is not signed in is told how to get in', async ({ page, edge }) => {
  await page.goto(`${edge.edge}/console/`);
  await expect(page.getByRole('heading', { name: 'Sign in with a link' })).toBeVisible();
  await expect(page.getByText('coview demo')).toBeVisible();
  await expectAccessible(page, 'sign-in');
});

test('a sign-in link opens the list, and only once', async ({ agent, page, edge }) => {
  await expect(agent.getByRole('heading', { name: 'Visitors' })).toBeVisible();
  expect(agent.url()).toBe(`${edge.edge}/console/`);
  await page.goto(edge.console);
  await expect(page.getByRole('heading', { name: 'Visitors' })).toBeHidden();
  await page.goto(`${edge.edge}/console/`);
  await expect(page.getByRole('heading', { name: 'Sign in with a link' })).toBeVisible();
});

test('signing out closes the list', async ({ agent, edge }) => {
  await agent.getByRole('button', { name: 'Sign out' }).click();
  await expect(agent.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
  await agent.goto(`${edge.edge}/console/sessions`);
  await expect(agent.getByRole('heading', { name: 'Sign in with a link' })).toBeVisible();
});

test('an edge without visitors says how to install the snippet', async ({ agent, edge }) => {
  await expect(agent.getByRole('heading', { name: 'No visitor is online now' })).toBeVisible();
  await expect(agent.getByText(`<script async src="${edge.edge}/coview.js" data-site="demo"></script>`)).toBeVisible();
  await expect(agent.getByRole('main').getByText('0 online')).toBeVisible();
  await expectAccessible(agent, 'empty list');
  await agent.getByRole('link', { name: 'Sessions' }).click();
  await expect(agent.getByRole('heading', { name: 'No session is running' })).toBeVisible();
  await expectAccessible(agent, 'no sessions');
});

test('a visitor appears by themselves, with their page', async ({ agent, visitor }) => {
  await visitor.waitForLoadState();
  const row = agent.getByRole('row').filter({ hasText: 'Chrome' });
  await expect(row).toHaveCount(1);
  await visitor.goto(new URL('/lamps/', visitor.url()).href);
  await expect(row).toContainText('/lamps');
  await expect(agent.getByRole('main').getByText('1 online')).toBeVisible();
  await expectAccessible(agent, 'list');
});

test('a visitor who leaves is no longer online', async ({ agent, visitor }) => {
  await expect(agent.getByRole('main').getByText('1 online')).toBeVisible();
  await visitor.goto('about:blank');
  await expect(agent.getByRole('main').getByText('0 online')).toBeVisible();
});

test('the search finds by page, and says when nobody matches', async ({ agent, visitor }) => {
  await visitor.goto(new URL('/tables/', visitor.url()).href);
  await expect(agent.getByRole('row').filter({ hasText: '/tables' })).toBeVisible();
  await agent.keyboard.press('/');
  const search = agent.getByRole('searchbox', { name: 'Search visitors' });
  await expect(search).toBeFocused();
  await search.fill('tables');
  await expect(agent.getByRole('row').filter({ hasText: '/tables' })).toHaveCount(1);
  await search.fill('nobody-is-called-this');
  await expect(agent.getByRole('heading', { name: 'Nobody matches “nobody-is-called-this”' })).toBeVisible();
  await expectAccessible(agent, 'nothing found');
  await agent.getByRole('button', { name: 'Show everyone' }).click();
  await expect(agent.getByRole('row').filter({ hasText: '/tables' })).toBeVisible();
});

test('single keys do nothing once they are switched off', async ({ agent }) => {
  await agent.getByRole('button', { name: 'Keys' }).click();
  const dialog = agent.getByRole('dialog', { name: 'Keys' });
  await expectAccessible(agent, 'keys');
  await dialog.getByText('Single keys work as shortcuts').click();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await agent.keyboard.press('/');
  await expect(agent.getByRole('searchbox')).not.toBeFocused();
  await agent.getByRole('button', { name: 'Keys' }).click();
  await dialog.getByText('Single keys work as shortcuts').click();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await agent.keyboard.press('/');
  await expect(agent.getByRole('searchbox')).toBeFocused();
});

test('a wrong code is refused in plain words and can be typed again', async ({ agent }) => {
  const code = agent.getByLabel('Visitor’s code');
  await code.pressSequentially('000000');
  await expect(agent.getByRole('alert')).toContainText('This code does not work');
  await expect(code).toHaveValue('');
  await expect(code).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(agent, 'wrong code');
});

test('a pasted code opens the session it belongs to', async ({ agent, visitor }) => {
  await visitor.getByRole('button', { name: 'Show my code' }).click();
  const digits = await codeShown(visitor);
  const code = agent.getByLabel('Visitor’s code');
  await code.focus();
  await agent.keyboard.insertText(`${digits.slice(0, 3)} ${digits.slice(3)}`);
  await expect(agent).toHaveURL(/\/console\/sessions\/./);
});

test('a code works once', async ({ agent, visitor, edge }) => {
  await visitor.getByRole('button', { name: 'Show my code' }).click();
  const digits = await codeShown(visitor);
  await agent.getByLabel('Visitor’s code').fill(digits);
  await expect(agent).toHaveURL(/\/console\/sessions\/./);
  await agent.goto(`${edge.edge}/console/`);
  await agent.getByLabel('Visitor’s code').fill(digits);
  await expect(agent.getByRole('alert')).toContainText('This code does not work');
});

test('who asks for help stands above the list until they are helped', async ({ agent, visitor }) => {
  await visitor.getByRole('button', { name: 'Ask for help' }).click();
  const banner = agent.getByRole('region', { name: 'Asks for help' });
  await expect(banner).toContainText(/asks for help.*waiting 0:0/);
  await expectAccessible(agent, 'help');
  await banner.getByRole('button', { name: /^Help / }).click();
  await expect(agent).toHaveURL(/\/console\/sessions\/./);
});

test('an edge that stops is told apart from an empty list', async ({ agent, edge }) => {
  await expect(agent.getByText('updates by itself')).toBeVisible();
  await edge.stop();
  await expect(agent.getByText('updates interrupted')).toBeVisible();
  await expect(agent.getByText('The edge does not answer')).toBeVisible();
  await expect(agent.getByText('This list may be out of date')).toBeVisible();
});

test('an address that names no page leads back', async ({ agent, edge }) => {
  await agent.goto(`${edge.edge}/console/nowhere`);
  await expectAccessible(agent, 'missing');
  await agent.getByRole('link', { name: 'Go to visitors' }).click();
  await expect(agent.getByRole('heading', { name: 'Visitors' })).toBeFocused();
});
