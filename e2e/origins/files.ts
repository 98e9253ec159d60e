// Files: uploads, downloads, ranges, compression, style sheets, pictures, scripts of another origin.
import { createHash, randomBytes } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Asked, Handler } from './server.ts';
import { allow } from './shop.ts';
import type { Origins } from './world.ts';

export const blob = randomBytes(70_000);
export const sha = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex').slice(0, 16);
export const integrity = (text: string): string => `sha384-${createHash('sha384').update(text).digest('base64')}`;

const svg = (width: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"><symbol id="s" viewBox="0 0 10 10"><rect width="10" height="10"/></symbol></svg>`;
export const LIBRARY = 'globalThis.library = { made: "cdn", at: document.currentScript?.src ?? "" };';

/** The parts of a multipart body, as a server library would give them. */
function parts(asked: Asked): Record<string, string> {
  const boundary = /boundary=(.*)$/.exec(asked.headers['content-type'] ?? '')?.[1] ?? '';
  const found: Record<string, string> = {};
  for (const part of asked.body.toString('latin1').split(`--${boundary}`)) {
    const cut = part.indexOf('\r\n\r\n');
    const name = /name="([^"]*)"(?:; filename="([^"]*)")?/.exec(part);
    if (cut < 0 || !name) continue;
    const data = Buffer.from(part.slice(cut + 4, -2), 'latin1');
    found[name[1] ?? ''] = name[2] === undefined ? data.toString() : `${name[2]} ${data.length} ${sha(data)}`;
  }
  return found;
}

export function addFiles({ www, api, cdn, bank }: Origins): void {
  const upload: Handler = (asked, reply) => {
    const found = JSON.stringify(parts(asked));
    if (asked.url.searchParams.has('page'))
      return reply.html(`<!doctype html><title>got</title><pre id=echo>${found}</pre>`);
    reply.text(found, allow(asked));
  };
  for (const origin of [www, api, bank]) origin.on('/upload', upload);
  www.on('/download', (_, reply) =>
    reply.send(
      200,
      {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="b.bin"; filename*=UTF-8''b%C3%BC.bin`,
      },
      blob,
    ),
  );
  www.on('/ranged', (asked, reply) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? '');
    const type = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' };
    if (!range) return reply.send(200, type, blob);
    const [from, to] = [Number(range[1]), Number(range[2])];
    reply.send(206, { ...type, 'content-range': `bytes ${from}-${to}/${blob.length}` }, blob.subarray(from, to + 1));
  });
  www.on('/packed', (asked, reply) => {
    const text = 'packed text '.repeat(500);
    const br = asked.url.searchParams.get('how') === 'br';
    reply.send(
      200,
      { 'content-type': 'text/plain', 'content-encoding': br ? 'br' : 'gzip' },
      br ? brotliCompressSync(text) : gzipSync(text),
    );
  });
  www.on('/packed-page', (_, reply) =>
    reply.send(
      200,
      { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'br' },
      brotliCompressSync('<!doctype html><title>packed ü</title>'),
    ),
  );
  www.on('/hash', (_, reply) => reply.json({ sha: sha(blob) }));
  addPublic(cdn);
  for (const origin of [www, cdn]) {
    origin.on('/p.svg', (asked, reply) =>
      reply.send(200, { 'content-type': 'image/svg+xml' }, svg(Number(asked.url.searchParams.get('w') ?? 10))),
    );
  }
  addPages(www, cdn);
}

function addPublic(cdn: Origins['cdn']): void {
  const open = { 'access-control-allow-origin': '*' };
  const css =
    (body: string): Handler =>
    (_, reply) =>
      reply.send(200, { 'content-type': 'text/css', ...open }, body);
  cdn.on('/lib.js', (_, reply) => reply.script(LIBRARY, open));
  cdn.on('/mod.js', (_, reply) =>
    reply.script(
      'import { two } from "./dep.js"; export const value = "mod " + two; export const at = new URL(import.meta.url).pathname;',
      open,
    ),
  );
  cdn.on('/dep.js', (_, reply) => reply.script('export const two = "dep";', open));
  cdn.on('/lib-worker.js', (_, reply) => reply.script('self.lib = "lib for workers";', open));
  cdn.on(
    '/a.css',
    css(
      '@import "sub/b.css"; @import url(//HOST/c.css); .a { color: rgb(1, 2, 3) }'.replace(
        'HOST',
        new URL(cdn.url).host,
      ),
    ),
  );
  cdn.on('/sub/b.css', css('.b { color: rgb(4, 5, 6); background: url(../p.svg?w=31) }'));
  cdn.on('/c.css', css('.c { color: rgb(7, 8, 9) }'));
  cdn.on('/relative/x.json', (_, reply) => reply.json({ relative: true }, open));
}

function addPages(www: Origins['www'], cdn: Origins['cdn']): void {
  www.on('/styled', (_, reply) =>
    reply.html(`<!doctype html><meta charset=utf-8><title>styled</title><link rel=stylesheet href="${cdn.url}/a.css">
<style>@import url("${cdn.url}/c.css"); .d { background: url('${cdn.url}/p.svg?w=32') }</style>
<p class=a>a</p><p class=b>b</p><p class=c>c</p><p class=d>d</p><p id=e style="background-image: url(&quot;${cdn.url}/p.svg?w=33&quot;)">e</p>
<picture><source srcset="${cdn.url}/p.svg?w=41 1x, ${cdn.url}/p.svg?w=42 2x" type=image/svg+xml><img id=pic src=/p.svg?w=40></picture>
<img id=set srcset="/p.svg?w=51, ${cdn.url}/p.svg?w=52 2x" src=/p.svg?w=50>
<svg width=10 height=10><use href="/p.svg#s"></use></svg>
<script src="${cdn.url}/lib.js" integrity="${integrity(LIBRARY)}" crossorigin></script>`),
  );
  www.on('/based', (_, reply) =>
    reply.html(`<!doctype html><meta charset=utf-8><title>based</title><base href="${cdn.url}/sub/../relative/">
<img id=pic src="../p.svg?w=61"><script src="../lib.js"></script><a id=link href="x.json">x</a>`),
  );
  www.on('/strict', (asked, reply) => {
    const nonce = 'r4nd0m';
    const policy = `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'nonce-${nonce}'; img-src ${cdn.url}; connect-src ${cdn.url} 'self'; require-trusted-types-for 'script'; trusted-types shop; frame-ancestors 'none'; base-uri 'none'`;
    const meta = asked.url.searchParams.has('meta')
      ? `<meta http-equiv="Content-Security-Policy" content="${policy.replace(/frame-ancestors 'none'; /, '')}">`
      : '';
    const headers: Record<string, string> = meta ? {} : { 'content-security-policy': policy };
    reply.html(
      `<!doctype html><head><meta charset=utf-8>${meta}<title>strict</title><style nonce=${nonce}>p { color: rgb(9, 8, 7) }</style></head><p id=p>p</p><div id=d></div>
<script nonce=${nonce}>
const policy = trustedTypes.createPolicy('shop', { createHTML: (text) => text, createScriptURL: (url) => url });
document.getElementById('d').innerHTML = policy.createHTML('<img id=pic src="${cdn.url}/p.svg?w=71"><b>bold</b>');
const tag = document.createElement('script'); tag.src = policy.createScriptURL('${cdn.url}/lib.js'); document.head.append(tag);
window.done = fetch('${cdn.url}/data.json').then((r) => r.json());
</script>`,
      {
        ...headers,
        'x-frame-options': 'DENY',
        'strict-transport-security': 'max-age=60',
        'cross-origin-opener-policy': 'same-origin',
      },
    );
  });
}
