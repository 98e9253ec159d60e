// Responses that may be kept, and how often a server had to send them.
import type { Origins } from './world.ts';

export function addCaching({ www }: Origins): void {
  const counts = new Map<string, number>();
  const count = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  www.on('/tagged', (asked, reply) => {
    const headers = { etag: '"v1"', 'cache-control': 'no-cache', 'content-type': 'text/plain' };
    const same = asked.headers['if-none-match'] === '"v1"';
    count(same ? 'tagged 304' : 'tagged 200');
    reply.send(same ? 304 : 200, headers, same ? '' : 'tagged');
  });
  www.on('/fresh', (_, reply) => {
    count('fresh');
    reply.text('fresh', { 'cache-control': 'max-age=600' });
  });
  www.on('/varied', (asked, reply) => {
    count('varied');
    reply.text(String(asked.headers['x-custom'] ?? '-'), { 'cache-control': 'max-age=600', vary: 'x-custom' });
  });
  www.on('/counts', (_, reply) => {
    reply.json(Object.fromEntries(Array.from(counts).sort()));
    counts.clear();
  });
}
