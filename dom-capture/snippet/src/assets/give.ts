// Resources the edge cannot fetch, such as an image behind a login or a `blob:`, given by the page (docs/protocol.md,
// 3.6). The edge's word is not enough: an address is only fetched while it stands in the page where agents see it, and
// only what is a style sheet, an image or a font leaves. Patches and consent go first.
import type { Capture } from '../capture';
import type { Natives } from '../natives';
import { AssetState, type VisitorOut } from '../protocol';
import { fetchAsset } from './fetch';
import { NamedInPage } from './named';

const AT_ONCE = 4;
/** What waits beyond that; the rest is refused. */
const MOST_WAITING = 64;
const PART_BYTES = 32 * 1024;
/** Parts are held back while so much waits for the network: little, because what comes behind them waits as well. */
const HELD_BYTES = 64 * 1024;
const DRAIN_MS = 10;
/** Four at once then say two hundred parts a second: the edge closes on a visitor who says too much. */
const PACE_MS = 20;
const LONGEST_URL = 8192;

interface Line {
  readonly open: boolean;
  control(...messages: VisitorOut[]): boolean;
}

const NOTHING = new Uint8Array();
export function refusal(request: number): VisitorOut {
  return { kind: 'AssetPart', request, state: AssetState.refused, mime: '', data: NOTHING };
}

/** For one connection of one session. */
export class Assets {
  private readonly named: NamedInPage;
  private waiting: { request: number; url: string }[] = [];
  private running = 0;
  private stopped = false;
  private readonly fetching = new Set<AbortController>();

  constructor(
    private readonly natives: Natives,
    capture: Pick<Capture, 'isHidden' | 'roots' | 'sheets'>,
    private readonly line: Line,
    /** Bytes of the page's stream and of ours that have not left. */
    private readonly backlog: () => number,
  ) {
    this.named = new NamedInPage(natives, capture);
  }

  ask(request: number, url: string): void {
    if (this.waiting.length < MOST_WAITING) {
      this.waiting.push({ request, url });
      this.next();
    } else this.line.control(refusal(request));
  }

  /** At once, and without an answer: nobody waits for one any more. */
  stop(): void {
    this.stopped = true;
    this.waiting = [];
    for (const abort of this.fetching) abort.abort();
  }

  private next(): void {
    while (this.running < AT_ONCE) {
      const asked = this.waiting.shift();
      if (!asked) return;
      this.running++;
      void this.serve(asked.request, asked.url).finally(() => {
        this.running--;
        this.next();
      });
    }
  }

  private async serve(request: number, url: string): Promise<void> {
    try {
      await this.pause(0); // a task of its own: a burst of questions is no long task of the page
      if (this.stopped) return;
      const address = url.length > LONGEST_URL ? undefined : this.natives.resolve(url);
      const may = address !== undefined && /^(?:https?|blob):/.test(address) && this.named.has(address);
      const asset = may ? await fetchAsset(this.natives, address, this.fetching) : undefined;
      if (asset) await this.send(request, asset.mime, asset.data);
      else this.refuse(request);
    } catch {
      this.refuse(request);
    }
  }

  private async send(request: number, mime: string, data: Uint8Array): Promise<void> {
    for (let at = 0; ; at += PART_BYTES) {
      while (!this.stopped && this.backlog() > HELD_BYTES) await this.pause(DRAIN_MS);
      if (this.stopped) return;
      const last = at + PART_BYTES >= data.length;
      this.line.control({
        kind: 'AssetPart',
        request,
        state: last ? AssetState.last : AssetState.more,
        mime: at === 0 ? mime : '',
        data: data.subarray(at, at + PART_BYTES),
      });
      if (last) return;
      await this.pause(PACE_MS);
    }
  }

  private refuse(request: number): void {
    if (!this.stopped) this.line.control(refusal(request));
  }

  private pause(ms: number): Promise<void> {
    return new Promise((done) => this.natives.setTimeout(done, ms));
  }
}
