// The visitor's side as a whole: when there may be a connection at all, what goes over it outside of a session, and how
// one page hands over to the next.
import { Connection } from './connection';
import type { Emitter } from './emitter';
import { tellLimits } from './limits';
import { type Natives, takeNatives } from './natives';
import { EndReason, VERSION, type VisitorIn } from './protocol';
import { address } from './proxied';
import { forget, type Kept, keep, take } from './resume';
import { Session } from './session';
import { Sharing, type Welcome } from './sharing';
import type { Tag } from './tag';
import { type CodePanel, Ui } from './ui';

export type ConsentState = 'unknown' | 'granted' | 'declined';

export interface Identity {
  unique_id: string;
  identities: string[];
  tags: string[];
}

/** How long the edge may expect the next page of this tab to take. */
const NEXT_PAGE_SECONDS = 30;
/** The edge says whether a session goes on right after the welcome. */
const SESSION_MS = 5000;
const PAGE_MS = 250;
const PRESENCE = { consent: 0, always: 1, never: 2 } as const;
const MOST_WAITING = 20;
const LONGEST_URL = 4096;
const LONGEST_TITLE = 512;
/** Close code of a session that is over. */
const ENDED = 4010;
/** And of a connection that another page of the same visitor took over. */
const REPLACED = 4009;

export class Visitor {
  private consent: ConsentState;
  private readonly connection: Connection;
  private readonly session: Session;
  private readonly sharing: Sharing;
  private cleanNatives: Natives | undefined;
  private shown: Ui | undefined;
  private welcome: Welcome | undefined;
  private resume: string | undefined;
  private identity: Identity | undefined;
  /** The visitor acts: shows the code or asks for help, and so may be seen without more. */
  private help = false;
  private codeWanted = false;
  private panel: CodePanel | undefined;
  private codeCalls: ((code: string, seconds: number) => void)[] = [];
  private welcomeCalls: ((welcome: Welcome) => void)[] = [];
  private pageTimer = 0;
  private sessionTimer = 0;
  private greetedGranted = false;
  private connected = false;

  constructor(
    private readonly tag: Tag,
    private readonly events: Emitter,
  ) {
    this.consent = tag.granted ? 'granted' : 'unknown';
    const address = `${tag.edge.replace(/^http/, 'ws')}/v1/visitor?site=${encodeURIComponent(tag.site)}`;
    this.connection = new Connection(address, {
      hello: () => {
        this.greetedGranted = this.granted;
        return { kind: 'VisitorHello', version: VERSION, resume: this.resume, consented: this.granted };
      },
      message: (message) => this.receive(message),
      down: (code, final) => this.down(code, final),
    });
    const ui = () => this.ui();
    const failed = (where: string) => events.emit('error', { where });
    this.sharing = new Sharing(this.connection, () => this.natives(), ui, failed);
    this.session = new Session(this.connection, this.sharing, ui, events, () => this.siteName());
    if (tag.proxied) tellLimits(() => this.session.live && this.ui());
    this.follow();
    this.begin();
  }

  /** Connects if it may: with consent, or to go on with a session of the page before. */
  private begin(): void {
    if (this.tag.proxied) {
      this.take();
      return;
    }
    const kept = take(this.tag.site);
    if (kept) this.restore(kept);
    if (kept || this.granted) this.connection.start();
    else void this.askPresence();
  }

  /** All tabs of a proxied site are one visitor: the one in front is the one that is shared. */
  private take(): void {
    if (document.visibilityState === 'visible') this.connection.start();
  }

  private get granted(): boolean {
    return this.consent === 'granted';
  }

  private restore(kept: Kept): void {
    this.resume = kept.resume;
    if (kept.granted) this.consent = 'granted';
    this.session.ledger.restore(kept);
  }

  /** A site may have another legal basis to see who is there; then the edge says so, without a connection. */
  private async askPresence(): Promise<void> {
    try {
      const url = `${this.tag.edge}/v1/sites/${encodeURIComponent(this.tag.site)}`;
      const answer = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
      const site: unknown = answer.ok ? await answer.json() : undefined;
      const always = typeof site === 'object' && site !== null && 'presence' in site && site.presence === 'always';
      if (always && this.consent === 'unknown') this.connection.start();
    } catch {
      // the edge is not there: nothing to do until the visitor or the site acts
    }
  }

