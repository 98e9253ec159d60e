// CORS in its kinds, redirects in their kinds, statuses, and what a server sees.
import { type Asked, echo } from './server.ts';
import { allow } from './shop.ts';
import type { Origins } from './world.ts';

export function addRequests(origins: Origins): void {
  const { www, api, cdn, bank, fresh } = origins;
  let preflights = 0;
  const beacons: string[] = [];
  const body = (asked: Asked) => ({ ...echo(asked), body: asked.body.toString() });
  for (const origin of [www, api, bank, fresh]) {
    origin.on('/body', (asked, reply) => reply.json(body(asked), allow(asked)));
    origin.on('/to', (asked, reply) => {
      const status = Number(asked.url.searchParams.get('status') ?? 302);
      reply.redirect(status, asked.url.searchParams.get('u') ?? '/blank', allow(asked));
    });
    origin.on('/refresh', (asked, reply) => {
      const to = asked.url.searchParams.get('u') ?? '/blank';
      if (asked.url.searchParams.has('header')) return reply.html('<title>wait</title>', { refresh: `0; url=${to}` });
      reply.html(
        `<!doctype html><meta http-equiv=refresh content="0; url=${to.replace(/&/g, '&amp;')}"><title>wait</title>`,
      );
    });
  }
  api.on('/star', (asked, reply) => reply.json(echo(asked), { 'access-control-allow-origin': '*' }));
  api.on('/closed', (asked, reply) => reply.json(echo(asked)));
  api.on('/guarded', (asked, reply) => {
    if (asked.method !== 'OPTIONS') {
      return reply.json(body(asked), {
        ...allow(asked),
        'x-shown': 'yes',
        'x-hidden': 'no',
        'access-control-expose-headers': 'x-shown',
      });
    }
    preflights += 1;
    reply.send(204, {
      ...allow(asked),
      'access-control-allow-methods': 'PUT, DELETE',
      'access-control-allow-headers': 'x-custom, content-type, authorization',
    });
  });
  api.on('/preflights', (asked, reply) => {
    const count = preflights;
    preflights = 0;
    reply.json({ count }, allow(asked));
  });
  www.on('/status', (asked, reply) => {
    const status = Number(asked.url.searchParams.get('s') ?? 200);
    reply.send(
      status,
      { 'content-type': 'text/plain', 'x-custom': 'a, b', 'cache-control': 'no-store' },
      [204, 304].includes(status) ? '' : 'body',
    );
  });
  www.on('/beacon', (asked, reply) => {
    if (asked.method === 'POST') beacons.push(`${asked.headers['content-type'] ?? '-'} ${asked.body.toString()}`);
    reply.json(asked.method === 'POST' ? {} : beacons.splice(0).sort());
  });
  cdn.on('/data.json', (_, reply) => reply.json({ from: 'cdn' }, { 'access-control-allow-origin': '*' }));
}
