// The edge's `change` stream: it says that visitors or sessions changed, never what; who listens fetches again.
import { endpoints } from '../paths';
import { createStore } from '../store';

/** Whether changes arrive by themselves now. */
export const changesArrive = createStore<'connecting' | 'yes' | 'no'>('connecting');

const RETRY_MS = [1000, 2000, 5000, 10_000];

const listeners = new Set<() => void>();
let source: EventSource | null = null;
let retry: number | undefined;
let failures = 0;

/** Calls `changed` after each change, and once the stream is back after an interruption. */
export function onChange(changed: () => void): () => void {
  listeners.add(changed);
  if (source === null && retry === undefined) open();
  return () => {
    listeners.delete(changed);
    if (listeners.size === 0) close();
  };
}

function open(): void {
  retry = undefined;
  source = new EventSource(endpoints.events);
  source.addEventListener('change', tell);
  source.addEventListener('open', () => {
    const wasAway = failures > 0;
    failures = 0;
    changesArrive.set('yes');
    if (wasAway) tell();
  });
  source.addEventListener('error', () => {
    changesArrive.set('no');
    // The browser gives up for good on an HTTP error (a restarting edge, an ended sign-in), so the retry is ours.
    source?.close();
    source = null;
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    retry = window.setTimeout(() => {
      tell();
      open();
    }, wait);
  });
}

function close(): void {
  window.clearTimeout(retry);
  retry = undefined;
  source?.close();
  source = null;
  failures = 0;
  changesArrive.set('connecting');
}

function tell(): void {
  for (const changed of [...listeners]) changed();
}
