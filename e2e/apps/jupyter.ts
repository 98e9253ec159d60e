// JupyterLab: megabytes of script in modules loaded on demand, and a kernel behind WebSockets.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { type App, type Kind, pythonic, start } from './app.ts';
import { python } from './install.mjs';

const NOTEBOOK = 'lumen & more.ipynb';
const TOKEN = 'lamplight-7';

export const jupyter: Kind = {
  name: 'notebooks (JupyterLab)',
  home: '/lab',
  start: () =>
    start((folder, port) => ({
      host: 'notes',
      command: 'python3',
      args: [
        ...['-m', 'jupyterlab', '--no-browser', '--allow-root'],
        `--ServerApp.port=${port}`,
        '--ServerApp.port_retries=0',
        '--ServerApp.ip=127.0.0.1',
        // Not its own port's name, as behind any front.
        '--ServerApp.allow_remote_access=True',
        `--IdentityProvider.token=${TOKEN}`,
        `--ServerApp.root_dir=${folder}`,
        `--LabApp.app_dir=${join(python, 'share/jupyter/lab')}`,
        '--LabApp.extension_manager=readonly',
        '--LabApp.news_url=None',
        '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
      ],
      env: {
        ...pythonic(),
        JUPYTER_CONFIG_DIR: join(folder, '.config'),
        JUPYTER_DATA_DIR: join(folder, '.data'),
        JUPYTER_RUNTIME_DIR: join(folder, '.runtime'),
        IPYTHONDIR: join(folder, '.ipython'),
      },
      ready: /is running at/,
    })),
  use: async (page, app) => {
    await page.locator('#password_input').fill(TOKEN);
    await page
      .getByRole('button', { name: /log in/i })
      .first()
      .click();
    // Several megabytes of script come first.
    await page.locator('.jp-LauncherCard[title*="Python 3"]').first().click({ timeout: 40_000 });
    await runCell(page, 'print("%s lumen" % (6 * 70)); input("how many? ")');
    // The kernel is another process, which starts.
    await expect(page.locator('.jp-OutputArea').first()).toContainText('420 lumen', { timeout: 30_000 });
    const asked = page.locator('.jp-Stdin-input');
    await asked.fill('three & more');
    await asked.press('Enter');
    await expect(page.locator('.jp-OutputArea').first()).toContainText("'three & more'");
    await page.getByRole('button', { name: /^Save and create checkpoint/ }).click();
    // It is its first save.
    const dialog = page.locator('.jp-Dialog');
    await dialog.getByRole('textbox').fill(NOTEBOOK);
    await dialog.getByRole('button', { name: 'Rename and Save' }).click();
    await expect(page.getByRole('tab', { name: NOTEBOOK })).toBeVisible();
    await expect(async () => expect(await saved(app)).toMatchObject({ cell_type: 'code' })).toPass({ timeout: 15_000 });
  },
};

async function runCell(page: Page, source: string): Promise<void> {
  const cell = page.locator('.jp-Notebook .cm-content').first();
  await expect(page.locator('.jp-Toolbar-kernelName')).toHaveText(/Python 3/);
  await cell.click();
  await expect(cell).toBeFocused();
  await page.keyboard.insertText(source);
  await expect(cell).toHaveText(source);
  await page.keyboard.press('Shift+Enter');
}

async function saved(app: App): Promise<unknown> {
  const notebook = JSON.parse(await readFile(join(app.folder, NOTEBOOK), 'utf8'));
  return notebook.cells[0];
}
