// Where a real web origin lives under the proxy domain, both ways: `<word>-<s|h>-<host[:port]>.<domain>`. Pure; the
// edge does the same by proxy/src/proxied/places, and both test proxy/vectors/places.json. What does not fit into a
// label has a place only the edge can name: it is learnt (`learn`), until then there is none.

/** The session's word and the domain its proxied hosts are under. */
export interface Ground {
  word: string;
  /** Authority of the proxy domain, its port included. */
  domain: string;
  scheme: 'http' | 'https';
}

// A page may replace the global one.
const Url = URL;

const SCHEMES: Record<string, { letter: 's' | 'h'; socket: boolean }> = {
  'https:': { letter: 's', socket: false },
  'http:': { letter: 'h', socket: false },
  'wss:': { letter: 's', socket: true },
  'ws:': { letter: 'h', socket: true },
};
const LONGEST = 63;

/** `-` doubled, `.` as `-`, `:port` as `-p` and digits; nothing for other than `[a-z0-9.-]`. */
function encode(host: string): string | undefined {
  if (!/^[a-z0-9.-]+(?::\d+)?$/.test(host)) return undefined;
  return host.replace(/-/g, '--').replace(/\./g, '-').replace(/:/, '-p');
}

function decode(text: string): string | undefined {
  let host = '';
  for (let at = 0; at < text.length; ) {
    const port = /^-p(\d+)$/.exec(text.slice(at));
    if (text.startsWith('--', at)) {
      host += '-';
      at += 2;
    } else if (port) {
      return `${host}:${port[1]}`;
    } else {
      host += text[at] === '-' ? '.' : text[at];
      at += 1;
    }
  }
  return host;
}

/** Parses what must be absolute; nothing for what is no URL. */
export function parse(text: string, base?: string): URL | undefined {
  try {
    return new Url(text, base);
  } catch {
    return undefined;
  }
}

export class Places {
  private readonly learnt = new Map<string, string>();
  private readonly learntBack = new Map<string, string>();
  private readonly ending: string;
  private readonly start: string;

  constructor(readonly ground: Ground) {
    this.ending = `.${ground.domain}`;
    this.start = `${ground.word}-`;
  }

  /** Of this session's hosts? Table labels and the lobby as well. */
  isOurs(host: string): boolean {
    return host.startsWith(this.start) && host.endsWith(this.ending);
  }

  /** The authority a real origin lives at. `host` has a port only where it is not the default one. */
  place(scheme: string, host: string): string | undefined {
    const letter = SCHEMES[scheme]?.letter;
    if (letter === undefined) return undefined;
    const known = this.learnt.get(`${letter}:${host}`);
    if (known !== undefined) return known;
    const encoded = encode(host);
    if (encoded === undefined || decode(encoded) !== host) return undefined;
    const label = `${this.start}${letter}-${encoded}`;
    return label.length > LONGEST || label.endsWith('-') ? undefined : label + this.ending;
  }

  /** The real authority that lives at a proxied one. */
  origin(authority: string): { secure: boolean; host: string } | undefined {
    if (!this.isOurs(authority)) return undefined;
    const known = this.learntBack.get(authority);
    const label = authority.slice(this.start.length, -this.ending.length);
    const kind = label.slice(0, 2);
    if (known !== undefined) return { secure: known.startsWith('s'), host: known.slice(2) };
    if ((kind !== 's-' && kind !== 'h-') || label.includes('.')) return undefined;
    const host = decode(label.slice(2));
    if (host === undefined || encode(host) !== label.slice(2)) return undefined;
    return { secure: kind === 's-', host };
  }

  /** Takes in the place of an origin that only the edge could name. */
  learn(origin: string, authority: string): void {
    const url = parse(origin);
    const letter = url && SCHEMES[url.protocol]?.letter;
    if (!url || !letter || !this.isOurs(authority)) return;
    this.learnt.set(`${letter}:${url.host}`, authority);
    this.learntBack.set(authority, `${letter}:${url.host}`);
  }

  /** A real http(s) or ws(s) URL as the proxied one; nothing where only the table could tell. */
  proxied(url: URL): string | undefined {
    const place = this.place(url.protocol, url.host);
    if (place === undefined) return undefined;
    const login = url.username || url.password ? `${url.username}${url.password && `:${url.password}`}@` : '';
    const scheme = SCHEMES[url.protocol]?.socket ? this.ground.scheme.replace('http', 'ws') : this.ground.scheme;
    return `${scheme}://${login}${place}${url.pathname}${url.search}${url.hash}`;
  }

  /** A proxied URL as the real one; nothing for what is not of this session. */
  real(url: URL): string | undefined {
    const found = this.origin(url.host);
    const kind = SCHEMES[url.protocol];
    if (!found || !kind) return undefined;
    const scheme = `${kind.socket ? 'ws' : 'http'}${found.secure ? 's' : ''}`;
    const login = url.username || url.password ? `${url.username}${url.password && `:${url.password}`}@` : '';
    return `${scheme}://${login}${found.host}${url.pathname}${url.search}${url.hash}`;
  }
}
