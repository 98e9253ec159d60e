// The URLs of a `srcset`, by the standard's own splitting: URLs may hold commas, descriptors may hold parentheses. Pure.

/** Maps every candidate's URL; descriptors and white space stay. */
export function mapSrcset(text: string, map: (url: string) => string): string {
  let out = '';
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  while (at < text.length) {
    out += take(/[\s,]*/y);
    const whole = take(/\S*/y);
    if (whole === '') break;
    const url = whole.replace(/,+$/, '');
    out += map(url) + whole.slice(url.length);
    if (url.length === whole.length) out += take(/(?:[^(,]|\([^)]*\)?)*/y);
  }
  return out;
}
