// Two servers on loopback: an edge that serves the harness and answers for assets, and an elsewhere that must never be
// contacted. Both remember what reached them.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test as base, type Page } from '@playwright/test';
import { build } from 'esbuild';

let bundled: Promise<string> | undefined;

function harness(): Promise<string> {
  bundled ??= build({
    entryPoints: [fileURLToPath(new URL('./harness.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  return bundled;
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A server and what was asked of it. */
export interface Place {
  url: string;
  /** Paths asked for, with their queries. */
  asked: string[];
  /** TCP connections, with or without a request. */
  connections(): number;
}

async function listen(server: Server, asked: string[]): Promise<Place> {
  let connections = 0;
  server.on('connection', () => connections++);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { url: `http://127.0.0.1:${port}`, asked, connections: () => connections };
}

interface Fixtures {
  edge: Place;
  elsewhere: Place;
  /** A page of the edge with the harness as `viewer`. */
  agent: Page;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  edge: async ({}, use) => {
    const asked: string[] = [];
    const code = await harness();
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      asked.push(path);
      if (path === '/viewer.js') response.setHeader('content-type', 'text/javascript').end(code);
      else if (path === '/')
        response
          .setHeader('content-type', 'text/html')
          .end(
            '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script src="/viewer.js"></script>',
          );
      else if (path.includes('.css')) response.setHeader('content-type', 'text/css').end('p { color: rgb(1, 2, 3) }');
      else response.setHeader('content-type', 'image/png').end(PNG);
    });
    await use(await listen(server, asked));
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  elsewhere: async ({}, use) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('access-control-allow-origin', '*').setHeader('content-type', 'image/png').end(PNG);
    });
    await use(await listen(server, asked));
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
  agent: async ({ page, edge }, use) => {
    await page.goto(edge.url);
    await use(page);
  },
});

export { expect } from '@playwright/test';
