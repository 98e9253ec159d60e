// The addresses in a `srcset` and in style text, as they are written. Where the text is odd they find too much rather
// than too little: what is found is only compared with an address the edge asked for.
import { resolve } from '../capture/blank';

// An address ends with commas, or at the blank before its descriptors, in which commas stand in parentheses only.
const CANDIDATE = /([^\s,]\S*?)(?:,+(?=\s|$)|\s+(?:[^,(]|\([^)]*\)?)*(?:,|$)|$)/g;

export function inCandidates(srcset: string): string[] {
  const out: string[] = [];
  for (const [, address = ''] of srcset.matchAll(CANDIDATE)) out.push(address);
  return out;
}

// A comment; what `url(` holds; a string that is the argument of a function or of `@import`; any other string.
const ADDRESS =
  /\/\*.*?\*\/|url\(\s*([^"'\s)](?:\\.|[^)\\])*)|(?:[(,]|@import)\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)')|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gis;

export function inStyle(text: string): string[] {
  const out: string[] = [];
  for (const [, bare, double, single] of text.matchAll(ADDRESS)) {
    const address = bare ?? double ?? single;
    if (address) out.push(resolve(address.trim()));
  }
  return out;
}
