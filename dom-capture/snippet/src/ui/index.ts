// All that a visitor sees of Coview, made when it is first needed.
import { type CodeActions, CodePanel } from './code-panel';
import { type AttachShadow, Host } from './host';
import { Overlay } from './overlay';
import { Pill, type PillActions } from './pill';
import { prompt, type Question } from './prompt';
import { Toasts } from './toasts';

export { ARM_MS } from './arm';
export type { AttachShadow } from './host';
export { Overlay, type Pointing } from './overlay';
export type { Watcher } from './pill';
export type { Question } from './prompt';
export { cleanName, nodes, say } from './texts';

export class Ui {
  readonly overlay: Overlay;
  readonly toasts: Toasts;
  private readonly host: Host;

  constructor(attachShadow: AttachShadow) {
    this.host = new Host(attachShadow);
    this.overlay = new Overlay(this.host);
    this.toasts = new Toasts(this.host);
  }

  isOwn(node: Node): boolean {
    return node === this.host.element;
  }

  ask(question: Question): () => void {
    return prompt(this.host, question);
  }

  pill(actions: PillActions): Pill {
    return new Pill(this.host, actions);
  }

  code(site: string, actions: CodeActions): CodePanel {
    return new CodePanel(this.host, site, actions);
  }
}

export { CodePanel, Pill };
