// What visitors and scripts do to form fields. Scripts change fields without any event or mutation, and prototypes are
// not patched; so the fields that were written are compared with what was last said: touched ones and a share of the
// others at each flush, all of them in turn in a slow sweep.
import type { Natives } from '../natives';
import { type PatchOp, Prop } from '../protocol';
import type { Masks } from './masks';
import { elementName, Kind } from './names';
import type { Tree } from './tree';
import type { Finds } from './walk';

/** Fields compared at a flush besides the touched ones. */
const PER_FLUSH = 1000;
/** Fields compared in a sweep. */
const PER_SWEEP = 4000;

export class Forms {
  /** The last state said, of fields that are visible. */
  private readonly said = new Map<Element, string | number>();
  private readonly touched = new Set<Element>();
  private turn: IterableIterator<Element> | undefined;
  private all = false;

  constructor(
    private readonly natives: Natives,
    private readonly tree: Tree,
    private readonly masks: Masks,
    /** A field holds something that must be hidden. */
    private readonly onHide: (element: Element) => void,
  ) {}

  /** A snapshot starts from nothing. */
  clear(): void {
    this.said.clear();
    this.touched.clear();
    this.turn = undefined;
    this.all = false;
  }

  add(finds: Finds): void {
    const { controls, states } = finds;
    for (let i = 0; i < controls.length; i++) this.said.set(controls[i] as Element, states[i] as string | number); // i < length
  }

  /** An event came from this element. */
  touch(target: Element): void {
    const { natives } = this;
    const local = natives.localName.call(target);
    if (local === 'select') {
      const options = natives.queryElement.call(target, 'option');
      for (let i = 0; i < options.length; i++) this.touched.add(options[i] as Element); // i < length
    } else if (local === 'form') this.all = true;
    else {
      this.touched.add(target);
      // At once: between two patches a card number may have been typed and half deleted.
      if (this.said.has(target)) this.masks.remembers(target);
      if (local === 'input' && natives.inputType.call(target) === 'radio') this.all = true; // others of its group
    }
  }

  /** An attribute may have changed the state on this side and not, or otherwise, on the other. */
  attribute(element: Element, name: string): void {
    if (name !== 'value' && name !== 'checked' && name !== 'selected' && name !== 'type') return;
    if (this.said.has(element)) this.said.set(element, Number.NaN);
    this.touched.add(element);
  }

  /** Looks for values that must be hidden, before a patch is made. */
  before(): void {
    for (const element of this.touched) {
      if (this.said.has(element) && this.masks.hides(element)) this.onHide(element);
    }
  }

  /** The ops for all that differs. Elements hidden meanwhile, or sent in this patch (`id > base`), are passed over. */
  flush(base: number, ops: PatchOp[]): void {
    const off: PatchOp[] = [];
    const on: PatchOp[] = [];
    for (const element of this.touched) this.compare(element, base, off, on);
    this.touched.clear();
    const share = this.all ? this.said.size : PER_FLUSH;
    this.all = false;
    this.rotate(share, (element) => this.compare(element, base, off, on));
    // What loses its state goes first: of a group only one may have it.
    for (const op of off) ops.push(op);
    for (const op of on) ops.push(op);
  }

  /** True if a field of this share differs. */
  sweep(): boolean {
    let differs = false;
    this.rotate(PER_SWEEP, (element) => {
      const said = this.said.get(element);
      if (!Object.is(said, this.state(element))) {
        this.touched.add(element);
        differs = true;
      }
    });
    return differs;
  }

  /** Goes on where it stopped the last time, at most once around. */
  private rotate(share: number, look: (element: Element) => void): void {
    let left = Math.min(share, this.said.size);
    this.turn ??= this.said.keys();
    while (left-- > 0) {
      const next = this.turn.next();
      if (next.done) {
        this.turn = this.said.keys();
        left++;
        if (this.said.size === 0) return;
        continue;
      }
      if (this.tree.ids.has(next.value)) look(next.value);
      else this.said.delete(next.value);
    }
  }

  private state(element: Element): string | number {
    const { natives } = this;
    switch (elementName(natives.localName.call(element), natives.namespaceURI.call(element)).kind) {
      case Kind.option:
        return natives.selected.call(element) ? 1 : 0;
      case Kind.textarea:
        return natives.textareaValue.call(element);
      default: {
        const type = natives.inputType.call(element);
        if (type === 'checkbox' || type === 'radio') {
          return (natives.checked.call(element) ? 1 : 0) | (natives.indeterminate.call(element) ? 2 : 0);
        }
        return type === 'file' ? '' : natives.inputValue.call(element);
      }
    }
  }

  private compare(element: Element, base: number, off: PatchOp[], on: PatchOp[]): void {
    const said = this.said.get(element);
    if (said === undefined) return;
    const id = this.tree.ids.get(element);
    if (id === undefined || this.tree.opaque.has(element)) {
      this.said.delete(element);
      return;
    }
    const now = this.state(element);
    if (Object.is(now, said) || id > base) return;
    if (typeof now === 'string' && this.masks.hidesValue(element, now)) {
      this.onHide(element);
      return;
    }
    this.said.set(element, now);
    if (typeof now === 'string') {
      off.push({ kind: 'P', id, what: Prop.value, value: now });
      return;
    }
    if (this.natives.localName.call(element) === 'option') {
      (now === 1 ? on : off).push({ kind: 'P', id, what: Prop.selected, value: now === 1 ? '1' : '0' });
      return;
    }
    const was = typeof said === 'number' ? said : Number.NaN;
    const known = !Number.isNaN(was);
    if (!known || ((was ^ now) & 1) !== 0)
      (now & 1 ? on : off).push({ kind: 'P', id, what: Prop.checked, value: now & 1 ? '1' : '0' });
    if (!known || ((was ^ now) & 2) !== 0)
      off.push({ kind: 'P', id, what: Prop.indeterminate, value: now & 2 ? '1' : '0' });
  }
}
