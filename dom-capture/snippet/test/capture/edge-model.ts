// A small model of what the edge accepts (docs/protocol.md, 3.1 to 3.4), written without looking at the code of capture:
// it throws on everything the edge would refuse or answer with a resync.
import type { PatchOp, Snapshot } from '../../src/protocol';

const VOID = new Set(
  'area base basefont bgsound br col embed hr img input keygen link meta param source track wbr'.split(' '),
);
const EMPTY = new Set('style textarea title iframe xmp noembed noframes'.split(' '));
const NEVER = new Set(['script', 'noscript', 'plaintext']);
const OWN = new Set('u:n u:ns u:px u:v u:c u:ind u:s u:t u:a u:modal u:media u:m u:w u:h'.split(' '));

type Kind = 'element' | 'leaf' | 'text' | 'root';
interface Link {
  parent: number;
  kind: Kind;
  masked: boolean;
}

export class EdgeModel {
  private links: (Link | undefined)[] = [{ parent: -1, kind: 'element', masked: false }];

  snapshot(message: Snapshot): void {
    this.links = [{ parent: -1, kind: 'element', masked: false }];
    const count = this.read(message.html, 0, 0, true);
    if (count !== message.count) throw new Error(`count ${message.count}, read ${count}`);
    for (const { id } of message.scrolls) this.visible(id);
    for (const { id } of message.sheets) this.visible(id);
    for (const { root } of message.adopted) this.visible(root);
    if (message.focus !== 0) this.visible(message.focus);
  }

  /** How many nodes are placeholders. */
  get masked(): number {
    return this.links.filter((link) => link?.masked).length;
  }

  private link(id: number): Link {
    const link = this.links[id];
    if (!link) throw new Error(`id ${id} is ${id < this.links.length ? 'dead' : 'unknown'}`);
    return link;
  }

  private visible(id: number): Link {
    const link = this.link(id);
    if (link.masked) throw new Error(`id ${id} is masked`);
    for (let at = link.parent; at > 0; at = this.link(at).parent) {
      if (this.link(at).masked) throw new Error(`id ${id} is inside a mask`);
    }
    return link;
  }

  private depth(id: number): number {
    let depth = 0;
    for (let at = id; at > 0; at = this.link(at).parent) depth++;
    return depth;
  }

  private childOf(parent: number, id: number, what: string): void {
    const link = this.link(id);
    if (link.parent !== parent || link.kind === 'root') throw new Error(`${what} ${id} is no child of ${parent}`);
  }

  private order = 0;

  patch(ops: readonly PatchOp[]): void {
    this.order = 0;
    for (const op of ops) {
      const rank = { R: 1, A: 2, I: 3, M: 3, T: 4, P: 5, H: 5 }[op.kind as string] ?? 6;
      if (rank < this.order) throw new Error(`${op.kind} stands too late`);
      this.order = rank;
      this.op(op);
    }
  }

  private op(op: PatchOp): void {
    switch (op.kind) {
      case 'R': {
        if (op.id <= 0 || op.id >= this.links.length) throw new Error(`R of unknown ${op.id}`);
        if (this.links[op.id]?.kind === 'root') throw new Error('R of a root');
        this.links[op.id] = undefined;
        return;
      }
      case 'I': {
        if (op.first !== this.links.length) throw new Error(`first ${op.first}, expected ${this.links.length}`);
        if (op.parent !== 0) {
          const parent = this.visible(op.parent);
          if (parent.kind === 'text' || parent.kind === 'leaf') throw new Error(`I below a ${parent.kind}`);
        }
        if (op.prev !== 0) this.childOf(op.parent, op.prev, 'prev');
        const count = this.read(op.html, op.parent, this.depth(op.parent), false);
        if (count !== op.count) throw new Error(`count ${op.count}, read ${count}`);
        return;
      }
      case 'M':
        this.childOf(op.parent, op.id, 'M');
        if (op.prev === op.id) throw new Error('M behind itself');
        if (op.prev !== 0) this.childOf(op.parent, op.prev, 'prev');
        return;
      case 'T':
        if (this.visible(op.id).kind !== 'text') throw new Error('T of no text');
        return;
      case 'A': {
        const { kind } = this.visible(op.id);
        if (kind !== 'element' && kind !== 'leaf') throw new Error('A of no element');
        if (
          !/^[a-z0-9:_.-]+$/.test(op.name) ||
          (op.name.startsWith('u:') && op.name !== 'u:a') ||
          op.name === 'shadowrootmode'
        ) {
          throw new Error(`A of ${op.name}`);
        }
        return;
      }
      case 'P': {
        const { kind } = this.visible(op.id);
        if (kind !== 'element' && kind !== 'leaf') throw new Error('P of no element');
        return;
      }
      case 'G':
        if (!this.link(op.id).masked) throw new Error('G of no placeholder');
        return;
      case 'H':
      case 'X':
        if (op.id !== 0) this.visible(op.id);
        return;
      case 'F':
        if (op.id !== 0) this.visible(op.id);
        return;
      case 'K':
        throw new Error('K from a visitor');
      default:
        return;
    }
  }

