// Performs what agents ask of the page, after asking again whether they may: the edge's word is not enough.
import { Grant, grantFor, type Instruction, Result } from '../protocol';
import type { Overlay, Pointing } from '../ui';
import { pressOption, select } from './choice';
import { refusal } from './guard';
import { pressKey } from './keys';
import { focused, type Page } from './page';
import { land, press } from './pointer';
import { Rate } from './rate';
import { type } from './text';

export type { Page } from './page';

/** An agent as the page sees it; `grants` are what the visitor allowed. */
export interface Actor extends Pointing {
  grants: number;
}

const POINTING = { perSecond: 100, burst: 120 };
const CONTROL = { perSecond: 30, burst: 60 };
const MOST_AGENTS = 32;

type Of<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>;

export class Instructions {
  private readonly rates = new Map<number, { point: Rate; control: Rate }>();

  constructor(
    private readonly page: Page,
    private readonly overlay: Overlay,
  ) {}

  /** Never throws; the result code is all that the agent learns. */
  perform(actor: Actor, instruction: Instruction): number {
    const needed = grantFor(instruction.kind);
    if ((actor.grants & needed) === 0) return Result.noGrant;
    if (!this.rate(actor.id, needed).take()) return Result.notAllowed;
    try {
      return this.dispatch(actor, instruction);
    } catch {
      return Result.unknown; // the page's own handlers may throw, and must not stop us
    }
  }

  private rate(agent: number, needed: number): Rate {
    let rates = this.rates.get(agent);
    if (!rates) {
      if (this.rates.size >= MOST_AGENTS) this.rates.clear();
      rates = {
        point: new Rate(POINTING.perSecond, POINTING.burst),
        control: new Rate(CONTROL.perSecond, CONTROL.burst),
      };
      this.rates.set(agent, rates);
    }
    return needed === Grant.point ? rates.point : rates.control;
  }

  private dispatch(actor: Actor, instruction: Instruction): number {
    if ('doc' in instruction && instruction.doc !== 0) return Result.unknown;
    switch (instruction.kind) {
      case 'Laser':
        this.overlay.laser(actor, instruction.x, instruction.y);
        return Result.done;
      case 'LaserOff':
        this.overlay.laserOff(actor.id);
        return Result.done;
      case 'Highlight':
        return this.highlight(actor, instruction);
      case 'HighlightOff':
        this.overlay.highlightOff(actor.id);
        return Result.done;
      case 'Scroll':
        return this.scroll(instruction);
      case 'Go':
        return go(instruction.where);
      default:
        return this.control(actor, instruction);
    }
  }

  private element(id: number): Element | undefined {
    const node = this.page.nodeOf(id);
    const element = node instanceof Element ? node : node instanceof ShadowRoot ? node.host : node?.parentElement;
    return element?.isConnected ? element : undefined;
  }

  /** A masked field may be pointed at ("please fill this in"): a ring around it tells nobody anything. */
  private highlight(actor: Actor, { id }: Of<'Highlight'>): number {
    const element = this.element(id);
    if (!element) return Result.gone;
    if (this.page.isOwn(element)) return Result.notAllowed;
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) element.scrollIntoView({ block: 'center', behavior: 'instant' });
    this.overlay.highlight(actor, element);
    return Result.done;
  }

  private scroll({ id, x, y }: Of<'Scroll'>): number {
    const to: ScrollToOptions = { left: x, top: y, behavior: 'instant' };
    if (id === 0) {
      window.scrollTo(to);
      return Result.done;
    }
    const element = this.element(id);
    if (!element) return Result.gone;
    if (this.page.isOwn(element)) return Result.notAllowed;
    if (this.page.isHidden(element)) return Result.masked;
    element.scrollTo(to);
    return Result.done;
  }

  private control(actor: Actor, instruction: Of<'Click' | 'Type' | 'Key' | 'Focus' | 'Select'>): number {
    const element =
      instruction.kind === 'Key' && instruction.id === 0 ? (focused() ?? document.body) : this.element(instruction.id);
    if (!element) return Result.gone;
    if (instruction.kind === 'Click') return this.click(actor, element, instruction);
    const refused = refusal(this.page, element);
    if (refused !== undefined) return refused;
    const box = element.getBoundingClientRect();
    if (element !== document.body)
      this.overlay.laser(actor, box.left + Math.min(box.width, 24), box.top + box.height / 2);
    switch (instruction.kind) {
      case 'Type':
        return type(this.page, element, instruction.text);
      case 'Select':
        return select(this.page, element, instruction.indexes);
      case 'Focus':
        return focus(element);
      default:
        return pressKey(this.page, element, {
          key: instruction.key,
          shift: (instruction.mods & 1) !== 0,
          ctrl: (instruction.mods & 2) !== 0,
          alt: (instruction.mods & 4) !== 0,
          meta: (instruction.mods & 8) !== 0,
        });
    }
  }

  private click(actor: Actor, element: Element, instruction: Of<'Click'>): number {
    if (instruction.button > 2) return Result.unknown;
    if (element instanceof HTMLOptionElement) {
      return this.page.isHidden(element) ? Result.masked : pressOption(this.page, element);
    }
    // Before anything scrolls or moves.
    const refused = refusal(this.page, element);
    if (refused !== undefined) return refused;
    const landing = land(element, instruction);
    const result = press(this.page, landing, instruction);
    if (result === Result.done) {
      this.overlay.laser(actor, landing.x, landing.y);
      this.overlay.ripple(actor, landing.x, landing.y);
    }
    return result;
  }
}

function focus(element: Element): number {
  if (element instanceof HTMLElement || element instanceof SVGElement) element.focus();
  const at = focused();
  return at && (at === element || element.contains(at) || element.shadowRoot?.contains(at))
    ? Result.done
    : Result.disabled;
}

/** The answer has to leave before the page does. */
function go(where: number): number {
  if (where < 1 || where > 3) return Result.unknown;
  setTimeout(() => {
    if (where === 1) history.back();
    else if (where === 2) history.forward();
    else location.reload();
  }, 20);
  return Result.done;
}
