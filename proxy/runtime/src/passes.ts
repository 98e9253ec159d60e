// The pass of another proxied host: whoever sends cookies there must have entered it once. Also how the place of an
// origin without a label is learnt: the way in names its host.
import type { Addresses } from './addresses';
import { call, type Fn, methodOf } from './patch';
import { parse } from './places';

type Scope = typeof globalThis;

export class Passes {
  /** Real origins entered, or being entered. */
  private readonly entered = new Map<string, Promise<void>>();
  private readonly Request: typeof XMLHttpRequest | undefined;
  private readonly open: Fn | undefined;
  private readonly sendOff: Fn | undefined;

  constructor(
    private readonly to: Addresses,
    scope: Scope,
    private readonly fetch: typeof globalThis.fetch = scope.fetch.bind(scope),
  ) {
    this.Request = scope.XMLHttpRequest;
    this.open = methodOf(this.Request?.prototype, 'open');
    this.sendOff = methodOf(this.Request?.prototype, 'send');
  }

  /** The real origin of a proxied host that is not this one, if it has to be entered. */
  foreign(proxied: string): string | undefined {
    const url = parse(proxied);
    if (!url || !this.to.places.isOurs(url.host) || url.host === parse(this.to.own)?.host) return undefined;
    const found = this.to.places.origin(url.host);
    return found && `http${found.secure ? 's' : ''}://${found.host}`;
  }

  isEntered(origin: string): boolean {
    return this.entered.has(origin);
  }

  /** Enters once; fails silently: the request itself then shows what is wrong. */
  enter(origin: string): Promise<void> {
    let going = this.entered.get(origin);
    if (!going) {
      going = this.go(origin).catch(() => {
        this.entered.delete(origin);
      });
      this.entered.set(origin, going);
    }
    return going;
  }

  private async go(origin: string): Promise<void> {
    const answer = await this.fetch(this.question(origin), { credentials: 'same-origin', cache: 'no-store' });
    const url = answer.ok ? this.learn(origin, await answer.text()) : undefined;
    if (url === undefined) throw new TypeError('no way in');
    await this.fetch(url, { mode: 'cors', credentials: 'include', cache: 'no-store', redirect: 'error' });
  }

  /** The same without waiting, for constructors that cannot: WebSocket. Once per origin. */
  enterNow(origin: string): void {
    if (this.entered.has(origin)) return;
    const answer = this.ask(this.question(origin), false);
    const url = answer && this.learn(origin, answer);
    if (url === undefined) return;
    this.ask(url, true);
    this.entered.set(origin, Promise.resolve());
  }

  private question(origin: string): string {
    return `${this.to.own}/.coview/pass-for?origin=${encodeURIComponent(origin)}`;
  }

  private learn(origin: string, answer: string): string | undefined {
    const { enter } = JSON.parse(answer) as { enter?: unknown }; // checked in the next line
    const url = typeof enter === 'string' ? parse(enter) : undefined;
    if (!url || !this.to.places.isOurs(url.host)) return undefined;
    this.to.places.learn(origin, url.host);
    return url.href;
  }

  private ask(url: string, credentials: boolean): string | undefined {
    if (!this.Request || !this.open || !this.sendOff) return undefined;
    try {
      const request = new this.Request();
      call(this.open, request, 'GET', url, false);
      request.withCredentials = credentials;
      call(this.sendOff, request);
      return request.status < 300 ? request.responseText : undefined;
    } catch {
      return undefined;
    }
  }
}
