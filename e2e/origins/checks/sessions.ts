// Signing in, and cookies by every way there is.
// biome-ignore-all lint/suspicious/noDocumentCookie: what is checked is what old scripts do
import { type Check, textOf } from './kit.ts';

export const sessions: Check[] = [
  {
    name: 'signing in by a form with a token against forgery',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/`);
      await page.click('#in');
      await page.fill('input[name=user]', 'ada');
      await page.fill('input[name=password]', 'pw');
      await page.click('button');
      const user = await textOf(page, '#user');
      return { user, cookie: await page.evaluate(() => document.cookie), path: new URL(page.url()).pathname };
    },
  },
  {
    name: 'the sign-in holds on the other host of the site',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (api) => {
        const get = async (credentials: RequestCredentials) => (await fetch(`${api}/me`, { credentials })).json();
        return [await get('include'), await get('same-origin'), await get('omit')];
      }, hosts.api);
    },
  },
  {
    name: 'another site cannot post with the sign-in, but its links bring it along',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.bank}/links`);
      await page.click('#send');
      const posted = await textOf(page, '#who');
      await open(page, `${hosts.bank}/links`);
      await page.click('#who');
      await page.waitForURL(/\/who/);
      return { posted, linked: await textOf(page, 'p#who') };
    },
  },
  {
    name: 'cookies that scripts set are read back and sent',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async () => {
        const names = () => document.cookie.split('; ').sort().join('; ');
        document.cookie = 'plain=1';
        document.cookie = 'path=1; path=/nowhere';
        document.cookie = 'wide=1; domain=shop.localhost; path=/';
        document.cookie = 'alien=1; domain=bank.localhost';
        document.cookie = 'http=1; HttpOnly';
        document.cookie = '__Host-bad=1; path=/; domain=shop.localhost; secure';
        document.cookie = '__Host-good=1; path=/; secure';
        document.cookie = 'session=stolen; path=/';
        document.cookie = 'gone=1';
        document.cookie = 'gone=; max-age=0';
        document.cookie = 'old=1; expires=Thu, 01 Jan 1970 00:00:00 GMT';
        const own = `own=1; domain=${location.hostname}`;
        document.cookie = own;
        const read = names();
        const { cookie } = await (await fetch('/echo')).json();
        for (const name of ['plain', 'own', '__Host-good']) document.cookie = `${name}=; max-age=0; path=/; secure`;
        document.cookie = `own=; max-age=0; domain=${location.hostname}`;
        document.cookie = 'wide=; max-age=0; domain=shop.localhost; path=/';
        const after = names();
        return { read, cookie, after, later: (await (await fetch('/echo')).json()).cookie };
      });
    },
  },
  {
    name: 'a cookie that a script sets for the whole site goes to its other host at once',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (api) => {
        document.cookie = 'joint=1; domain=shop.localhost; path=/';
        const { cookie } = await (await fetch(`${api}/guarded`, { credentials: 'include' })).json();
        document.cookie = 'joint=; max-age=0; domain=shop.localhost; path=/';
        return cookie;
      }, hosts.api);
    },
  },
  {
    name: 'cookies that servers set are read by scripts as soon as the response is there',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (api) => {
        const names = () => document.cookie.split('; ').sort();
        await fetch('/spread');
        const own = names();
        await fetch(`${api}/set`, { credentials: 'include' });
        const joint = names();
        await new Promise<void>((done) => {
          const request = new XMLHttpRequest();
          request.open('GET', '/spread');
          request.onload = () => done();
          request.send();
        });
        return { own, joint, xhr: names() };
      }, hosts.api);
    },
  },
  {
    // Whether a browser lets a third site have cookies at all is its own affair; in the proxy they are the jar's.
    name: "a third site's lax cookies stay with it",
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (bank) => {
        const lax = async () =>
          (await (await fetch(`${bank}/third`, { credentials: 'include' })).json()).cookie.includes('lax');
        return [await lax(), await lax()];
      }, hosts.bank);
    },
  },
  {
    name: 'storage belongs to one web origin',
    run: async (page, { hosts, open }) => {
      const seen: unknown[] = [];
      for (const [host, value] of [
        ['www', 'a'],
        ['bank', 'b'],
        ['www', 'c'],
      ] as const) {
        await open(page, `${hosts[host]}/storage?set=${value}`);
        seen.push(await page.evaluate(() => Reflect.get(window, 'was')));
      }
      return seen;
    },
  },
];
