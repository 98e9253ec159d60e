// Swagger UI, and on another site the API that it tries out: preflights, bearer tokens, an exposed header.
import { join } from 'node:path';
import { expect, type Locator } from '@playwright/test';
import { corpus } from '../corpus.mjs';
import { serveStatic } from '../harness/static.ts';
import type { App, Kind } from './app.ts';
import { Front } from './front.ts';
import { startLampApi } from './lamp-api.ts';

const TOKEN = 'lamplight-7';

export const swagger: Kind = {
  name: 'an API explorer on another site than its API (Swagger UI)',
  home: '/',
  start: startBoth,
  use: async (page, app) => {
    await page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.auth-container');
    await dialog.locator('input').fill(TOKEN);
    await dialog
      .getByRole('button', { name: 'Apply' })
      .or(dialog.getByRole('button', { name: 'Authorize' }))
      .click();
    await dialog.getByRole('button', { name: 'Close' }).click();

    const post = page.locator('#operations-lamp-make');
    await tryOut(post, '{"name": "Dawn & dusk"}');
    const answer = post.locator('.live-responses-table');
    await expect(answer.locator('.response-col_status').last()).toContainText('201');
    await expect(answer).toContainText('x-lamp: 1');
    await expect(post.locator('.request-url')).toHaveText(/^Request URL\s*http:\/\/api\.localhost:\d+\/lamps$/);
    const lamps = await fetch(`${app.inner}/lamps`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await lamps.json()).toEqual([{ name: 'Dawn & dusk' }]);

    const get = page.locator('#operations-lamp-list');
    await tryOut(get);
    await expect(get.locator('.live-responses-table')).toContainText('Dawn & dusk');
    await expect(get.locator('.curl')).toContainText('http://api.localhost');
  },
};

async function tryOut(operation: Locator, body?: string): Promise<void> {
  await operation.locator('.opblock-summary-control').click();
  if (body !== undefined) await operation.locator('textarea').fill(body);
  await operation.getByRole('button', { name: 'Execute' }).click();
}

async function startBoth(): Promise<App> {
  let addresses = { own: '', pages: '' };
  const api = await startLampApi(TOKEN, () => addresses);
  const apiFront = await Front.before('api.localhost', api.port);
  const pages = await serveStatic({
    root: join(corpus, 'swagger'),
    pages: new Map([['/', explorer(`${apiFront.url}/openapi.json`)]]),
  });
  const pagesFront = await Front.before('docs.localhost', Number(new URL(pages.url).port));
  addresses = { own: apiFront.url, pages: pagesFront.url };
  const parts = [pagesFront, apiFront, pages, api];
  return {
    url: pagesFront.url,
    inner: `http://127.0.0.1:${api.port}`,
    folder: corpus,
    log: () => [...pagesFront.log, ...apiFront.log],
    stop: async () => {
      for (const one of parts) await one.close();
    },
  };
}

const explorer = (url: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lamps</title><link rel="stylesheet" href="swagger-ui.css"></head>
<body><div id="ui"></div>
<script src="swagger-ui-bundle.js"></script><script src="swagger-ui-standalone-preset.js"></script>
<script>
SwaggerUIBundle({
  url: ${JSON.stringify(url)},
  dom_id: '#ui',
  deepLinking: true,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});
</script></body></html>
`;
