// The events capture listens to, on the document and, for those that do not leave a shadow tree, on each root.
import type { Natives } from '../natives';

type Handler = (event: Event) => void;

const OPTIONS: AddEventListenerOptions = { capture: true, passive: true };

/** What is listened to, by what it is about. */
export interface Handlers {
  scroll: Handler;
  field: Handler;
  media: Handler;
  top: Handler;
  load: Handler;
  pointer: Handler;
  address: Handler;
  focus: Handler;
  resize: Handler;
  visible: Handler;
}

const IN_EVERY_TREE: [keyof Handlers, string][] = [
  ['scroll', 'scroll'],
  ['field', 'input'],
  ['field', 'change'],
  ['field', 'reset'],
  ['media', 'play'],
  ['media', 'pause'],
  ['media', 'seeked'],
  ['media', 'ratechange'],
  ['media', 'volumechange'],
  ['top', 'toggle'],
  ['top', 'close'],
  ['load', 'load'],
];
const IN_DOCUMENT: [keyof Handlers, string][] = [
  ['pointer', 'pointermove'],
  ['pointer', 'pointerdown'],
  ['pointer', 'pointerup'],
  ['pointer', 'pointerout'],
  ['focus', 'focusin'],
  ['focus', 'focusout'],
  ['visible', 'visibilitychange'],
];
const IN_WINDOW: [keyof Handlers, string][] = [
  ['resize', 'resize'],
  ['address', 'popstate'],
  ['address', 'hashchange'],
];

/** Listens until stopped; every handler is guarded, so that nothing is thrown into the page. */
export class Listeners {
  private readonly guarded = new Map<keyof Handlers, Handler>();
  private readonly listening: [EventTarget, string, Handler][] = [];
  private roots = new WeakSet<ShadowRoot>();

  constructor(
    private readonly natives: Natives,
    handlers: Handlers,
    guard: (work: () => void) => void,
  ) {
    for (const key of Object.keys(handlers) as (keyof Handlers)[]) {
      // its own keys
      this.guarded.set(key, (event) => guard(() => handlers[key](event)));
    }
  }

  /** Also again: `document.open()` removes all listeners of a document and its window. */
  start(): void {
    this.listening.length = 0;
    this.add(document, IN_EVERY_TREE);
    this.add(document, IN_DOCUMENT);
    this.add(window, IN_WINDOW);
    const { navigation } = window as { navigation?: EventTarget }; // not everywhere
    if (navigation) this.add(navigation, [['address', 'currententrychange']]);
  }

  addRoot(root: ShadowRoot): void {
    if (this.roots.has(root)) return;
    this.roots.add(root);
    for (const [key, type] of IN_EVERY_TREE) this.listen(root, type, key);
  }

  private add(target: EventTarget, list: readonly [keyof Handlers, string][]): void {
    for (const [key, type] of list) this.listening.push([target, type, this.listen(target, type, key)]);
  }

  private listen(target: EventTarget, type: string, key: keyof Handlers): Handler {
    const handler = this.guarded.get(key) as Handler; // set for each key
    this.natives.listen(target, type, handler, OPTIONS);
    return handler;
  }

  stop(roots: Iterable<ShadowRoot>): void {
    for (const [target, type, handler] of this.listening) this.natives.unlisten(target, type, handler, OPTIONS);
    for (const root of roots) {
      for (const [key, type] of IN_EVERY_TREE) {
        this.natives.unlisten(root, type, this.guarded.get(key) as Handler, OPTIONS); // set for each key
      }
    }
    this.listening.length = 0;
    this.roots = new WeakSet();
  }
}
