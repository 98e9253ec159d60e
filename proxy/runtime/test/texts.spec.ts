// Texts that hold URLs: srcset, style, bodies, cookies. Pure functions, without a browser.
import { expect, test } from '@playwright/test';
import { Addresses, byEdge, configOf } from '../src/addresses.ts';
import { type CookiePlace, readCookieWrite } from '../src/cookie-line.ts';
import { mapCss } from '../src/css-text.ts';
import { mapSrcset } from '../src/srcset.ts';

const OWN = 'http://aaaaaaaaaaaaaaaa-s-www-shop-example.localhost:7300';
const API = 'http://aaaaaaaaaaaaaaaa-s-api-shop-example.localhost:7300';

const addresses = (direct: string[] = []): Addresses => {
  const config = configOf('http:', OWN.slice(7));
  if (!config) throw new Error('not a proxied host');
  return new Addresses({ ...config, direct }, OWN);
};

test('a host tells its session and its real origin', () => {
  expect(configOf('http:', OWN.slice(7))).toMatchObject({
    word: 'aaaaaaaaaaaaaaaa',
    domain: 'localhost:7300',
    scheme: 'http',
    origin: 'https://www.shop.example',
  });
  expect(configOf('https:', 'shop.example')).toBeUndefined();
});

test('what names another host is led through the proxy, and nothing else is touched', () => {
  const to = addresses(['*.pay.example']);
  const cases: [string, string][] = [
    ['/cart', '/cart'],
    ['cart?a=https://api.shop.example/', 'cart?a=https://api.shop.example/'],
    ['#top', '#top'],
    ['data:text/plain,https://x.example/', 'data:text/plain,https://x.example/'],
    ['blob:http://x/1', 'blob:http://x/1'],
    ['javascript:void 0', 'javascript:void 0'],
    ['https://api.shop.example/a?b#c', `${API}/a?b#c`],
    [' \thttps://api.shop.example/a', `${API}/a`],
    ['ht\ntps://api.shop.example/a', `ht\ntps://api.shop.example/a`],
    ['//api.shop.example/a', `${API}/a`],
    ['\\\\api.shop.example/a', `${API}/a`],
    ['https://www.shop.example/a', `${OWN}/a`],
    [`${API}/a`, `${API}/a`],
    ['https://card.pay.example/f', 'https://card.pay.example/f'],
    ['http://[::1]/x', byEdge(OWN, 'http://[::1]/x')],
    ['https://', 'https://'],
  ];
  for (const [written, led] of cases) expect(to.proxied(written), written).toBe(led);
});

test('own addresses in a query become the real ones', () => {
  const to = addresses();
  const back = encodeURIComponent(`${OWN}/back?x=1`);
  const real = encodeURIComponent('https://www.shop.example/back?x=1');
  expect(to.proxied(`https://api.shop.example/auth?to=${back}`)).toBe(`${API}/auth?to=${real}`);
  expect(to.proxied(`/auth?to=${back}`)).toBe(`/auth?to=${real}`);
  expect(to.texts.real(`{"a":"${OWN}\\/x","b":"${OWN.replace(/\//g, '\\/')}"}`)).toBe(
    '{"a":"https://www.shop.example\\/x","b":"https:\\/\\/www.shop.example"}',
  );
});

test('a page reads real addresses of others and its own as location has it', () => {
  const to = addresses();
  expect(to.seen(`${API}/a`)).toBe('https://api.shop.example/a');
  expect(to.seen(`${OWN}/a`)).toBe(`${OWN}/a`);
  expect(to.seenOrigin(API)).toBe('https://api.shop.example');
  expect(to.seenOrigin(OWN)).toBe(OWN);
  expect(to.seenOrigin('null')).toBe('null');
  expect(to.real(byEdge(OWN, 'http://[::1]/x?y'))).toBe('http://[::1]/x?y');
});

test('srcset keeps commas in URLs and its descriptors', () => {
  const map = (url: string): string => `<${url}>`;
  expect(mapSrcset('a.png, b.png 2x', map)).toBe('<a.png>, <b.png> 2x');
  expect(mapSrcset(' a,b.png 1x,\nc.png 100w , d.png', map)).toBe(' <a,b.png> 1x,\n<c.png> 100w , <d.png>');
  expect(mapSrcset('data:image/png;base64,AA== 2x, b', map)).toBe('<data:image/png;base64,AA==> 2x, <b>');
  expect(mapSrcset('', map)).toBe('');
});

test('URLs in style text are mapped where they load, not where they are only text', () => {
  const map = (url: string): string => url.replace('https://a/', 'http://p/');
  expect(mapCss('a{background:url(https://a/1)}', map)).toBe('a{background:url("http://p/1")}');
  expect(mapCss(`@import 'https://a/1.css' screen;`, map)).toBe('@import "http://p/1.css" screen;');
  expect(mapCss(`a{content:"https://a/1"}/* url(https://a/2) */`, map)).toBe(
    `a{content:"https://a/1"}/* url(https://a/2) */`,
  );
  expect(mapCss(`a{b:image-set("https://a/1" 1x)}`, map)).toBe(`a{b:image-set("http://p/1" 1x)}`);
  expect(mapCss('a{b:url( "https:\\2f\\2f a/1" )} //', map)).toBe('a{b:url("http://p/1")} //');
});

const place: CookiePlace = {
  host: 'www.shop.example',
  secure: true,
  path: '/cart/now',
  proxiedHost: 'aaaaaaaaaaaaaaaa-s-www-shop-example.localhost',
  proxyDomain: 'localhost',
};

test('a script may set what a browser lets it set', () => {
  const read = (text: string, at: CookiePlace = place) => readCookieWrite(text, at, Date.parse('2026-01-01'));
  expect(read('a=1')).toMatchObject({ name: 'a', value: '1', expired: false, hidden: false, line: 'a=1' });
  expect(read('a = b=c ; Path=/')).toMatchObject({ name: 'a', value: 'b=c' });
  expect(read('alone')).toMatchObject({ name: '', value: 'alone', line: 'alone' });
  expect(read('a=1; domain=.shop.example')?.line).toBe('a=1; Domain=shop.example');
  expect(read(`a=1; domain=${place.proxiedHost}`)?.line).toBe('a=1; Domain=www.shop.example');
  expect(read('a=; max-age=0')?.expired).toBe(true);
  expect(read('a=; expires=Thu, 01-Jan-1970 00:00:00 GMT')?.expired).toBe(true);
  expect(read('a=1; expires=Thu, 01 Jan 2099 00:00:00 GMT')?.expired).toBe(false);
  expect(read('a=1; path=/cart')?.hidden).toBe(false);
  expect(read('a=1; path=/car')?.hidden).toBe(true);
});

test('a script may not set what a browser refuses', () => {
  const bad = [
    '',
    '=',
    'a=1; HttpOnly',
    'a=1; domain=other.example',
    'a=1; domain=example',
    'a=1; domain=localhost',
    'a=1; SameSite=None',
    '__Secure-a=1',
    '__Host-a=1; secure; path=/; domain=www.shop.example',
    '__Host-a=1; secure',
    '__Host-coview=1; secure; path=/',
    'a=\u0001',
    `a=${'x'.repeat(4100)}`,
  ];
  for (const text of bad) expect(readCookieWrite(text, place, 0), text).toBeUndefined();
  expect(readCookieWrite('a=1; secure', { ...place, secure: false }, 0)).toBeUndefined();
});
