// What both sides offer to the driver, in the page under measurement.

/** Everything a recorder emitted since it was asked last. */
export interface Emitted {
  messages: number;
  raw: number;
  gzip: number;
}

/** One of the two recorders. */
export interface Recorder {
  /** Starts recording; the first snapshot has been emitted when it returns. */
  start(): void;
  stop(): void;
  /** Time of the last emission, by `performance.now()`. */
  last(): number;
  /** Counts and forgets what was emitted; not part of any measured time. */
  emitted(): Promise<Emitted>;
}

/** The bytes as they would be in one gzip stream. */
export async function gzipSize(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<number> {
  const stream = new Blob([...parts]).stream().pipeThrough(new CompressionStream('gzip'));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

/** Bytes as base64, the only way out of a page that costs little. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Waits `ms` of wall time, then for two frames. */
export async function settle(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
