// The places that Rust computes as well, and their way back.
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { Places } from '../src/places.ts';

interface Vector {
  url: string;
  proxied: string | null;
}
const vectors: Vector[] = JSON.parse(readFileSync(new URL('../../vectors/places.json', import.meta.url), 'utf8'));

const ground = { word: 'aaaaaaaaaaaaaaaa', domain: 'localhost:7300', scheme: 'http' } as const;

test('every vector has the place that the edge gives it, and is read back', () => {
  expect(vectors.length).toBeGreaterThan(20);
  const places = new Places(ground);
  for (const { url, proxied } of vectors) {
    const given = places.proxied(new URL(url));
    expect(given ?? null, url).toBe(proxied);
    if (given !== undefined) expect(places.real(new URL(given)), given).toBe(new URL(url).href);
  }
});

test('labels that the edge would write otherwise are not read', () => {
  const places = new Places(ground);
  for (const host of [
    'aaaaaaaaaaaaaaaa-lobby.localhost:7300',
    'aaaaaaaaaaaaaaaa-x-abcdefghijklmnopqrst.localhost:7300',
    'bbbbbbbbbbbbbbbb-s-shop-example.localhost:7300',
    'aaaaaaaaaaaaaaaa-s-shop-example.localhost:7301',
    'aaaaaaaaaaaaaaaa-s-a.b.localhost:7300',
  ]) {
    expect(places.origin(host), host).toBeUndefined();
  }
});

test('a place that only the edge can name is used once it is learnt', () => {
  const places = new Places(ground);
  const table = 'aaaaaaaaaaaaaaaa-x-abcdefghijklmnopqrst.localhost:7300';
  places.learn('http://[::1]:8080', table);
  expect(places.proxied(new URL('http://[::1]:8080/a?b'))).toBe(`http://${table}/a?b`);
  expect(places.real(new URL(`http://${table}/a?b`))).toBe('http://[::1]:8080/a?b');
  expect(places.proxied(new URL('https://[::1]:8080/'))).toBeUndefined();
});
