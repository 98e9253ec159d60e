// `document.cookie`, from a copy of what the edge's jar lets scripts read on this host. Writes show at once, travel with
// the next request in cookies of our own (`__Host-coview-w<n>`), and are sent off by a request of their own.
import type { Addresses } from './addresses';
import { type CookiePlace, readCookieWrite } from './cookie-line';
import { apply, call, type Fn, getterOf, methodOf, patchAccessor, setterOf } from './patch';
import { parse } from './places';

type Realm = Window & typeof globalThis;

const HEADER = 'x-coview-cookies';
const CHANNEL = 'coview-cookies';
const PENDING = /(?:^|;\s*)__Host-coview-w(\d+)=/g;
/** What a browser stores in one cookie, less our name and attributes. */
const LONGEST = 3800;

export class Cookies {
  private jar = new Map<string, string>();
  private dirty = false;
  private told = '';
  private readonly others: BroadcastChannel | undefined;
  private readonly unsent: string[] = [];
  private readonly native: { get: Fn | undefined; set: Fn | undefined; fetch: Fn; header: Fn | undefined; chain: Fn };

  constructor(
    private readonly realm: Realm,
    private readonly to: Addresses,
  ) {
    const document = realm.Document.prototype;
    this.native = {
      get: getterOf(document, 'cookie'),
      set: setterOf(document, 'cookie'),
      fetch: realm.fetch,
      header: methodOf(realm.Headers.prototype, 'get'),
      chain: realm.Promise.prototype.then,
    };
    this.take(to.config.cookie);
    this.told = this.text();
    try {
      this.others = new realm.BroadcastChannel(CHANNEL);
    } catch {
      return; // a sandboxed document
    }
    this.others.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== 'string') return;
      this.take(data);
      this.told = this.text();
    };
  }

  /** What scripts read. */
  text(): string {
    return Array.from(this.jar, ([name, value]) => (name === '' ? value : `${name}=${value}`)).join('; ');
  }

  /** The edge's word: replaces the copy, unless writes are on their way to it. */
  private take(text: string): void {
    if (this.dirty) return;
    const pairs = text.split('; ').filter((one) => one !== '');
    this.jar = new Map(
      pairs.map((one) =>
        one.includes('=') ? [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] : ['', one],
      ),
    );
  }

  /** Takes the header of a response of this host, as it was sent. */
  takeHeader(value: string | null): void {
    if (value === null) return;
    try {
      this.take(decodeURIComponent(value));
      this.tell();
    } catch {
      // not ours
    }
  }

  /** Other documents of this host read the same cookies. */
  private tell(): void {
    const text = this.text();
    if (text === this.told) return;
    this.told = text;
    this.others?.postMessage(text);
  }

  /** Looks for the header; called before the page sees the response. */
  takeResponse(response: Response): void {
    const { header } = this.native;
    if (header) this.takeHeader(call<string | null>(header, response.headers, HEADER));
  }

  /** Sends writes to the edge now: before requests that could go to another host. */
  flush(): void {
    if (!this.dirty) return;
    this.dirty = false;
    void this.send(this.unsent.splice(0).join('\n'));
  }

  /** Asks the edge what is readable now: another tab or host may have changed it. */
  refresh(): void {
    this.flush();
    void this.send('');
  }

  /** A response of another host may have set cookies that are read here, if both belong to one site. */
  crossed(url: string): Promise<void> | undefined {
    const there = this.to.places.origin(parse(url)?.host ?? '')?.host;
    const here = parse(this.to.config.origin)?.hostname;
    const end = (host: string): string => host.replace(/:\d+$/, '').split('.').slice(-2).join('.');
    if (there === undefined || here === undefined || end(there) !== end(here)) return undefined;
    this.flush();
    return this.send('');
  }

  private send(body: string): Promise<void> {
    const init = { method: 'POST', body, keepalive: true, credentials: 'same-origin', cache: 'no-store' };
    const taken = (response: Response): void => this.takeResponse(response);
    const sent = call<Promise<Response>>(this.native.fetch, this.realm, `${this.to.own}/.coview/cookies`, init);
    return call(this.native.chain, sent, taken, () => undefined);
  }

  private place(): CookiePlace | undefined {
    const real = parse(this.to.config.origin);
    const own = parse(this.to.own);
    const at = parse(this.realm.document.URL) ?? own;
    if (!real || !own || !at) return undefined;
    return {
      host: real.hostname,
      // Browsers take loopback for secure as well.
      secure: real.protocol === 'https:' || /(?:^|\.)localhost$/.test(real.hostname),
      path: at.protocol === 'about:' ? '/' : at.pathname,
      proxiedHost: own.hostname,
      proxyDomain: this.to.config.domain.replace(/:\d+$/, ''),
    };
  }

  /** An assignment of the page. */
  private write(text: string): void {
    const place = this.place();
    const write = place && readCookieWrite(text, place, Date.now());
    if (!write) return;
    if (write.expired) this.jar.delete(write.name);
    else if (!write.hidden) this.jar.set(write.name, write.value);
    this.tell();
    if (!this.keep(write.line)) this.unsent.push(write.line);
    if (this.dirty) return;
    this.dirty = true;
    call(this.native.chain, this.realm.Promise.resolve(), () => this.flush());
  }

  /** Puts a write where the next request takes it along; says whether the browser kept it. */
  private keep(line: string): boolean {
    const { get, set } = this.native;
    const value = encodeURIComponent(line);
    if (!get || !set || value.length > LONGEST) return false;
    let last = -1;
    for (const [, number] of call<string>(get, this.realm.document).matchAll(PENDING))
      last = Math.max(last, Number(number));
    const name = `__Host-coview-w${last + 1}`;
    call(set, this.realm.document, `${name}=${value}; Secure; Path=/; SameSite=None; Partitioned`);
    return call<string>(get, this.realm.document).includes(`${name}=`);
  }

  patch(): void {
    const { realm } = this;
    patchAccessor(realm.Document.prototype, 'cookie', {
      get: (native, self) => {
        // A sandboxed document's throws, and so must this.
        const real = apply(native, self, []);
        return self === realm.document ? this.text() : real;
      },
      set: (native, self, [value]) => {
        if (self !== realm.document) return apply(native, self, [value]);
        call(native, self, '');
        this.write(String(value));
        return undefined;
      },
    });
    const shown = (event: PageTransitionEvent): void => {
      if (event.persisted) this.refresh();
    };
    realm.addEventListener('pageshow', shown);
  }
}
