// A real edge for the browser tests: `coview demo`, one per test on free ports, stopped by its own signal.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test as base, type Page } from '@playwright/test';

export { expect } from '@playwright/test';

const binary = process.env.COVIEW_BIN ?? fileURLToPath(new URL('../../target/debug/coview', import.meta.url));
const START_MS = 20_000;

/** What `coview demo --json` prints. */
export interface Edge {
  edge: string;
  shop: string;
  console: string;
  site: string;
  api_key: string;
}

interface Running extends Edge {
  stop(): Promise<void>;
}

async function start(): Promise<Running> {
  if (!existsSync(binary)) throw new Error(`no ${binary}: build it with cargo build -p coview-relay`);
  const child = spawn(binary, ['demo', '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`coview demo stopped with ${code}`)));
  });
  gone.catch(() => {});
  const line = new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString('utf8');
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('coview demo said nothing')), START_MS).unref();
  });
  const edge = JSON.parse(await Promise.race([line, gone, late])) as Edge; // the contract's line
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return { ...edge, stop };
}

interface Fixtures {
  edge: Running;
  /** A page of the console, signed in. */
  agent: Page;
  /** A page of the shop, in a browser of its own. */
  visitor: Page;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the pattern to learn what a fixture needs
  edge: async ({}, use) => {
    const edge = await start();
    await use(edge);
    await edge.stop();
  },
  agent: async ({ browser, edge }, use) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(edge.console);
    await use(page);
    await context.close();
  },
  visitor: async ({ browser, edge }, use) => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
    const page = await context.newPage();
    await page.goto(edge.shop);
    await use(page);
    await context.close();
  },
});
