// Content hashes of style sheets: 64 bits, opaque to everybody else. A page that makes two of its own sheets collide
// only spoils its own picture.

/** Sixteen hex digits for a base URL and a text. */
export function hashText(base: string, text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let part = 0; part < 2; part++) {
    const from = part === 0 ? base : text;
    for (let i = 0; i < from.length; i++) {
      const code = from.charCodeAt(i);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    a = Math.imul(a ^ (from.length + 0x100), 2246822507);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return hex(a) + hex(b);
}

function hex(word: number): string {
  return `0000000${(word >>> 0).toString(16)}`.slice(-8);
}
