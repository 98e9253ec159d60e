// Fetches one asset as the page itself could read it: from the browser's cache where it is, with the visitor's cookies
// where CORS lets the page see the answer. Judged by what the answer says of itself; nothing is sniffed.
import { blankWords, findWords } from '../capture/blank';
import { MASKING } from '../capture/masks';
import type { Natives } from '../natives';

const MOST_BYTES = 4 << 20;
/** For all of it, in milliseconds. */
const PATIENCE = 10_000;
/** Style sheets, images and fonts, as the edge takes them. */
const TYPES =
  /^(?:text\/css|(?:image|font)\/[\w.+-]+|application\/(?:x-)?font[\w.+-]*|application\/vnd\.ms-fontobject)$/;
const LONGEST_TYPE = 100;

export interface Asset {
  mime: string;
  data: Uint8Array;
}

/** Undefined if it may not be given; `fetching` is who can end it. */
export async function fetchAsset(
  natives: Natives,
  url: string,
  fetching: Set<AbortController>,
): Promise<Asset | undefined> {
  const abort = new natives.AbortController();
  fetching.add(abort);
  let timer = 0;
  // What stands in for the network, such as a service worker, may never answer nor heed the signal.
  const late = new Promise<undefined>((done) => {
    timer = natives.setTimeout(() => done(undefined), PATIENCE);
  });
  try {
    return await Promise.race([late, tryAll(natives, url, abort)]);
  } finally {
    natives.clearTimeout(timer);
    fetching.delete(abort);
    abort.abort(); // what of an answer was not read need not come
  }
}

/** Another web origin is asked without cookies first: most allow anyone to read then. */
async function tryAll(natives: Natives, url: string, abort: AbortController): Promise<Asset | undefined> {
  const own = url.startsWith('blob:') || url.startsWith(`${location.origin}/`);
  for (const credentials of own ? (['same-origin'] as const) : (['omit', 'include'] as const)) {
    try {
      const asset = await tryOnce(natives, url, credentials, abort);
      if (asset) return asset;
    } catch {
      // not there, or not to be read this way
    }
  }
  return undefined;
}

async function tryOnce(
  natives: Natives,
  url: string,
  credentials: RequestCredentials,
  abort: AbortController,
): Promise<Asset | undefined> {
  // What was kept of the answer without cookies would be the answer with them.
  const cache = credentials === 'include' ? 'no-cache' : 'force-cache';
  const response = await natives.cleanFetch?.(url, { cache, credentials, signal: abort.signal });
  if (!response) return undefined;
  const type = natives.header.call(natives.responseHeaders.call(response), 'content-type') ?? '';
  const mime = type.replace(/;.*/s, '').trim().toLowerCase();
  const body = natives.responseBody.call(response);
  if (!natives.responseOk.call(response) || !body || mime.length > LONGEST_TYPE || !TYPES.test(mime)) return undefined;
  const data = await readAll(body);
  if (!data) abort.abort(); // too large, and no smaller with cookies: nothing is tried any more
  return data && { mime, data: mime === 'text/css' ? styleText(data, type) : data };
}

/** Undefined beyond the limit. A reader of a frame that is gone would never answer: here the page's own has to do. */
async function readAll(body: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    length += part.value.length;
    if (length > MOST_BYTES) return undefined;
  }
  const data = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return data;
}

/**
 * In UTF-8 and without the words of generated content: which of them stand in masked elements (3.5) cannot be told of
 * a sheet whose rules the page may not have read yet.
 */
function styleText(data: Uint8Array, type: string): Uint8Array {
  const charset = /charset\s*=\s*["']?([^\s;"']+)/i.exec(type)?.[1];
  const text = new TextDecoder(charset).decode(data);
  return new TextEncoder().encode(MASKING ? blankWords(text, findWords(text)) : text);
}