  grant(): void {
    this.consent = 'granted';
    // The hello says it; a session that is live was agreed to already.
    if (this.connection.open && !this.greetedGranted && !this.session.live) {
      this.connection.stop();
      this.disconnected();
    }
    this.connection.start();
  }

  /** Also ends what is going on, and forgets this visitor in this browser. */
  refuse(): void {
    this.consent = 'declined';
    this.leave();
  }

  consentState(): ConsentState {
    return this.consent;
  }

  identify(identity: Identity): void {
    this.identity = identity;
    this.sendIdentity();
  }

  /** Shows the code in a panel, or hands it to the site's function. */
  lookupCode(call?: (code: string, seconds: number) => void): void {
    if (call) {
      if (this.codeCalls.length < MOST_WAITING) this.codeCalls.push(call);
    } else {
      this.panel ??= this.ui().code(this.siteName(), {
        renew: () => this.askCode(),
        closed: () => {
          this.panel = undefined;
        },
      });
    }
    this.askCode();
  }

  requestAgent(wanted: boolean): void {
    this.help = wanted;
    if (wanted) this.act();
    this.connection.control({ kind: 'Help', wanted });
  }

  stopSession(): void {
    this.session.stop();
  }

  /** Calls back once the edge has named this visitor. */
  whenKnown(call: (welcome: Welcome) => void): void {
    if (this.welcome && this.connection.open) call(this.welcome);
    else if (this.welcomeCalls.length < MOST_WAITING) this.welcomeCalls.push(call);
  }

  /** Where an agent who is signed in finds this visitor. */
  watchLink(visitor: string): string {
    return `${this.tag.edge}/console/?visitor=${encodeURIComponent(visitor)}`;
  }

  custom(text: string): void {
    this.connection.control({ kind: 'Custom', text });
  }

  expectDisconnect(seconds: number): void {
    this.connection.control({ kind: 'Bye', seconds });
  }

  newPage(): void {
    clearTimeout(this.pageTimer);
    this.pageTimer = window.setTimeout(() => this.sendPage(), PAGE_MS);
  }

  /** A new visitor from here on. */
  reset(): void {
    this.leave();
    if (this.granted) this.connection.start();
  }

  clearAll(): void {
    this.leave();
    this.identity = undefined;
    this.consent = 'unknown';
  }

  private leave(): void {
    this.session.stop();
    this.panel?.close();
    this.help = this.codeWanted = false;
    this.codeCalls = [];
    this.connection.control({ kind: 'Bye', seconds: 0 });
    this.connection.stop();
    this.disconnected();
    this.resume = undefined;
    this.welcome = undefined;
    forget(this.tag.site);
  }

  private receive(message: VisitorIn): void {
    switch (message.kind) {
      case 'VisitorWelcome':
        this.welcomed(message);
        break;
      case 'Ask':
        this.panel?.close(); // the code has done its work
        this.session.ask(message);
        break;
      case 'Unask':
        this.session.unask(message.request);
        break;
      case 'Session':
        clearTimeout(this.sessionTimer);
        if (this.welcome) this.session.update(message, this.welcome);
        break;
      case 'ResyncRequest':
        this.sharing.resync(message.reason);
        break;
      case 'Resend':
        this.sharing.resend(message.id);
        break;
      case 'VisitorInstruct':
        this.session.instruct(message);
        break;
      case 'AssetRequest':
        this.session.give(message);
        break;
      case 'Code':
        this.code(message.code, message.seconds);
        break;
      case 'VisitorEnd':
        this.session.end(message.reason);
        this.over();
        break;
      case 'VisitorCustom':
        this.events.emit('customMessage', { text: message.text });
        break;
    }
  }

