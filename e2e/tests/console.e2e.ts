// The console as an agent uses it, against the real edge and a real visitor.
import type { Page } from '@playwright/test';
import { press, seen } from '../harness/closed.ts';
import { expect, test } from '../harness/fixtures.ts';

/** What the agent sees of the visitor's page. */
const mirrored = (page: Page) => page.frameLocator('iframe').last();

test('an agent finds the visitor, asks, and sees the page live', async ({ people, edge, openConsole }) => {
  const visitor = await people.visitor();
  await visitor.goto(`${edge.shop}/lamps/`);
  const { short_id } = await edge.visitorAt(`${edge.shop}/lamps/`);
  const agent = await openConsole();
  await agent.getByRole('button', { name: new RegExp(`Co-browse with .*${short_id}`) }).click();
  await seen(visitor, 'Show this page to Ana?');
  await press(visitor, 'Show my page');
  await expect(mirrored(agent).getByRole('heading', { name: 'Lamps' })).toBeVisible();
  await visitor.locator('[name=material][value=Linen]').uncheck();
  await expect(mirrored(agent).getByText('4 of 6')).toBeVisible();
  await visitor.goto(`${edge.shop}/checkout/`);
  await expect(mirrored(agent).getByRole('heading', { name: 'Checkout' })).toBeVisible();
  await expect(mirrored(agent).getByText('Linnéa Ek')).toHaveCount(0);
  await visitor.locator('[name=town]').fill('Visby');
  await expect(mirrored(agent).locator('[name=town]')).toHaveValue('Visby');
});

test('an agent finds the visitor by the code that is read out', async ({ people, edge, openConsole }) => {
  const visitor = await people.visitor();
  await visitor.goto(`${edge.shop}/?still`);
  await visitor.locator('#show-code').click();
  const code = /\d{6}/.exec(await seen(visitor, /Your code[\s\S]*\d{6}/))?.[0] ?? '';
  const agent = await openConsole();
  await agent.getByRole('textbox', { name: 'Visitor’s code' }).fill(code);
  await agent.keyboard.press('Enter');
  await seen(visitor, 'Show this page to Ana?');
  await press(visitor, 'Show my page');
  await expect(mirrored(agent).getByText('Light for long evenings')).toBeVisible();
});

test('the link to sign in works once', async ({ edge, browser, signedIn }) => {
  expect(signedIn.cookies.length).toBe(1); // it was used
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(edge.ready.console);
  await expect(page.getByText('used already')).toBeVisible();
  await page.goto(`${edge.url}/console/`);
  await expect(page.getByRole('heading', { name: 'Visitors', level: 1 })).toHaveCount(0);
  expect(await context.cookies()).toEqual([]);
  await context.close();
});
