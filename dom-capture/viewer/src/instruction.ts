// From what an embedder asks to what the wire carries.

import type { Instruction } from '@coview/snippet/protocol';
import * as dom from './mirror/dom';
import type { Mirror } from './mirror/mirror';
import type { Ask, Target } from './types';

const WHERE = { back: 1, forward: 2, reload: 3 } as const;

/** The instruction for the wire; undefined if what it is about is not in the mirrored page. */
export function instructionFor(ask: Ask, mirror: Mirror | undefined): Instruction | undefined {
  switch (ask.kind) {
    case 'Laser':
      return { kind: 'Laser', x: ask.x, y: ask.y };
    case 'LaserOff':
    case 'HighlightOff':
      return { kind: ask.kind };
    case 'Go':
      return { kind: 'Go', where: WHERE[ask.where] };
    case 'Scroll': {
      const { id: number, node } = ask as { id?: number; node?: Node }; // at most one of the two
      const id = node ? mirror?.idOf(node) : (number ?? 0);
      return id === undefined ? undefined : { kind: 'Scroll', doc: 0, id, x: ask.x, y: ask.y };
    }
    default:
      return onElement(ask, mirror);
  }
}

type OnElement = Exclude<Ask, { kind: 'Laser' | 'LaserOff' | 'HighlightOff' | 'Go' | 'Scroll' }>;

function onElement(ask: OnElement, mirror: Mirror | undefined): Instruction | undefined {
  const id = idOf(ask, mirror);
  if (id === undefined) return undefined;
  switch (ask.kind) {
    case 'Highlight':
    case 'Focus':
      return { kind: ask.kind, doc: 0, id };
    case 'Type':
      return { kind: 'Type', doc: 0, id, text: ask.text };
    case 'Key':
      return { kind: 'Key', doc: 0, id, key: ask.key, mods: ask.mods ?? 0 };
    case 'Select':
      return { kind: 'Select', doc: 0, id, indexes: [...ask.indexes] };
    case 'Click': {
      const middle = middleOf(mirror?.nodeOf(id));
      const { x = middle.x, y = middle.y, button = 0, double = false } = ask;
      return { kind: 'Click', doc: 0, id, x, y, button, double };
    }
  }
}

function idOf(target: Target, mirror: Mirror | undefined): number | undefined {
  return 'node' in target && target.node ? mirror?.idOf(target.node) : (target as { id: number }).id; // one of the two
}

function middleOf(node: Node | undefined): { x: number; y: number } {
  if (!node || dom.nodeType(node) !== Node.ELEMENT_NODE) return { x: 0, y: 0 };
  const box = dom.boxOf(node as Element); // by its node type
  return { x: box.width / 2, y: box.height / 2 };
}
