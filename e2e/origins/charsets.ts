// Pages and files in the encodings of the older web, declared in each of the ways there are.
import type { Handler } from './server.ts';
import type { Origins } from './world.ts';

// Bytes written out: Node has no encoders for these.
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const sjis = Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea]); // 日本語
const gb = Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0x81, 0x30, 0x81, 0x30]); // 中文 and U+0080
const page = (title: Buffer, head = '', body = ''): Buffer =>
  Buffer.concat([
    latin(`<!doctype html><html><head>${head}<title>`),
    title,
    latin(`</title></head><body>${body}<p id=p>`),
    title,
    latin('</p></body></html>'),
  ]);

export const CHARSETS = [
  'latin-header',
  'latin-meta',
  'sjis-header',
  'sjis-meta-equiv',
  'gb-meta',
  'utf16-bom',
  'utf8-bom',
  'none',
  'utf8-late',
];

export function addCharsets({ www, cdn }: Origins): void {
  const send =
    (type: string, body: Buffer): Handler =>
    (_, reply) =>
      reply.send(200, { 'content-type': type, 'cache-control': 'no-store' }, body);
  const utf16 = Buffer.from('\ufeff<!doctype html><title>日本 ü</title><p id=p>日本 ü</p>', 'utf16le');
  const form =
    '<form action=/echo method=get><input type=hidden name=page><input name=q value="&#26085;&#252;"><button id=go>go</button></form>';
  const euro = latin('caf\xe9 \x80');
  www.on('/charset/latin-header', send('text/html; charset=iso-8859-1', page(euro)));
  www.on('/charset/latin-meta', send('text/html', page(euro, '<meta charset=windows-1252>')));
  www.on('/charset/sjis-header', send('text/html; charset=Shift_JIS', page(sjis, '', form)));
  www.on(
    '/charset/sjis-meta-equiv',
    send('text/html', page(sjis, '<meta http-equiv=content-type content="text/html; charset=shift_jis">')),
  );
  www.on('/charset/gb-meta', send('text/html', page(gb, '<meta charset=gb18030>')));
  www.on('/charset/utf16-bom', send('text/html', utf16));
  www.on(
    '/charset/utf8-bom',
    send('text/html; charset=windows-1252', Buffer.from('\ufeff<title>ü</title><p id=p>ü €</p>')),
  );
  www.on('/charset/none', send('text/html', page(latin('na\xefve caf\xe9'))));
  www.on(
    '/charset/utf8-late',
    send('text/html', page(Buffer.from('ü'), `<!--${'x'.repeat(600)}--><meta charset=utf-8>`)),
  );
  www.on('/charset/text', send('text/plain; charset=Shift_JIS', sjis));
  www.on(
    '/charset/script',
    send('text/javascript; charset=Shift_JIS', Buffer.concat([latin('window.word = "'), sjis, latin('";')])),
  );
  cdn.on(
    '/charset/sheet',
    send('text/css; charset=Shift_JIS', Buffer.concat([latin('p::after { content: "'), sjis, latin('" }')])),
  );
}
