// Rewrites every URL in style text, so that sheets load nothing but through the edge. A scanner, not a parser: it only
// has to know where strings and comments end, and which strings are URLs. Each step consumes what it looked at.

/** A word as CSS may write it: any case, any letter as an escape. */
function word(name: string): string {
  return [...name]
    .map((char) => {
      const codes = [char.toLowerCase(), char.toUpperCase()].map((c) => c.charCodeAt(0).toString(16));
      return char === '-' ? '-' : `(?:\\\\?${char}|\\\\0{0,4}(?:${codes.join('|')})[ \\t\\r\\n\\f]?)`;
    })
    .join('');
}

const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const SPACE = /\s*/y;
const SPACE_OR_COMMENT = /(?:\s|\/\*[\s\S]*?\*\/)*/y;
/** What to look at: everything else is copied. */
const START = new RegExp(
  [
    '(?<comment>/\\*)',
    `(?<namespace>@${word('namespace')})`,
    `(?<imported>@${word('import')})`,
    `(?<![\\w-])(?:(?<url>${word('url')}|${word('src')})|(?<set>(?:${word('-webkit-')})?${word('image-set')})|(?<type>${word('type')}))\\(`,
    '(?<mark>["\'()])',
  ].join('|'),
  'gi',
);
const WORTH = /(?:url|src|image-set)\(|@import|\\/i;

/** Text inside quotes or `url()`, without CSS escapes. */
function plain(written: string): string {
  if (written.indexOf('\\') < 0) return written;
  return written.replace(/\\(?:([0-9a-f]{1,6})[ \t\r\n\f]?|\r?\n|([\s\S]))/gi, (_, hex?: string, char?: string) => {
    if (hex === undefined) return char ?? '';
    const code = Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

function quote(url: string): string {
  return `"${url.replace(/["\\\n\r\f]/g, (c) => `\\${c.charCodeAt(0).toString(16)} `)}"`;
}

/**
 * Style text with all its URLs replaced by what `resolve` says. A URL it can't resolve becomes `about:invalid`,
 * which loads nothing.
 */
export function rewriteCss(text: string, resolve: (url: string) => string | undefined): string {
  return WORTH.test(text) ? new Rewriting(text, resolve).run() : text;
}

class Rewriting {
  private at = 0;
  private copied = 0;
  private out = '';
  private depth = 0;
  /** Depths at which an `image-set(` is open: strings in it are addresses. */
  private readonly sets: number[] = [];

  constructor(
    private readonly text: string,
    private readonly resolve: (url: string) => string | undefined,
  ) {}

  run(): string {
    for (;;) {
      START.lastIndex = this.at;
      const found = START.exec(this.text);
      if (!found) return this.out + this.text.slice(this.copied);
      this.at = found.index + found[0].length;
      const groups = found.groups ?? {};
      if (groups.comment !== undefined) this.skipTo('*/');
      else if (groups.namespace !== undefined) this.skipTo(';');
      else if (groups.imported !== undefined) this.imported();
      else if (groups.url !== undefined) this.url(found.index);
      else if (groups.type !== undefined) this.skipTo(')');
      else if (groups.set !== undefined) this.sets.push(this.depth++);
      else this.mark(found.index, groups.mark);
    }
  }

  private skipTo(end: string): void {
    const stop = this.text.indexOf(end, this.at);
    this.at = stop < 0 ? this.text.length : stop + end.length;
  }

  /** What `pattern` matches here, which is passed. */
  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found?.[0];
  }

  /** Writes `url` for everything from `start` to here. */
  private put(start: number, before: string, url: string, after: string): void {
    const address = quote(this.resolve(plain(url)) ?? 'about:invalid');
    this.out += this.text.slice(this.copied, start) + before + address + after;
    this.copied = this.at;
  }

  private imported(): void {
    this.take(SPACE_OR_COMMENT);
    const start = this.at;
    const string = this.take(STRING);
    if (string !== undefined) this.put(start, '', string.slice(1, -1), '');
  }

  private mark(start: number, mark: string | undefined): void {
    if (mark === '(') this.depth++;
    else if (mark === ')') {
      this.depth = Math.max(0, this.depth - 1);
      if (this.sets[this.sets.length - 1] === this.depth) this.sets.pop();
    } else {
      this.at = start;
      const string = this.take(STRING);
      if (string === undefined)
        this.skipTo('\n'); // open to the end of its line
      else if (this.sets.length > 0) this.put(start, '', string.slice(1, -1), '');
    }
  }

  private url(start: number): void {
    this.take(SPACE);
    const string = this.take(STRING);
    const written = string === undefined ? this.bare() : string.slice(1, -1);
    if (written === undefined) return;
    this.take(SPACE);
    if (this.text.charAt(this.at) !== ')') return; // no URL: a browser takes it for none either
    this.at++;
    if (written !== '') this.put(start, 'url(', written, ')');
  }

  /** An address without quotes; undefined if it holds what it may not. */
  private bare(): string | undefined {
    const { text } = this;
    const start = this.at;
    for (let i = start; i < text.length; i++) {
      const char = text.charAt(i);
      if (char === ')' || /\s/.test(char)) {
        this.at = i;
        return text.slice(start, i);
      }
      if (char === '"' || char === "'" || char === '(') return undefined;
      if (char === '\\') i = escapeEnd(text, i);
    }
    return undefined;
  }
}

/** The last index of the escape that starts at `i`; a blank behind hex digits belongs to it. */
function escapeEnd(text: string, i: number): number {
  let end = i + 1;
  if (!/[0-9a-f]/i.test(text.charAt(end))) return end;
  while (end < i + 6 && /[0-9a-f]/i.test(text.charAt(end + 1))) end++;
  return /\s/.test(text.charAt(end + 1)) ? end + 1 : end;
}
