// A browser for SQLite files: plain forms behind a password, jQuery, storage in the page, downloads.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { type Kind, pythonic, start } from './app.ts';
import { python } from './install.mjs';
import { rows } from './rows.ts';

const PASSWORD = 'lamplight 7';

export const sqliteWeb: Kind = {
  name: 'a database browser (sqlite-web)',
  home: '/',
  start: () =>
    start(async (folder, port) => {
      const file = join(folder, 'stock.db');
      await rows(
        file,
        'CREATE TABLE lamp (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, notes TEXT)',
        "INSERT INTO lamp (name, price) VALUES ('Dawn', 40), ('Noon', 60), ('Dusk', 80)",
      );
      return {
        host: 'stock',
        command: 'python3',
        args: [
          join(python, 'bin/sqlite_web'),
          '--host',
          '127.0.0.1',
          '--port',
          `${port}`,
          '--no-browser',
          '--password',
          file,
        ],
        env: { ...pythonic(), SQLITE_WEB_PASSWORD: PASSWORD },
        ready: /Running on http/,
      };
    }),
  use: async (page, app) => {
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Login' }).click();
    await page.locator('.table-link').getByRole('link', { name: 'lamp' }).click();
    await editRow(page);
    await addRow(page);
    await query(page);
    expect(await rows(join(app.folder, 'stock.db'), 'SELECT * FROM lamp WHERE id > 1')).toEqual([
      { id: 2, name: 'Noon', price: 60, notes: null },
      { id: 3, name: 'Dusk & “dim”', price: 75.5, notes: null },
      { id: 4, name: 'Midnight', price: null, notes: '' },
    ]);
  },
};

async function editRow(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Content' }).click();
  await page.locator('tr', { hasText: 'Dusk' }).getByRole('link', { name: 'Edit' }).click();
  await page.locator('[name="chk_name"]').check();
  await page.locator('#id_name').fill('Dusk & “dim”');
  await page.locator('[name="chk_price"]').check();
  await page.locator('#id_price').fill('75.5');
  await page.getByRole('button', { name: 'Update' }).click();
  await expect(page.locator('.alert')).toContainText('updated');
}

async function addRow(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Insert' }).click();
  await page.locator('#id_name').fill('Midnight');
  await page.getByRole('button', { name: 'Insert' }).click();
  await expect(page.locator('tr', { hasText: 'Midnight' })).toBeVisible();
}

async function query(page: Page): Promise<void> {
  await page.locator('.nav-tabs').getByRole('link', { name: 'Query' }).click();
  await page.locator('[name="sql"]').fill('select name, price from lamp where price > 50 order by price desc');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.table-wrapper tbody tr')).toHaveText([/Dusk & “dim”\s+75\.5/, /Noon\s+60/]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'JSON' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.json$/);
  expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toMatchObject([{ price: 75.5 }, { name: 'Noon' }]);
}
