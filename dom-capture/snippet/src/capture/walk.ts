// Writes parts of the page as canonical markup (docs/protocol.md, 3.1) and numbers them on the way. It reads nothing
// that needs style or layout, and keeps its own stack: pages may be nested deeper than the call stack allows.
import type { Natives } from '../natives';
import { type Seen, writeAttributes } from './attributes';
import { escapeText, escapeValue } from './escape';
import { mediaState, ownText, topState } from './live';
import type { Masks } from './masks';
import { childNamespace, type ElementName, elementName, HTML, impliedNamespace, Kind, namespaceCode } from './names';
import type { Tree } from './tree';

/** Levels the edge accepts (`limits.depth`); what lies deeper becomes a placeholder. */
const DEPTH = 4000;
/** Nodes of one epoch the edge accepts (`limits.nodes`), less some room for what is open. */
export const NODES = 980_000;

/** What the walk met that others follow. State is what was written. */
export interface Finds {
  controls: Element[];
  states: (string | number)[];
  styles: Element[];
  media: HTMLMediaElement[];
  tops: HTMLElement[];
  roots: ShadowRoot[];
  placeholders: Element[];
  /** Custom elements without an open shadow root: it may come. */
  hosts: Element[];
}

export interface WalkOptions {
  natives: Natives;
  tree: Tree;
  masks: Masks;
  /** Sizes of placeholders that are known, ` u:w="…" u:h="…"`. */
  size(element: Element): string;
  isOwn(node: Node): boolean;
}

export class Walk {
  finds: Finds = noFinds();
  readonly customs = new Set<string>();
  private out = '';
  private afterText = false;
  private masked = new Set<Element>();
  private readonly seen: Seen = { popover: false };
  // The stack, one entry per open element or root: its end tag, and where its parent goes on.
  private readonly ends: string[] = [];
  private readonly nexts: (Node | null)[] = [];
  private readonly spaces: (string | null)[] = [];

  constructor(private readonly options: WalkOptions) {}

  /** The finds since the last call. */
  takeFinds(): Finds {
    const finds = this.finds;
    this.finds = noFinds();
    return finds;
  }

  /** The markup since the last call. */
  take(): string {
    const out = this.out;
    this.out = '';
    this.afterText = false;
    return out;
  }

  /** Starts a payload; `masked` are the elements in it that selectors hide. */
  begin(masked: Set<Element>): void {
    this.masked = masked;
  }

  /** Writes an element with all that is below it, or a text. */
  node(top: Node, namespace: string | null, depth: number): void {
    const { firstChild, nextSibling, nodeType, data } = this.options.natives;
    const { ends, nexts, spaces } = this;
    const { tree } = this.options;
    let node: Node | null = top;
    let space = namespace;
    let open = 0;
    for (;;) {
      if (node === null) {
        if (open === 0) return;
        this.out += ends[--open];
        node = nexts[open] as Node | null; // as pushed
        space = spaces[open] as string | null; // as pushed
        this.afterText = false;
        continue;
      }
      const type = nodeType.call(node);
      const next: Node | null = open === 0 ? null : nextSibling.call(node);
      if (type === 1) {
        const element = node as Element; // by its type
        const children = this.start(element, space, depth + open);
        this.afterText = false;
        if (children !== undefined) {
          ends[open] = children.end;
          nexts[open] = next;
          spaces[open++] = space;
          space = children.namespace;
          node = firstChild.call(element);
          if (children.root !== null) {
            ends[open] = '</template>';
            nexts[open] = node;
            spaces[open++] = space;
            space = HTML;
            node = firstChild.call(children.root);
          }
          continue;
        }
      } else if (type === 3 || type === 4) {
        tree.give(node);
        const text = data.call(node);
        if (text === '') {
          this.out += '<!--0-->';
          this.afterText = false;
        } else {
          this.out += this.afterText ? `<!---->${escapeText(text)}` : escapeText(text);
          this.afterText = true;
        }
      }
      node = next;
    }
  }

  private readonly children: { end: string; namespace: string | null; root: ShadowRoot | null } = {
    end: '',
    namespace: HTML,
    root: null,
  };

