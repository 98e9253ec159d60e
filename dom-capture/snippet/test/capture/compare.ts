// Compares a page with its mirror node by node, by rules of its own: what docs/protocol.md never sends is left out, what
// is masked counts with its place and name only.

export interface Sides {
  /** Ids of both sides must be the same. */
  pageId(node: Node): number | undefined;
  mirrorId(node: Node): number | undefined;
  isMasked(mirrored: Node): boolean;
  original(mirrored: Element, name: string): string | undefined;
  originals(mirrored: Element): ReadonlyMap<string, string>;
}

/** Attributes that hold a URL. */
const URLS = new Set(
  'href src action formaction xlink:href data poster background cite longdesc from to by values'.split(' '),
);
const HTML = 'http://www.w3.org/1999/xhtml';

/** The first difference, as a path; undefined if there is none. */
export function difference(page: Document, mirror: Document, sides: Sides): string | undefined {
  return children(page, mirror, '', sides, (node) => node.nodeType === 1);
}

function content(parent: Node, keep: (node: Node) => boolean): Node[] {
  return [...getChildren(parent)].filter((node) => [1, 3, 4].includes(node.nodeType) && keep(node));
}

/** `childNodes` of a form may be an input of that name. */
const childNodes = Object.getOwnPropertyDescriptor(Node.prototype, 'childNodes')?.get as (this: Node) => NodeList; // every browser has it
const attributesOf = Object.getOwnPropertyDescriptor(Element.prototype, 'attributes')?.get as (
  this: Element,
) => NamedNodeMap; // as above
function getChildren(parent: Node): NodeList {
  return childNodes.call(parent);
}

function children(
  page: Node,
  mirror: Node,
  path: string,
  sides: Sides,
  keep: (node: Node) => boolean,
): string | undefined {
  const ours = content(page, keep);
  const theirs = content(mirror, keep);
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const a = ours[i];
    const b = theirs[i];
    const place = `${path}/${i}:${(a ?? b)?.nodeName}`;
    if (!a || !b)
      return `${place}: only ${a ? 'in the page' : 'in the mirror'} (${ours.length} against ${theirs.length})`;
    const found = node(a, b, place, sides);
    if (found !== undefined) return found;
  }
  return undefined;
}

function node(a: Node, b: Node, path: string, sides: Sides): string | undefined {
  const id = sides.pageId(a);
  if (id === undefined || id !== sides.mirrorId(b)) return `${path}: id ${id} against ${sides.mirrorId(b)}`;
  if (a.nodeType !== b.nodeType) return `${path}: type ${a.nodeType} against ${b.nodeType}`;
  if (a.nodeType !== 1) {
    const text = clean((a as Text).data);
    return text === (b as Text).data
      ? undefined
      : `${path}: ${JSON.stringify(text)} against ${JSON.stringify((b as Text).data)}`;
  }
  return element(a as Element, b as Element, path, sides); // both are elements
}

function clean(text: string): string {
  return text.replace(/\0/g, '\ufffd').toWellFormed();
}

function get<T>(element: Element, owner: { prototype: object }, name: string): T {
  return Object.getOwnPropertyDescriptor(owner.prototype, name)?.get?.call(element) as T; // the caller knows the type
}

