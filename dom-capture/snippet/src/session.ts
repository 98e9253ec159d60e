// One session in the visitor's page: who is in it, what they may do, and what the visitor sees of that.
import type { Emitter } from './emitter';
import { Ledger } from './ledger';
import { type AgentState, EndReason, Grant, type Instruction, type VisitorIn } from './protocol';
import type { Line, Sharing, Welcome } from './sharing';
import { cleanName, nodes, type Pill, say, type Ui } from './ui';

type Message<K extends VisitorIn['kind']> = Extract<VisitorIn, { kind: K }>;

const KNOWN_GRANTS = Grant.view | Grant.point | Grant.control;
const MOST_AGENTS = 32;
const MOST_ASKS = 8;
/** The reason for an end comes right behind it. */
const REASON_MS = 500;

export class Session {
  readonly ledger = new Ledger();
  private id = '';
  private agents: AgentState[] = [];
  private pill: Pill | undefined;
  private away = false;
  /** The connection is new: the edge does not have this page's last picture. */
  private stale = true;
  private asks: Message<'Ask'>[] = [];
  private dismiss: (() => void) | undefined;
  private ending = 0;

  constructor(
    private readonly line: Line,
    private readonly sharing: Sharing,
    private readonly ui: () => Ui,
    private readonly events: Emitter,
    private readonly site: () => string,
  ) {
    addEventListener('keydown', (event) => this.onKey(event), true);
  }

  get live(): boolean {
    return this.id !== '';
  }

  /** There is a session, or there was one on the page before. */
  get expected(): boolean {
    return this.live || this.ledger.keep().session !== '';
  }

  /** The edge says who is in the session now. */
  update(message: Message<'Session'>, welcome: Welcome): void {
    if (message.session === '') {
      this.sharing.stop();
      this.ending = window.setTimeout(() => this.end(EndReason.agentEnded), REASON_MS);
      return;
    }
    if (!this.ledger.admits(message.session)) {
      this.line.control({ kind: 'Stop' });
      this.events.emit('error', { where: 'consent' });
      this.end(EndReason.error);
      return;
    }
    const before = this.id === message.session ? this.agents : undefined;
    this.id = message.session;
    this.away = false;
    this.agents = message.agents.slice(0, MOST_AGENTS).map((one) => {
      return { ...one, name: cleanName(one.name), grants: this.ledger.grants(one) };
    });
    if (this.stale) {
      this.stale = false;
      this.sharing.start(welcome);
    }
    this.tell(before);
    this.show();
  }

  /** The connection is gone; the session may go on with the next one. */
  lost(): void {
    this.stale = true;
    this.sharing.lost();
    this.unask();
    if (!this.live) return;
    this.away = true;
    this.ui().overlay.clear();
    this.show();
  }

  /** The visitor stops: the page first, the edge after. */
  stop(): void {
    if (!this.live && this.asks.length === 0) return;
    this.sharing.stop();
    this.line.control({ kind: 'Stop' });
    this.end(EndReason.stopped);
  }

  end(reason: number): void {
    clearTimeout(this.ending);
    const was = this.live;
    this.sharing.stop();
    this.stale = true;
    this.ledger.clear();
    this.id = '';
    this.agents = [];
    this.unask();
    if (!was) return;
    const ui = this.ui();
    ui.overlay.clear();
    this.pill?.hide();
    this.pill = undefined;
    ui.toasts.clear();
    ui.toasts.say(say('ended'));
    this.events.emit('sessionEnd', { reason: reasonName(reason) });
  }

  ask(message: Message<'Ask'>): void {
    if ((message.grants & ~KNOWN_GRANTS) !== 0 || this.asks.length >= MOST_ASKS) {
      this.line.control({ kind: 'Answer', request: message.request, allowed: false });
      return;
    }
    this.asks.push(message);
    this.events.emit('sessionRequest', { agent: cleanName(message.agent.name) });
    if (this.asks.length === 1) this.showAsk();
  }

