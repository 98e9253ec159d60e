// A list that stays fresh: fetched, fetched again on each change, and kept on screen while a fetch fails.
import { useCallback, useEffect, useRef, useState } from 'react';
import { onChange } from './changes';
import { ApiError } from './http';

export interface Live<T> {
  /** The last good answer; null before the first. */
  data: T | null;
  /** Why the last fetch failed; null when it did not. */
  error: ApiError | null;
  reload(): void;
}

/**
 * Follows what `load` answers. `key` names the question: when it changes, the old answer stays on screen until
 * the new one is there. With `key` null nothing is asked.
 */
export function useLive<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Live<T> {
  const [state, setState] = useState<{ data: T | null; error: ApiError | null }>({ data: null, error: null });
  const latest = useRef(load);
  latest.current = load;
  const again = useRef<() => void>(() => {});

  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    let running = false;
    let wanted = false;
    const run = async (): Promise<void> => {
      running = true;
      wanted = false;
      try {
        const data = await latest.current(stop.signal);
        if (!stop.signal.aborted) setState({ data, error: null });
      } catch (error) {
        if (!stop.signal.aborted) setState((now) => ({ data: now.data, error: asApiError(error) }));
      }
      running = false;
      if (wanted && !stop.signal.aborted) void run();
    };
    // At most one fetch runs; changes that arrive meanwhile are answered by one more.
    const ask = (): void => {
      if (running || document.hidden) wanted = true;
      else void run();
    };
    const shown = (): void => {
      if (!document.hidden && wanted && !running) void run();
    };
    again.current = ask;
    void run();
    const off = onChange(ask);
    document.addEventListener('visibilitychange', shown);
    return () => {
      stop.abort();
      off();
      document.removeEventListener('visibilitychange', shown);
    };
  }, [key]);

  const reload = useCallback(() => again.current(), []);
  return { ...state, reload };
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError(0, 'The edge gave an answer the console does not understand.');
}
