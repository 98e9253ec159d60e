// Ties a session's state to the agent module: its news goes into the store, the agent's wishes go out.
import { connect, type EndName, type View, type ViewEvents } from '@coview/agent';
import { firstName } from '../people';
import type { Store } from '../store';
import { announce } from '../ui/announce';
import { inexactParts } from './inexact';
import { type Live, note, onEnd, onPage, onState, type Tool, toolAllowed } from './live';
import { deeds, type Ending, ending, outcomeWords, refusal } from './words';

/** What the page can do with an open session. */
export interface Opened {
  pick(tool: Tool): void;
  askForControl(): void;
  choose(indexes: number[]): void;
  /** Ends it for everybody. */
  end(): void;
  /** Leaves it; the others stay, and with the last agent it ends. */
  leave(): void;
  /** Lets go without leaving; gives what `resume` takes. */
  suspend(): string | null;
}

/** Either a token or what `suspend` gave. */
export interface Way {
  token: string;
  resume?: string;
  container: HTMLElement;
  live: Store<Live>;
}

const LOOK_EVERY_MS = 2000;

/** Joins; throws an `Error` if the edge does not let this agent in. */
export async function open({ token, resume, container, live }: Way): Promise<Opened> {
  return new OpenSession(await connect({ edge: location.origin, token, resume, container }), live);
}

/** The close code in the words of a failed connect; 0 if there is none. */
export function closeCode(error: unknown): number {
  return Number(/\((\d{4})\)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 0);
}

class OpenSession implements Opened {
  private endedByMe = false;
  private level = 0;
  private page: { url?: string; title?: string } | null = null;
  private readonly looking: number;

  constructor(
    private readonly view: View,
    private readonly live: Store<Live>,
  ) {
    this.looking = window.setInterval(() => this.look(), LOOK_EVERY_MS);
    this.change((now) => ({ ...now, visitor: view.visitorName, site: view.siteName }));
    this.stateChanged(view.state);
    this.follow();
  }

  pick(tool: Tool): void {
    if (toolAllowed(this.live.get(), tool)) this.change((now) => ({ ...now, tool }));
  }

  askForControl(): void {
    this.change((now, at) => note({ ...now, control: 'asking' }, 'You asked for control', at));
    void this.view.request('control').then((given) => {
      // Refusals are told by their own event; this is for a question that got lost.
      if (!given) this.change((now) => (now.control === 'asking' ? { ...now, control: 'noAnswer' } : now));
    });
  }

  choose(indexes: number[]): void {
    const { choice } = this.live.get();
    if (choice) void this.view.instruct({ kind: 'Select', id: choice.id, indexes });
  }

  end(): void {
    this.endedByMe = true;
    this.view.end();
  }

  leave(): void {
    window.clearInterval(this.looking);
    this.view.close();
  }

  suspend(): string | null {
    window.clearInterval(this.looking);
    return (this.live.get().phase === 'ended' ? undefined : this.view.suspend()) ?? null;
  }

  private follow(): void {
    const { view } = this;
    view.on('state', (state) => this.stateChanged(state));
    view.on('url', ({ url }) => this.pageChanged({ url }));
    view.on('title', ({ title }) => this.pageChanged({ title }));
    view.on('viewport', (size) => this.change((now) => ({ ...now, size: { ...size } })));
    view.on('scale', (scale) => this.change((now) => (now.scale === scale ? now : { ...now, scale })));
    view.on('snapshot', () => this.look());
    view.on('rtt', ({ visitor_ms, agent_ms }) => {
      this.change((now) => ({ ...now, behindMs: Math.round((visitor_ms + agent_ms) / 2) }));
    });
    view.on('health', ({ level }) => {
      this.level = level;
    });
    view.on('refused', (refused) => this.refused(refused));
    view.on('outcome', (outcome) => this.outcome(outcome));
    view.on('choose', (choice) => this.change((now) => ({ ...now, choice })));
    view.on('close', ({ code, final }) => {
      if (final && code >= 4000) this.finish(refusal(code));
    });
    view.on('end', ({ reason }) => this.ended(reason));
  }

  /** After the end nothing changes any more: the last word is why it ended. */
  private change(next: (now: Live, at: number) => Live): void {
    this.live.set((now) => (now.phase === 'ended' ? now : next(now, Date.now())));
    const { tool } = this.live.get();
    if (this.view.tool !== tool) this.view.tool = tool;
  }

  private stateChanged(state: ViewEvents['state']): void {
    // Its end is told by its own event, with the reason.
    if (state.phase !== 'ended') this.change((now, at) => onState(now, state, at));
  }

  /** Address and title of a new page come one after the other; they are one piece of news. */
  private pageChanged(part: { url?: string; title?: string }): void {
    if (this.page === null) {
      queueMicrotask(() => {
        const page = this.page ?? {};
        this.page = null;
        this.change((now, at) => onPage(now, page, at));
      });
    }
    this.page = { ...this.page, ...part };
  }

  private refused({ grants, reason }: ViewEvents['refused']): void {
    if (!grants.includes('control')) return;
    const name = firstName(this.live.get().visitor);
    const said = {
      declined: `${name} declined clicking and typing`,
      noAnswer: `${name} did not answer about clicking and typing`,
      notAllowed: 'This site does not allow agents to click and type',
      withdrawn: null, // told when the grant goes
    }[reason];
    this.change((now, at) => (said === null ? now : note({ ...now, control: reason }, said, at)));
    if (said !== null) announce(said);
  }

  private outcome({ kind, result }: ViewEvents['outcome']): void {
    const words = outcomeWords[result];
    const deed = deeds[kind];
    if (words === null) {
      if (deed !== undefined) this.change((now, at) => note(now, deed, at));
      return;
    }
    announce(words);
    this.change((now, at) => ({ ...now, trouble: { at, words } }));
  }

  private look(): void {
    if (document.hidden || this.live.get().phase !== 'live') return;
    const parts = inexactParts(this.view.document, this.level);
    const { masked } = this.view.stats();
    this.change((now) => {
      const same = JSON.stringify(parts) === JSON.stringify(now.inexact) && masked === now.masked;
      return same ? now : { ...now, inexact: parts, masked };
    });
  }

  private ended(reason: EndName): void {
    const { visitor, sharedAt } = this.live.get();
    this.finish(ending(reason, visitor, { byMe: this.endedByMe, shared: sharedAt !== null }));
  }

  private finish(end: Ending): void {
    window.clearInterval(this.looking);
    this.change((now, at) => onEnd(now, end, at));
  }
}
