// URLs in style text written by scripts, for documents that no service worker stands behind. Pure. The edge rewrites
// style sheets by a real tokenizer; this covers `url()`, `image-set()`'s and `@import`'s strings, and leaves comments.

const PARTS =
  /\/\*[\s\S]*?\*\/|(@import\s+|(?:image-set|src)\(\s*|type\()?("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|\burl\(\s*(?:("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|((?:[^\s()"'\\]|\\[\s\S])+))\s*\)/gi;

const unescaped = (text: string): string =>
  text.replace(/\\(?:([0-9a-f]{1,6})\s?|\r\n|([\s\S]))/gi, (_, hex?: string, char?: string) =>
    hex === undefined
      ? char === undefined || char === '\n'
        ? ''
        : char
      : String.fromCodePoint(Number.parseInt(hex, 16)),
  );
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\a ')}"`;

/** Maps the URLs of a style sheet or of a declaration's value. */
export function mapCss(text: string, map: (url: string) => string): string {
  if (!/\/\//.test(text)) return text;
  return text.replace(PARTS, (whole, before?: string, string?: string, inUrl?: string, bare?: string) => {
    const written = bare ?? (inUrl ?? string)?.slice(1, -1);
    if (written === undefined || (string !== undefined && (before === undefined || /^type/i.test(before))))
      return whole;
    const url = unescaped(written);
    const mapped = map(url);
    if (mapped === url) return whole;
    return string === undefined ? `url(${quoted(mapped)})` : `${before}${quoted(mapped)}`;
  });
}
