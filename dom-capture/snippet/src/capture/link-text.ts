// The source text of linked style sheets, fetched from the browser's cache. What the page itself may not read is left
// to the edge, which fetches it by its URL.
import type { Natives } from '../natives';
import { rulesOf, serialise } from './sheet-text';

/** Longest text taken, in characters. */
const LONGEST = 4 << 20;
const PATIENCE = 10_000;

export class LinkTexts {
  /** Text and base by sheet; undefined while it is on its way. */
  private readonly known = new WeakMap<CSSStyleSheet, { text: string; base: string } | undefined>();
  private readonly running = new Set<AbortController>();

  constructor(
    private readonly natives: Natives,
    /** A text has come. */
    private readonly onText: () => void,
  ) {}

  stop(): void {
    for (const fetching of this.running) fetching.abort();
  }

  /** Undefined while it is not known; empty if it cannot be had here. */
  text(link: HTMLLinkElement, sheet: CSSStyleSheet): string | undefined {
    if (this.known.has(sheet)) return this.known.get(sheet)?.text;
    const url = sheet.href ?? link.href;
    if (!this.mayFetch(link, url)) return this.fallback(sheet, url);
    this.known.set(sheet, undefined);
    this.fetch(link, url).then(
      (found) => {
        this.known.set(sheet, found);
        this.onText();
      },
      () => {
        this.fallback(sheet, url);
        this.onText();
      },
    );
    return undefined;
  }

  base(sheet: CSSStyleSheet): string | undefined {
    return this.known.get(sheet)?.base;
  }

  /** What CSSOM says where it may be read: lossy, but better than a URL that only this visitor can load. */
  private fallback(sheet: CSSStyleSheet, url: string): string {
    const rules = rulesOf(sheet);
    const text = rules ? serialise(sheet, rules) : '';
    this.known.set(sheet, { text, base: url });
    return text;
  }

  /** Another web origin's sheet only if the page asked for it with CORS: else it would fail, loudly. */
  private mayFetch(link: HTMLLinkElement, url: string): boolean {
    if (!this.natives.fetch) return false;
    return link.crossOrigin !== null || /^(?:data|blob):/.test(url) || url.startsWith(`${window.location.origin}/`);
  }

  private async fetch(link: HTMLLinkElement, url: string): Promise<{ text: string; base: string }> {
    const { natives } = this;
    if (!natives.fetch) throw new Error('no fetch');
    const abort = new AbortController();
    const timer = natives.setTimeout(() => abort.abort(), PATIENCE);
    this.running.add(abort);
    try {
      const response = await natives.fetch(url, {
        cache: 'force-cache',
        credentials: link.crossOrigin === 'use-credentials' ? 'include' : 'same-origin',
        signal: abort.signal,
      });
      const text = response.ok ? await response.text() : undefined;
      if (text === undefined || text.length > LONGEST) throw new Error('no text');
      return { text, base: /^(?:data|blob):/.test(url) ? natives.baseURI.call(document) : response.url || url };
    } finally {
      natives.clearTimeout(timer);
      this.running.delete(abort);
    }
  }
}
