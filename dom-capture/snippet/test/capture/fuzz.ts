// Random changes to a page, seeded: wrappers, edits while detached, moves, comments, masks switched on and off, shadow
// roots, raw text, fields, several observer callbacks per patch.
import type { Driver } from './driver';

/** A small seeded generator. */
export function random(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) ^ Math.imul(state ^ (state >>> 13), 3266489917);
    state = (state + 0x9e3779b9) | 0;
    return (state >>> 0) % below;
  };
}

const NAMES =
  'div div div span p a b ul li table tbody tr td form button input textarea select option style title template br img h1 svg script noscript xmp x-host section details dialog my-el'.split(
    ' ',
  );
const SVG = 'http://www.w3.org/2000/svg';
const MATHML = 'http://www.w3.org/1998/Math/MathML';
const ATTRIBUTES = [
  'class',
  'id',
  'title',
  'data-x',
  'style',
  'href',
  'value',
  'checked',
  'selected',
  'type',
  '@click',
  'onx',
  'hidden',
  'data-coview',
];
const TEXTS = [
  '',
  'a',
  'b & c',
  '<i>',
  '\u00a0',
  'x\ny',
  '\0',
  '\ud800',
  'longer text than the others here',
  '4111 1111 1111 1111',
];
const CANARY = 'CANARY';

class Fuzz {
  private detached: Node[] = [];
  private readonly host: Element;

  constructor(
    private readonly page: Document,
    private readonly pick: (below: number) => number,
  ) {
    this.host = page.createElement('main');
    page.body.append(this.host);
  }

  private oneOf<T>(list: readonly T[]): T {
    return list[this.pick(list.length)] as T; // below its length
  }

  /** All nodes of the page that may be changed, shadow trees included. */
  private nodes(): Node[] {
    const list: Node[] = [];
    const visit = (node: Node) => {
      list.push(node);
      if (node.nodeType === 1 && (node as Element).shadowRoot) visit((node as Element).shadowRoot as ShadowRoot); // by its type
      for (let child = firstChild.call(node); child; child = child.nextSibling) visit(child);
    };
    visit(this.host);
    return list;
  }

  private make(depth = 0): Node {
    switch (this.pick(10)) {
      case 0:
        return this.page.createComment('c');
      case 1:
      case 2:
        return this.page.createTextNode(this.oneOf(TEXTS));
      case 3:
        if (this.pick(2) === 0)
          return this.fill(
            this.page.createElementNS(
              SVG,
              this.oneOf(['svg', 'g', 'title', 'foreignObject', 'linearGradient', 'style', 'link', 'a']),
            ),
            depth,
          );
        return this.fill(this.page.createElementNS(MATHML, this.oneOf(['math', 'mi', 'annotation-xml'])), depth);
      default:
        return this.fill(this.page.createElement(this.oneOf(NAMES)), depth);
    }
  }

  private fill(element: Element, depth: number): Element {
    if (element.localName === 'script') element.setAttribute('type', 'text/x-never'); // it is not run
    for (let i = this.pick(3); i > 0; i--) this.attribute(element);
    const masked = this.pick(12) === 0;
    if (masked) element.classList.add('no-upscope');
    if (depth < 3) for (let i = this.pick(4); i > 0; i--) element.appendChild(this.make(depth + 1));
    if (masked) element.appendChild(this.page.createTextNode(CANARY));
    if (element.localName === 'x-host' && this.pick(2) === 0) this.shadow(element);
    return element;
  }

  private shadow(element: Element): void {
    if (element.shadowRoot) return;
    element.attachShadow({ mode: 'open' }).append(this.make(2), this.make(2));
  }

  private attribute(element: Element): void {
    const name = this.oneOf(ATTRIBUTES);
    if (name === 'type' && element.localName === 'script') return;
    if (name === '@click') {
      const template = this.page.createElement('template');
      template.innerHTML = `<i @click="x${this.pick(3)}"></i>`;
      const attribute = template.content.firstElementChild?.attributes[0]?.cloneNode() as Attr | undefined; // an Attr clones to an Attr
      if (attribute) element.setAttributeNode(attribute);
      return;
    }
    if (name === 'class' && element.classList.contains('no-upscope')) this.empty(element);
    if (this.pick(4) === 0) element.removeAttribute(name);
    else
      element.setAttribute(
        name,
        name === 'type'
          ? this.oneOf(['text', 'checkbox', 'radio', 'password', 'text'])
          : this.oneOf(['', 'a', 'b', 'mask', 'javascript:x', 'a"<>&']),
      );
  }

  /** What is shown again may not have secrets in it. */
  private empty(element: Element): void {
    for (const child of [...getChildren.call(element)]) if ((child as Text).data === CANARY) child.remove(); // undefined on others
  }

