// Node-RED: a canvas in SVG, a bearer token kept in the page's storage, uploads of JSON, and a WebSocket that reports.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { type Kind, start } from './app.ts';
import { modules } from './install.mjs';

const PASSWORD = 'lamplight 7';
/** bcrypt of it. */
const HASH = '$2b$04$yJDhQImswYOV71kKe7E3U.l2wwvgwXnIpnv.AlRLrxD6NkzUmrn/i';

const SETTINGS = {
  flowFile: 'flows.json',
  credentialSecret: 'only for this test',
  adminAuth: { type: 'credentials', users: [{ username: 'ida', password: HASH, permissions: '*' }] },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { editable: false }, codeEditor: { lib: 'ace' } },
  logging: { console: { level: 'info' } },
};

const FLOW = [
  {
    id: 'a1',
    type: 'inject',
    name: 'light it',
    repeat: '',
    topic: '',
    payload: '420 lumen',
    payloadType: 'str',
    x: 120,
    y: 60,
    wires: [['a2']],
  },
  {
    id: 'a2',
    type: 'debug',
    name: 'shown',
    active: true,
    tosidebar: true,
    complete: 'payload',
    x: 320,
    y: 60,
    wires: [],
  },
  { id: 'a3', type: 'http in', name: '', url: '/lamp', method: 'get', x: 120, y: 140, wires: [['a4']] },
  {
    id: 'a4',
    type: 'template',
    name: 'lamp',
    field: 'payload',
    template: '{"lumen": 420}',
    x: 320,
    y: 140,
    wires: [['a5']],
  },
  { id: 'a5', type: 'http response', name: '', x: 520, y: 140, wires: [] },
];

export const nodeRed: Kind = {
  name: 'flows on a canvas (Node-RED)',
  home: '/',
  start: () =>
    start(async (folder, port) => {
      const settings = { ...SETTINGS, uiPort: port, uiHost: '127.0.0.1', userDir: folder };
      await writeFile(join(folder, 'settings.js'), `module.exports = ${JSON.stringify(settings)}`);
      return {
        host: 'flows',
        command: process.execPath,
        args: [join(modules, 'node-red/red.js'), '--settings', join(folder, 'settings.js')],
        ready: /Started flows/,
      };
    }),
  use: async (page, app) => {
    await page.locator('#node-dialog-login-username').fill('ida');
    await page.locator('#node-dialog-login-password').fill(PASSWORD);
    await page.locator('#node-dialog-login-submit').click();
    await importFlow(page);
    await page.locator('#red-ui-header-button-deploy').click();
    await expect(page.locator('.red-ui-notification-success')).toContainText('Successfully deployed');
    await inject(page);
    const answer = await fetch(`${app.inner}/lamp`);
    expect(await answer.json()).toEqual({ lumen: 420 });
  },
};

/** Presses a node's button on the canvas, and waits for what the server says of it by the WebSocket. */
async function inject(page: Page): Promise<void> {
  await page.keyboard.press('Control+g');
  await page.keyboard.press('d');
  const node = page.locator('#red-ui-workspace-chart .red-ui-flow-node-group', { hasText: 'light it' });
  await node.locator('.red-ui-flow-node-button-button').click();
  await expect(page.locator('.red-ui-debug-msg-payload').last()).toContainText('420 lumen');
}

async function importFlow(page: Page): Promise<void> {
  await page.locator('#red-ui-header-button-sidemenu').click();
  await page.locator('#menu-item-import').click();
  await page.locator('#red-ui-clipboard-dialog-import-text').fill(JSON.stringify(FLOW));
  // It looks at what came by keys.
  await page.locator('#red-ui-clipboard-dialog-import-text').press('End');
  await page.locator('#red-ui-clipboard-dialog-ok').click();
  // What is imported hangs on the pointer until it is put down.
  await page.mouse.move(500, 300);
  await page.mouse.click(500, 300);
}