  private welcomed(welcome: Welcome): void {
    this.welcome = welcome;
    this.resume = welcome.resume;
    this.session.ledger.bySite = welcome.consent === 1 && this.granted;
    if (welcome.presence === PRESENCE.never && !this.acts && !this.session.expected) {
      this.connection.stop(); // nobody looks for visitors here: their codes bring agents to them
      return;
    }
    this.connected = true;
    this.events.emit('connection', { connected: true });
    if (document.visibilityState === 'hidden') this.handOver();
    this.sendPage();
    this.sendIdentity();
    if (this.help) this.connection.control({ kind: 'Help', wanted: true });
    if (this.codeWanted) this.connection.control({ kind: 'CodeRequest' });
    for (const call of this.welcomeCalls.splice(0)) call(welcome);
    clearTimeout(this.sessionTimer);
    if (this.session.expected)
      this.sessionTimer = window.setTimeout(() => this.session.end(EndReason.idle), SESSION_MS);
  }

  private get acts(): boolean {
    return this.help || this.codeWanted;
  }

  private down(code: number, final: boolean): void {
    this.disconnected();
    if (code === ENDED) this.over();
    if (code === REPLACED && this.tag.proxied) return; // until this tab is in front again
    if (code === 4005) this.resume = undefined;
    if (!final) return;
    this.session.end(EndReason.error);
    this.events.emit('error', { where: `connection ${code}` });
  }

  private disconnected(): void {
    if (!this.connected) return;
    this.connected = false;
    clearTimeout(this.sessionTimer);
    this.session.lost();
    this.events.emit('connection', { connected: false });
  }

  private sendPage(): void {
    const seen = this.granted || this.acts || this.session.live || this.welcome?.presence === PRESENCE.always;
    if (!seen) return;
    this.connection.control({
      kind: 'Page',
      url: address().replace(/#.*/s, '').slice(0, LONGEST_URL),
      title: document.title.slice(0, LONGEST_TITLE),
      width: innerWidth,
      height: innerHeight,
      visible: document.visibilityState === 'visible',
    });
  }

  private sendIdentity(): void {
    if (this.identity) this.connection.control({ kind: 'Identify', ...this.identity });
  }

  private askCode(): void {
    this.codeWanted = true;
    this.act();
    this.connection.control({ kind: 'CodeRequest' });
  }

  private act(): void {
    this.connection.start();
    if (this.connection.open) this.sendPage();
  }

  private code(code: string, seconds: number): void {
    this.codeWanted = false;
    this.panel?.show(code, seconds);
    for (const call of this.codeCalls.splice(0)) call(code, seconds);
  }

  /** Follows the page's own life: addresses, visibility, leaving and coming back. */
  private follow(): void {
    const { navigation }: { navigation?: EventTarget } = window;
    if (navigation) navigation.addEventListener('currententrychange', () => this.newPage());
    else for (const type of ['popstate', 'hashchange']) addEventListener(type, () => this.newPage());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.handOver();
      else forget(this.tag.site);
      if (this.tag.proxied) this.take();
      this.newPage();
    });
    if (this.tag.proxied) addEventListener('focus', () => this.take());
    addEventListener('pagehide', () => {
      this.handOver();
      this.connection.control({ kind: 'Bye', seconds: NEXT_PAGE_SECONDS });
      this.connection.stop();
      this.disconnected();
    });
    addEventListener('pageshow', (event) => {
      if (!event.persisted) return;
      if (!this.tag.proxied) this.session.end(EndReason.left);
      this.resume = undefined;
      this.begin();
    });
  }

  /** For the next page of this tab; only with consent, or for a session the visitor agreed to. */
  private handOver(): void {
    if (this.tag.proxied) return;
    const kept = this.session.ledger.keep();
    if (this.resume !== undefined && (this.granted || kept.session !== ''))
      keep(this.tag.site, { resume: this.resume, granted: this.granted, ...kept });
  }

  /** With the session a proxied site is gone: what stands here leads nowhere any more. */
  private over(): void {
    if (this.tag.proxied) location.replace(`${this.tag.edge}/over`);
  }

  private siteName(): string {
    return this.welcome?.site_name || location.hostname;
  }

  private natives(): Natives {
    this.cleanNatives ??= takeNatives();
    return this.cleanNatives;
  }

  private ui(): Ui {
    if (!this.shown) {
      const { attachShadow } = this.natives();
      this.shown = new Ui((element, init) => attachShadow.call(element, init));
    }
    return this.shown;
  }
}
