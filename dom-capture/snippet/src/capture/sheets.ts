// Style sheets travel beside the markup, by content hash: source text where it can be had, what CSSOM says where a
// script changed the rules. Nothing tells of such changes, so sheets are asked for their number of rules at each
// flush, and for their rules in turn in idle time.
import type { Natives } from '../natives';
import type { PatchOp, StreamMessage } from '../protocol';
import { hashText } from './hash';
import { LinkTexts } from './link-text';
import { ownText } from './live';
import { rulesOf, type Secrets, serialise, type Wordy } from './sheet-text';
import type { Tree } from './tree';

type SheetMessage = Extract<StreamMessage, { kind: 'Sheet' }>;

/** Characters of sheets sent in one epoch; beyond that a new epoch starts, or nothing more is sent. */
const EPOCH_BUDGET = 6 << 20;
/** Sheets larger than this, in characters, are sent again at most every half second. */
const LARGE = 16 << 10;
const LARGE_PAUSE = 500;
/** Roots asked for their adopted sheets at one flush. */
const ROOTS_PER_FLUSH = 300;
/** Sheets with more rules than this are not compared rule by rule. */
const COMPARED_RULES = 1000;

/** Time a sweep may take to compare rules, in milliseconds. */
const PER_SWEEP_MS = 4;

/** What is known of one sheet: of a style or link element, or constructed. */
interface Known {
  sheet: CSSStyleSheet;
  /** Number of rules when it was last read; -1 if they may not be read. */
  rules: number;
  disabled: boolean;
  /** A script changed its rules. */
  cssom: boolean;
  text: string;
  base: string;
  hash: string;
  wordy: Wordy | undefined;
  /** Hash of all rules, from idle time. */
  sum: string | undefined;
  said: number;
}

export class Sheets {
  private readonly owners = new Map<Element, { known: Known | undefined; said: string | undefined; dirty: boolean }>();
  private readonly roots = new Map<Document | ShadowRoot, string>();
  private readonly constructed = new WeakMap<CSSStyleSheet, Known>();
  private sent = new Set<string>();
  private spent = 0;
  private readonly links: LinkTexts;
  private turn = 0;
  private rootTurn: IterableIterator<Document | ShadowRoot> | undefined;
  /** More was to be sent than an epoch may hold. */
  overspent = false;

  constructor(
    private readonly natives: Natives,
    private readonly tree: Tree,
    private readonly secrets: Secrets,
    onChange: () => void,
  ) {
    this.links = new LinkTexts(natives, onChange);
  }

  stop(): void {
    this.links.stop();
  }

  /** Before the walk of a snapshot. */
  clear(): void {
    for (const owner of this.owners.values()) owner.said = undefined;
    this.roots.clear();
    this.sent = new Set();
    this.spent = 0;
    this.overspent = false;
  }

  /** Style and link elements that were written just now. */
  add(elements: readonly Element[]): void {
    for (const element of elements) this.touch(element);
  }

  addRoots(roots: readonly ShadowRoot[]): void {
    for (const root of roots) this.roots.set(root, '');
  }

  /** The text or an attribute of a style or link element changed. */
  touch(element: Element): void {
    const owner = this.owners.get(element);
    if (owner) owner.dirty = true;
    else this.owners.set(element, { known: undefined, said: undefined, dirty: true });
  }

  /** For a snapshot: all sheets there are. */
  snapshot(messages: StreamMessage[]): {
    sheets: { id: number; hash: string }[];
    adopted: { root: number; hashes: string[] }[];
    later: PatchOp[];
  } {
    const ops: PatchOp[] = [];
    this.roots.set(document, '');
    this.flush(this.tree.last, ops, messages, true);
    const sheets: { id: number; hash: string }[] = [];
    const adopted: { root: number; hashes: string[] }[] = [];
    const later: PatchOp[] = [];
    for (const op of ops) {
      if (op.kind !== 'H') continue;
      const node = op.id === 0 ? document : this.tree.nodes[op.id];
      if (node && this.roots.has(node as ShadowRoot))
        adopted.push({ root: op.id, hashes: op.hashes }); // a key or not
      else if (op.hashes[0] !== undefined) sheets.push({ id: op.id, hash: op.hashes[0] });
      else later.push(op);
    }
    return { sheets, adopted, later };
  }

