// WebSocket chat and server-sent events.

import { allow } from './shop.ts';
import { accept } from './socket.ts';
import type { Origins } from './world.ts';

export function addStreams({ www, api, fresh }: Origins): void {
  for (const origin of [www, api, fresh]) {
    origin.onUpgrade('/chat', (request, stream) => {
      const cookies = (request.headers.cookie ?? '')
        .split(/;\s*/)
        .map((one) => one.split('=')[0])
        .filter((one) => one !== '')
        .sort();
      const socket = accept(request, stream, (data, to) => {
        if (data === 'bye') to.close(4001, 'as asked');
        else to.send(typeof data === 'string' ? `echo ${data}` : Buffer.from(data).reverse());
      });
      socket.send(JSON.stringify({ origin: request.headers.origin, cookies, url: request.url }));
    });
    origin.on('/events', (asked, reply) => {
      const last = Number(asked.headers['last-event-id'] ?? 0);
      reply.raw.writeHead(200, { ...allow(asked), 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      reply.raw.write('retry: 10\n\n');
      for (const at of [1, 2])
        reply.raw.write(
          `id: ${last + at}\nevent: tick\ndata: ${last + at} ${asked.cookies.has('session') ? 'signed in' : 'alone'}\n\n`,
        );
      // The second connection must name the last event.
      reply.raw.end();
    });
  }
  www.on('/slowly', (_, reply) => {
    reply.raw.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    const parts = ['one ', 'two ', 'three'];
    const next = (): void => {
      const part = parts.shift();
      if (part === undefined) return void reply.raw.end();
      reply.raw.write(part);
      setTimeout(next, 30);
    };
    next();
  });
}
