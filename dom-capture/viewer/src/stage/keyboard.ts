// The agent's keyboard while it controls the page. Text comes from the input events of a small field, so that input
// methods, dead keys and pasting work; keys that make no text go one by one.
import type { ToolHost } from './tools';

const KEYS = new Set([
  'Enter',
  'Tab',
  'Backspace',
  'Delete',
  'Escape',
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);
const WITH_CTRL = new Set(['a', 'z', 'y']);
const MOST_TEXT = 10_000;

/** Sends what is typed into `keys`. */
export class Keyboard {
  /** Id of what the agent clicked last: it is typed into if the page has not focused anything. */
  target = 0;
  private composing = false;

  constructor(
    private readonly keys: HTMLTextAreaElement,
    signal: AbortSignal,
    private readonly host: ToolHost,
  ) {
    keys.addEventListener('keydown', (event) => this.down(event), { signal });
    keys.addEventListener('compositionstart', () => this.compose(true), { signal });
    keys.addEventListener('compositionend', () => this.compose(false), { signal });
    keys.addEventListener('input', () => this.flush(), { signal });
  }

  private compose(on: boolean): void {
    this.composing = on;
    if (!on) this.flush();
  }

  private id(): number {
    return this.host.mirror()?.focus || this.target;
  }

  private flush(): void {
    if (this.composing) return;
    const text = this.keys.value.slice(0, MOST_TEXT);
    this.keys.value = '';
    const id = this.id();
    if (text !== '' && id !== 0 && this.host.may('control')) this.host.instruct({ kind: 'Type', doc: 0, id, text });
  }

  private down(event: KeyboardEvent): void {
    if (event.isComposing || this.composing) return;
    if (event.key === 'Escape' && event.shiftKey) {
      this.keys.blur();
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    const wanted = command ? WITH_CTRL.has(event.key.toLowerCase()) || KEYS.has(event.key) : KEYS.has(event.key);
    if (!wanted || !this.host.may('control')) return;
    event.preventDefault();
    const id = this.id(); // 0: whatever the page has focused
    const mods = (event.shiftKey ? 1 : 0) + (event.ctrlKey ? 2 : 0) + (event.altKey ? 4 : 0) + (event.metaKey ? 8 : 0);
    this.host.instruct({ kind: 'Key', doc: 0, id, key: event.key, mods });
  }
}
