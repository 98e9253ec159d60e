// Masking ①: which elements are hidden before anything is written. One native query per payload finds them; fields
// that once held a password or hold a card number are remembered.
import type { Natives } from '../natives';
import type { Mask } from '../protocol';
import { looksLikeCard } from './cards';
import { HTML } from './names';

/** Set to false by the build of a snippet that does not mask, with which the edge's masking is tested. */
declare const COVIEW_MASK: boolean;
/** False in that build only. */
export const MASKING = typeof COVIEW_MASK === 'undefined' || COVIEW_MASK;

const MARKERS = ['.no-upscope', '[data-coview="mask"]', '[data-coview="ignore"]'];
const FIELDS = [
  'input[type="password" i]',
  'input[type="hidden" i]',
  'input[type="file" i]',
  '[autocomplete~="one-time-code" i]',
  '[autocomplete~="current-password" i]',
  '[autocomplete~="new-password" i]',
  '[autocomplete*="cc-" i]',
];
/** What an agent may never fill in, whatever the site's masks say. */
const SENSITIVE = FIELDS.join(',');
const AUTOMATIC = [...MARKERS, ...FIELDS];
const AUTOMATIC_ATTRIBUTES = ['class', 'data-coview', 'type', 'autocomplete'];

/** Whatever can be searched. */
export type Scope = Element | Document | DocumentFragment;

export class Masks {
  /** All selectors that hold now, as one list; empty where this build does not mask. */
  private selector = '';
  /** The same in a build that does not mask: what an agent may not touch. */
  private guard = '';
  private attributes = new Set<string>();
  private held = '\n';
  private readonly rules: { selector: string; attributes: string[]; context: boolean; url: RegExp | undefined }[] = [];
  /** Selectors as the site wrote them, for rules of style sheets that name them. */
  readonly tokens: string[] = ['.no-upscope', '=no-upscope', '="no-upscope', '[data-coview'];
  /** True if a changed attribute may hide something else than its element. */
  context = false;

  private readonly passwords = new WeakSet<Element>();
  private readonly cards = new WeakSet<Element>();

  constructor(
    private readonly natives: Natives,
    lists: readonly (readonly Mask[])[],
    onInvalid: () => void,
  ) {
    const probe = document.createDocumentFragment();
    for (const list of lists) {
      for (const { selector, url } of list) {
        try {
          natives.queryFragment.call(probe, selector);
        } catch {
          onInvalid();
          continue;
        }
        this.rules.push({ selector, ...reach(selector), url: url === '' ? undefined : glob(url) });
        collectTokens(selector, this.tokens);
      }
    }
  }

  /** Chooses the rules for an address; true if they differ from those before. */
  choose(url: string): boolean {
    const selectors = AUTOMATIC.slice();
    const attributes = new Set(AUTOMATIC_ATTRIBUTES);
    let held = '';
    let context = false;
    for (let i = 0; i < this.rules.length; i++) {
      const rule = this.rules[i];
      if (!rule || (rule.url && !holds(rule.url, url))) continue;
      held += `${i},`;
      selectors.push(rule.selector);
      for (const name of rule.attributes) attributes.add(name);
      context = context || rule.context;
    }
    if (held === this.held) return false;
    this.held = held;
    this.guard = selectors.join(',');
    this.selector = MASKING ? this.guard : '';
    this.attributes = MASKING ? attributes : new Set();
    this.context = context;
    return true;
  }

  /** True if the change of this attribute may hide or show something. */
  concerns(attribute: string): boolean {
    return this.attributes.has(attribute);
  }

  /** Adds the elements below `scope` that selectors hide, and `scope` itself if asked. */
  collect(scope: Scope, itself: boolean, into: Set<Element>): void {
    if (this.selector === '') return;
    const { natives } = this;
    const type = natives.nodeType.call(scope);
    let found: NodeListOf<Element>;
    if (type === 1) {
      const element = scope as Element; // by its type
      if (itself && natives.matches.call(element, this.selector)) this.found(element, into);
      if (natives.firstChild.call(element) === null) return;
      found = natives.queryElement.call(element, this.selector);
    } else if (type === 9) {
      found = natives.queryDocument.call(scope as Document, this.selector); // by its type
    } else {
      found = natives.queryFragment.call(scope as DocumentFragment, this.selector); // what is left
    }
    for (let i = 0; i < found.length; i++) this.found(found[i] as Element, into); // i < length
  }

