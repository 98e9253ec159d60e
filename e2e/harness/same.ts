// Two documents are the same, or where they first differ. The check itself is checked in tests/harness.e2e.ts.
import type { Page } from '@playwright/test';
import { type Dump, type DumpOptions, dumpDocument } from './dump.ts';

export interface SameOptions {
  /** Selectors that hide besides the automatic ones. */
  masks?: string[];
  /** Compare the rules of style sheets (default true). */
  sheets?: boolean;
  /** Compare scroll positions (default true). */
  scroll?: boolean;
  /** How long to wait until they are equal, in ms. */
  timeout?: number;
}

const SCROLL_TOLERANCE_PX = 1.5;

/** Where two dumps with lines first differ, as a path and both sides; undefined if they are the same. */
export function difference(visitor: Dump, agent: Dump, options: SameOptions = {}): string | undefined {
  if (!visitor.ready || !agent.ready) return `no document yet: visitor ${visitor.ready}, agent ${agent.ready}`;
  const count = Math.max(visitor.lines.length, agent.lines.length);
  for (let i = 0; i < count; i += 1) {
    const [ours, theirs] = [visitor.lines[i], agent.lines[i]];
    if (ours?.[0] === theirs?.[0] && ours?.[1] === theirs?.[1]) continue;
    return `node ${i} at ${pathOf(visitor, i)}\n  visitor: ${show(ours)}\n  agent:   ${show(theirs)}`;
  }
  if (options.scroll !== false) {
    const scroll = scrollDifference(visitor, agent);
    if (scroll !== undefined) return scroll;
  }
  return options.sheets === false ? undefined : sheetDifference(visitor, agent);
}

function show(line: [number, string] | undefined): string {
  return line === undefined ? 'nothing' : `depth ${line[0]}: ${line[1].slice(0, 400)}`;
}

function pathOf(dump: Dump, index: number): string {
  const names: string[] = [];
  let depth = dump.lines[index]?.[0] ?? Number.POSITIVE_INFINITY;
  for (let i = Math.min(index, dump.lines.length - 1); i >= 0 && depth >= 0; i -= 1) {
    const line = dump.lines[i];
    if (!line || (i !== index && line[0] >= depth)) continue;
    names.unshift(line[1].split(' ', 1)[0] ?? '');
    depth = line[0];
  }
  return names.join(' ');
}

function scrollDifference(visitor: Dump, agent: Dump): string | undefined {
  const seen = new Map(agent.scrolls.map(([node, x, y]) => [node, [x, y] as const]));
  for (const [node, x, y] of visitor.scrolls) {
    const [left, top] = seen.get(node) ?? [0, 0];
    seen.delete(node);
    if (Math.abs(left - x) > SCROLL_TOLERANCE_PX || Math.abs(top - y) > SCROLL_TOLERANCE_PX) {
      return `scroll of node ${node} (${visitor.lines[node]?.[1].slice(0, 80)}): visitor ${x},${y}, agent ${left},${top}`;
    }
  }
  for (const [node, [x, y]] of seen) {
    if (Math.abs(x) > SCROLL_TOLERANCE_PX || Math.abs(y) > SCROLL_TOLERANCE_PX) {
      return `scroll of node ${node}: visitor 0,0, agent ${x},${y}`;
    }
  }
  return undefined;
}

function sheetDifference(visitor: Dump, agent: Dump): string | undefined {
  const theirs = new Map(agent.sheets);
  for (const [owner, rules] of visitor.sheets) {
    const other = theirs.get(owner);
    theirs.delete(owner);
    if (rules === null || other === null || rules === other) continue;
    if (other === undefined && rules === '') continue;
    if (other === undefined) return `sheet of ${owner}: the agent has none; visitor: ${rules.slice(0, 200)}`;
    const [a, b] = [rules.split('\n'), other.split('\n')];
    const at = a.findIndex((line, i) => line !== b[i]);
    return `sheet of ${owner}, rule ${at}\n  visitor: ${a[at]?.slice(0, 400)}\n  agent:   ${b[at < 0 ? a.length : at]?.slice(0, 400)}`;
  }
  for (const [owner, rules] of theirs) {
    if (rules !== null && rules !== '') return `sheet of ${owner}: only the agent has it: ${rules.slice(0, 200)}`;
  }
  return undefined;
}

async function dumps(visitor: Page, agent: Page, masks: string[], lines: boolean): Promise<[Dump, Dump]> {
  const options = (side: DumpOptions['side']): DumpOptions => ({ side, masks, lines });
  const [ours, theirs] = await Promise.all([
    visitor.evaluate(dumpDocument, options('visitor')),
    agent.evaluate(dumpDocument, options('agent')),
  ]);
  return [JSON.parse(ours), JSON.parse(theirs)]; // both are what `dumpDocument` wrote
}

function quickSame(visitor: Dump, agent: Dump, options: SameOptions): boolean {
  if (!visitor.ready || !agent.ready || visitor.hash !== agent.hash || visitor.nodes !== agent.nodes) return false;
  if (options.scroll !== false && scrollDifference(visitor, agent) !== undefined) return false;
  return options.sheets === false || sheetDifference(visitor, agent) === undefined;
}

/** The first difference between the visitor's page and the agent's picture of it, now. */
export async function sameTree(visitor: Page, agent: Page, options: SameOptions = {}): Promise<string | undefined> {
  return difference(...(await dumps(visitor, agent, options.masks ?? [], true)), options);
}

export interface Same {
  nodes: number;
  masked: number;
}

/** Waits until both are equal; throws with the path of the first difference if they do not become so. */
export async function waitSame(visitor: Page, agent: Page, options: SameOptions = {}): Promise<Same> {
  const until = Date.now() + (options.timeout ?? 12_000);
  let last: string | undefined = 'never compared';
  let pause = 40;
  while (Date.now() < until) {
    const pair = await dumps(visitor, agent, options.masks ?? [], false).catch((error: unknown) => {
      last = String(error); // the page is between two documents
      return undefined;
    });
    if (pair !== undefined && quickSame(...pair, options)) return { nodes: pair[0].nodes, masked: pair[0].masked };
    await new Promise((done) => setTimeout(done, pause));
    pause = Math.min(400, pause * 1.6);
  }
  const told = await sameTree(visitor, agent, options).catch(() => last);
  if (told === undefined) return waitOnce(visitor, agent, options);
  throw new Error(`the agent does not see the visitor's page:\n${told}`);
}

async function waitOnce(visitor: Page, agent: Page, options: SameOptions): Promise<Same> {
  const [ours] = await dumps(visitor, agent, options.masks ?? [], false);
  return { nodes: ours.nodes, masked: ours.masked };
}