  /** Writes a start tag; undefined if the element is complete with it. */
  private start(element: Element, parentSpace: string | null, depth: number) {
    const { natives, tree, isOwn } = this.options;
    const local = natives.localName.call(element);
    const space = natives.namespaceURI.call(element);
    const name = elementName(local, space);
    const { kind } = name;
    const id = tree.give(element);
    let live = '';
    if (kind !== Kind.plain && (this.masked.size === 0 || !this.masked.has(element))) {
      const read = this.live(element, kind);
      if (read === undefined) this.masked.add(element);
      else live = read;
    }
    if (
      (this.masked.size !== 0 && this.masked.has(element)) ||
      (depth >= DEPTH - 2 && this.isDeep(element)) ||
      id > NODES
    ) {
      this.placeholder(element, name);
      return undefined;
    }
    let { open, end } = name;
    if (name.leaf) {
      if (hasContent(natives, element)) {
        tree.renamed.add(element);
        open = name.leafOpen;
        end = name.leafEnd;
      } else tree.renamed.delete(element);
    }
    if (space !== impliedNamespace(local, parentSpace)) open += ` u:ns="${escapeValue(namespaceCode(space))}"`;
    const prefix = natives.prefix.call(element);
    if (prefix !== null) open += ` u:px="${escapeValue(prefix)}"`;
    this.seen.popover = false;
    this.out += open + writeAttributes(natives, element, space, kind, this.seen) + live;
    if (this.seen.popover || kind === Kind.dialog) this.top(element, isOwn(element));
    if (end === '') {
      this.out += '/>';
      return undefined;
    }
    if (name.sealed || isOwn(element)) {
      this.out += `>${end}`;
      return undefined;
    }
    const root = natives.shadowRoot.call(element);
    if (kind === Kind.custom) {
      this.customs.add(local);
      if (root === null) this.finds.hosts.push(element);
    }
    if (root !== null) this.root(root);
    else if (natives.firstChild.call(element) === null) {
      this.out += `>${end}`;
      return undefined;
    } else this.out += '>';
    const { children } = this;
    children.end = end;
    children.namespace = childNamespace(local, space);
    children.root = root;
    return children;
  }

  private root(root: ShadowRoot): void {
    const { natives, tree, masks } = this.options;
    tree.give(root);
    masks.collect(root, false, this.masked);
    this.finds.roots.push(root);
    this.out += `><template shadowrootmode="${natives.rootMode.call(root) === 'closed' ? 'closed' : 'open'}">`;
  }

  private placeholder(element: Element, name: ElementName): void {
    this.options.tree.opaque.add(element);
    this.finds.placeholders.push(element);
    this.out += name.mask + this.options.size(element) + name.maskEnd;
  }

  /** Live state that markup does not say, as `u:` attributes; undefined if it hides the element. */
  private live(element: Element, kind: number): string | undefined {
    const { natives, masks } = this.options;
    switch (kind) {
      case Kind.input: {
        const type = natives.inputType.call(element);
        const value = natives.inputValue.call(element);
        const initial = natives.inputDefault.call(element);
        if (masks.hidesValue(element, value) || (initial !== value && masks.hidesInitial(initial))) return undefined;
        return this.input(element, type, value, initial);
      }
      case Kind.textarea: {
        const value = natives.textareaValue.call(element);
        if (masks.hidesValue(element, value)) return undefined;
        this.control(element, value);
        return ` u:v="${escapeValue(value)}"`;
      }
      case Kind.option: {
        const selected = natives.selected.call(element);
        this.control(element, selected ? 1 : 0);
        return selected === natives.defaultSelected.call(element) ? '' : ` u:s="${selected ? 1 : 0}"`;
      }
      case Kind.title:
        return ` u:t="${escapeValue(ownText(natives, element))}"`;
      case Kind.media: {
        const media = element as HTMLMediaElement; // by its name
        this.finds.media.push(media);
        return ` u:media="${mediaState(media)}"`;
      }
      case Kind.style:
      case Kind.link:
        this.finds.styles.push(element);
        return '';
      default:
        return '';
    }
  }

  private input(element: Element, type: string, value: string, initial: string): string {
    const { natives } = this.options;
    if (type === 'checkbox' || type === 'radio') {
      const checked = natives.checked.call(element);
      const indeterminate = natives.indeterminate.call(element);
      this.control(element, (checked ? 1 : 0) | (indeterminate ? 2 : 0));
      const live = checked === natives.defaultChecked.call(element) ? '' : ` u:c="${checked ? 1 : 0}"`;
      return indeterminate ? `${live} u:ind="1"` : live;
    }
    if (type === 'file') return '';
    this.control(element, value);
    return value === initial ? '' : ` u:v="${escapeValue(value)}"`;
  }

  private control(element: Element, state: string | number): void {
    this.finds.controls.push(element);
    this.finds.states.push(state);
  }

  /** Dialogs and popovers; Coview's own are in the top layer of the visitor's page only. */
  private top(element: Element, own: boolean): void {
    if (own) return;
    const top = element as HTMLElement; // only HTML elements have this kind and this attribute
    this.finds.tops.push(top);
    const state = topState(this.options.natives, top);
    if (state !== '') this.out += ` u:modal="${state}"`;
  }

  private isDeep(element: Element): boolean {
    const { natives } = this.options;
    if (natives.shadowRoot.call(element) !== null) return true;
    for (let child = natives.firstChild.call(element); child; child = natives.nextSibling.call(child)) {
      if (natives.nodeType.call(child) === 1) return true;
    }
    return false;
  }
}

/** True if there is an element or text below: comments do not travel. */
export function hasContent(natives: Natives, element: Element): boolean {
  for (let child = natives.firstChild.call(element); child; child = natives.nextSibling.call(child)) {
    const type = natives.nodeType.call(child);
    if (type === 1 || type === 3 || type === 4) return true;
  }
  return false;
}

function noFinds(): Finds {
  return { controls: [], states: [], styles: [], media: [], tops: [], roots: [], placeholders: [], hosts: [] };
}
