// One made-up web origin: a plain HTTP server on loopback under a name of its own, which logs every request it got.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';

export interface Asked {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  cookies: Map<string, string>;
  body: Buffer;
  /** The query's bytes as they came. */
  query: string;
}

/** How a handler answers. */
export interface Reply {
  raw: ServerResponse;
  send(status: number, headers: Record<string, string | string[]>, body?: string | Buffer): void;
  html(body: string, headers?: Record<string, string | string[]>): void;
  json(value: unknown, headers?: Record<string, string | string[]>): void;
  text(body: string, headers?: Record<string, string | string[]>): void;
  script(body: string, headers?: Record<string, string | string[]>): void;
  redirect(status: number, location: string, headers?: Record<string, string | string[]>): void;
}

export type Handler = (asked: Asked, reply: Reply) => void | Promise<void>;
export type Upgrade = (request: IncomingMessage, socket: Duplex) => void;

export interface Logged {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
}

export class Origin {
  readonly log: Logged[] = [];
  private readonly handlers = new Map<string, Handler>();
  private readonly upgrades = new Map<string, Upgrade>();
  private readonly server: Server;
  private port = 0;

  constructor(readonly host: string) {
    this.server = createServer((request, response) => {
      this.log.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
      this.answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      this.log.push({ method: 'UPGRADE', url: request.url ?? '', headers: request.headers });
      const upgrade = this.upgrades.get(new URL(request.url ?? '/', this.url).pathname);
      if (upgrade) upgrade(request, socket);
      else socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    });
  }

  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  on(path: string, handler: Handler): void {
    this.handlers.set(path, handler);
  }

  onUpgrade(path: string, upgrade: Upgrade): void {
    this.upgrades.set(path, upgrade);
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error(`${this.host} has no port`);
    this.port = address.port;
  }

  close(): Promise<void> {
    return new Promise((done) => {
      this.server.close(() => done());
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer); // no encoding is set, so these are buffers
    const url = new URL(request.url ?? '/', this.url);
    const handler = this.handlers.get(url.pathname);
    const reply = replyOn(response);
    if (!handler) return reply.send(404, { 'content-type': 'text/plain' }, 'not here');
    const { headers, method = 'GET' } = request;
    const query = (request.url ?? '').split('?')[1] ?? '';
    await handler(
      { method, url, headers, cookies: cookiesOf(headers.cookie), body: Buffer.concat(parts), query },
      reply,
    );
  }
}

function cookiesOf(header: string | undefined): Map<string, string> {
  const pairs = (header ?? '').split(/;\s*/).filter((one) => one !== '');
  return new Map(
    pairs.map((one) => {
      const [name = '', ...value] = one.split('=');
      return [name, value.join('=')];
    }),
  );
}

function replyOn(raw: ServerResponse): Reply {
  const send: Reply['send'] = (status, headers, body = '') => {
    raw.writeHead(status, headers);
    raw.end(raw.req.method === 'HEAD' ? undefined : body);
  };
  const typed =
    (type: string) =>
    (body: string, headers: Record<string, string | string[]> = {}): void =>
      send(200, { 'content-type': type, 'cache-control': 'no-store', ...headers }, body);
  const json = typed('application/json');
  return {
    raw,
    send,
    html: typed('text/html; charset=utf-8'),
    text: typed('text/plain; charset=utf-8'),
    script: typed('text/javascript; charset=utf-8'),
    json: (value, headers) => json(JSON.stringify(value), headers),
    redirect: (status, location, headers = {}) => send(status, { location, 'cache-control': 'no-store', ...headers }),
  };
}

/** What a server saw of a request, less what differs between any two browsers or connections. */
export function echo(asked: Asked): Record<string, unknown> {
  const { headers } = asked;
  const cookie = Array.from(asked.cookies, ([name, value]) => `${name}=${value}`).sort();
  const kept = [
    'origin',
    'referer',
    'content-type',
    'authorization',
    'x-requested-with',
    'x-custom',
    'accept-language',
    'sec-fetch-site',
    'sec-fetch-mode',
    'sec-fetch-dest',
  ];
  const shown = Object.fromEntries(kept.map((name) => [name, headers[name] ?? null]));
  if (typeof shown['content-type'] === 'string')
    shown['content-type'] = shown['content-type'].replace(/boundary=.*/, '…');
  return { method: asked.method, path: asked.url.pathname, query: asked.query, cookie, ...shown };
}
