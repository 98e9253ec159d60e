// Splits canonical markup (docs/protocol.md, 3.1) into tokens. It is given to no HTML parser, and anything that is
// not canonical is refused. One scanner object is reused for a payload: no allocation per token but for strings.
import { notCanonical } from './fault';

export const Token = { end: 0, text: 1, open: 2, close: 3, boundary: 4, emptyText: 5, skip: 6 } as const;
export type TokenKind = (typeof Token)[keyof typeof Token];

const LT = 60;
const GT = 62;
const SLASH = 47;
const BANG = 33;
const EQUALS = 61;
const QUOTE = 34;
const BLANK = 32;
const COLON = 58;
const LETTER_U = 117;

const NAME = 1;
const FIRST = 2;
const classes = new Uint8Array(128);
for (const c of 'abcdefghijklmnopqrstuvwxyz') classes[c.charCodeAt(0)] = NAME | FIRST;
for (const c of '0123456789:_.-') classes[c.charCodeAt(0)] = NAME;

const REFERENCES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' };

/** Text or a value without its five references; a viewer decodes no others. */
export function decode(written: string): string {
  if (written.indexOf('&') < 0) return written;
  return written.replace(/&(?:(amp|lt|gt|quot|nbsp);)?/g, (_, name?: string) => {
    if (name === undefined) throw notCanonical('reference');
    return REFERENCES[name] ?? '';
  });
}

/** Reads one payload, token by token. */
export class Scanner {
  /** Of an open or close tag: its name. */
  name = '';
  /** Of an open tag: written with `/>`. */
  isVoid = false;
  /** Of an open tag: names and values in turn. */
  readonly attributes: string[] = [];
  /** Of an open tag: one of the names is the wire's own (`u:…`). */
  hasOwn = false;
  /** Of an open tag: the value of `shadowrootmode`. */
  shadow: string | undefined;
  /** Of a text token: the decoded text. */
  text = '';
  /** Of a skip mark: how many ids. */
  skip = 0;
  private at = 0;

  constructor(private readonly html: string) {}

  next(): TokenKind {
    const { html, at } = this;
    if (at >= html.length) return Token.end;
    if (html.charCodeAt(at) !== LT) {
      const stop = html.indexOf('<', at);
      this.at = stop < 0 ? html.length : stop;
      this.text = decode(html.slice(at, this.at));
      return Token.text;
    }
    const second = html.charCodeAt(at + 1);
    if (second === SLASH) return this.close();
    if (second === BANG) return this.mark();
    return this.open();
  }

  private close(): TokenKind {
    const stop = this.html.indexOf('>', this.at);
    if (stop < 0) throw notCanonical('end tag');
    this.name = this.html.slice(this.at + 2, stop);
    this.at = stop + 1;
    return Token.close;
  }

  private mark(): TokenKind {
    const { html, at } = this;
    if (html.startsWith('<!---->', at)) {
      this.at = at + 7;
      return Token.boundary;
    }
    if (html.startsWith('<!--0-->', at)) {
      this.at = at + 8;
      return Token.emptyText;
    }
    const found = /^<!--k([1-9][0-9]{0,8})-->/.exec(html.slice(at, at + 20));
    if (!found) throw notCanonical('mark');
    this.at = at + found[0].length;
    this.skip = Number(found[1]);
    return Token.skip;
  }

  private nameFrom(start: number): number {
    const { html } = this;
    let i = start;
    while (((classes[html.charCodeAt(i)] ?? 0) & NAME) !== 0) i++;
    return i;
  }

  private open(): TokenKind {
    const { html, attributes } = this;
    const start = this.at + 1;
    let i = this.nameFrom(start);
    if (i === start || i - start > 255 || ((classes[html.charCodeAt(start)] ?? 0) & FIRST) === 0) {
      throw notCanonical('name');
    }
    this.name = html.slice(start, i);
    attributes.length = 0;
    this.hasOwn = false;
    this.shadow = undefined;
    while (html.charCodeAt(i) === BLANK) {
      const from = i + 1;
      i = this.nameFrom(from);
      if (i === from || html.charCodeAt(i) !== EQUALS || html.charCodeAt(i + 1) !== QUOTE)
        throw notCanonical('attribute');
      const stop = html.indexOf('"', i + 2);
      if (stop < 0) throw notCanonical('value');
      const value = html.slice(i + 2, stop);
      if (value.indexOf('<') >= 0 || value.indexOf('>') >= 0) throw notCanonical('value');
      const name = html.slice(from, i);
      if (name.charCodeAt(1) === COLON && name.charCodeAt(0) === LETTER_U) this.hasOwn = true;
      else if (name === 'shadowrootmode') this.shadow = value;
      attributes.push(name, decode(value));
      i = stop + 1;
    }
    if (attributes.length > 128) throw notCanonical('attributes');
    this.isVoid = html.charCodeAt(i) === SLASH;
    if (this.isVoid) i++;
    if (html.charCodeAt(i) !== GT) throw notCanonical('tag');
    this.at = i + 1;
    return Token.open;
  }
}
