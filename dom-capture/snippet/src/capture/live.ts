// Live state of elements that attributes do not tell: media, modal dialogs, open popovers.
import type { Natives } from '../natives';

/** The text a title or style has: of its own text nodes only. */
export function ownText(natives: Natives, element: Element): string {
  const only = natives.firstChild.call(element);
  if (only === null) return '';
  let text = '';
  for (let child: ChildNode | null = only; child !== null; child = natives.nextSibling.call(child)) {
    const type = natives.nodeType.call(child);
    if (type === 3 || type === 4) text += natives.data.call(child);
  }
  return text;
}

/** The value of `u:media`: paused, position, rate, muted, volume. */
export function mediaState(media: HTMLMediaElement): string {
  const position = Math.round(media.currentTime * 1000) / 1000;
  return `${media.paused ? 1 : 0} ${position} ${media.playbackRate} ${media.muted ? 1 : 0} ${media.volume}`;
}

/** The value of `u:modal`: `1` a modal dialog, `p` an open popover, empty neither. */
export function topState(natives: Natives, element: HTMLElement): string {
  if (matches(natives, element, ':modal')) return '1';
  return matches(natives, element, ':popover-open') ? 'p' : '';
}

function matches(natives: Natives, element: Element, selector: string): boolean {
  try {
    return natives.matches.call(element, selector);
  } catch {
    return false; // a browser without it has none
  }
}
