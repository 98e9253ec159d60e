// What the agent sees differently from the visitor: read off the mirrored page, as any embedder could.

import { shortUrl } from '../people';
import type { Inexact } from './live';
import { levelWords } from './words';

const FRAMES = 'iframe, frame, object, embed';

export function inexactParts(page: Document | null, level: number): Inexact[] {
  const parts: Inexact[] = [];
  const slow = levelWords(level);
  if (slow !== null) parts.push({ what: slow, why: 'slower' });
  if (page === null) return parts;
  count(page.querySelectorAll(FRAMES).length, 'embedded frame', 'embedded frames', 'left blank', parts);
  count(page.querySelectorAll('canvas').length, 'drawing (canvas)', 'drawings (canvas)', 'left blank', parts);
  count(page.querySelectorAll('video, audio').length, 'video or sound', 'videos or sounds', 'may differ', parts);
  count(missingPictures(page), 'picture could not be loaded', 'pictures could not be loaded', 'missing', parts);
  return parts;
}

function count(n: number, one: string, many: string, why: string, parts: Inexact[]): void {
  if (n > 0) parts.push({ what: `${n} ${n === 1 ? one : many}`, why });
}

function missingPictures(page: Document): number {
  let missing = 0;
  for (const image of page.images) if (image.complete && image.naturalWidth === 0 && image.currentSrc !== '') missing++;
  return missing;
}

/** For the header: "Checkout · shop.example/basket". */
export function pageWords(title: string, url: string): { title: string; url: string } {
  return { title: title.trim(), url: shortUrl(url) };
}
