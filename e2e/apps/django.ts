// Django's admin: forms with CSRF tokens, strict cookies, flash messages in a cookie, a popup that answers its opener.
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { type App, type Kind, pythonic, start } from './app.ts';
import { rows } from './rows.ts';

const PASSWORD = 'lamplight 7';

export const django: Kind = {
  name: 'an admin of tables (Django)',
  home: '/admin/',
  start: () =>
    start((_, port) => ({
      host: 'office',
      command: 'python3',
      args: [join(import.meta.dirname, 'django/serve.py'), `${port}`],
      env: { ...pythonic(), PASSWORD },
      ready: /Starting development server/,
    })),
  use: async (page, app) => {
    await signIn(page);
    await addLamp(page);
    await changeLamp(page);
    await findLamp(page);
    expect(await saved(app)).toMatchObject([
      { name: 'Nightwatch', maker: 'Glass & Sons', price: 89.5, notes: 'Blown “glass” & brass.\nHeavy.', sold: 1 },
    ]);
  },
};

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Username').fill('ida');
  await page.getByLabel('Password').fill('not it');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.locator('.errornote')).toBeVisible();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.locator('#user-tools')).toContainText('ida');
}

async function addLamp(page: Page): Promise<void> {
  await page.locator('.model-lamp').getByRole('link', { name: 'Add' }).first().click();
  await page.getByLabel('Name:').fill('Nightwatch');
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.locator('#add_id_maker').click()]);
  await popup.getByLabel('Name:').fill('Glass & Sons');
  await Promise.all([popup.waitForEvent('close'), popup.getByRole('button', { name: 'Save' }).click()]);
  // The popup has put it into its opener's list.
  await expect(page.locator('#id_maker option:checked')).toHaveText('Glass & Sons');
  await page.getByLabel('Price:').fill('120');
  await page.locator('.datetimeshortcuts').getByRole('link', { name: 'Today' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.messagelist .success')).toContainText('was added successfully');
}

async function changeLamp(page: Page): Promise<void> {
  await page.locator('#result_list').getByRole('link', { name: 'Nightwatch' }).click();
  await page.getByLabel('Notes:').fill('Blown “glass” & brass.\nHeavy.');
  await page.getByLabel('Sold').check();
  await page.getByRole('button', { name: 'Save and continue editing' }).click();
  await expect(page.locator('.messagelist .success')).toContainText('was changed successfully');
  await expect(page.getByLabel('Notes:')).toHaveValue('Blown “glass” & brass.\nHeavy.');
  await page.locator('.breadcrumbs').getByRole('link', { name: 'Lamps' }).click();
  await page.locator('input[name="form-0-price"]').fill('89.50');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.messagelist .success')).toContainText('1 lamp was changed successfully');
}

async function findLamp(page: Page): Promise<void> {
  await page.locator('#changelist-filter').getByRole('link', { name: 'Yes' }).click();
  await page.locator('#searchbar').fill('night');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.locator('.paginator')).toContainText('1 lamp');
  expect(new URL(page.url()).search).toMatch(/^\?q=night/);
}

/** What is in its tables, read past the application. */
const saved = (app: App): Promise<unknown> =>
  rows(
    join(app.folder, 'workshop.sqlite3'),
    `SELECT lamp.name, maker.name AS maker, price, replace(notes, char(13), '') AS notes, sold
     FROM workshop_lamp lamp JOIN workshop_maker maker ON maker.id = maker_id`,
  );
