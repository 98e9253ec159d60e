// What the tests run inside the browser: the viewer's parts, and short ways to use them.

import type { PatchOp, Snapshot } from '@coview/snippet/protocol';
import {
  agentIn,
  agentOut,
  direction,
  frame,
  payload,
  Reader,
  readPayload,
  splitFrame,
  stream,
} from '@coview/snippet/protocol';
import { connect, createFrame, Mirror, MirrorFault, type MirrorOptions } from '../../src/index';
import { rewriteCss } from '../../src/mirror/css';
import { Links } from '../../src/mirror/links';
import { Inflow, inflate } from '../../src/wire/inflate';
import { readTree } from './tree';

const defaults: Snapshot = {
  doc: 0,
  url: 'https://shop.example/a/b',
  base: 'https://shop.example/a/b',
  doctype: { name: 'html', public: '', system: '' },
  quirks: false,
  width: 800,
  height: 600,
  custom: [],
  focus: 0,
  scrolls: [],
  sheets: [],
  adopted: [],
  count: 0,
  html: '',
};

/** Pre-order ids of canonical markup, counted by other means than the viewer's. */
function count(html: string): number {
  const tags = html.match(/<[a-z][^>]*>/g)?.length ?? 0;
  const texts = html.match(/>[^<]+(?=<)|^[^<]+(?=<|$)|>[^<]+$/g)?.length ?? 0;
  const empty = html.match(/<!--0-->/g)?.length ?? 0;
  const skipped = [...html.matchAll(/<!--k(\d+)-->/g)].reduce((sum, [, n]) => sum + Number(n), 0);
  return tags + texts + empty + skipped;
}

function snapshot(part: Partial<Snapshot> & { html: string }): Snapshot {
  return { ...defaults, count: count(part.html), ...part };
}

function mirror(part: Partial<Snapshot> & { html: string }, options: MirrorOptions = {}): Mirror {
  const made = new Mirror(documentOf(createFrame(document.body)), options);
  made.snapshot(snapshot(part));
  return made;
}

function documentOf(one: HTMLIFrameElement): Document {
  if (!one.contentDocument) throw new Error('no document');
  return one.contentDocument;
}

/** The name of what `run` throws: which rule refused, or `none`. */
function refusal(run: () => void): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof MirrorFault ? `${error.reason} ${error.what}` : String(error);
  }
}

/** An insert with its count. */
function insert(parent: number, prev: number, first: number, html: string): PatchOp {
  return { kind: 'I', parent, prev, first, count: count(html), html };
}

const harness = {
  connect,
  createFrame,
  Mirror,
  mirror,
  snapshot,
  insert,
  refusal,
  documentOf,
  count,
  rewriteCss,
  readTree,
  Links,
  inflate,
  Inflow,
  wire: { direction, frame, payload, Reader, stream, agentIn, agentOut, readPayload, splitFrame },
};
export type Harness = typeof harness;

declare global {
  var viewer: Harness;
}
globalThis.viewer = harness;
