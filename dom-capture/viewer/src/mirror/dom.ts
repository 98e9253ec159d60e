// The DOM by functions of its prototypes. A page's `<input name="firstChild">` hides that property of its form, an
// `<img name="createElement">` that method of its document: mirrored nodes are never asked by their own properties.
// Nothing happens on import where there is no DOM.

type Method = (this: never, ...args: never[]) => unknown;

const scope = globalThis as unknown as Record<string, { prototype: object } | undefined>; // constructors by name

function descriptor(owner: string, name: string): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(scope[owner]?.prototype ?? {}, name) ?? {};
}

/** A property as a function of its node. */
function reader<N extends object, T>(owner: string, name: string): (node: N) => T {
  const get = descriptor(owner, name).get as ((this: N) => T) | undefined; // the caller knows the property's type
  return (node) => (get as (this: N) => T).call(node); // every browser has those below
}

function writer<N extends object, T>(owner: string, name: string): (node: N, value: T) => void {
  const set = descriptor(owner, name).set as ((this: N, value: T) => void) | undefined; // as in `reader`
  return (node, value) => (set as (this: N, value: T) => void).call(node, value); // as in `reader`
}

/** A method as a function of its node. */
function caller<N extends object, M extends Method>(owner: string, name: string) {
  const method = descriptor(owner, name).value as (this: N, ...args: Parameters<M>) => ReturnType<M>; // as in `reader`
  return (node: N, ...args: Parameters<M>): ReturnType<M> => method.apply(node, args);
}

export const nodeType = reader<Node, number>('Node', 'nodeType');
export const parentNode = reader<Node, (Node & ParentNode) | null>('Node', 'parentNode');
export const firstChild = reader<Node, ChildNode | null>('Node', 'firstChild');
export const nextSibling = reader<Node, ChildNode | null>('Node', 'nextSibling');
export const setText = writer<Node, string>('Node', 'textContent');
export const appendChild = caller<Node, (child: Node) => Node>('Node', 'appendChild');
export const removeChild = caller<Node, (child: Node) => Node>('Node', 'removeChild');
export const insertBefore = caller<Node, (child: Node, before: Node | null) => Node>('Node', 'insertBefore');
export const replaceChild = caller<Node, (child: Node, old: Node) => Node>('Node', 'replaceChild');
export const listen = caller<
  EventTarget,
  (type: string, listener: () => void, options?: boolean | AddEventListenerOptions) => void
>('EventTarget', 'addEventListener');

export const localName = reader<Element, string>('Element', 'localName');
export const namespaceURI = reader<Element, string | null>('Element', 'namespaceURI');
export const shadowRoot = reader<Element, ShadowRoot | null>('Element', 'shadowRoot');
export const assignedSlot = reader<Element, Element | null>('Element', 'assignedSlot');
export const setAttribute = caller<Element, (name: string, value: string) => void>('Element', 'setAttribute');
export const setAttributeNS = caller<Element, (space: string | null, name: string, value: string) => void>(
  'Element',
  'setAttributeNS',
);
export const setAttributeNode = caller<Element, (attribute: Attr) => void>('Element', 'setAttributeNode');
export const getAttribute = caller<Element, (name: string) => string | null>('Element', 'getAttribute');
export const removeAttribute = caller<Element, (name: string) => void>('Element', 'removeAttribute');
export const removeAttributeNS = caller<Element, (space: string | null, name: string) => void>(
  'Element',
  'removeAttributeNS',
);
export const matches = caller<Element, (selector: string) => boolean>('Element', 'matches');
export const closest = caller<Element, (selector: string) => Element | null>('Element', 'closest');
export const boxOf = caller<Element, () => DOMRect>('Element', 'getBoundingClientRect');
export const attachShadow = caller<Element, (init: ShadowRootInit) => ShadowRoot>('Element', 'attachShadow');
export const scrollTo = caller<Element, (to: ScrollToOptions) => void>('Element', 'scrollTo');
export const scrollLeft = reader<Element, number>('Element', 'scrollLeft');
export const scrollTop = reader<Element, number>('Element', 'scrollTop');
export const scrollWidth = reader<Element, number>('Element', 'scrollWidth');
export const scrollHeight = reader<Element, number>('Element', 'scrollHeight');
export const clientWidth = reader<Element, number>('Element', 'clientWidth');
export const clientHeight = reader<Element, number>('Element', 'clientHeight');
export const showPopover = caller<Element, () => void>('HTMLElement', 'showPopover');
export const hidePopover = caller<Element, () => void>('HTMLElement', 'hidePopover');

export const windowOf = reader<Document, (Window & typeof globalThis) | null>('Document', 'defaultView');
export const rootOf = reader<Document, Element | null>('Document', 'documentElement');
export const bodyOf = reader<Document, Element | null>('Document', 'body');
export const doctypeOf = reader<Document, DocumentType | null>('Document', 'doctype');
export const scrollerOf = reader<Document, Element | null>('Document', 'scrollingElement');
export const titleOf = reader<Document, string>('Document', 'title');
export const implementationOf = reader<Document, DOMImplementation>('Document', 'implementation');
export const adopt = writer<Document, CSSStyleSheet[]>('Document', 'adoptedStyleSheets');
export const createElement = caller<Document, (name: string) => HTMLElement>('Document', 'createElement');
export const createElementNS = caller<Document, (space: string, name: string) => Element>(
  'Document',
  'createElementNS',
);
export const createText = caller<Document, (data: string) => Text>('Document', 'createTextNode');
export const createFragment = caller<Document, () => DocumentFragment>('Document', 'createDocumentFragment');
export const importNode = caller<Document, (node: Attr) => Attr>('Document', 'importNode');
export const elementFromPoint = caller<Document, (x: number, y: number) => Element | null>(
  'Document',
  'elementFromPoint',
);
export const open = caller<Document, () => void>('Document', 'open');
export const write = caller<Document, (markup: string) => void>('Document', 'write');
export const close = caller<Document, () => void>('Document', 'close');
