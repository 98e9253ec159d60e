// What agents may see but not touch: elements marked in the page or named by the site's settings.
import { glob, holds } from './capture/masks';
import type { Natives } from './natives';
import type { Mask } from './protocol';
import { address } from './proxied';

const MARKER = '[data-coview="no-control"]';

export class NoControl {
  private readonly rules: { selector: string; url: RegExp | undefined }[] = [{ selector: MARKER, url: undefined }];

  constructor(
    private readonly natives: Natives,
    masks: readonly Mask[],
  ) {
    for (const { selector, url } of masks) this.rules.push({ selector, url: url === '' ? undefined : glob(url) });
  }

  /** Asked of every element around the one an agent means. A rule that can't be read forbids everything. */
  forbids(element: Element): boolean {
    return this.rules.some(({ selector, url }) => {
      if (url && !holds(url, address())) return false;
      try {
        return this.natives.matches.call(element, selector);
      } catch {
        return true;
      }
    });
  }
}
