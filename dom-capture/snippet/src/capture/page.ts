// The page as a whole: viewport, address, focus, and the visitor's pointer.
import type { Natives } from '../natives';
import { type PatchOp, Pointer } from '../protocol';
import { address } from '../proxied';
import type { Tree } from './tree';

/** Presses and releases said in one patch at most. */
const PRESSES = 16;

export class Page {
  private width = 0;
  private height = 0;
  private url = '';
  private base = '';
  private focus = 0;
  private move: { x: number; y: number; state: number } | undefined;
  private presses: { x: number; y: number; state: number }[] = [];

  constructor(
    private readonly natives: Natives,
    private readonly tree: Tree,
    /** Where the visitor points inside a mask is nobody's business: it may be a keypad. */
    private readonly isHidden: (node: Node) => boolean,
  ) {}

  /** What a snapshot says, which is then known. */
  snapshot(): { url: string; base: string; width: number; height: number; focus: number } {
    this.read();
    this.focus = this.focused();
    this.presses = [];
    return { url: this.url, base: this.base, width: this.width, height: this.height, focus: this.focus };
  }

  private read(): void {
    this.width = window.innerWidth;
    this.height = window.innerHeight;
    this.url = address();
    this.base = this.natives.baseURI.call(document) || this.url;
  }

  /** True if the page has another address than was said. */
  moved(): boolean {
    return this.url !== address();
  }

  flush(resized: boolean, ops: PatchOp[]): void {
    const { url, base, width, height } = this;
    if (resized) {
      this.width = window.innerWidth;
      this.height = window.innerHeight;
      if (width !== this.width || height !== this.height)
        ops.push({ kind: 'V', width: this.width, height: this.height });
    }
    this.url = address();
    this.base = this.natives.baseURI.call(document) || this.url;
    if (url !== this.url || base !== this.base) ops.push({ kind: 'U', url: this.url, base: this.base });
    const focus = this.focused();
    if (focus !== this.focus) ops.push({ kind: 'F', id: focus });
    this.focus = focus;
    for (const press of this.presses) ops.push({ kind: 'C', ...press });
    if (this.move) ops.push({ kind: 'C', ...this.move });
    this.presses = [];
    this.move = undefined;
  }

  /** Id of the innermost focused element, 0 if none or hidden. */
  private focused(): number {
    const { natives, tree } = this;
    let element = natives.activeElement.call(document);
    let id = 0;
    while (element !== null) {
      const known = tree.ids.get(element);
      if (known === undefined || tree.opaque.has(element)) return id;
      id = known;
      const root = natives.shadowRoot.call(element);
      element = root && natives.rootActiveElement.call(root);
    }
    const top = tree.nodes[id];
    return top !== undefined && natives.localName.call(top as Element) === 'body' ? 0 : id; // ids of focus are elements'
  }

  /** True if there is something to say. */
  pointer(event: Event): boolean {
    if (!event.isTrusted) return false;
    const { clientX: x, clientY: y, pointerType } = event as PointerEvent; // listened to for pointer events only
    const target = event.composedPath()[0];
    const touch = pointerType === 'touch';
    if (event.type === 'pointerout') {
      // Out of the window: there is nothing the pointer goes to.
      if ((event as PointerEvent).relatedTarget !== null || touch) return false; // as above
      this.move = { x, y, state: Pointer.left };
      return true;
    }
    if (target instanceof Node && this.isHidden(target)) {
      this.move = { x: 0, y: 0, state: Pointer.left };
      return true;
    }
    if (event.type === 'pointermove') this.move = { x, y, state: touch ? Pointer.touch : Pointer.moved };
    else if (this.presses.length < PRESSES) {
      const pressed = event.type === 'pointerdown';
      this.presses.push({ x, y, state: pressed ? (touch ? Pointer.touch : Pointer.pressed) : Pointer.released });
      this.move = undefined;
    }
    return true;
  }
}