  /** One change. */
  step(): void {
    const nodes = this.nodes();
    const node = this.oneOf(nodes);
    if ((node as Text).data === CANARY) return; // it stays where it is masked
    const other = this.oneOf(nodes);
    switch (this.pick(18)) {
      case 0:
      case 1:
      case 2:
        this.insert(node, this.make());
        break;
      case 3:
      case 4:
        if (node !== this.host && node.nodeType !== 11) {
          node.parentNode?.removeChild(node);
          if (this.pick(2) === 0) this.detached.push(node);
        }
        break;
      case 5:
      case 6:
      case 7:
        if (node.nodeType !== 11) this.insert(other, node); // a move
        break;
      case 8: {
        // A known node into a new detached wrapper, which is then inserted.
        if (node === this.host || node.nodeType === 11) break;
        const place = node.parentNode;
        const wrapper = this.page.createElement('div');
        wrapper.append(node);
        if (place && this.pick(2) === 0) this.insert(place, wrapper);
        else this.insert(other, wrapper);
        break;
      }
      case 9: {
        const back = this.detached.pop();
        if (!back) break;
        if (back.nodeType === 3)
          (back as Text).data = this.oneOf(TEXTS); // by its type
        else if (back.nodeType === 1) back.appendChild(this.make(3));
        this.insert(node, back);
        break;
      }
      case 10:
      case 11:
        if (node.nodeType === 3) (node as Text).data = this.oneOf(TEXTS); // by its type
        break;
      case 12:
      case 13:
        if (node.nodeType === 1) this.attribute(node as Element); // by its type
        break;
      case 14:
        if (node.nodeType === 1 && node !== this.host) {
          const element = node as Element; // by its type
          if (element.classList.contains('no-upscope')) this.empty(element);
          element.classList.toggle('no-upscope');
          if (element.classList.contains('no-upscope')) element.appendChild(this.page.createTextNode(CANARY));
        }
        break;
      case 15:
        if (node.nodeType === 1) this.state(node as Element); // by its type
        break;
      case 16:
        if (node.nodeType === 1) {
          const parent = node as Element; // by its type
          const list = [...getChildren.call(parent)].sort(() => this.pick(3) - 1);
          for (const child of list) parent.appendChild(child);
        }
        break;
      default:
        if (
          node instanceof (this.page.defaultView as unknown as typeof globalThis).HTMLElement &&
          node.localName === 'x-host'
        )
          this.shadow(node); // the page's own class
    }
  }

  private state(element: Element): void {
    const page = this.page.defaultView as unknown as typeof globalThis; // its globals
    if (element instanceof page.HTMLInputElement) {
      element.checked = !element.checked;
      element.indeterminate = this.pick(2) === 0;
      if (element.type !== 'file' && this.pick(2) === 0)
        element.value = this.oneOf(['', 'one', 'two', '4111111111111111']);
    } else if (element instanceof page.HTMLTextAreaElement) element.value = this.oneOf(TEXTS);
    else if (element instanceof page.HTMLSelectElement) element.selectedIndex = this.pick(3) - 1;
    else if (element instanceof page.HTMLDialogElement && element.isConnected && !element.open) element.showModal();
    else if (element instanceof page.HTMLDialogElement) element.close();
  }

  private insert(parent: Node, child: Node): void {
    try {
      const children = getChildren.call(parent);
      parent.insertBefore(child, children[this.pick(children.length + 1)] ?? null);
    } catch {
      // a node into itself, or below a text: the page would get this error, too
    }
  }
}

const firstChild = Object.getOwnPropertyDescriptor(Node.prototype, 'firstChild')?.get as (
  this: Node,
) => ChildNode | null; // every browser has it
const getChildren = Object.getOwnPropertyDescriptor(Node.prototype, 'childNodes')?.get as (
  this: Node,
) => NodeListOf<ChildNode>; // as above

/** Runs rounds of changes; after each patch the trees are compared. Gives the first difference, or the counts. */
export async function fuzz(
  driver: Driver,
  seed: number,
  rounds: number,
): Promise<{ fault?: string; patches: number; ops: number }> {
  const pick = random(seed);
  const work = new Fuzz(driver.page, pick);
  driver.startManual();
  let ops = 0;
  let patches = 0;
  for (let round = 0; round < rounds; round++) {
    for (let callbacks = 1 + pick(3); callbacks > 0; callbacks--) {
      for (let steps = pick(6); steps > 0; steps--) work.step();
      await undefined; // the observer's callback
      await undefined;
    }
    driver.run();
    // What a patch found out while it was made goes with the next.
    for (let i = 0; i < 3 && driver.difference() !== undefined && driver.errors.length === 0; i++) driver.run();
    const fault = driver.difference() ?? (driver.bytes.includes(CANARY) ? 'a canary' : undefined);
    if (fault !== undefined) return { fault: `seed ${seed}, round ${round}: ${fault}`, patches, ops };
    patches += driver.messages.length;
    ops += driver.ops.length;
    driver.mark();
  }
  driver.capture?.stop();
  return { patches, ops };
}
