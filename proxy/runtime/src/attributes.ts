// Which attributes hold URLs, and how each is mapped on its way in and out.
import type { Addresses } from './addresses';
import { mapCss } from './css-text';
import { mapSrcset } from './srcset';

/** `gone`: the attribute would hold against what passed through the proxy, so it is not set at all. */
export type Kind = 'url' | 'srcset' | 'list' | 'css' | 'refresh' | 'policy' | 'html' | 'gone';

const EVERYWHERE: Record<string, Kind> = { style: 'css', background: 'url' };

// Local names; SVG's `href` of images, uses and scripts among them.
const BY_ELEMENT: Record<string, Record<string, Kind>> = {
  a: { href: 'url', ping: 'list', 'xlink:href': 'url' },
  area: { href: 'url', ping: 'list' },
  audio: { src: 'url' },
  base: { href: 'url' },
  button: { formaction: 'url' },
  embed: { src: 'url' },
  feimage: { href: 'url', 'xlink:href': 'url' },
  form: { action: 'url' },
  frame: { src: 'url' },
  iframe: { src: 'url', srcdoc: 'html', csp: 'gone' },
  image: { href: 'url', 'xlink:href': 'url' },
  img: { src: 'url', srcset: 'srcset', lowsrc: 'url' },
  input: { src: 'url', formaction: 'url' },
  link: { href: 'url', imagesrcset: 'srcset', integrity: 'gone' },
  meta: { content: 'refresh', 'http-equiv': 'policy' },
  object: { data: 'url', codebase: 'url' },
  script: { src: 'url', href: 'url', 'xlink:href': 'url' },
  source: { src: 'url', srcset: 'srcset' },
  track: { src: 'url' },
  use: { href: 'url', 'xlink:href': 'url' },
  video: { src: 'url', poster: 'url' },
};

const NAMES = new Set([...Object.keys(EVERYWHERE), ...Object.values(BY_ELEMENT).flatMap((one) => Object.keys(one))]);

/** Could an attribute of this name hold a URL on some element? For what is called often. */
export const mayHoldUrl = (name: string): boolean => NAMES.has(name);

/** What an attribute of an element holds; nothing for what has no URL. Both names in lower case. */
export const kindOf = (element: string, name: string): Kind | undefined =>
  BY_ELEMENT[element]?.[name] ?? EVERYWHERE[name];

/** Selects the elements that may hold a URL, in trees that are rewritten as a whole. */
export const HOLDERS = `${Object.keys(BY_ELEMENT).join(',')},[style],[background]`;

/** `5; url=…` of a refresh. */
function mapRefresh(text: string, map: (url: string) => string): string {
  const found = /^(\s*[\d.]*\s*[;,]?\s*url\s*=\s*)(["']?)([^"']*)(["']?.*)$/is.exec(text);
  if (!found) return text;
  const [, before = '', quote = '', url = '', after = ''] = found;
  return `${before}${quote}${map(url)}${after}`;
}

/** Maps an attribute's value on its way into the tree. `markup` maps whole documents. */
export function mapValue(kind: Kind, value: string, to: Addresses, markup: (html: string) => string): string {
  const map = (url: string): string => to.proxied(url);
  switch (kind) {
    case 'url':
      return map(value);
    case 'srcset':
      return mapSrcset(value, map);
    case 'list':
      return value.replace(/\S+/g, map);
    case 'css':
      // Behind a service worker the few bytes are not worth the reading.
      return to.config.sw ? value : mapCss(value, map);
    case 'refresh':
      return mapRefresh(value, map);
    case 'policy':
      // The site's own policy names real hosts; the edge has set one that fits.
      return /^\s*content-security-policy/i.test(value) ? '' : value;
    case 'html':
      return markup(value);
    case 'gone':
      return '';
  }
}
