// Events for the site. A listener that throws is the site's own affair: it is reported as the site's error, later.

/** Names a site may listen to. */
export interface Events {
  connection: { connected: boolean };
  sessionRequest: { agent: string };
  sessionStart: { agents: string[] };
  sessionEnd: { reason: string };
  observer: { agents: { name: string; color: string }[] };
  grant: { agent: string; grants: string[] };
  customMessage: { text: string };
  error: { where: string };
}

export type EventName = keyof Events;
export type Listener = (event: never) => void;

const NAMES: Record<EventName, true> = {
  connection: true,
  sessionRequest: true,
  sessionStart: true,
  sessionEnd: true,
  observer: true,
  grant: true,
  customMessage: true,
  error: true,
};
const MAX_LISTENERS = 100;

export class Emitter {
  private readonly listeners: [EventName, Listener][] = [];

  on(name: unknown, listener: unknown): void {
    if (typeof name !== 'string' || !Object.hasOwn(NAMES, name) || typeof listener !== 'function') return;
    // both were just checked
    if (this.listeners.length < MAX_LISTENERS) this.listeners.push([name as EventName, listener as Listener]);
  }

  /** Without a listener: all of that name. */
  off(name: unknown, listener?: unknown): void {
    for (let i = this.listeners.length - 1; i >= 0; i--) {
      const one = this.listeners[i];
      if (one && one[0] === name && (listener === undefined || one[1] === listener)) this.listeners.splice(i, 1);
    }
  }

  emit<N extends EventName>(name: N, event: Events[N]): void {
    // Later also for the list: what happens while the script loads is heard by those who were queued to listen.
    later(() => {
      for (const [of, listener] of this.listeners) if (of === name) later(() => listener(event as never)); // each listener knows what it takes
    });
  }
}

/** Runs a site's function so that neither its time nor its errors are ours. */
export function later(run: () => void): void {
  setTimeout(run, 0);
}
