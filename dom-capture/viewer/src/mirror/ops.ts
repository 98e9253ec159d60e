// The ops of a patch (docs/protocol.md, 3.3), applied to a mirror. Anything that does not fit is a fault: the mirror
// would differ from the page, so the session asks for a fresh snapshot.

import type { PatchOp } from '@coview/snippet/protocol';
import { Prop } from '@coview/snippet/protocol';
import { build, isMute } from './build';
import * as dom from './dom';
import { badOp, tooLarge } from './fault';
import type { Mirror } from './mirror';
import { childNamespace, HTML } from './names';
import type { MirrorParts } from './parts';

type OpOf<K extends PatchOp['kind']> = Extract<PatchOp, { kind: K }>;

type Handlers = { [K in PatchOp['kind']]: (mirror: Mirror, op: OpOf<K>) => void };

const HANDLERS: Handlers = {
  R: ({ parts }, op) => remove(parts, op),
  I: insert,
  M: ({ parts }, op) => move(parts, op),
  T: ({ parts }, op) => text(parts, op),
  A: ({ parts }, op) => attribute(parts, op),
  P: ({ parts }, op) => property(parts, op),
  X: ({ parts }, op) => parts.scroll(op.id, op.x, op.y),
  G: ({ parts }, op) => resize(parts, op),
  H: ({ parts }, op) => sheets(parts, op),
  V: (mirror, op) => {
    mirror.viewport = { width: op.width, height: op.height };
  },
  F: (mirror, op) => {
    mirror.focus = op.id;
  },
  U: (mirror, op) => mirror.moved(op.url, op.base),
  C: (mirror, op) => {
    mirror.pointer = { x: op.x, y: op.y, state: op.state };
  },
  K: ({ parts }, op) => mask(parts, op),
};

/** Applies ops in order; the caller settles live state afterwards. */
export function applyOps(mirror: Mirror, ops: readonly PatchOp[]): void {
  for (const op of ops) {
    const handle = HANDLERS[op.kind] as (mirror: Mirror, op: PatchOp) => void; // the table has each kind's own
    handle(mirror, op);
  }
}

function remove(parts: MirrorParts, { id }: OpOf<'R'>): void {
  if (parts.ids.isDead(id)) return; // it died with an ancestor
  const node = parts.ids.get(id);
  const parent = dom.parentNode(node);
  if (!parent) throw badOp('can’t be removed'); // the document or a shadow root
  parts.live.touched(parent);
  dom.removeChild(parent, node);
  parts.forget(node);
}

/** The node that children can be put into, and the namespace they have there. */
function parentOf(parts: MirrorParts, id: number): { node: Node; namespace: string } {
  const node = parts.ids.get(id);
  if (parts.masks.has(node)) throw badOp('into a placeholder');
  const type = dom.nodeType(node);
  if (type !== Node.ELEMENT_NODE) {
    if (type === Node.TEXT_NODE) throw badOp('into a text');
    return { node, namespace: HTML };
  }
  const element = node as Element; // by its node type
  const namespace = dom.namespaceURI(element) ?? '';
  return { node, namespace: childNamespace(namespace, dom.localName(element)) };
}

/** The node to insert before. `prev` is 0 for the first place. */
function before(parts: MirrorParts, parent: Node, prev: number): Node | null {
  if (prev === 0) return dom.nodeType(parent) === Node.DOCUMENT_NODE ? null : dom.firstChild(parent);
  const node = parts.ids.get(prev);
  if (dom.parentNode(node) !== parent) throw badOp('prev is elsewhere');
  return dom.nextSibling(node);
}

function insert(mirror: Mirror, op: OpOf<'I'>): void {
  const { parts } = mirror;
  if (op.first <= parts.ids.last) throw badOp('first');
  if (op.first + op.count - 1 > mirror.limits.nodes) throw tooLarge('nodes');
  const { node, namespace } = parentOf(parts, op.parent);
  const reference = before(parts, node, op.prev);
  const whole = dom.nodeType(node) === Node.DOCUMENT_NODE;
  const fragment = build(
    op.html,
    { first: op.first, count: op.count, namespace, whole, depth: mirror.limits.depth },
    parts,
  );
  parts.ids.reach(op.first + op.count - 1);
  try {
    dom.insertBefore(node, fragment, reference);
  } catch {
    throw badOp('can’t be inserted'); // a second root
  }
  parts.live.touched(node);
}

function move(parts: MirrorParts, op: OpOf<'M'>): void {
  const { node: parent } = parentOf(parts, op.parent);
  const node = parts.ids.get(op.id);
  if (dom.parentNode(node) !== parent || op.id === op.prev) throw badOp('moved between parents');
  dom.insertBefore(parent, node, before(parts, parent, op.prev));
  parts.live.touched(parent);
}

function text(parts: MirrorParts, op: OpOf<'T'>): void {
  const node = parts.ids.get(op.id);
  if (dom.nodeType(node) !== Node.TEXT_NODE) throw badOp('not a text');
  const parent = dom.parentNode(node);
  if (parent && dom.nodeType(parent) === Node.ELEMENT_NODE && isMute(dom.localName(parent as Node as Element))) return; // by its type
  (node as Text).data = op.text; // by its node type
}

/** An element that is shown as it is. */
function visible(parts: MirrorParts, id: number): Element {
  const element = parts.ids.element(id);
  if (parts.masks.has(element)) throw badOp('on a placeholder');
  return element;
}

function attribute(parts: MirrorParts, op: OpOf<'A'>): void {
  const element = visible(parts, op.id);
  if (op.name === 'u:a') parts.attributes.setOdd(element, op.value ?? '');
  else if (!/^[a-z0-9:_.-]{1,64}$/.test(op.name) || op.name.startsWith('u:') || op.name === 'shadowrootmode') {
    throw badOp('attribute');
  } else if (op.value === undefined) parts.attributes.remove(element, op.name);
  else parts.attributes.set(element, op.name, op.value);
  if (dom.localName(element) === 'link') parts.sheets.changed(element);
  if (op.name === 'selected' || op.name === 'multiple') parts.live.touched(element);
}

function property(parts: MirrorParts, op: OpOf<'P'>): void {
  if (op.what < Prop.value || op.what > Prop.media) throw badOp('property');
  parts.property(visible(parts, op.id), op.what, op.value);
}

function resize(parts: MirrorParts, op: OpOf<'G'>): void {
  const element = parts.ids.element(op.id);
  const known = parts.masks.get(element);
  if (!known) throw badOp('not a placeholder');
  parts.placeholder(element, { width: op.w, height: op.h }, known.byEdge);
}

function sheets(parts: MirrorParts, op: OpOf<'H'>): void {
  const owner = parts.ids.get(op.id);
  if (dom.nodeType(owner) !== Node.ELEMENT_NODE) parts.adopt(op.id, op.hashes);
  else if (op.hashes.length > 1) throw badOp('more than one sheet');
  else parts.sheet(op.id, op.hashes[0]);
}

/** *Mask this node*: all that was known of it goes, a placeholder with its id stays. */
function mask(parts: MirrorParts, { id }: OpOf<'K'>): void {
  const node = parts.ids.element(id);
  if (parts.masks.has(node)) return;
  const box = dom.boxOf(node);
  const bare = dom.createElementNS(parts.document, dom.namespaceURI(node) ?? '', dom.localName(node));
  const parent = dom.parentNode(node);
  if (parent) dom.replaceChild(parent, bare, node);
  parts.forget(node);
  parts.ids.set(id, bare);
  parts.placeholder(bare, { width: Math.round(box.width), height: Math.round(box.height) }, true);
}
