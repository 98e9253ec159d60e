// A wiki whose page is one large application: it writes with PUT and DELETE, and edits in frames it makes itself.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { type Kind, start } from './app.ts';
import { modules } from './install.mjs';

const program = join(modules, 'tiddlywiki/tiddlywiki.js');
const run = promisify(execFile);

export const tiddlywiki: Kind = {
  name: 'a wiki (TiddlyWiki)',
  home: '/',
  start: () =>
    start(async (folder, port) => {
      await run(process.execPath, [program, folder, '--init', 'server']);
      return {
        host: 'wiki',
        command: process.execPath,
        args: [program, folder, '--listen', `port=${port}`, 'host=127.0.0.1', 'anon-username=ida'],
        ready: /Serving on/,
      };
    }),
  use: async (page, app) => {
    await page.getByRole('button', { name: 'new tiddler' }).first().click();
    const draft = page.locator('.tc-tiddler-edit-frame');
    await draft.locator('input.tc-titlebar').fill('Lamp oil');
    const text = draft.locator('.tc-tiddler-editor iframe').first().contentFrame().locator('textarea');
    await text.fill("Keep it ''dark'' & cool. See [[Wicks]].");
    await draft.locator('.tc-edit-tags input').first().fill('supplies');
    await page.keyboard.press('Enter');
    await draft.getByRole('button', { name: 'Confirm changes' }).click();
    const tiddler = page.locator('[data-tiddler-title="Lamp oil"]');
    await expect(tiddler.locator('strong')).toHaveText('dark');
    await expect(page.locator('.tc-dirty')).toHaveCount(0);
    const saved = await fetch(`${app.inner}/recipes/default/tiddlers/Lamp%20oil`);
    expect(await saved.json()).toMatchObject({ text: "Keep it ''dark'' & cool. See [[Wicks]].", tags: 'supplies' });
    await expect(async () => expect(await readdir(join(app.folder, 'tiddlers'))).toContain('Lamp oil.tid')).toPass();

    await page.reload();
    await page.locator('.tc-search input').first().fill('lamp');
    await page.locator('.tc-search-results').getByRole('link', { name: 'Lamp oil' }).first().click();
    await expect(tiddler.locator('strong')).toHaveText('dark');
    await tiddler.getByRole('link', { name: 'Wicks' }).click();
    await expect(page.locator('[data-tiddler-title="Wicks"]')).toContainText('Missing tiddler');
  },
};
