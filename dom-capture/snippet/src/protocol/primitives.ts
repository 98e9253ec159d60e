// Primitives of the wire (docs/protocol.md, 1): one way to write each value, and nothing else is read.

/** Why bytes were refused; `field` names the place, never a value. */
export class WireError extends Error {
  constructor(readonly field: string) {
    super(`bad ${field}`);
  }
}

/** UTF-8 both ways. The snippet hands in natives of a clean realm. */
export interface Text {
  encode(text: string): Uint8Array;
  /** Throws on bytes that are not UTF-8. */
  decode(bytes: Uint8Array): string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
let text: Text = {
  encode: (value) => encoder.encode(value),
  decode: (bytes) => decoder.decode(bytes),
};

/** Replaces the UTF-8 functions, once, before anything is written. */
export function useText(replacement: Text): void {
  text = replacement;
}

/** Strings up to this length have a length of one byte, and are tried as ASCII first. */
const SHORT = 127;

/** A growing buffer. */
export class Writer {
  private bytes: Uint8Array<ArrayBuffer>;
  private end = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.end;
  }

  private room(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.end + more));
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.end++] = value;
  }

  uint(value: number): void {
    if (!(value >= 0 && value <= 0xffffffff)) throw new WireError('integer');
    this.room(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.bytes[this.end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.end++] = rest;
  }

  int(value: number): void {
    const whole = value | 0;
    this.uint(((whole << 1) ^ (whole >> 31)) >>> 0);
  }

  raw(value: Uint8Array): void {
    this.room(value.length);
    this.bytes.set(value, this.end);
    this.end += value.length;
  }

  string(value: string): void {
    if (value.length <= SHORT && this.ascii(value)) return;
    const bytes = text.encode(value.indexOf('\0') < 0 ? value : value.replace(/\0/g, '\ufffd'));
    this.uint(bytes.length);
    this.raw(bytes);
  }

  /** Short ASCII, which most values are: a loop costs less than the encoder's call. Else nothing is written. */
  private ascii(value: string): boolean {
    const { length } = value;
    this.room(length + 1);
    const { bytes, end } = this;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code === 0 || code > 0x7f) return false;
      bytes[end + 1 + i] = code;
    }
    bytes[end] = length;
    this.end = end + 1 + length;
    return true;
  }

  /** What was written, as a view: copy it if the writer goes on. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.end);
  }
}

/** Reads what a peer wrote; throws `WireError` on anything not canonical. */
export class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new WireError('length');
    this.at++;
    return value;
  }

  uint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      if (shift === 28 && next > 0x0f) throw new WireError('integer');
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) {
        if (next === 0 && shift > 0) throw new WireError('integer');
        return value;
      }
    }
    throw new WireError('integer');
  }

  int(): number {
    const zigzag = this.uint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  flag(): boolean {
    const value = this.byte();
    if (value > 1) throw new WireError('flag');
    return value === 1;
  }

  raw(length: number): Uint8Array {
    if (length > this.left) throw new WireError('length');
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  string(): string {
    const bytes = this.raw(this.uint());
    if (bytes.includes(0)) throw new WireError('text');
    try {
      return text.decode(bytes);
    } catch {
      throw new WireError('text');
    }
  }

  finish(): void {
    if (this.left !== 0) throw new WireError('end');
  }
}

/** How one value is written and read. */
export interface Codec<T> {
  write(to: Writer, value: T): void;
  read(from: Reader): T;
}

/** The value a codec carries. */
export type Of<C> = C extends Codec<infer T> ? T : never;

export const u: Codec<number> = { write: (to, v) => to.uint(v), read: (from) => from.uint() };
export const b: Codec<number> = { write: (to, v) => to.byte(v), read: (from) => from.byte() };
export const f: Codec<boolean> = { write: (to, v) => to.byte(v ? 1 : 0), read: (from) => from.flag() };
export const s: Codec<string> = { write: (to, v) => to.string(v), read: (from) => from.string() };
/** Bytes of a resource. */
export const y: Codec<Uint8Array> = {
  write(to, v) {
    to.uint(v.length);
    to.raw(v);
  },
  read: (from) => from.raw(from.uint()),
};
/** CSS px, in eighths on the wire. */
export const d: Codec<number> = { write: (to, v) => to.int(Math.round(v * 8)), read: (from) => from.int() / 8 };
/** Content hash: 16 hex digits here, 8 bytes on the wire. */
export const h: Codec<string> = {
  write(to, v) {
    for (let i = 0; i < 16; i += 2) to.byte(Number.parseInt(v.slice(i, i + 2), 16));
  },
  read(from) {
    let hex = '';
    for (let i = 0; i < 8; i++) hex += from.byte().toString(16).padStart(2, '0');
    return hex;
  },
};

export function l<T>(item: Codec<T>): Codec<T[]> {
  return {
    write(to, v) {
      to.uint(v.length);
      for (let i = 0; i < v.length; i++) item.write(to, v[i] as T); // i < length
    },
    read(from) {
      const count = from.uint();
      if (count > from.left) throw new WireError('length'); // every item is at least one byte
      const out: T[] = [];
      for (let i = 0; i < count; i++) out[i] = item.read(from);
      return out;
    },
  };
}

export function o<T>(some: Codec<T>): Codec<T | undefined> {
  return {
    write(to, v) {
      to.byte(v === undefined ? 0 : 1);
      if (v !== undefined) some.write(to, v);
    },
    read: (from) => (from.flag() ? some.read(from) : undefined),
  };
}

/** The object a table of fields carries. */
export type StructOf<F> = { [K in keyof F]: F[K] extends Codec<infer T> ? T : never };

/** Fields one after the other, in the order of the table. */
// biome-ignore lint/suspicious/noExplicitAny: a table mixes codecs of every value; StructOf restores the types
export function struct<F extends Record<string, Codec<any>>>(fields: F): Codec<StructOf<F>> {
  const names = Object.keys(fields);
  return {
    write(to, v) {
      for (const name of names) (fields[name] as Codec<unknown>).write(to, v[name]);
    },
    read(from) {
      const out = Object.create(null);
      for (const name of names) {
        try {
          out[name] = (fields[name] as Codec<unknown>).read(from);
        } catch (error) {
          throw error instanceof WireError && !error.field.includes(' ')
            ? new WireError(`${error.field} in ${name}`)
            : error;
        }
      }
      return out;
    },
  };
}
