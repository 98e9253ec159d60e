// The commands of the one global: what a site may say, each argument checked before it means anything.
import type { Emitter } from './emitter';
import { later } from './emitter';
import { type Tag, webOrigin } from './tag';
import { type Identity, Visitor } from './visitor';

const MOST_WAITING = 100;
const MOST_ITEMS = 50;
const LONGEST_TEXT = 5000;
const LONGEST_ITEM = 256;

type Fields = Readonly<Record<string, unknown>>;

export class Commands {
  private visitor: Visitor | undefined;
  /** What was called before `init` said which site this is. */
  private waiting: [string, unknown[]][] = [];

  constructor(
    private readonly events: Emitter,
    private readonly tag: Tag | undefined,
  ) {
    if (tag) this.begin(tag);
  }

  /** Runs one command; what it returns is for callers after the load only. */
  run(command: string, args: unknown[]): unknown {
    const [first, second] = args;
    if (command === 'on') return this.events.on(first, second);
    if (command === 'off') return this.events.off(first, second);
    if (command === 'init') return this.init(fields(first));
    if (this.visitor) return perform(this.visitor, command, args);
    if (this.waiting.length < MOST_WAITING) this.waiting.push([command, args]);
    return command === 'consent' && first === 'state' ? 'unknown' : undefined;
  }

  private init(options: Fields): void {
    const { site = this.tag?.site, edge = this.tag?.edge } = options;
    if (!this.visitor && typeof site === 'string' && typeof edge === 'string') {
      const origin = webOrigin(edge);
      if (origin) this.begin({ site, edge: origin, granted: options.consent === 'granted', proxied: false });
    } else if (options.consent === 'granted') this.visitor?.grant();
    if (['uniqueId', 'identities', 'tags'].some((name) => name in options)) this.run('identify', [options]);
  }

  private begin(tag: Tag): void {
    // A frame is not the page a visitor believes to be showing, and another site could have put it there.
    if (window.parent !== window) {
      this.events.emit('error', { where: 'frame' });
      return;
    }
    this.visitor = new Visitor(tag, this.events);
    for (const [command, args] of this.waiting.splice(0)) this.run(command, args);
  }
}

function perform(visitor: Visitor, command: string, args: unknown[]): unknown {
  const [first, second] = args;
  switch (command) {
    case 'identify':
      return visitor.identify(identity(fields(first)));
    case 'consent':
      return consent(visitor, first, second);
    case 'getLookupCode':
      return visitor.lookupCode(callback(first));
    case 'getShortId':
      return visitor.whenKnown(({ short_id }) => callback(first)?.(short_id));
    case 'getWatchLink':
      return visitor.whenKnown(({ visitor: id }) => callback(first)?.(visitor.watchLink(id)));
    case 'requestAgent':
      return visitor.requestAgent(true);
    case 'cancelRequestAgent':
      return visitor.requestAgent(false);
    case 'stopSession':
      return visitor.stopSession();
    case 'newPageview':
      return visitor.newPage();
    case 'customMessage':
      return typeof first === 'string' ? visitor.custom(first.slice(0, LONGEST_TEXT)) : undefined;
    case 'expectDisconnect':
      return visitor.expectDisconnect(seconds(fields(first).seconds));
    case 'reset':
      return visitor.reset();
    case 'clearAll':
      return visitor.clearAll();
    default:
      return undefined;
  }
}

function consent(visitor: Visitor, what: unknown, then: unknown): string {
  if (what === 'grant') visitor.grant();
  else if (what === 'decline' || what === 'withdraw') visitor.refuse();
  const state = visitor.consentState();
  if (what === 'state') callback(then)?.(state);
  return state;
}

function identity(options: Fields): Identity {
  return {
    unique_id: typeof options.uniqueId === 'string' ? options.uniqueId.slice(0, LONGEST_ITEM) : '',
    identities: strings(options.identities),
    tags: strings(options.tags),
  };
}

function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((one): one is string => typeof one === 'string')
    .slice(0, MOST_ITEMS)
    .map((one) => one.slice(0, LONGEST_ITEM));
}

function seconds(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= 3600 ? Math.round(value) : 60;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}; // an object's fields are unknown each
}

/** A site's function, run in its own time. */
function callback(value: unknown): ((...args: unknown[]) => void) | undefined {
  if (typeof value !== 'function') return undefined;
  return (...args) => later(() => value(...args));
}
