// Coview in the visitor's page: one global, `coview(command, ...args)`, callable before this script has loaded.
// Importing it registers that function and reads the script's own tag; nothing of the page is read or changed.
import { Commands } from './commands';
import { Emitter } from './emitter';
import { ownTag } from './tag';

export type { EventName, Events } from './emitter';
export type { ConsentState } from './visitor';

/** What a site calls. */
export interface Coview {
  (command: string, ...args: unknown[]): unknown;
  readonly version: string;
}

interface Stub {
  q?: ArrayLike<ArrayLike<unknown>>;
}

const VERSION = '0.1.0';
const MOST_QUEUED = 100;

/** Registers the global once; a second copy of the script finds the first and leaves it alone. */
function register(): Coview | undefined {
  if (typeof window === 'undefined' || typeof document === 'undefined') return undefined;
  // An element with this id also answers to the name; only the window's own property is ours.
  const old: unknown = Object.getOwnPropertyDescriptor(window, 'coview')?.value;
  const events = new Emitter();
  const tag = ownTag();
  if (tag?.proxied) {
    // The site knows nothing of us here, and may have a snippet of its own.
    new Commands(events, tag);
    return undefined;
  }
  if (typeof old === 'function' && 'version' in old) return old as Coview; // another copy of this script
  let commands: Commands | undefined;
  const run = (command: unknown, args: unknown[]): unknown => {
    try {
      commands ??= new Commands(events, tag);
      return typeof command === 'string' ? commands.run(command, args) : undefined;
    } catch {
      events.emit('error', { where: 'command' });
      return undefined;
    }
  };
  const coview = Object.assign((command: string, ...args: unknown[]) => run(command, args), { version: VERSION });
  Object.defineProperty(window, 'coview', { value: coview, configurable: true, enumerable: false, writable: true });
  run(undefined, []);
  const queue = typeof old === 'function' ? (old as Stub).q : undefined; // the usual stub keeps calls there
  for (const call of Array.from(queue ?? []).slice(0, MOST_QUEUED)) {
    const [command, ...args] = Array.from(call);
    run(command, args);
  }
  return coview;
}

export const coview = register();
