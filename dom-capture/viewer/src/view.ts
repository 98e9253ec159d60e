// One agent's view of one session: connection, stream, stage and tools put together, and the API embedders use.

import { type AgentIn, EndReason, Grant, type Instruction, Phase, ResyncReason } from '@coview/snippet/protocol';
import { Follower } from './follower';
import { instructionFor } from './instruction';
import type { Reason } from './mirror/fault';
import type { Mirror } from './mirror/mirror';
import { SheetStore } from './mirror/sheets';
import { Picture } from './picture';
import { GrantRequests, Instructions } from './requests';
import { LABELS, Stage } from './stage/stage';
import { type Tool, Tools } from './stage/tools';
import * as types from './types';
import { Connection } from './wire/connection';
import { Emitter } from './wire/events';

const REFUSED: types.RefusedName[] = ['declined', 'noAnswer', 'withdrawn', 'notAllowed'];

/** A live view; made by `connect`. */
export class View {
  private readonly limits: types.ViewLimits;
  private readonly events: Emitter<types.ViewEvents>;
  private readonly stage: Stage;
  private readonly picture: Picture;
  private readonly tools: Tools;
  private readonly connection: Connection;
  private readonly follower: Follower;
  private readonly store: SheetStore;
  private readonly instructions: Instructions;
  private readonly grantRequests = new GrantRequests();
  private current: types.ViewState = {
    phase: 'connecting',
    connected: false,
    agents: [],
    me: 0,
    grants: types.grantSet(0),
  };
  private wasLive = false;
  private bytes = 0;
  private frames = 0;
  private latency: number | undefined;
  private over = false;
  /** Names for a header. */
  siteName = '';
  visitorName = '';
  session = '';

  constructor(
    private readonly options: types.ConnectOptions,
    private readonly joined: (error?: Error) => void,
  ) {
    this.limits = { ...types.LIMITS, ...options.limits };
    this.store = new SheetStore(this.limits.sheets);
    this.events = new Emitter((error) => this.tell(error instanceof Error ? error : new Error('a listener failed')));
    this.instructions = new Instructions((seq, kind, result) => this.events.emit('outcome', { seq, kind, result }));
    this.stage = new Stage(options.container, { ...LABELS, ...options.labels }, () => this.picture?.fitted());
    this.picture = new Picture(this.stage, this.store, this.limits, this.events, () => this.tools.redraw());
    this.follower = new Follower({
      fresh: () => this.picture.fresh(),
      drop: (mirror) => this.picture.drop(mirror),
      built: (mirror, snapshot) => {
        this.picture.built(mirror, this.follower.epoch, snapshot);
        this.updateLive();
      },
      patched: (mirror, ops) => {
        this.picture.patched(mirror);
        this.events.emit('patch', { epoch: this.follower.epoch, offset: this.follower.offset, ops });
      },
      lost: (reason) => this.lost(reason),
      ask: (reason) => this.connection.send({ kind: 'AgentResync', doc: 0, reason }),
      failed: (error) => this.failed(error),
    });
    this.tools = new Tools(this.stage, {
      mirror: () => this.follower.mirror,
      may: (grant) => this.current.grants[grant] && this.isLive,
      instruct: (instruction) => void this.send(instruction),
      choose: (choice) => this.events.emit('choose', choice),
    });
    this.connection = new Connection(
      {
        edge: options.edge,
        token: options.token,
        resume: options.resume,
        inflated: this.limits.inflated,
        joinFor: this.limits.joinFor,
        retryFor: this.limits.retryFor,
        place: () => this.follower.place(),
      },
      {
        control: (message) => this.control(message),
        stream: (place, messages, size) => {
          this.bytes += size;
          this.frames++;
          this.stage.keepFocus(() => this.follower.frame(place, messages));
        },
        broken: (error) => this.follower.broken(error),
        down: (code, final) => this.down(code, final),
      },
    );
  }