  /** H ops for all that changed, and the texts they need. */
  flush(last: number, ops: PatchOp[], messages: StreamMessage[], all = false): void {
    for (const [element, owner] of this.owners) {
      const id = this.tree.ids.get(element);
      if (id === undefined || this.tree.opaque.has(element)) {
        this.owners.delete(element);
        continue;
      }
      const hash = this.current(element, owner, messages);
      // An element sent in this very patch has a new id, of which nothing was said.
      if (hash === undefined || (hash === owner.said && id <= last && !all)) continue;
      owner.said = hash;
      ops.push({ kind: 'H', id, hashes: hash === '' ? [] : [hash] });
    }
    this.flushRoots(ops, messages, all);
  }

  /** The hash of an element's sheet, sent; empty: to be loaded by its URL; undefined: not known yet, or unchanged. */
  private current(
    element: Element,
    owner: { known: Known | undefined; dirty: boolean },
    messages: StreamMessage[],
  ): string | undefined {
    const sheet = (element as HTMLStyleElement | HTMLLinkElement | SVGStyleElement).sheet; // the walk found only these
    if (!sheet) return undefined;
    const link = this.natives.localName.call(element) === 'link';
    let { known } = owner;
    if (owner.dirty || known === undefined || known.sheet !== sheet) {
      const fresh = known === undefined || known.sheet !== sheet;
      const text = link ? this.links.text(element as HTMLLinkElement, sheet) : ownText(this.natives, element); // by its name
      if (text === undefined) return undefined;
      if (text === '' && link && rulesOf(sheet) === undefined) {
        owner.dirty = false;
        return '';
      }
      if (fresh || !known || known.text !== text || known.cssom)
        known = this.read(sheet, text, link ? this.links.base(sheet) : undefined);
      owner.known = known;
      owner.dirty = false;
    } else this.refresh(known);
    return this.say(known, messages);
  }

  private read(sheet: CSSStyleSheet, text: string, base: string | undefined): Known {
    const rules = rulesOf(sheet);
    const known: Known = {
      sheet,
      rules: rules ? rules.length : -1,
      disabled: sheet.disabled,
      cssom: rules !== undefined && rules.length > 0 && text.trim() === '',
      text,
      base: base ?? this.natives.baseURI.call(document),
      hash: '',
      wordy: undefined,
      sum: undefined,
      said: 0,
    };
    if (known.cssom && rules) {
      known.text = serialise(sheet, rules);
      known.sum = hashText('', known.text);
    }
    this.prepare(known);
    return known;
  }

  /** Looks whether a script changed the rules. */
  private refresh(known: Known): void {
    const { sheet } = known;
    if (known.disabled !== sheet.disabled) {
      known.disabled = sheet.disabled;
      known.hash = '';
    }
    if (known.rules < 0) return;
    const rules = rulesOf(sheet);
    if (!rules || rules.length === known.rules) return;
    if (known.text.length > LARGE && this.natives.now() - known.said < LARGE_PAUSE) return;
    this.reread(known, rules);
  }

  private reread(known: Known, rules: CSSRuleList): void {
    known.cssom = true;
    known.rules = rules.length;
    known.text = serialise(known.sheet, rules);
    known.sum = hashText('', known.text);
    this.prepare(known);
  }

  private prepare(known: Known): void {
    known.wordy = this.secrets.wordy(known.text, known.sheet);
    if (known.wordy) this.secrets.look(known.wordy);
    known.hash = '';
  }

  /** Sends the text if this epoch has not seen it, and returns its hash. */
  private say(known: Known, messages: StreamMessage[]): string | undefined {
    if (known.hash === '' || !this.sent.has(known.hash)) {
      const text = known.disabled ? '' : known.wordy ? this.secrets.blank(known.text, known.wordy) : known.text;
      const hash = known.hash === '' ? hashText(known.base, text) : known.hash;
      if (!this.sent.has(hash)) {
        if (this.spent + text.length > EPOCH_BUDGET) {
          this.overspent = true;
          return undefined;
        }
        this.spent += text.length;
        this.sent.add(hash);
        const message: SheetMessage = { kind: 'Sheet', hash, base: known.base, text };
        messages.push(message);
      }
      known.hash = hash;
      known.said = this.natives.now();
    }
    return known.hash;
  }

  /** What was read of the sheets whose owners agents see. */
  *shown(isHidden: (owner: Node) => boolean): Generator<Known> {
    for (const [element, { known }] of this.owners) if (known && !isHidden(element)) yield known;
    for (const root of this.roots.keys()) {
      const list = isHidden(root) ? undefined : this.adopted(root);
      for (let i = 0; list && i < list.length; i++) {
        const known = this.constructed.get(list[i] as CSSStyleSheet); // i < length
        if (known) yield known;
      }
    }
  }

  /** True if a text contains this. */
  mention(words: string): boolean {
    for (const owner of this.owners.values()) if (owner.known?.text.includes(words)) return true;
    return false;
  }

