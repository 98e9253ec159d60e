// Words in generated content (docs/protocol.md, 3.5): a rule such as `.paid::after { content: "4,000" }` says something
// about a masked element though the element itself is hidden. The words are blanked in the text of the sheet.

/** A string of a `content` or custom property that holds words, as it stands in the text of a sheet. */
export interface Words {
  /** `content`, or the custom property's name. */
  property: string;
  /** Between the quotes. */
  start: number;
  end: number;
  /** What it says, escapes resolved. */
  says: string;
}

const STRINGS = /(["'])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1/g;
// Declarations and comments; a custom property only counts with a string in it.
const DECLARATION =
  /\/\*[\s\S]*?\*\/|(?:^|[{;\s/])(content|--[^\s:;{}()"']+)\s*:((?:"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[^;}"'])*)/gi;
const WORD = /[\p{L}\p{N}]{2}/u;

/** All words of generated content in a text. Sheets without any are the rule, and cost one search. */
export function findWords(text: string): Words[] {
  const found: Words[] = [];
  if (!/content\s*:|--/i.test(text)) return found;
  for (const declaration of text.matchAll(DECLARATION)) {
    const [whole, property, value] = declaration;
    if (property === undefined || value === undefined) continue;
    const from = declaration.index + whole.length - value.length;
    for (const string of value.matchAll(STRINGS)) {
      const inner = string[2] ?? '';
      const says = resolve(inner);
      if (!WORD.test(says)) continue;
      const start = from + string.index + 1;
      found.push({
        property: property.toLowerCase() === 'content' ? 'content' : property,
        start,
        end: start + inner.length,
        says,
      });
    }
  }
  return found;
}

/** The text with these words replaced by blanks of their length. */
export function blankWords(text: string, words: readonly Words[]): string {
  let out = '';
  let at = 0;
  for (const { start, end, says } of words) {
    out += text.slice(at, start) + '\u00a0'.repeat(Math.min(says.length, end - start));
    at = end;
  }
  return out + text.slice(at);
}

/** CSS escapes. */
export function resolve(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:([0-9a-f]{1,6})\s?|\r?\n|([\s\S]))/gi,
    (_, hex: string | undefined, char: string | undefined) => {
      if (hex === undefined) return char ?? '';
      const code = Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    },
  );
}

/** Strings of a property value as CSSOM gives it. */
export function stringsOf(value: string): string[] {
  const out: string[] = [];
  for (const match of value.matchAll(STRINGS)) {
    const says = resolve(match[2] ?? '');
    if (WORD.test(says)) out.push(says);
  }
  return out;
}

/** Names of custom properties a value takes. */
export function variablesOf(value: string): string[] {
  const out: string[] = [];
  for (const match of value.matchAll(/var\(\s*(--[^\s,)]+)/g)) if (match[1]) out.push(match[1]);
  return out;
}
