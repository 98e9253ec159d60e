// The text of a style sheet as it may travel: read from CSSOM where there is no source, and without the words that its
// rules would show inside masked elements.
import type { Natives } from '../natives';
import { blankWords, findWords, stringsOf, variablesOf, type Words } from './blank';
import type { Masks } from './masks';
import type { Tree } from './tree';

/** Questions "does this rule match inside that mask" beyond which all words of a sheet are blanked unasked. */
const QUESTIONS = 20_000;
/** Rules of one sheet that are looked at for words. */
const RULES = 50_000;

/** The rules of a sheet, or undefined where the page may not read them. */
export function rulesOf(sheet: CSSStyleSheet): CSSRuleList | undefined {
  try {
    return sheet.cssRules;
  } catch {
    return undefined;
  }
}

/** A sheet as CSSOM writes it: lossy (shorthands with `var()`), so only for sheets without a source. */
export function serialise(sheet: CSSStyleSheet, rules: CSSRuleList): string {
  let text = '';
  for (let i = 0; i < rules.length; i++) text += `${(rules[i] as CSSRule).cssText}\n`; // i < length
  const media = sheet.ownerNode === null ? sheet.media.mediaText : '';
  return media === '' ? text : `@media ${media} {\n${text}}`;
}

interface WordyRule {
  /** Without what depends on the moment, and without pseudo-elements; empty if it could not be had. */
  selector: string;
  written: string;
  says: string[];
  variables: string[];
}

/** Words of one text, and the rules that say them. */
export interface Wordy {
  words: Words[];
  sheet: CSSStyleSheet;
  /** Undefined until they were asked for, and where they cannot be had. */
  rules: WordyRule[] | undefined;
  asked: boolean;
  /** A rule may name a mask: then its words are secret before anything is masked. */
  named: boolean;
  /** What has to be blanked, as far as is known. */
  secret: Set<string>;
  all: boolean;
}

/** Finds out which words are about masked elements. What was secret once stays so. */
export class Secrets {
  /** Custom properties that rules inside masks show. */
  private readonly variables = new Set<string>();

  constructor(
    private readonly natives: Natives,
    private readonly tree: Tree,
    private readonly masks: Masks,
    private readonly masking: boolean,
  ) {}

  /** What there is to watch in a text; undefined if it has no words. */
  wordy(text: string, sheet: CSSStyleSheet): Wordy | undefined {
    if (!this.masking) return undefined;
    const words = findWords(text);
    if (words.length === 0) return undefined;
    const named = namesAny(text, this.masks.tokens);
    return { words, sheet, rules: undefined, asked: false, named, secret: new Set(), all: false };
  }

  /** Reading rules through CSSOM is dear, and a page without masks needs none of it. */
  private ask(wordy: Wordy): void {
    if (wordy.asked) return;
    wordy.asked = true;
    const list = rulesOf(wordy.sheet);
    const rules: WordyRule[] = [];
    if (list && collect(list, '', rules, { left: RULES })) wordy.rules = rules;
  }

  /** Looks again; true if more is secret than before. */
  look(wordy: Wordy): boolean {
    const before = wordy.all ? -1 : wordy.secret.size;
    const roots = this.tree.opaque;
    if (roots.size === 0 && !wordy.named) return this.spread(wordy, before);
    this.ask(wordy);
    if (!wordy.rules || roots.size * wordy.rules.length > QUESTIONS) wordy.all = wordy.all || roots.size > 0;
    else {
      for (const rule of wordy.rules) {
        if (!this.isSecret(rule, roots)) continue;
        for (const says of rule.says) wordy.secret.add(says);
        for (const name of rule.variables) this.variables.add(name);
      }
    }
    // A word that CSSOM has and the text seems not to have was missed: blank all.
    for (const says of wordy.secret) if (!wordy.words.some((word) => word.says === says)) wordy.all = true;
    return this.spread(wordy, before);
  }

  /** Values of custom properties that a rule of any sheet shows inside a mask. */
  private spread(wordy: Wordy, before: number): boolean {
    for (const word of wordy.words) if (this.variables.has(word.property)) wordy.secret.add(word.says);
    return (wordy.all ? -1 : wordy.secret.size) !== before;
  }

  blank(text: string, wordy: Wordy): string {
    const words = wordy.all ? wordy.words : wordy.words.filter((word) => wordy.secret.has(word.says));
    return words.length === 0 ? text : blankWords(text, words);
  }

  private isSecret(rule: WordyRule, roots: Set<Element>): boolean {
    for (const token of this.masks.tokens) if (names(rule.written, token)) return true;
    if (roots.size === 0) return false;
    if (rule.selector === '') return true;
    try {
      for (const root of roots) {
        if (this.natives.matches.call(root, rule.selector)) return true;
        if (this.natives.queryElement.call(root, rule.selector).length > 0) return true;
      }
    } catch {
      return true;
    }
    return false;
  }
}

const SKIPPED = /\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/g;

/** True if a token stands in the text, or could stand there escaped. */
function namesAny(text: string, tokens: readonly string[]): boolean {
  return tokens.some((token) => text.includes(token)) || text.replace(SKIPPED, '').includes('\\');
}

/** True if a selector has this class, id or attribute, and not only a longer one. */
function names(selector: string, token: string): boolean {
  for (let at = selector.indexOf(token); at >= 0; at = selector.indexOf(token, at + 1)) {
    if (!/[\w-]/.test(selector.charAt(at + token.length))) return true;
  }
  return false;
}

const PSEUDO_ELEMENT = /::[\w-]+(?:\([^()]*\))?|:(?:before|after|first-line|first-letter)\b/gi;
const MOMENT =
  /:(?:hover|active|focus-within|focus-visible|focus|visited|link|any-link|target|checked|disabled|enabled|open|modal|popover-open)\b/gi;

/** Style rules with words, also inside grouping and other style rules; false if there were too many. */
function collect(list: CSSRuleList, parent: string, into: WordyRule[], budget: { left: number }): boolean {
  for (let i = 0; i < list.length; i++) {
    if (budget.left-- <= 0) return false;
    const rule = list[i] as CSSRule & Partial<CSSStyleRule & CSSGroupingRule>; // i < length; asked for what it has
    let written = parent;
    if (rule.style && typeof rule.selectorText === 'string') {
      written = nest(rule.selectorText, parent);
      addWordy(rule.style, written, into);
    } else if (rule.style && parent !== '') addWordy(rule.style, parent, into); // declarations behind nested rules
    if (rule.cssRules && rule.cssRules.length > 0 && !collect(rule.cssRules, written, into, budget)) return false;
  }
  return true;
}

function nest(selector: string, parent: string): string {
  if (parent === '') return selector;
  return selector.includes('&') ? selector.replace(/&/g, `:is(${parent})`) : `:is(${parent}) ${selector}`;
}

function addWordy(style: CSSStyleDeclaration, written: string, into: WordyRule[]): void {
  const text = style.cssText;
  if (!/content:|--/.test(text)) return;
  const content = style.getPropertyValue('content');
  const says = stringsOf(content);
  const variables = variablesOf(content);
  for (const word of findWords(text)) if (word.property !== 'content') says.push(word.says);
  if (says.length === 0 && variables.length === 0) return;
  const bare = written.replace(PSEUDO_ELEMENT, '').replace(MOMENT, '').trim();
  into.push({ selector: bare, written, says, variables });
}
