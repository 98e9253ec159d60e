// The API that the explorer tries out: JSON behind a bearer token, for the pages of one other web origin only.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LampApi {
  port: number;
  lamps: unknown[];
  close(): Promise<void>;
}

/** Which addresses it has to know, once both are there. */
export interface Addresses {
  own: string;
  pages: string;
}

export async function startLampApi(token: string, addresses: () => Addresses): Promise<LampApi> {
  const lamps: unknown[] = [];
  const server = createServer((request, response) => {
    const send = allow(request, response, addresses());
    if (request.method === 'OPTIONS') return send(204);
    if (request.url === '/openapi.json') return send(200, description(addresses().own));
    if (request.url !== '/lamps') return send(404, { problem: 'no such path' });
    if (request.headers.authorization !== `Bearer ${token}`) return send(401, { problem: 'no such token' });
    if (request.method === 'GET') return send(200, lamps);
    read(request).then(
      (lamp) => send(201, { number: lamps.push(lamp) }, { 'x-lamp': `${lamps.length}` }),
      () => send(400),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { port, lamps, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

async function read(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') throw new Error('not JSON');
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return JSON.parse(text);
}

function allow(request: IncomingMessage, response: ServerResponse, { pages }: Addresses) {
  if (request.headers.origin === pages) {
    response.setHeader('access-control-allow-origin', pages);
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    response.setHeader('access-control-expose-headers', 'x-lamp');
  }
  response.setHeader('vary', 'origin');
  return (status: number, body?: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
}

function description(url: string): unknown {
  const lamp = { type: 'object', properties: { name: { type: 'string', example: 'Noon' } } };
  const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
  const lamps = { type: 'array', items: { $ref: '#/components/schemas/Lamp' } };
  return {
    openapi: '3.0.3',
    info: { title: 'Lamps', version: '1' },
    servers: [{ url }],
    security: [{ key: [] }],
    paths: {
      '/lamps': {
        get: {
          operationId: 'list',
          tags: ['lamp'],
          summary: 'Every lamp',
          responses: { 200: { description: 'The lamps', ...json(lamps) } },
        },
        post: {
          operationId: 'make',
          tags: ['lamp'],
          summary: 'Make a lamp',
          requestBody: json({ $ref: '#/components/schemas/Lamp' }),
          responses: { 201: { description: 'Made', ...json({ type: 'object' }) } },
        },
      },
    },
    components: { schemas: { Lamp: lamp }, securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
  };
}