function element(a: Element, b: Element, path: string, sides: Sides): string | undefined {
  if (sides.isMasked(b)) return undefined;
  const name = get<string>(a, Element, 'localName');
  const space = get<string | null>(a, Element, 'namespaceURI');
  for (const key of ['localName', 'namespaceURI', 'prefix']) {
    const ours = get<string | null>(a, Element, key);
    const theirs = get<string | null>(b, Element, key);
    if (ours !== theirs) return `${path}: ${key} ${ours} against ${theirs}`;
  }
  const found = attributes(a, b, name, path, sides) ?? live(a, b, name, space, path);
  if (found !== undefined) return found;
  const rootA = get<ShadowRoot | null>(a, Element, 'shadowRoot');
  const rootB = get<ShadowRoot | null>(b, Element, 'shadowRoot');
  if (!rootA !== !rootB) return `${path}: shadow root only ${rootA ? 'in the page' : 'in the mirror'}`;
  if (rootA && rootB) {
    if (sides.pageId(rootA) !== sides.mirrorId(rootB)) return `${path}: id of the shadow root`;
    const inside = children(rootA, rootB, `${path}#root`, sides, () => true);
    if (inside !== undefined) return inside;
  }
  const sealed = space === HTML ? ['script', 'noscript', 'style', 'title', 'textarea', 'iframe'] : ['script', 'style'];
  if (sealed.includes(name)) return undefined;
  return children(a, b, path, sides, () => true);
}

function attributes(a: Element, b: Element, local: string, path: string, sides: Sides): string | undefined {
  const ours = new Map<string, string>();
  for (const { name, value } of attributesOf.call(a)) {
    const never =
      /^on|^nonce$/i.test(name) ||
      (['iframe', 'frame'].includes(local) && ['src', 'srcdoc'].includes(name)) ||
      (local === 'object' && name === 'data') ||
      (local === 'embed' && name === 'src') ||
      (local === 'script' && ['src', 'href', 'xlink:href'].includes(name));
    const script = URLS.has(name) && /^[\0-\x20]*j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t\s*:/i.test(value);
    if (!never && !script) ours.set(name, clean(value));
  }
  const theirs = new Map<string, string>();
  for (const { name, value } of attributesOf.call(b)) theirs.set(name, sides.original(b, name) ?? value);
  for (const [name, value] of sides.originals(b)) theirs.set(name, value);
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    // Whether a dialog is open is live state in the mirror; it is compared there.
    if (ours.get(name) === theirs.get(name) || (local === 'dialog' && name === 'open')) continue;
    return `${path}: ${name} ${JSON.stringify(ours.get(name))} against ${JSON.stringify(theirs.get(name))}`;
  }
  return undefined;
}

function live(a: Element, b: Element, local: string, space: string | null, path: string): string | undefined {
  if (space !== HTML) return undefined;
  const compare = (owner: { prototype: object }, names: string[]) => {
    for (const name of names) {
      const ours = get<unknown>(a, owner, name);
      const theirs = get<unknown>(b, owner, name);
      const same = typeof ours === 'string' && typeof theirs === 'string' ? clean(ours) === theirs : ours === theirs;
      if (!same) return `${path}: ${name} ${String(ours)} against ${String(theirs)}`;
    }
    return undefined;
  };
  if (local === 'input' && (a as HTMLInputElement).type !== 'file') {
    const box = ['checkbox', 'radio'].includes((a as HTMLInputElement).type); // by its name
    return compare(HTMLInputElement, box ? ['type', 'value', 'checked', 'indeterminate'] : ['type', 'value']);
  }
  if (local === 'textarea') return compare(HTMLTextAreaElement, ['value']);
  // Nobody sees whether an option is selected that no select offers.
  if (local === 'option' && isOffered(a)) return compare(HTMLOptionElement, ['selected']);
  if (local === 'title') return clean(ownText(a)) === ownText(b) ? undefined : `${path}: title`;
  if (local === 'dialog' && a.matches(':modal') !== b.matches(':modal')) return `${path}: modal`;
  if (a.hasAttribute('popover') && a.matches(':popover-open') !== b.matches(':popover-open')) return `${path}: popover`;
  return undefined;
}

function ownText(element: Element): string {
  let text = '';
  for (const child of childNodes.call(element)) if (child.nodeType === 3) text += (child as Text).data; // by its type
  return text;
}

function isOffered(option: Element): boolean {
  // Chromium also takes options of any depth, and is of two minds about them when none is selected.
  const parent = option.parentElement;
  const group = parent?.localName === 'optgroup' ? parent.parentElement : parent;
  return group?.localName === 'select';
}
