// Where the mirrored page's addresses lead: to the edge's asset capability or nowhere (docs/protocol.md, 3.6). Only what
// the edge marked is loaded.
import { rewriteCss } from './css';

/** True for addresses that would run script, however they are written. */
export function runsScript(url: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsing strips exactly these
  return /^[\u0000-\u0020]*j[\t\n\r]*a[\t\n\r]*v[\t\n\r]*a[\t\n\r]*s[\t\n\r]*c[\t\n\r]*r[\t\n\r]*i[\t\n\r]*p[\t\n\r]*t[\t\n\r]*:/i.test(
    url,
  );
}

/** What the edge writes before an address it serves: a code for this address in this session. */
const MARKED = /^coview:([\w-]{22}):/;
const MARKS = /coview:[\w-]{22}:/g;

/** A value as the page wrote it, without the edge's marks. */
export function said(value: string): string {
  return value.indexOf('coview:') < 0 ? value : value.replace(MARKS, '');
}

/** Resolves addresses as written in the page against its base, and leads them through the edge. */
export class Links {
  /** `document.baseURI` of the visitor's page. */
  base = 'about:blank';

  /** @param prefix absolute URL of the asset capability; without one nothing is loaded. */
  constructor(readonly prefix: string | undefined) {}

  /** The address to load instead of `url`, or undefined if nothing may be loaded. */
  asset(url: string, base = this.base): string | undefined {
    const written = url.trim();
    if (written === '' || written.startsWith('#')) return written;
    if (/^data:/i.test(written)) return written;
    const [mark = '', code] = MARKED.exec(written) ?? [];
    if (this.prefix === undefined || code === undefined) return undefined;
    try {
      const absolute = new URL(written.slice(mark.length), base);
      const { hash } = absolute;
      absolute.hash = '';
      return `${this.prefix}/${code}?url=${encodeURIComponent(absolute.href)}${hash}`;
    } catch {
      return undefined;
    }
  }

  /** Style text with its addresses led through the edge. */
  css(text: string, base = this.base): string {
    return rewriteCss(text, (url) => this.asset(url, base));
  }

  /** A `srcset` with its addresses led through the edge: the standard's own splitting, since URLs may hold commas. */
  srcset(value: string): string {
    const out: string[] = [];
    let at = 0;
    const skip = (chars: RegExp): string => {
      const start = at;
      while (at < value.length && chars.test(value.charAt(at))) at++;
      return value.slice(start, at);
    };
    while (at < value.length) {
      skip(/[\s,]/);
      let url = skip(/\S/);
      if (url === '') break;
      let descriptor = '';
      if (url.endsWith(',')) url = url.replace(/,+$/, '');
      else {
        let open = false;
        const start = at;
        for (; at < value.length && (open || value.charAt(at) !== ','); at++) {
          if (value.charAt(at) === '(') open = true;
          else if (value.charAt(at) === ')') open = false;
        }
        descriptor = value.slice(start, at).trim();
      }
      const asset = this.asset(url);
      if (asset) out.push(descriptor === '' ? asset : `${asset} ${descriptor}`);
    }
    return out.join(', ');
  }
}
