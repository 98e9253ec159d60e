// Bundles capture and the driver once per worker and opens pages with them, without any server.
import { fileURLToPath } from 'node:url';
import { test as base, type Page } from '@playwright/test';
import { build } from 'esbuild';
import type { Driver } from './driver';

declare global {
  interface Window {
    driver: Driver;
  }
}

const bundles = new Map<string, Promise<string>>();

/** A bundle of a file beside this one; capture with masking on or off. */
export function bundle(file: string, mask = true): Promise<string> {
  const key = `${file} ${mask}`;
  let made = bundles.get(key);
  if (!made) {
    made = build({
      entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      define: { COVIEW_MASK: String(mask) },
    }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
    bundles.set(key, made);
  }
  return made;
}

export const WEB_ORIGIN = 'http://page.test';

/** What is served besides the harness itself: path to body and headers. */
export type Files = Record<string, { body: string | Buffer; type?: string; headers?: Record<string, string> } | string>;

export interface Rig {
  page: Page;
  /** Loads a page as the captured one; a path of `files`, or markup. */
  open(markup: string, options?: { mask?: boolean }): Promise<void>;
  files: Files;
  /** What reached `window.onerror` or the console as an error, in any frame. */
  faults: string[];
}

export const test = base.extend<{ rig: Rig }>({
  rig: async ({ page }, use) => {
    const files: Files = {};
    const faults: string[] = [];
    let masked = true;
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.route('**/*', async (route) => {
      const url = new URL(route.request().url());
      if (url.origin !== WEB_ORIGIN) return route.abort();
      if (url.pathname === '/top') {
        const body = `<!doctype html><meta charset="utf-8"><body><script src="/driver.js"></script>`;
        return route.fulfill({ contentType: 'text/html', body });
      }
      if (url.pathname === '/driver.js') {
        return route.fulfill({ contentType: 'text/javascript', body: await bundle('./driver.ts') });
      }
      if (url.pathname === '/capture.js') {
        return route.fulfill({ contentType: 'text/javascript', body: await bundle('./page.ts', masked) });
      }
      const file = files[url.pathname];
      if (file === undefined) return route.fulfill({ status: 404, body: '' });
      const { body, type, headers } = typeof file === 'string' ? { body: file, type: undefined, headers: {} } : file;
      return route.fulfill({ contentType: type ?? 'text/html; charset=utf-8', body, headers: headers ?? {} });
    });
    await page.goto(`${WEB_ORIGIN}/top`);
    const open: Rig['open'] = async (markup, options = {}) => {
      masked = options.mask ?? true;
      files['/page'] = markup;
      await page.evaluate((url) => window.driver.load(url), `${WEB_ORIGIN}/page`);
      const frame = page.frames().find((one) => one.url().startsWith(`${WEB_ORIGIN}/page`));
      await frame?.addScriptTag({ url: `${WEB_ORIGIN}/capture.js` });
      // The script's own element is not part of what is tested.
      await frame?.evaluate(() => document.querySelector('script[src$="/capture.js"]')?.remove());
    };
    await use({ page, open, files, faults });
  },
});

export { expect } from '@playwright/test';
