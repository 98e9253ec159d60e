// Small loopback file server: real pages from packages, made-up pages for tests, the agent's bare page.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.yaml': 'text/yaml; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

export interface StaticOptions {
  /** Folder whose files are served; a path ending in `/` is its `index.html`. */
  root?: string;
  /** Pages made by the test: path → HTML. They win over files. */
  pages?: Map<string, string>;
  /** Changes an HTML file or page before it is sent: the place where the tag is put in. */
  html?: (text: string, path: string) => string;
  /** The page for every path below this prefix that is no file: a client-side routed part. */
  fallback?: { prefix: string; page: string };
}

export interface StaticServer {
  url: string;
  /** Paths asked for since the start, with their method. */
  asked: string[];
  close(): Promise<void>;
}

/** Puts a tag in front of the first element that may hold one. */
export function injectTag(html: string, tag: string): string {
  const head = /<head(\s[^>]*)?>/i.exec(html);
  if (head) return html.slice(0, head.index + head[0].length) + tag + html.slice(head.index + head[0].length);
  const root = /<html(\s[^>]*)?>/i.exec(html);
  if (root) return html.slice(0, root.index + root[0].length) + tag + html.slice(root.index + root[0].length);
  return tag + html;
}

export async function serveStatic(options: StaticOptions): Promise<StaticServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(options, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the static server has no port');
  return {
    url: `http://localhost:${address.port}`,
    asked,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function answer(options: StaticOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  const page = options.pages?.get(path);
  if (page !== undefined) return sendHtml(options, response, page, path);
  const file = options.root === undefined ? undefined : await fileOf(options.root, path);
  if (file !== undefined) return sendFile(options, response, file, path);
  const { fallback, root } = options;
  if (fallback !== undefined && root !== undefined && path.startsWith(fallback.prefix)) {
    return sendFile(options, response, join(root, fallback.page), path);
  }
  response.writeHead(404, { 'content-type': 'text/plain' });
  response.end('not here');
}

async function fileOf(root: string, path: string): Promise<string | undefined> {
  const base = resolve(root);
  const file = join(base, normalize(path.endsWith('/') ? `${path}index.html` : path));
  if (!file.startsWith(base + sep)) return undefined;
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? file : undefined;
}

async function sendFile(options: StaticOptions, response: ServerResponse, file: string, path: string): Promise<void> {
  if (['.html', '.htm'].includes(extname(file))) return sendHtml(options, response, await readFile(file, 'utf8'), path);
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'cache-control': 'max-age=60',
  });
  createReadStream(file).pipe(response);
}

function sendHtml(options: StaticOptions, response: ServerResponse, text: string, path: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(options.html === undefined ? text : options.html(text, path));
}