  /** The mirrored document; null before the first snapshot and after the end. */
  get document(): Document | null {
    return this.follower.mirror?.document ?? null;
  }

  /** The mirror behind it, with what it held back. */
  get mirror(): Mirror | undefined {
    return this.follower.mirror;
  }

  get state(): types.ViewState {
    return this.current;
  }

  /** Whether the picture is the page as it is now. */
  get isLive(): boolean {
    return this.current.connected && this.current.phase === 'live' && this.follower.isCurrent;
  }

  get tool(): Tool {
    return this.tools.tool;
  }

  set tool(tool: Tool) {
    this.tools.tool = tool;
    this.events.emit('tool', tool);
  }

  /** Px on the screen per px of the visitor's viewport. */
  get scale(): number {
    return this.stage.scale;
  }

  set scale(scale: number | 'fit') {
    this.stage.zoom(scale === 'fit' ? undefined : scale);
  }

  /** Calls `listener` for each event called `name`, until the returned function is called. */
  on<K extends keyof types.ViewEvents>(name: K, listener: (value: types.ViewEvents[K]) => void): () => void {
    return this.events.on(name, listener);
  }

  nodeOf(id: number): Node | undefined {
    return this.follower.mirror?.nodeOf(id);
  }

  idOf(node: Node): number | undefined {
    return this.follower.mirror?.idOf(node);
  }

  /** True of a placeholder, and of what is inside one. */
  isMasked(node: Node): boolean {
    return this.follower.mirror?.isMasked(node) ?? false;
  }

  /** An attribute as the page said it, where the viewer changed it or held it back; else undefined. */
  original(element: Element, name: string): string | undefined {
    return this.follower.mirror?.original(element, name);
  }

  /** Asks something of the page. */
  instruct(ask: types.Ask): Promise<types.Outcome> {
    const instruction = instructionFor(ask, this.follower.mirror);
    return instruction ? this.send(instruction) : Promise.resolve('gone');
  }

  /** Asks the visitor for a grant; true once it is given. */
  request(grant: types.GrantName): Promise<boolean> {
    if (this.current.grants[grant]) return Promise.resolve(true);
    const grants = Grant[grant];
    if (!this.connection.send({ kind: 'Request', grants })) return Promise.resolve(false);
    return this.grantRequests.wait(grants);
  }

  /** Sends a message of the site's own to the visitor's page. */
  custom(text: string): boolean {
    return this.connection.send({ kind: 'AgentCustomOut', text });
  }

  /** Asks for a fresh snapshot. */
  resync(): void {
    this.connection.send({ kind: 'AgentResync', doc: 0, reason: ResyncReason.asked });
  }

  stats(): types.ViewStats {
    const { mirror, epoch, offset, resyncs } = this.follower;
    return {
      latency_ms: this.latency,
      bytes: this.bytes,
      frames: this.frames,
      nodes: mirror?.nodes ?? 0,
      masked: mirror?.masked ?? 0,
      resyncs,
      epoch,
      offset,
    };
  }

  /** Leaves; the session goes on for the others. */
  close(): void {
    this.connection.send({ kind: 'Leave', end: false });
    this.dispose();
  }

  /** Lets go without leaving: `connect` goes on with the secret within the time the edge waits for an agent. */
  suspend(): string | undefined {
    const { secret } = this.connection;
    this.dispose();
    return secret;
  }

  /** Ends the session for all. */
  end(): void {
    this.connection.send({ kind: 'Leave', end: true });
    this.finish('agentEnded');
    this.dispose();
  }

  private dispose(): void {
    this.over = true;
    this.connection.close();
    this.tools.dispose();
    this.forget();
    this.stage.dispose();
  }

  /** Nothing of the page stays once the session is over. */
  private forget(): void {
    this.follower.close();
    this.store.clear();
    this.picture.clear();
    this.instructions.lose();
    this.grantRequests.lose();
  }

