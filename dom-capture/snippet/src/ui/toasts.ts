// Short news for the visitor: who came, who left, what changed. Read out politely, gone by itself.
import { el } from './dom';
import type { Host } from './host';

const SHOWN_MS = 5000;
const MOST = 3;

export class Toasts {
  private readonly area = el('div', { class: 'toasts', attrs: { role: 'status' } });

  constructor(private readonly host: Host) {}

  /** What was true a moment ago. */
  clear(): void {
    this.area.replaceChildren();
  }

  say(...text: (string | Node)[]): void {
    if (!this.area.isConnected) this.host.show(this.area);
    const toast = el('p');
    // The area has to be there before its text, or screen readers miss it.
    setTimeout(() => toast.append(...text), 50);
    this.area.append(toast);
    while (this.area.childElementCount > MOST) this.area.firstElementChild?.remove();
    setTimeout(() => {
      toast.remove();
      if (this.area.childElementCount === 0) this.host.hide(this.area);
    }, SHOWN_MS);
  }
}