  private found(element: Element, into: Set<Element>): void {
    into.add(element);
    if (this.isInput(element) && this.natives.inputType.call(element) === 'password') this.passwords.add(element);
  }

  /** Remembers a field whose type was `password` a moment ago. */
  wasPassword(element: Element): void {
    this.passwords.add(element);
  }

  /** True if a selector or what is remembered of it hides this very element. */
  hides(element: Element): boolean {
    return MASKING && this.guards(element);
  }

  /** The part of `hides` that no selector tells. */
  remembers(element: Element): boolean {
    return MASKING && (this.passwords.has(element) || this.isCard(element));
  }

  /** `hides`, also in the build that does not mask: for what agents may touch. */
  guards(element: Element): boolean {
    return this.natives.matches.call(element, this.guard) || this.passwords.has(element) || this.isCard(element);
  }

  /** The innermost ancestor in the same tree that selectors hide. */
  guardAbove(element: Element): Element | null {
    return this.natives.closest.call(element, this.guard);
  }

  /** For input and textarea, with their value, which is not in the selectors. */
  hidesValue(element: Element, value: string): boolean {
    return MASKING && (this.passwords.has(element) || this.cardIn(element, value));
  }

  /** The same for the value an input starts with. */
  hidesInitial(value: string): boolean {
    return MASKING && looksLikeCard(value);
  }

  isSensitive(element: Element): boolean {
    return this.natives.matches.call(element, SENSITIVE) || this.passwords.has(element) || this.isCard(element);
  }

  private isCard(element: Element): boolean {
    if (this.isInput(element)) {
      return (
        this.cardIn(element, this.natives.inputValue.call(element)) ||
        looksLikeCard(this.natives.getAttribute.call(element, 'value') ?? '')
      );
    }
    return this.isHtml(element, 'textarea') && this.cardIn(element, this.natives.textareaValue.call(element));
  }

  /** A field that held a card number stays hidden until it is empty: what is left of the number says too much. */
  private cardIn(element: Element, value: string): boolean {
    if (value === '') {
      this.cards.delete(element);
      return false;
    }
    if (this.cards.has(element)) return true;
    if (!looksLikeCard(value)) return false;
    this.cards.add(element);
    return true;
  }

  private isInput(element: Element): boolean {
    return this.isHtml(element, 'input');
  }

  private isHtml(element: Element, local: string): boolean {
    return this.natives.localName.call(element) === local && this.natives.namespaceURI.call(element) === HTML;
  }
}

/** Which attributes a selector looks at, and whether it looks at others than the element's own. */
function reach(selector: string): { attributes: string[]; context: boolean } {
  const attributes: string[] = [];
  const bare = selector.replace(/\[\s*([^\s~|^$*=\]]+)(?:"[^"]*"|'[^']*'|[^\]"'])*\]/g, (_, name: string) => {
    attributes.push(name.toLowerCase(), name);
    return '';
  });
  if (bare.includes('.')) attributes.push('class');
  if (bare.includes('#')) attributes.push('id');
  const compounds = bare.replace(/\s*,\s*/g, ',').trim();
  return { attributes, context: /[\s>+~]|:(?!not\()/.test(compounds) };
}

/** Class names, ids and attribute names of a selector, as a selector writes them. */
function collectTokens(selector: string, into: string[]): void {
  for (const match of selector.matchAll(/[.#](?:\\.|[\w-]|[^\0-\x7f])+|\[\s*[\w-]+/g)) {
    const token = match[0].replace(/\s/g, '');
    if (token !== '[class' && token !== '[id' && token !== '[type') into.push(token);
  }
}

/** `*` stands for any run of characters, `?` for one. */
export function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's');
}

/** A glob may mean the whole address, the address without query and fragment, or its path. */
export function holds(url: RegExp, address: string): boolean {
  if (url.test(address)) return true;
  const bare = address.replace(/[?#].*$/s, '');
  return url.test(bare) || url.test(bare.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, ''));
}