  private send(instruction: Instruction): Promise<types.Outcome> {
    const seq = this.instructions.next();
    if (!this.connection.send({ kind: 'Instruct', seq, instruction })) return Promise.resolve('lost');
    if (instruction.kind === 'Laser') return Promise.resolve('done'); // too many to wait for
    return this.instructions.wait(seq, instruction.kind);
  }

  private lost(reason: Reason): void {
    this.updateLive();
    this.events.emit('resync', { reason: types.nameOf(ResyncReason, reason, 'asked') });
  }

  private control(message: AgentIn): void {
    switch (message.kind) {
      case 'AgentWelcome':
        this.welcome(message);
        break;
      case 'State':
        this.stateChanged(message);
        break;
      case 'Resynced':
        this.follower.resynced(message.reason as Reason); // an unknown number is named `asked`
        break;
      case 'Refused':
        this.grantRequests.refused(message.grants);
        this.events.emit('refused', {
          grants: types.grantNames(message.grants),
          reason: REFUSED[message.reason] ?? 'notAllowed',
        });
        break;
      case 'AgentOutcome':
        this.instructions.outcome(message.seq, message.result);
        break;
      case 'Rtt':
        this.latency = (message.visitor_ms + message.agent_ms) / 2;
        this.events.emit('rtt', { visitor_ms: message.visitor_ms, agent_ms: message.agent_ms });
        break;
      case 'AgentHealth': {
        const { nodes, flush_us, level, masked } = message;
        this.events.emit('health', { nodes, flush_us, level, masked });
        break;
      }
      case 'AgentCustom':
        this.events.emit('custom', { text: message.text });
        break;
      case 'AgentEnd':
        this.finish(types.nameOf(EndReason, message.reason, 'error'));
        break;
    }
  }

  private welcome(message: Extract<AgentIn, { kind: 'AgentWelcome' }>): void {
    this.session = message.session;
    this.siteName = message.site_name;
    this.visitorName = message.visitor_name;
    this.picture.assets = new URL(message.assets, this.options.edge).href;
    this.stage.visitor(message.visitor_name);
    this.change({ connected: true, me: message.agent });
    this.joined();
  }

  private stateChanged(message: Extract<AgentIn, { kind: 'State' }>): void {
    const agents = message.agents.map((one) => ({ ...one, grants: types.grantSet(one.grants) }));
    const mine = message.agents.find((one) => one.id === this.current.me)?.grants ?? 0;
    const phase = types.nameOf(Phase, message.phase, 'resynchronising' as const);
    if (phase === 'away' || phase === 'resynchronising') this.follower.interrupted();
    this.change({ phase, agents, grants: types.grantSet(mine) });
    this.grantRequests.given(mine);
  }

  private change(part: Partial<types.ViewState>): void {
    this.current = { ...this.current, ...part };
    this.tools.allowed();
    this.updateLive();
    this.events.emit('state', this.current);
  }

  private updateLive(): void {
    const live = this.isLive;
    this.stage.stale(!live);
    if (live === this.wasLive) return;
    this.wasLive = live;
    this.events.emit('live', live);
  }

  private down(code: number, final: boolean): void {
    this.instructions.lose();
    if (!this.over) this.change({ connected: false });
    this.events.emit('close', { code, final });
    if (!final) return;
    this.joined(new Error(`the edge closed the connection (${code})`));
    this.finish(code >= 4000 ? 'closed' : 'lost');
  }

  private finish(reason: types.EndName): void {
    if (this.over || this.current.phase === 'ended') return;
    this.connection.close();
    this.forget();
    this.change({ phase: 'ended', connected: false, grants: types.grantSet(0) });
    this.events.emit('end', { reason });
  }

  private failed(error: Error): void {
    this.tell(error);
    this.events.emit('error', error);
  }

  private tell(error: Error): void {
    try {
      this.options.onError?.(error);
    } catch {
      // an embedder's own fault, in the very place where it hears of faults
    }
  }
}
