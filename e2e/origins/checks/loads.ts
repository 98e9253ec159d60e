// fetch, XMLHttpRequest, beacons, sockets, event streams, caches.
import { type Check, echoed } from './kit.ts';

export const loads: Check[] = [
  {
    name: 'a server sees the real origin, referrer and cookies of every kind of request',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank?here=1`);
      return page.evaluate(async ({ www, api, bank }) => {
        const json = async (url: string, init?: RequestInit) => (await fetch(url, init)).json();
        const headers = { 'x-custom': 'v', 'content-type': 'application/json' };
        return [
          await json('/echo?a=1'),
          await json(`${www}/echo?b=1`, { method: 'POST', headers, body: '{}' }),
          await json(`${api}/guarded?c=1`, { method: 'PUT', headers, body: '{"a":1}', credentials: 'include' }),
          await json(`${bank}/body`, {
            method: 'POST',
            body: new URLSearchParams({ q: 'ü &' }),
            credentials: 'include',
          }),
          await json('/echo?d', { referrerPolicy: 'no-referrer' }),
          await json(`${bank}/body`, { referrerPolicy: 'origin' }),
          await json(`${bank}/body`, { referrerPolicy: 'no-referrer', credentials: 'include' }),
        ];
      }, hosts);
    },
  },
  {
    name: 'CORS lets through and refuses as the server says',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (api) => {
        const what = async (path: string, init?: RequestInit) => {
          try {
            const response = await fetch(api + path, init);
            return [response.status, response.type, response.headers.get('x-shown'), response.headers.get('x-hidden')];
          } catch (error) {
            return (error as Error).name;
          }
        };
        const authorization = 'Bearer t';
        return {
          star: await what('/star'),
          starWithCookies: await what('/star', { credentials: 'include' }),
          closed: await what('/closed'),
          opaque: await what('/closed', { mode: 'no-cors' }),
          sameOrigin: await what('/star', { mode: 'same-origin' }),
          guarded: await what('/guarded', { credentials: 'include' }),
          put: await what('/guarded', { method: 'PUT', headers: { 'x-custom': '1' } }),
          bearer: await what('/guarded', { method: 'DELETE', headers: { authorization } }),
          patch: await what('/guarded', { method: 'PATCH' }),
          header: await what('/guarded', { headers: { 'x-other': '1' } }),
          preflights: await (await fetch(`${api}/preflights`)).json(),
        };
      }, hosts.api);
    },
  },
  {
    name: 'redirects keep method and body as the statuses say, on one origin and across',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async ({ www, api }) => {
        const seen: unknown[] = [];
        for (const status of [301, 302, 303, 307, 308]) {
          for (const [from, to] of [
            ['', '/body'],
            [www, `${api}/body`],
            [api, `${www}/body`],
          ]) {
            try {
              const url = `${from}/to?status=${status}&u=${encodeURIComponent(to ?? '')}`;
              const response = await fetch(url, { method: 'POST', body: 'kept' });
              const { method, body, origin } = await response.json();
              seen.push([status, method, body, origin, response.redirected, new URL(response.url).pathname]);
            } catch (error) {
              seen.push([status, (error as Error).name]);
            }
          }
        }
        const manual = await fetch('/to?u=/blank', { redirect: 'manual' });
        const refused = await fetch('/to?u=/blank', { redirect: 'error' }).catch((error: Error) => error.name);
        return { seen, manual: [manual.type, manual.status], refused };
      }, hosts);
    },
  },
  {
    name: 'statuses, methods and headers are as sent',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async () => {
        const seen: unknown[] = [];
        for (const status of [200, 201, 204, 400, 401, 404, 418, 500, 503]) {
          const response = await fetch(`/status?s=${status}`);
          seen.push([response.status, response.ok, response.headers.get('x-custom'), await response.text()]);
        }
        for (const method of ['HEAD', 'PATCH', 'DELETE', 'OPTIONS']) {
          const response = await fetch('/status', { method });
          seen.push([method, response.status, await response.text()]);
        }
        return seen;
      });
    },
  },
  {
    name: 'XMLHttpRequest: absolute, with progress, synchronous, its address and headers',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async ({ www, api }) => {
        const send = (method: string, url: string, body?: string, cookies = false) =>
          new Promise<unknown>((done) => {
            const request = new XMLHttpRequest();
            let uploaded = 0;
            request.upload.onprogress = (event) => {
              uploaded = event.loaded;
            };
            request.open(method, url);
            request.withCredentials = cookies;
            request.responseType = 'json';
            request.onload = () => {
              const names = request
                .getAllResponseHeaders()
                .split('\r\n')
                .map((line) => line.split(':')[0]);
              const known = names.filter((name) => ['content-type', 'x-shown', 'x-hidden'].includes(name ?? ''));
              const ours = names.filter((name) => name?.startsWith('x-coview'));
              const { host, pathname } = new URL(request.responseURL);
              done([
                request.status,
                host === location.host || request.responseURL,
                pathname,
                request.response?.body,
                uploaded,
                known,
                ours,
              ]);
            };
            request.onerror = () => done('error');
            request.send(body);
          });
        const sync = new XMLHttpRequest();
        sync.open('GET', `${www}/status`, false);
        sync.send();
        return [
          await send('POST', `${www}/body`, 'abc'),
          await send('POST', `${api}/body`, 'abc', true),
          await send('GET', `${www}/to?u=${encodeURIComponent(`${api}/body`)}`),
          await send('GET', `${api}/closed`),
          [sync.status, sync.responseText],
        ];
      }, hosts);
    },
  },
  {
    name: 'WebSockets of the own and of another origin',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async ({ www, api }) => {
        const talk = (url: string, protocols?: string[]) =>
          new Promise<unknown>((done) => {
            const socket = new WebSocket(url, protocols);
            socket.binaryType = 'arraybuffer';
            const heard: unknown[] = [];
            socket.onmessage = ({ data, origin }) => {
              heard.push(typeof data === 'string' ? data : Array.from(new Uint8Array(data)), origin);
              if (heard.length === 2) socket.send('hello');
              if (heard.length === 4) socket.send(new Uint8Array([1, 2, 3]));
              if (heard.length === 6) socket.send('bye');
            };
            socket.onclose = ({ code, reason, wasClean }) =>
              done([heard, code, reason, wasClean, socket.protocol, socket.url]);
          });
        const ws = (url: string) => url.replace('http', 'ws');
        return [
          await talk(`${ws(www)}/chat?a=1`),
          await talk(`${ws(api)}/chat`, ['v2', 'v1']),
          await talk(`${ws(api)}/nothing`),
        ];
      }, hosts);
    },
  },
  {
    name: 'server-sent events, taken up where they ended',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (api) => {
        const listen = (url: string, withCredentials: boolean) =>
          new Promise<unknown>((done) => {
            const source = new EventSource(url, { withCredentials });
            const heard: unknown[] = [];
            source.addEventListener('tick', ({ data, lastEventId, origin }) => {
              heard.push([data, lastEventId, origin === location.origin || origin]);
              if (heard.length < 3) return;
              source.close();
              done(heard);
            });
          });
        return [
          await listen('/events', false),
          await listen(`${api}/events`, true),
          await listen(`${api}/events`, false),
        ];
      }, hosts.api);
    },
  },
  {
    name: 'a body is read as it comes',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async () => {
        const reader = (await fetch('/slowly')).body?.getReader();
        const parts: string[] = [];
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
          parts.push(new TextDecoder().decode(part.value));
        return { text: parts.join(''), several: parts.length > 1 };
      });
    },
  },
  {
    name: 'beacons arrive',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async (www) => {
        const sent = [
          navigator.sendBeacon('/beacon', 'relative'),
          navigator.sendBeacon(`${www}/beacon`, new URLSearchParams({ a: '1' })),
        ];
        const got: string[] = [];
        while (got.length < 2) got.push(...(await (await fetch('/beacon')).json()));
        return { sent, got: got.sort() };
      }, hosts.www);
    },
  },
  {
    name: 'what may be kept is not asked for again',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      return page.evaluate(async () => {
        const text = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();
        const seen = [await text('/tagged'), await text('/tagged'), await text('/tagged', { cache: 'no-store' })];
        seen.push(await text('/fresh'), await text('/fresh'), await text('/fresh', { cache: 'reload' }));
        for (const value of ['a', 'a', 'b']) seen.push(await text('/varied', { headers: { 'x-custom': value } }));
        return { seen, counts: await (await fetch('/counts')).json() };
      });
    },
  },
  {
    name: 'compressed answers and ranges',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/packed-page`);
      const title = await page.title();
      await open(page, `${hosts.www}/blank`);
      const rest = await page.evaluate(async () => {
        const seen: unknown[] = [];
        for (const how of ['gzip', 'br']) seen.push((await (await fetch(`/packed?how=${how}`)).text()).length);
        const ranged = await fetch('/ranged', { headers: { range: 'bytes=10-19' } });
        seen.push(ranged.status, ranged.headers.get('content-range'), (await ranged.arrayBuffer()).byteLength);
        return seen;
      });
      return { title, rest };
    },
  },
  {
    name: 'own addresses handed on in a query are the real ones to whoever gets them',
    run: async (page, { hosts, open }) => {
      await open(page, `${hosts.www}/blank`);
      const fetched = await page.evaluate(async (api) => {
        const back = encodeURIComponent(`${location.origin}/back?x=1`);
        const { query } = await (await fetch(`${api}/guarded?redirect_uri=${back}`)).json();
        const { body } = await (
          await fetch(`${api}/body`, { method: 'POST', body: JSON.stringify({ page: location.href }) })
        ).json();
        return { query, body };
      }, hosts.api);
      await page.evaluate((bank) => {
        location.href = `${bank}/echo?page&back=${encodeURIComponent(location.href)}`;
      }, hosts.bank);
      return { fetched, navigated: await echoed(page) };
    },
  },
];
