// The one polite live region. What changes on screen without the agent's doing is said here, once.
import { createStore, useStore } from '../store';

const said = createStore({ text: '', turn: 0 });

/** Says something to a screen reader when it is idle. */
export function announce(text: string): void {
  said.set((now) => ({ text, turn: now.turn + 1 }));
}

export function Announcer() {
  const { text, turn } = useStore(said);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {/* A new key makes readers say the same words again. */}
      <span key={turn}>{text}</span>
    </div>
  );
}
