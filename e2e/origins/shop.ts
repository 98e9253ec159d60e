// A server-rendered shop: sign-in with a token against forgery, cookies for both of its hosts, an API on the other.
import { createHmac, randomBytes } from 'node:crypto';
import { type Asked, echo, type Reply } from './server.ts';
import type { Origins } from './world.ts';

const secret = randomBytes(16);
const token = (seed: string): string => createHmac('sha256', secret).update(seed).digest('hex').slice(0, 16);
const page = (title: string, body: string): string =>
  `<!doctype html><html lang=en><head><meta charset=utf-8><title>${title}</title></head><body>${body}</body></html>`;

const userOf = (asked: Asked): string => (asked.cookies.get('session') === token('ada') ? 'ada' : 'nobody');

export function addShop({ www, api, bank, fresh }: Origins): void {
  for (const origin of [www, api, bank, fresh]) {
    origin.on('/blank', (_, reply) => reply.html(page('blank', '<p id=p>blank</p>')));
    origin.on('/echo', (asked, reply) =>
      asked.url.searchParams.has('page') ? echoPage(asked, reply) : reply.json(echo(asked)),
    );
  }
  www.on('/', (_, reply) =>
    reply.html(page('Shop', `<a href="${www.url}/login" id=in>Sign in</a><a href=/cart>Cart</a>`)),
  );
  www.on('/login', (asked, reply) => {
    if (asked.method === 'POST') return signIn(asked, reply);
    const seed = randomBytes(6).toString('hex');
    const fields = `<input type=hidden name=csrf value=${token(seed)}><input name=user><input name=password type=password>`;
    reply.html(page('Sign in', `<form method=post action="${www.url}/login">${fields}<button>Go</button></form>`), {
      'set-cookie': `csrf=${seed}; Path=/login; HttpOnly; SameSite=Strict`,
    });
  });
  www.on('/account', (asked, reply) =>
    reply.html(page('Account', `<h1 id=user>${userOf(asked)}</h1><a id=bank href="${bank.url}/links">bank</a>`)),
  );
  www.on('/who', (asked, reply) => {
    const strict = asked.cookies.has('strict') ? '+strict' : '';
    reply.html(
      page(
        'Who',
        `<p id=who>${userOf(asked)}${strict} ${asked.headers.origin ?? '-'} ${asked.headers.referer ?? '-'}</p>`,
      ),
    );
  });
  api.on('/me', (asked, reply) => reply.json({ user: userOf(asked) }, allow(asked)));
  api.on('/set', (asked, reply) =>
    reply.json({ ok: true }, { ...allow(asked), 'set-cookie': 'fromapi=1; Domain=shop.localhost; Path=/' }),
  );
  www.on('/spread', (_, reply) =>
    reply.json(
      { ok: true },
      {
        'set-cookie': [
          'one=1',
          'two=2; Path=/nowhere',
          'three=3; HttpOnly',
          'four=4; Max-Age=0',
          'five=5; Domain=other.localhost',
        ],
      },
    ),
  );
  bank.on('/links', (_, reply) => {
    const form = `<form id=form method=post action="${www.url}/who"><input name=a value=1><button id=send>send</button></form>`;
    reply.html(page('Links', `<a id=who href="${www.url}/who">who</a>${form}`));
  });
  bank.on('/third', (asked, reply) =>
    reply.json(
      { cookie: Array.from(asked.cookies.keys()).sort() },
      {
        ...allow(asked),
        'set-cookie': ['none=1; SameSite=None; Secure; Path=/third', 'lax=1; SameSite=Lax; Path=/third'],
      },
    ),
  );
}

function signIn(asked: Asked, reply: Reply): void {
  const form = new URLSearchParams(asked.body.toString());
  const seed = asked.cookies.get('csrf');
  const good = seed !== undefined && form.get('csrf') === token(seed);
  if (!good) reply.send(403, { 'content-type': 'text/plain' }, 'forged');
  else
    reply.redirect(303, '/account', {
      'set-cookie': [
        `session=${token('ada')}; Domain=shop.localhost; Path=/; HttpOnly; SameSite=Lax`,
        'theme=dark; Path=/; Max-Age=3600',
        'strict=1; Path=/; SameSite=Strict; HttpOnly',
      ],
    });
}

/** Lets any page read with cookies. */
export function allow(asked: Asked): Record<string, string> {
  const { origin } = asked.headers;
  if (origin === undefined) return {};
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'Origin' };
}

/** The echo as a page, for navigations. */
function echoPage(asked: Asked, reply: Reply): void {
  const text = JSON.stringify({ ...echo(asked), body: asked.body.toString('latin1') }).replace(/</g, '\\u003c');
  reply.html(page('Echo', `<pre id=echo>${text.replace(/&/g, '&amp;')}</pre>`));
}
