// Proxied URLs inside longer texts (queries, bodies, markup read back) become the real ones again: what leaves the page
// or is saved by it must not hold names that live only as long as the session. Pure.
import type { Places } from './places';

const plain = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export class Texts {
  private readonly marker: string;
  private readonly pattern: RegExp;

  constructor(private readonly places: Places) {
    const { word, domain } = places.ground;
    this.marker = `${word}-`;
    const scheme = '(https?|wss?)(:\\/\\/|:\\\\\\/\\\\\\/|%3a%2f%2f)';
    // The port's colon may be percent-encoded like the rest.
    const ending = plain(domain).replace(':', '(?::|%3a)');
    this.pattern = new RegExp(`${scheme}(${word}-[a-z0-9-]+\\.${ending})(?![a-z0-9.-])`, 'gi');
  }

  /** Every proxied origin in the text as its real one; the same string where there is none. */
  real(text: string): string {
    if (text.indexOf(this.marker) < 0) return text;
    return text.replace(this.pattern, (whole: string, scheme: string, slashes: string, host: string) => {
      const encoded = /^:?%/.test(slashes);
      const found = this.places.origin(host.replace(/%3a/i, ':').toLowerCase());
      if (!found) return whole;
      const kind = scheme.toLowerCase().startsWith('ws') ? 'ws' : 'http';
      const real = encoded ? found.host.replace(':', '%3A') : found.host;
      return `${kind}${found.secure ? 's' : ''}${slashes}${real}`;
    });
  }
}