  unask(request?: number): void {
    const first = this.asks[0];
    this.asks = request === undefined ? [] : this.asks.filter((one) => one.request !== request);
    if (first !== undefined && this.asks[0] !== first) this.showAsk();
  }

  instruct(message: { agent: number; seq: number; instruction: Instruction }): void {
    const agent = this.agents.find((one) => one.id === message.agent);
    if (agent) this.sharing.instruct(agent, message.seq, message.instruction);
  }

  give({ request, url }: Message<'AssetRequest'>): void {
    const seen = this.agents.some((one) => (one.grants & Grant.view) !== 0);
    this.sharing.give(request, url, seen);
  }

  private showAsk(): void {
    this.dismiss?.();
    this.dismiss = undefined;
    const ask = this.asks[0];
    if (!ask) return;
    const control = (ask.grants & Grant.control) !== 0;
    this.dismiss = this.ui().ask({
      agent: cleanName(ask.agent.name),
      site: this.site(),
      view: !(control && this.live),
      control,
      answer: (allowed) => this.answer(ask, allowed),
    });
  }

  private answer(ask: Message<'Ask'>, allowed: boolean): void {
    if (allowed) {
      if (!this.live) this.ledger.allowView();
      if (ask.grants & Grant.control) this.ledger.allowControl(ask.agent.id);
    }
    this.line.control({ kind: 'Answer', request: ask.request, allowed });
    this.dismiss = undefined;
    this.asks = this.asks.filter((one) => one !== ask);
    this.showAsk();
  }

  /** News for the site and for the visitor. */
  private tell(before: AgentState[] | undefined): void {
    const { agents } = this;
    const { toasts, overlay } = this.ui();
    if (before === undefined) this.events.emit('sessionStart', { agents: agents.map((one) => one.name) });
    this.events.emit('observer', { agents: agents.map(({ name, color }) => ({ name, color })) });
    for (const agent of agents) {
      const old = before?.find((one) => one.id === agent.id);
      if (before && !old) toasts.say(...nodes('joined', { agent: agent.name }));
      if (old?.grants === agent.grants) continue;
      this.events.emit('grant', { agent: agent.name, grants: grantNames(agent.grants) });
      if (before && agent.grants & ~(old?.grants ?? 0) & Grant.control)
        toasts.say(...nodes('gaveControl', { agent: agent.name }));
    }
    for (const old of before ?? []) {
      if (agents.some((one) => one.id === old.id)) continue;
      overlay.off(old.id);
      toasts.say(...nodes('left', { agent: old.name }));
    }
  }

  private show(): void {
    this.pill ??= this.ui().pill({ stop: () => this.stop(), takeBack: () => this.takeBack() });
    this.pill.show(
      this.agents.map(({ name, color, grants }) => {
        return { name, color, point: (grants & Grant.point) !== 0, control: (grants & Grant.control) !== 0 };
      }),
      this.away,
    );
  }

  private takeBack(): void {
    this.ledger.takeControl();
    this.line.control({ kind: 'Withdraw', agent: 0, grants: Grant.control });
    for (const agent of this.agents) {
      if ((agent.grants & Grant.control) === 0) continue;
      agent.grants &= ~Grant.control;
      this.events.emit('grant', { agent: agent.name, grants: grantNames(agent.grants) });
    }
    this.ui().toasts.say(say('tookBack'));
    this.show();
  }

  /** The visitor's own Esc takes control back; the key still does what it does in the page. */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !event.isTrusted) return;
    if (this.agents.some((one) => (one.grants & Grant.control) !== 0)) this.takeBack();
  }
}

function grantNames(grants: number): string[] {
  return Object.entries(Grant).flatMap(([name, bit]) => (grants & bit ? [name] : []));
}

function reasonName(reason: number): string {
  return Object.entries(EndReason).find(([, code]) => code === reason)?.[0] ?? 'error';
}
