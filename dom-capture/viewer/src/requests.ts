// What an agent asked and is not answered yet: instructions by number, grants by name. Both bounded in number and time.
import { Result } from '@coview/snippet/protocol';
import { type GrantName, grantSet, nameOf, type Outcome } from './types';

const MOST = 500;
const ANSWER_MS = 15_000;
const GRANT_MS = 180_000;

interface Pending {
  kind: string;
  done(outcome: Outcome): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Instructions that wait for their outcome. */
export class Instructions {
  private readonly pending = new Map<number, Pending>();
  private seq = 0;

  /** @param answered is told of every outcome. */
  constructor(private readonly answered: (seq: number, kind: string, result: Outcome) => void) {}

  /** A number for the next instruction. */
  next(): number {
    this.seq = (this.seq + 1) % 0xffffffff;
    return this.seq;
  }

  wait(seq: number, kind: string): Promise<Outcome> {
    if (this.pending.size >= MOST) return Promise.resolve('lost');
    return new Promise((done) => {
      const timer = setTimeout(() => this.finish(seq, 'lost'), ANSWER_MS);
      this.pending.set(seq, { kind, done, timer });
    });
  }

  outcome(seq: number, code: number): void {
    this.finish(seq, nameOf(Result, code, 'unknown'));
  }

  /** The connection went: nobody will answer. */
  lose(): void {
    for (const seq of [...this.pending.keys()]) this.finish(seq, 'lost');
  }

  private finish(seq: number, result: Outcome): void {
    const one = this.pending.get(seq);
    if (!one) return;
    this.pending.delete(seq);
    clearTimeout(one.timer);
    one.done(result);
    this.answered(seq, one.kind, result);
  }
}

interface Wanted {
  bits: number;
  done(given: boolean): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Grants that were asked for. */
export class GrantRequests {
  private readonly wanted = new Set<Wanted>();

  wait(bits: number): Promise<boolean> {
    return new Promise((done) => {
      const one: Wanted = { bits, done, timer: setTimeout(() => this.finish(one, false), GRANT_MS) };
      this.wanted.add(one);
    });
  }

  /** The grants this agent has now. */
  given(bits: number): void {
    const has = grantSet(bits);
    for (const one of [...this.wanted]) {
      const needs = grantSet(one.bits);
      const names = Object.keys(needs) as GrantName[]; // its keys are the names
      if (names.every((name) => has[name] || !needs[name])) this.finish(one, true);
    }
  }

  refused(bits: number): void {
    const no = grantSet(bits);
    for (const one of [...this.wanted]) {
      const needs = grantSet(one.bits);
      const names = Object.keys(needs) as GrantName[]; // its keys are the names
      if (names.some((name) => no[name] && needs[name])) this.finish(one, false);
    }
  }

  lose(): void {
    for (const one of [...this.wanted]) this.finish(one, false);
  }

  private finish(one: Wanted, given: boolean): void {
    clearTimeout(one.timer);
    this.wanted.delete(one);
    one.done(given);
  }
}
