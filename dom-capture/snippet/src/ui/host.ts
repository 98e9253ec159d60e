// One host element with one closed shadow root holds all that Coview shows. It lives in the top layer, above the
// page's dialogs, and exists only while there is something to show. Styles come by a constructed sheet, so the page's
// content security policy has nothing to refuse.
import { language } from './texts';
import css from './ui.css';

/** Takes a closed root even if the page has replaced `attachShadow`. */
export type AttachShadow = (element: Element, init: ShadowRootInit) => ShadowRoot;

const CHECK_MS = 1000;
/** Kept from the page: its shortcuts and "clicked outside" handlers are not meant for our buttons. */
const OURS = [
  'keydown',
  'keypress',
  'keyup',
  'pointerdown',
  'pointerup',
  'mousedown',
  'mouseup',
  'click',
  'dblclick',
  'touchstart',
  'touchend',
  'contextmenu',
  'wheel',
  'focusin',
  'focusout',
];

export class Host {
  readonly element: HTMLElement;
  private readonly root: ShadowRoot;
  private timer = 0;
  /** Something of the page's may have come above; our own coming up says so as well. */
  private readonly onTop = (event: Event) => {
    if (event.target !== this.element) this.raise();
  };

  constructor(attachShadow: AttachShadow) {
    this.element = document.createElement('coview-ui');
    this.root = attachShadow(this.element, { mode: 'closed', delegatesFocus: false });
    adopt(this.root);
    Object.assign(this.element, language());
    this.element.popover = 'manual';
    for (const type of OURS) this.root.addEventListener(type, (event) => event.stopPropagation());
  }

  /** The focused element inside, if any. */
  get focused(): Element | null {
    return this.root.activeElement;
  }

  /** Shows a part; the first brings the host in. */
  show(part: HTMLElement): void {
    this.root.append(part);
    if (this.timer === 0) this.open();
  }

  /** Hides a part; the last takes the host out of the page. */
  hide(part: HTMLElement): void {
    part.remove();
    if (this.root.childElementCount === 0) this.close();
  }

  /** Above everything that came into the top layer meanwhile. */
  raise(): void {
    const { element } = this;
    if (this.timer === 0) return;
    const focused = this.focused;
    const home = modal() ?? document.documentElement;
    if (element.parentNode !== home) home.append(element);
    if (popovers && element.isConnected) {
      if (element.matches(':popover-open')) element.hidePopover();
      element.showPopover();
    }
    if (focused instanceof HTMLElement && this.focused !== focused) focused.focus({ preventScroll: true });
  }

  private open(): void {
    this.timer = window.setInterval(() => this.covered() && this.raise(), CHECK_MS);
    for (const type of ['toggle', 'close', 'fullscreenchange']) document.addEventListener(type, this.onTop, true);
    this.raise();
  }

  private close(): void {
    clearInterval(this.timer);
    this.timer = 0;
    for (const type of ['toggle', 'close', 'fullscreenchange']) document.removeEventListener(type, this.onTop, true);
    this.element.remove();
  }

  /** Is some button of ours out of reach: taken out of the page, covered, or made inert by a modal dialog? */
  private covered(): boolean {
    if (!this.element.isConnected || (popovers && !this.element.matches(':popover-open'))) return true;
    for (const button of this.root.querySelectorAll('button')) {
      const { left, top, width, height } = button.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      if (width === 0 || x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
      return document.elementFromPoint(x, y) !== this.element;
    }
    return false;
  }
}

const popovers = 'popover' in HTMLElement.prototype;

/** The page's topmost modal dialog: everything outside of it is inert, so the host has to move in. */
function modal(): Element | undefined {
  try {
    return [...document.querySelectorAll('dialog:modal')].at(-1);
  } catch {
    return undefined; // an older browser has no :modal
  }
}

function adopt(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement('style');
    style.textContent = css;
    root.append(style);
  }
}