  /** Validates markup and links its nodes; returns their number. */
  private read(html: string, parent0: number, depth0: number, whole: boolean): number {
    const before = this.links.length;
    const stack: { name: string; id: number; sealed: boolean; masked: boolean }[] = [];
    let at = 0;
    let token: 'text' | 'boundary' | 'other' = 'other';
    let tops = 0;
    const parent = () => stack[stack.length - 1]?.id ?? parent0;
    const open = () => {
      const top = stack[stack.length - 1];
      if (top?.sealed || top?.masked) throw new Error(`content in <${top.name}>`);
    };
    while (at < html.length) {
      const next = html.indexOf('<', at);
      const end = next < 0 ? html.length : next;
      if (end > at) {
        open();
        const text = html.slice(at, end);
        if (/>|\0|&(?!(?:amp|lt|gt|quot|nbsp);)/.test(text)) throw new Error('bad text');
        if (whole && stack.length === 0) throw new Error('text at the top');
        if (token === 'text') throw new Error('two texts without a boundary');
        this.links.push({ parent: parent(), kind: 'text', masked: false });
        token = 'text';
        at = end;
        continue;
      }
      if (token === 'boundary') throw new Error('a boundary before no text');
      if (html.startsWith('</', at)) {
        const top = stack.pop();
        const tag = `</${top?.name}>`;
        if (!top || !html.startsWith(tag, at)) throw new Error('end tag');
        at += tag.length;
        token = 'other';
      } else if (html.startsWith('<!---->', at)) {
        if (token !== 'text') throw new Error('a boundary behind no text');
        token = 'boundary';
        at += 7;
      } else if (html.startsWith('<!--0-->', at)) {
        open();
        this.links.push({ parent: parent(), kind: 'text', masked: false });
        token = 'other';
        at += 8;
      } else {
        open();
        const tag = /^<([a-z][a-z0-9:_.-]*)((?: [a-z0-9:_.-]+="[^<>"]*")*)(\/?)>/.exec(html.slice(at));
        if (!tag) throw new Error(`start tag ${JSON.stringify(html.slice(at, at + 60))}`);
        at += tag[0].length;
        this.start(tag[1] as string, tag[2] as string, tag[3] === '/', parent(), stack); // groups of the match
        if (stack.length + depth0 > 4000) throw new Error('depth');
        if (whole && (stack.length === 0 || stack.length === 1) && parent0 === 0) tops = Math.max(tops, 1);
        token = 'other';
      }
    }
    if (stack.length > 0 || token === 'boundary') throw new Error('open end');
    return this.links.length - before;
  }

  private start(
    name: string,
    written: string,
    isVoid: boolean,
    parent: number,
    stack: { name: string; id: number; sealed: boolean; masked: boolean }[],
  ): void {
    if (NEVER.has(name) || name.length > 255) throw new Error(`<${name}>`);
    if (isVoid !== VOID.has(name)) throw new Error(`<${name}> and its end`);
    const attributes = new Map<string, string>();
    for (const [, key, value] of written.matchAll(/ ([^=]+)="([^"]*)"/g)) {
      if (attributes.has(key as string)) throw new Error(`${key} twice`);
      if (/&(?!(?:amp|lt|gt|quot|nbsp);)/.test(value as string)) throw new Error('reference in a value');
      attributes.set(key as string, value as string);
    }
    if (attributes.size > 64) throw new Error('attributes');
    for (const key of attributes.keys()) if (key.startsWith('u:') && !OWN.has(key)) throw new Error(key);
    const masked = attributes.has('u:m');
    if (masked) {
      for (const [key, value] of attributes) {
        if (key === 'u:m' ? value !== '' : !/^u:[wh]$/.test(key) || !/^\d{1,5}$/.test(value))
          throw new Error('placeholder');
      }
    } else if (attributes.has('u:w') || attributes.has('u:h')) throw new Error('size of no placeholder');
    if (!masked && (name === 'u-el') !== ((attributes.get('u:n') ?? '') !== '')) throw new Error('u:n');
    const mode = attributes.get('shadowrootmode');
    if (mode !== undefined) {
      const top = this.links[parent];
      const first = parent === this.links.length - 1 && stack.length > 0 && top?.kind !== 'root';
      if (name !== 'template' || !first || (mode !== 'open' && mode !== 'closed')) throw new Error('shadow root');
      if (attributes.size > 1) throw new Error('attributes of a shadow root');
    }
    const sealed = EMPTY.has(name);
    this.links.push({ parent, kind: mode !== undefined ? 'root' : isVoid || sealed ? 'leaf' : 'element', masked });
    if (!isVoid) stack.push({ name, id: this.links.length - 1, sealed, masked });
  }
}
