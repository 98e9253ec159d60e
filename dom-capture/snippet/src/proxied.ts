// On a proxied site every address in the page names the proxied host: `<scheme>://<word>-<s|h>-<host>.<domain>`. Agents,
// masks and lists know the site by its real address, so this turns one into the other in all that leaves the page. The
// word opens hosts of the visitor's session: it stays here.

/** Where the page really is, and texts with real addresses. */
interface Real {
  address(): string;
  text(text: string): string;
}

let real: Real | undefined;

/** The page is one of a proxied site; `origin` is its real web origin, where the edge says it. */
export function beProxied(origin: string, at: Pick<Location, 'protocol' | 'host' | 'href'> = location): void {
  const decode = decoder(at.protocol, at.host, origin);
  let raw = '';
  let known = '';
  real = {
    text: decode,
    address() {
      if (raw !== at.href) {
        raw = at.href;
        known = decode(raw);
      }
      return known;
    },
  };
}

export function isProxied(): boolean {
  return real !== undefined;
}

/** The page's address as its site and the site's masks know it. */
export function address(): string {
  return real ? real.address() : location.href;
}

/** The same messages with real addresses in every text. */
export function withRealAddresses<T>(messages: T): T {
  return real ? mapped(messages, real.text) : messages;
}

function mapped<T>(value: T, text: (text: string) => string): T {
  if (typeof value === 'string') return text(value) as T; // a text for a text
  if (Array.isArray(value)) return value.map((item) => mapped(item, text)) as T; // item by item
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) out[key] = mapped(field, text);
  return out as T; // field by field
}

const WORD = 16;
/** Addresses of the session's table cannot be worked out here. */
const UNKNOWN = 'https://proxied.invalid';

/** Turns proxied addresses in a text into real ones, written plainly, percent-encoded or escaped as in JSON. */
export function decoder(protocol: string, host: string, own = ''): (text: string) => string {
  const label = host.split('.', 1)[0] ?? '';
  const word = label.slice(0, WORD);
  const domain = host.slice(label.length + 1);
  if (!/^[a-z2-7]{16}$/.test(word) || label[WORD] !== '-' || domain === '') return (text) => text;
  const scheme = protocol === 'https:' ? 's' : '';
  const escaped = domain.replace(/[.]/g, '\\.').replace(':', '(?::|%3A)');
  const pattern = new RegExp(
    `(?:(?:(https?|wss?)(:|%3A))?((?://|%2F%2F|\\\\/\\\\/)(?:[^\\s/@"'<>]*@)?))?(${word}-[a-z0-9-]+)\\.${escaped}(?![\\w-]|\\.\\w)`,
    'gi',
  );
  const place = (found: string): { secure: boolean; host: string } | undefined => {
    if (found === label && own !== '') {
      const { protocol: real, host } = new URL(own);
      return { secure: real === 'https:', host };
    }
    const coded = /^-([sh])-(.+)$/.exec(found.slice(WORD));
    if (!coded) return undefined;
    return { secure: coded[1] === 's', host: decodeHost(coded[2] ?? '') };
  };
  return (text) => {
    if (!text.includes(word)) return text;
    return text.replace(pattern, (_, named?: string, colon?: string, slashes?: string, found = '') => {
      const at = place(found.toLowerCase());
      const { secure, host } = at ?? { secure: true, host: new URL(UNKNOWN).host };
      if (slashes === undefined) return host;
      const kind = named?.toLowerCase().startsWith('ws') ? 'ws' : 'http';
      // An address that takes its page's scheme would take the wrong one.
      const mark = colon ?? (slashes.startsWith('%') ? '%3A' : ':');
      const safe = slashes.startsWith('%') ? host.replace(':', '%3A') : host;
      return `${kind}${(at ? secure : scheme === 's') ? 's' : ''}${mark}${slashes}${safe}`;
    });
  };
}

/** `--` is `-`, `-p` and digits to the end the port, `-` a dot. */
function decodeHost(coded: string): string {
  return coded.replace(/--|-p(\d+)$|-/g, (found, port?: string) => {
    if (port !== undefined) return `:${port}`;
    return found === '--' ? '-' : '.';
  });
}
