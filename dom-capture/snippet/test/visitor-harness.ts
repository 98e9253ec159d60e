// Bundled into test pages: the visitor's interface and the instructions with a capture that only knows ids and marks.
import { Instructions } from '../src/instructions';
import { takeNatives } from '../src/natives';
import { NoControl } from '../src/no-control';
import type { Instruction } from '../src/protocol';
import { Ui } from '../src/ui';

const HIDDEN = '.no-upscope, [data-coview="mask"], [data-coview="ignore"], .site-mask';
const SENSITIVE =
  'input:is([type="password" i], [type="hidden" i], [type="file" i]), [autocomplete~="one-time-code" i], [autocomplete~="current-password" i], [autocomplete~="new-password" i], [autocomplete*="cc-" i]';

const natives = takeNatives();
const ui = new Ui((element, init) => natives.attachShadow.call(element, init));
const nodes = new Map<number, Node>();
const noControl = new NoControl(natives, [{ selector: '.site-no-control', url: '' }]);
const instructions = new Instructions(
  {
    natives,
    nodeOf: (id) => nodes.get(id),
    isHidden: (node) => {
      for (let at: Node | null = node; at; at = at instanceof ShadowRoot ? at.host : at.parentNode) {
        if (at instanceof Element && at.matches(`${HIDDEN}, ${SENSITIVE}`)) return true;
      }
      return false;
    },
    isSensitive: (element) => element.matches(SENSITIVE),
    isOwn: (node) => ui.isOwn(node),
    isNoControl: (element) => noControl.forbids(element),
  },
  ui.overlay,
);

/** Elements get ids as a test names them. */
function idOf(node: Node): number {
  for (const [id, known] of nodes) if (known === node) return id;
  nodes.set(nodes.size + 1, node);
  return nodes.size;
}

const harness = {
  ui,
  idOf,
  perform(grants: number, instruction: Instruction, agent = 1): number {
    return instructions.perform({ id: agent, name: 'Ana', color: '#1f5fd6', grants }, instruction);
  },
};
export type Harness = typeof harness;
Object.assign(window, { harness });
