// Reads a mirrored document back as the trees of `dom-capture/vectors` are written, by plain DOM reads of its own.
import type { Mirror } from '../../src/index';

/** A node of a vector's tree. */
export type TreeNode =
  | string
  | {
      e: string;
      ns?: string;
      a?: [string, string][];
      c?: TreeNode[];
      shadow?: TreeNode[];
      mode?: string;
      masked?: boolean;
    };

const CODES: Record<string, string> = {
  'http://www.w3.org/1999/xhtml': 'h',
  'http://www.w3.org/2000/svg': 's',
  'http://www.w3.org/1998/Math/MathML': 'm',
};

function childSpace(space: string, local: string): string {
  if (space === 's' && /^(foreignObject|desc|title)$/.test(local)) return 'h';
  return space === 'm' && local === 'annotation-xml' ? 'h' : space;
}

/** The children of a node; `visit` is called with each node in pre-order. */
export function readTree(mirror: Mirror, parent: Node, space: string, visit: (node: Node) => void): TreeNode[] {
  const out: TreeNode[] = [];
  for (const child of parent.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      visit(child);
      out.push(child.nodeValue ?? '');
    } else if (child.nodeType === Node.ELEMENT_NODE) out.push(readElement(mirror, child as Element, space, visit)); // by its node type
  }
  return out;
}

function readElement(mirror: Mirror, element: Element, space: string, visit: (node: Node) => void): TreeNode {
  visit(element);
  const { localName: e, namespaceURI, shadowRoot } = element;
  const own = CODES[namespaceURI ?? ''] ?? namespaceURI ?? '';
  const implied = e === 'svg' ? 's' : e === 'math' ? 'm' : space;
  const ns = own === implied ? {} : { ns: own };
  if (mirror.isMasked(element)) return { e, ...ns, masked: true };
  const a = attributesOf(mirror, element);
  let shadow: TreeNode[] | undefined;
  if (shadowRoot) {
    visit(shadowRoot);
    shadow = readTree(mirror, shadowRoot, 'h', visit);
  }
  const c = e === 'title' || e === 'style' ? [] : readTree(mirror, element, childSpace(own, e), visit);
  return {
    e,
    ...ns,
    ...(a.length > 0 ? { a } : {}),
    ...(c.length > 0 ? { c } : {}),
    ...(shadow ? { shadow } : {}),
  };
}

/** The page's attributes, with what the mirror held back, and live state that differs from them; sorted. */
function attributesOf(mirror: Mirror, element: Element): [string, string][] {
  const all = new Map<string, string>();
  for (const { name, value } of element.attributes) all.set(name, value);
  for (const [name, value] of mirror.originals(element)) all.set(name, value);
  if (element instanceof realm(element).HTMLInputElement) {
    if (element.checked !== element.defaultChecked) all.set('u:c', element.checked ? '1' : '0');
    if (element.type !== 'checkbox' && element.value !== element.defaultValue) all.set('u:v', element.value);
  } else if (element instanceof realm(element).HTMLTextAreaElement) all.set('u:v', element.value);
  else if (element.localName === 'title') all.set('u:t', element.textContent ?? '');
  return [...all].sort(([x], [y]) => (x < y ? -1 : 1));
}

function realm(element: Element): Window & typeof globalThis {
  const view = element.ownerDocument.defaultView;
  if (!view) throw new Error('no window');
  return view as Window & typeof globalThis; // a window has its realm's classes
}

/** A vector's tree as `readTree` gives it for the page, or for the agent with the ids in `hidden` masked. */
export function expected(nodes: readonly TreeNode[], hidden: ReadonlySet<number>): { tree: TreeNode[]; ids: number[] } {
  let id = 0;
  const ids: number[] = [];
  const walk = (list: readonly TreeNode[], dead: boolean): TreeNode[] => list.map((one) => node(one, dead));
  const node = (one: TreeNode, dead: boolean): TreeNode => {
    id++;
    if (!dead) ids.push(id);
    if (typeof one === 'string') return one;
    const masked = one.masked === true || hidden.has(id);
    const shadow = one.shadow && root(one.shadow, dead || masked);
    const c = walk(one.c ?? [], dead || masked);
    const ns = one.ns === undefined ? {} : { ns: one.ns };
    if (masked) return { e: one.e, ...ns, masked: true };
    const a = [...(one.a ?? [])].sort(([x], [y]) => (x < y ? -1 : 1));
    return {
      e: one.e,
      ...ns,
      ...(a.length > 0 ? { a } : {}),
      ...(c.length > 0 ? { c } : {}),
      ...(shadow ? { shadow } : {}),
    };
  };
  const root = (list: readonly TreeNode[], dead: boolean): TreeNode[] => {
    id++;
    if (!dead) ids.push(id);
    return walk(list, dead);
  };
  return { tree: walk(nodes, false), ids };
}
