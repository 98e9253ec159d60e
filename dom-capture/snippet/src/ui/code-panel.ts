// The lookup code: six digits to read out, how long they hold, and whom to tell them to.
import { el } from './dom';
import type { Host } from './host';
import { nodes, say } from './texts';

export interface CodeActions {
  /** Asks the edge for a new code. */
  renew(): void;
  closed(): void;
}

export class CodePanel {
  private readonly digits = el('div', { class: 'code', attrs: { 'aria-live': 'polite' } });
  private readonly left = el('p', { class: 'left' }, say('codeWait'));
  private readonly again: HTMLButtonElement;
  private readonly card: HTMLElement;
  private readonly before = document.activeElement;
  private timer = 0;
  private ends = 0;

  constructor(
    private readonly host: Host,
    site: string,
    private readonly actions: CodeActions,
  ) {
    this.again = el('button', { press: () => this.renew() }, say('codeNew'));
    this.again.hidden = true;
    const said = el(
      'div',
      { class: 'said' },
      el('h2', { id: 'q', class: 'wide' }, say('codeTitle')),
      el('p', { class: 'wide', id: 'd' }, ...nodes('codeBody', { site })),
      this.digits,
      this.left,
      el('ul', {}, el('li', {}, say('codeWarn'))),
    );
    const acts = el('div', { class: 'acts' }, this.again, el('button', { press: () => this.close() }, say('close')));
    this.card = el(
      'div',
      { class: 'card', attrs: { role: 'dialog', 'aria-labelledby': 'q', 'aria-describedby': 'd', tabindex: '-1' } },
      said,
      acts,
    );
    this.card.addEventListener('keydown', (event) => event.key === 'Escape' && this.close());
    host.show(this.card);
    this.card.focus({ preventScroll: true });
  }

  show(code: string, seconds: number): void {
    const parts = (code.match(/.{1,3}/g) ?? []).map((part) => el('span', {}, part));
    // Read out digit by digit, not as a number.
    this.digits.replaceChildren(el('div', { attrs: { role: 'img', 'aria-label': [...code].join(' ') } }, ...parts));
    this.ends = performance.now() + seconds * 1000;
    this.again.hidden = true;
    clearInterval(this.timer);
    this.timer = window.setInterval(() => this.tick(), 1000);
    this.tick();
  }

  close(): void {
    if (!this.card.isConnected) return;
    clearInterval(this.timer);
    const had = this.host.focused !== null;
    this.host.hide(this.card);
    if (had && this.before instanceof HTMLElement && this.before.isConnected)
      this.before.focus({ preventScroll: true });
    this.actions.closed();
  }

  private tick(): void {
    const seconds = Math.ceil((this.ends - performance.now()) / 1000);
    if (seconds > 0) {
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
      this.left.textContent = say('codeLeft', { time });
      return;
    }
    clearInterval(this.timer);
    this.digits.replaceChildren();
    this.left.textContent = say('codeGone');
    this.again.hidden = false;
  }

  private renew(): void {
    this.left.textContent = say('codeWait');
    this.again.hidden = true;
    this.actions.renew();
  }
}
