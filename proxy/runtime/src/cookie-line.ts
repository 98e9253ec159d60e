// One assignment to `document.cookie`, by the rules a browser applies to scripts. Pure. The jar at the edge judges it
// again; this is what a script reads back before the edge has answered.

export interface CookieWrite {
  name: string;
  value: string;
  /** Gone at once. */
  expired: boolean;
  /** Not to be read on this page: another path. */
  hidden: boolean;
  /** The line for the edge, its domain the real one. */
  line: string;
}

/** What the page's address means for its cookies. */
export interface CookiePlace {
  /** The real host, without a port. */
  host: string;
  secure: boolean;
  path: string;
  /** The proxied host, and the proxy domain without its port. */
  proxiedHost: string;
  proxyDomain: string;
}

const MAX = 4096;

/** Nothing for what a browser would refuse. */
export function readCookieWrite(text: string, place: CookiePlace, now: number): CookieWrite | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a cookie with controls is refused, tabs apart
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(text)) return undefined;
  const [pair = '', ...attributes] = text.split(';');
  const equals = pair.indexOf('=');
  const name = equals < 0 ? '' : pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  if ((name === '' && value === '') || name.length + value.length > MAX || /^__host-coview/i.test(name || value)) {
    return undefined;
  }
  const kept: string[] = [];
  const found = new Map<string, string>();
  for (const attribute of attributes) {
    const at = attribute.indexOf('=');
    const key = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase();
    const given = at < 0 ? '' : attribute.slice(at + 1).trim();
    if (key === 'httponly') return undefined;
    if (key === 'domain') {
      const domain = realDomain(given, place);
      if (domain === undefined) return undefined;
      if (domain === '') continue;
      found.set(key, domain);
      kept.push(`Domain=${domain}`);
      continue;
    }
    found.set(key, given);
    kept.push(attribute.trim());
  }
  if (!fits(name || value, found, place)) return undefined;
  return {
    name,
    value,
    expired: isExpired(found, now),
    hidden: !pathMatches(place.path, found.get('path')),
    line: [name === '' ? value : `${name}=${value}`, ...kept].join('; '),
  };
}

/** The real domain; empty for none; nothing where the browser refuses. Scripts make it from `location`, too. */
function realDomain(given: string, place: CookiePlace): string | undefined {
  const domain = given.replace(/^\./, '').toLowerCase();
  if (domain === '') return '';
  if (domain === place.proxiedHost) return place.host;
  if (domain === place.proxyDomain) return undefined;
  if (domain === place.host) return domain;
  return place.host.endsWith(`.${domain}`) && domain.includes('.') ? domain : undefined;
}

function fits(name: string, found: Map<string, string>, place: CookiePlace): boolean {
  const secure = found.has('secure');
  if (secure && !place.secure) return false;
  if (/^__secure-/i.test(name) && !secure) return false;
  if (/^__host-/i.test(name) && (!secure || found.has('domain') || found.get('path') !== '/')) return false;
  return !(found.get('samesite')?.toLowerCase() === 'none' && !secure);
}

function isExpired(found: Map<string, string>, now: number): boolean {
  const age = found.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  const until = found.get('expires');
  const at = until === undefined ? Number.NaN : Date.parse(until.replace(/-/g, ' '));
  return at <= now;
}

/** RFC 6265, 5.1.4; without a path it is the page's folder, which always matches. */
function pathMatches(path: string, cookie: string | undefined): boolean {
  if (cookie === undefined || !cookie.startsWith('/') || cookie === '/') return true;
  if (!path.startsWith(cookie)) return false;
  return path.length === cookie.length || cookie.endsWith('/') || path[cookie.length] === '/';
}
