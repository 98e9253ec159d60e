// URLs as a page writes them, seen from one proxied host: what must be led through the proxy, and what a page may read.
//
// One rule for reading holds everywhere: a URL of the page's own origin stays as `location` shows it (proxied), so that
// comparisons with `location` hold; one of another origin is shown real, so that comparisons with literals hold.
import { type Ground, Places, parse } from './places';
import { Texts } from './text';

/** What the edge tells the shim; the service worker and workers read it from their host. */
export interface Config extends Ground {
  /** The real origin of this host; empty where it is not known. */
  origin: string;
  /** What `document.cookie` reads. */
  cookie: string;
  /** A service worker stands behind this document. */
  sw: boolean;
  /** Hosts that are loaded directly, as globs. */
  direct?: string[];
}

/** Where the edge leads a URL it alone can place. */
export const byEdge = (own: string, url: string): string => `${own}/.coview/to?u=${encodeURIComponent(url)}`;

/** What is known from a proxied host's own authority. */
export function configOf(scheme: string, authority: string): Config | undefined {
  const dot = authority.indexOf('.');
  const word = /^[a-z2-7]{16}(?=-)/.exec(authority)?.[0];
  if (dot < 0 || word === undefined) return undefined;
  const ground: Ground = { word, domain: authority.slice(dot + 1), scheme: scheme === 'https:' ? 'https' : 'http' };
  const found = new Places(ground).origin(authority);
  const origin = found ? `http${found.secure ? 's' : ''}://${found.host}` : '';
  return { ...ground, origin, cookie: '', sw: true };
}

function globs(list: string[]): (host: string) => boolean {
  if (list.length === 0) return () => false;
  const one = (glob: string): string => glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  const pattern = new RegExp(`^(?:${list.map(one).join('|')})$`, 'i');
  return (host) => pattern.test(host);
}

// A scheme that can leave, or a path that names a host. Backslashes count as slashes, controls are dropped by the parser.
const LEAVES = /^[\0-\x20]*(?:(?:https?|wss?)[\t\n\r]*:|[\\/][\t\n\r]*[\\/])/i;

export class Addresses {
  readonly places: Places;
  readonly texts: Texts;
  private readonly isDirect: (host: string) => boolean;

  /** `own`: scheme and authority of this host as the browser knows it. */
  constructor(
    readonly config: Config,
    readonly own: string,
  ) {
    this.places = new Places(config);
    this.texts = new Texts(this.places);
    this.isDirect = globs(config.direct ?? []);
    // A table origin's own host: named by the tag alone.
    if (config.origin) this.places.learn(config.origin, own.replace(/^[a-z]+:\/\//, ''));
  }

  /** Could this text name another host at all? A cheap test for what is called often. */
  leaves(text: string): boolean {
    return LEAVES.test(text);
  }

  /** The URL to load instead, or the very text where there is nothing to change. */
  proxied(text: string): string {
    if (!LEAVES.test(text)) return this.query(text);
    const url = this.parsed(text);
    if (!url || this.isDirect(url.hostname)) return text;
    if (this.places.isOurs(url.host)) return this.query(text);
    const clean = parse(this.texts.real(url.href)) ?? url;
    return this.places.proxied(clean) ?? byEdge(this.own, clean.href);
  }

  /** Does this absolute URL belong to a host that is left alone? */
  direct(url: URL): boolean {
    return this.isDirect(url.hostname);
  }

  /** The real origin a URL names, to be asked of the edge where it has no label; nothing for what is proxied already. */
  unplaced(text: string): string | undefined {
    const url = LEAVES.test(text) ? this.parsed(text) : undefined;
    if (!url || this.isDirect(url.hostname) || this.places.isOurs(url.host)) return undefined;
    return this.places.place(url.protocol, url.host) === undefined ? url.origin : undefined;
  }

  /** A URL as the page may read it: see the head of this file. */
  seen(text: string): string {
    if (text.indexOf(this.config.word) < 0) return text;
    const url = parse(text);
    if (!url || !this.places.isOurs(url.host)) return text;
    return url.origin === this.own ? text : (this.places.real(url) ?? text);
  }

  /** A URL as the markup of the site had it. */
  real(text: string): string {
    if (text.indexOf(this.config.word) < 0) return text;
    const led = /^[^?#]*\/\.coview\/to\?u=([^&#]*)$/.exec(text);
    if (led?.[1] !== undefined && text.startsWith(this.own)) return decodeURIComponent(led[1]);
    return this.texts.real(text);
  }

  /** An origin, of `MessageEvent.origin` or for `postMessage`. */
  seenOrigin(origin: string): string {
    const seen = this.seen(`${origin}/`);
    return origin === '' || origin === 'null' ? origin : seen.replace(/\/$/, '');
  }

  /** Protocol-relative URLs have the scheme of the real page, whatever the proxy domain's. */
  private parsed(text: string): URL | undefined {
    const relative = /^[\s]*[\\/]/.test(text);
    const url = parse(text, relative ? this.config.origin || this.own : undefined);
    const mixed = url && this.config.origin.startsWith('https:') && !this.places.isOurs(url.host);
    // A secure page's insecure resources are upgraded by the browser, or would not load.
    if (mixed && relative && (url.protocol === 'http:' || url.protocol === 'ws:'))
      return parse(url.href.replace(':', 's:'));
    return url;
  }

  /** Own addresses handed on in a query (`?redirect_uri=`) are the real ones to whoever reads them. */
  private query(text: string): string {
    const at = text.indexOf('?');
    if (at < 0 || text.indexOf(this.config.word, at) < 0) return text;
    return text.slice(0, at) + this.texts.real(text.slice(at));
  }
}
