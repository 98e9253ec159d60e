// Single-key shortcuts: switched off as a whole by the agent (some speak to their computer), and never in a text field.
import { useEffect, useRef } from 'react';
import { createStore } from '../store';

const PLACE = 'coview:keys';

/** Whether single keys work as shortcuts. */
export const keysOn = createStore(stored());

function stored(): boolean {
  try {
    return localStorage.getItem(PLACE) !== 'off';
  } catch {
    return true;
  }
}

export function setKeysOn(on: boolean): void {
  keysOn.set(on);
  try {
    localStorage.setItem(PLACE, on ? 'on' : 'off');
  } catch {
    // Storage is off: the choice lasts as long as this page.
  }
}

/**
 * Calls `act` for a key pressed alone, outside of fields, dialogs and menus. Shift and Escape is heard in fields too:
 * it is the way out of typing into the visitor's page, where Escape itself is the visitor's.
 */
export function useKeys(act: (key: string) => boolean): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
      const isEscape = event.key === 'Escape';
      if (!isEscape && !keysOn.get()) return;
      // The first of the path: inside the agent module's shadow root, the target would be its host.
      if (takesText(event.composedPath()[0]) && !(isEscape && event.shiftKey)) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', down);
    return () => window.removeEventListener('keydown', down);
  }, []);
}

/** What has its own use for keys. */
const OWN_KEYS =
  'input, textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"], [role="listbox"], [role="menu"]';

function takesText(target: EventTarget | undefined): boolean {
  return target instanceof Element && target.closest(OWN_KEYS) !== null;
}