  private flushRoots(ops: PatchOp[], messages: StreamMessage[], all: boolean): void {
    let left = all ? this.roots.size : Math.min(ROOTS_PER_FLUSH, this.roots.size);
    if (all) this.rootTurn = undefined;
    this.rootTurn ??= this.roots.keys();
    while (left-- > 0) {
      const next = this.rootTurn.next();
      if (next.done) {
        this.rootTurn = this.roots.keys();
        if (this.roots.size === 0) return;
        left++;
        continue;
      }
      const root = next.value;
      const id = root === document ? 0 : this.tree.ids.get(root);
      if (id === undefined) this.roots.delete(root);
      else this.flushRoot(root, id, ops, messages);
    }
  }

  private flushRoot(root: Document | ShadowRoot, id: number, ops: PatchOp[], messages: StreamMessage[]): void {
    const list = this.adopted(root);
    if (!list || (list.length === 0 && this.roots.get(root) === '')) return;
    const hashes: string[] = [];
    for (let i = 0; i < list.length; i++) {
      const sheet = list[i] as CSSStyleSheet; // i < length
      let known = this.constructed.get(sheet);
      if (!known) {
        known = this.read(sheet, '', undefined);
        this.constructed.set(sheet, known);
      } else this.refresh(known);
      const hash = this.say(known, messages);
      if (hash !== undefined) hashes.push(hash);
    }
    const said = hashes.join();
    if (said === this.roots.get(root)) return;
    this.roots.set(root, said);
    ops.push({ kind: 'H', id, hashes });
  }

  /** Idle work: numbers of rules, words, and in turn the rules themselves; true if something changed. */
  sweep(left: () => number): boolean {
    let changed = false;
    const all = this.all();
    for (const known of all) {
      if (known.wordy && this.secrets.look(known.wordy)) {
        known.hash = '';
        changed = true;
      }
      const rules = rulesOf(known.sheet);
      if (known.disabled !== known.sheet.disabled || (rules && known.rules >= 0 && rules.length !== known.rules))
        changed = true;
    }
    const end = this.natives.now() + PER_SWEEP_MS;
    for (let i = 0; i < all.length && left() > 1 && this.natives.now() < end; i++) {
      this.turn = (this.turn + 1) % all.length;
      if (this.differs(all[this.turn] as Known)) changed = true; // below its length
    }
    return this.adoptsOthers() || changed;
  }

  private all(): Known[] {
    const all: Known[] = [];
    for (const { known } of this.owners.values()) if (known) all.push(known);
    const seen = new Set<CSSStyleSheet>();
    for (const root of this.roots.keys()) {
      const list = this.adopted(root);
      for (let i = 0; list && i < list.length; i++) {
        const sheet = list[i] as CSSStyleSheet; // i < length
        const known = seen.has(sheet) ? undefined : this.constructed.get(sheet);
        seen.add(sheet);
        if (known) all.push(known);
      }
    }
    return all;
  }

  private adopted(root: Document | ShadowRoot): readonly CSSStyleSheet[] | undefined {
    return root === document
      ? this.natives.documentSheets.call(document)
      : this.natives.rootSheets.call(root as ShadowRoot); // one or the other
  }

  /** True if a root has sheets that were not said of it. */
  private adoptsOthers(): boolean {
    for (const [root, said] of this.roots) {
      const list = this.adopted(root);
      const count = said === '' ? 0 : said.split(',').length;
      if (list && list.length !== count) return true;
      for (let i = 0; list && i < list.length; i++) if (!this.constructed.has(list[i] as CSSStyleSheet)) return true; // i < length
    }
    return false;
  }

  /** True if a rule reads otherwise than the last time, with their number unchanged. */
  private differs(known: Known): boolean {
    const rules = rulesOf(known.sheet);
    if (!rules || known.rules < 0 || rules.length > COMPARED_RULES) return false;
    const sum = hashText('', serialise(known.sheet, rules));
    const was = known.sum;
    known.sum = sum;
    if (was === undefined) {
      // The source may have been changed before it was seen: then it has another number of rules.
      if (known.cssom || !this.isChanged(known, rules)) return false;
      this.reread(known, rules);
      return true;
    }
    if (was === sum) return false;
    this.reread(known, rules);
    return true;
  }

  private isChanged(known: Known, rules: CSSRuleList): boolean {
    try {
      const parsed = new CSSStyleSheet();
      parsed.replaceSync(known.text);
      let imports = 0;
      for (let i = 0; i < rules.length; i++) if (rules[i] instanceof CSSImportRule) imports++;
      return parsed.cssRules.length + imports !== rules.length;
    } catch {
      return false; // no constructable sheets: not checked
    }
  }
}
