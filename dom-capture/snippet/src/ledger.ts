// What the visitor agreed to, kept in the page: the edge's word alone starts no sharing and gives no control.
import { type AgentState, Grant } from './protocol';
import type { Kept } from './resume';

const BY_VIEW = Grant.view | Grant.point;
/** Agreed, but the edge has not named the session yet. */
const PENDING = '*';

export class Ledger {
  /** The session the visitor agreed to; empty if none. */
  private session = '';
  private readonly control = new Set<number>();
  /** The visitor took control back: from now on each agent has to ask, also where the site did the asking. */
  private taken = false;
  /** The site does the asking (`consent = "site"`), and says that the visitor agreed. */
  bySite = false;

  allowView(): void {
    if (this.session === '') this.session = PENDING;
  }

  allowControl(agent: number): void {
    this.control.add(agent);
  }

  takeControl(): void {
    this.control.clear();
    this.taken = true;
  }

  /** May this session see the page? The first one after the visitor's yes is the one it was meant for. */
  admits(session: string): boolean {
    if (this.session === PENDING || this.bySite) this.session = session;
    return this.session === session;
  }

  /** What of an agent's grants holds here. */
  grants(agent: AgentState): number {
    const control = this.control.has(agent.id) || (this.bySite && !this.taken);
    const most = BY_VIEW | (control ? Grant.control : 0);
    return agent.grants & most;
  }

  clear(): void {
    this.session = '';
    this.control.clear();
    this.taken = false;
  }

  keep(): Pick<Kept, 'session' | 'control'> {
    return { session: this.session, control: [...this.control] };
  }

  restore({ session, control }: Pick<Kept, 'session' | 'control'>): void {
    this.session = session;
    for (const agent of control) this.control.add(agent);
  }
}
