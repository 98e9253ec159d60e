// Attributes as they travel: what the grammar can write stands by itself, the others in one list (`u:a`).
import type { Natives } from '../natives';
import { escapeValue, isScriptUrl } from './escape';
import { Attr, attributeName, isDroppedOn } from './names';

/** The most attributes an element may have on the wire. */
const LIMIT = 64;
/** Room kept for what Coview itself adds (`u:…`), looked at only where an element has that many. */
const OWN = 6;

/** Where `writeAttributes` says what else it saw. */
export interface Seen {
  popover: boolean;
}

/** ` name="value"` for each attribute, and `u:a` behind them. */
export function writeAttributes(
  natives: Natives,
  element: Element,
  namespace: string | null,
  kind: number,
  seen: Seen,
): string {
  const names = natives.getAttributeNames.call(element);
  const length = names.length;
  if (length === 0) return '';
  const getAttribute = natives.getAttribute;
  let text = '';
  let odd = false;
  let room = Math.min(length, LIMIT - OWN);
  for (let i = 0; i < length; i++) {
    const qualified = names[i] as string; // i < length
    const name = attributeName(qualified, namespace);
    if (name.kind === Attr.drop) continue;
    if (name.kind === Attr.odd) {
      odd = true;
      continue;
    }
    if (room-- === 0) break;
    if (i !== 0 && isTwice(names, i)) continue;
    const value = getAttribute.call(element, qualified);
    if (value === null) continue;
    if (name.kind !== Attr.plain) {
      if (name.kind === Attr.popover) seen.popover = true;
      else if (isScriptUrl(value) || (name.kind === Attr.source && isDroppedOn(kind, name.wire))) continue;
    }
    text += `${name.open + escapeValue(value)}"`;
  }
  if (odd) {
    const list = oddAttributes(natives, element, namespace);
    if (list !== '') text += ` u:a="${escapeValue(list)}"`;
  }
  return text;
}

/** Two attributes of different namespaces may have the same qualified name. */
function isTwice(names: readonly string[], index: number): boolean {
  for (let i = 0; i < index; i++) if (names[i] === names[index]) return true;
  return false;
}

/** The value of `u:a`; empty if there is nothing to list. */
export function oddAttributes(natives: Natives, element: Element, namespace: string | null): string {
  const attributes = natives.attributes.call(element);
  let list = '';
  for (let i = 0; i < attributes.length; i++) {
    const attribute = attributes[i] as globalThis.Attr; // i < length
    if (attributeName(attribute.name, namespace).kind !== Attr.odd) continue;
    list += `${list === '' ? '' : '\x1e'}${plain(attribute.name)}\x1f${plain(attribute.value)}`;
  }
  return list;
}

/** The two separators of the list may not occur in it. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators
  return text.replace(/[\x1e\x1f]/g, '\ufffd');
}

/** What an attribute is now, as op A says it; undefined if it is not one that travels by itself. */
export function attributeNow(
  natives: Natives,
  element: Element,
  namespace: string | null,
  kind: number,
  qualified: string,
): { name: string; value: string | undefined } | undefined {
  const name = attributeName(qualified, namespace);
  if (name.kind === Attr.drop || (name.kind === Attr.source && isDroppedOn(kind, name.wire))) return undefined;
  if (name.kind === Attr.odd) {
    const list = oddAttributes(natives, element, namespace);
    return { name: 'u:a', value: list === '' ? undefined : list };
  }
  const value = natives.getAttribute.call(element, qualified);
  const isUrl = name.kind === Attr.url || name.kind === Attr.source;
  return { name: name.wire, value: value === null || (isUrl && isScriptUrl(value)) ? undefined : value };
}
