// Rewrites every URL in style text, so that sheets load nothing but through the edge. A scanner, not a parser:
// it only has to know where strings and comments end, and which strings are URLs.

const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/.source;
const TOKEN = new RegExp(
  [
    /\/\*[\s\S]*?(?:\*\/|$)/.source, // comment
    /@namespace[^;{}]*/.source, // names, not addresses
    `@import(?:\\s|/\\*[\\s\\S]*?\\*/)*(?<imported>${STRING})`,
    `(?<![\\w-])(?:url|src)\\(\\s*(?:(?<quoted>${STRING})|(?<bare>(?:[^"'()\\\\\\s]|\\\\[\\s\\S])*))\\s*\\)`,
    `(?<![\\w-])type\\(\\s*(?:${STRING})\\s*\\)`, // inside image-set(): a media type
    /(?<set>(?<![\w-])(?:-webkit-)?image-set\()/.source,
    `(?<string>${STRING})`,
    '(?<bracket>[()])',
  ].join('|'),
  'gi',
);
const WORTH = /(?:url|src|image-set)\(|@import/i;

/** Text inside quotes or `url()`, without CSS escapes. */
function plain(written: string): string {
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
  if (!WORTH.test(text)) return text;
  const to = (url: string): string => quote(resolve(plain(url)) ?? 'about:invalid');
  let depth = 0;
  const sets: number[] = []; // depths at which an image-set( is open: strings in it are addresses
  return text.replace(TOKEN, (token: string, ...rest: unknown[]) => {
    // the last argument is the groups object, since the expression has named groups
    const groups = rest[rest.length - 1] as Record<string, string | undefined>;
    const { imported, quoted, bare, set, string, bracket } = groups;
    if (imported !== undefined) return `@import ${to(imported.slice(1, -1))}`;
    if (quoted !== undefined) return `url(${to(quoted.slice(1, -1))})`;
    if (bare !== undefined) return bare === '' ? token : `url(${to(bare)})`;
    if (set !== undefined) {
      sets.push(depth++);
      return token;
    }
    if (bracket === '(') depth++;
    else if (bracket === ')') {
      depth = Math.max(0, depth - 1);
      if (sets[sets.length - 1] === depth) sets.pop();
    } else if (string !== undefined && sets.length > 0) return to(string.slice(1, -1));
    return token;
  });
}
