// Builds nodes from canonical markup by DOM calls, numbering them in pre-order as the page did. Nothing is in the
// document until the whole payload stands and its count is right.

import { Prop } from '@coview/snippet/protocol';
import * as dom from './dom';
import { notCanonical } from './fault';
import {
  childNamespace,
  EMPTY_ONLY,
  elementName,
  HTML,
  impliedNamespace,
  NEVER,
  VOID,
  writtenNamespace,
} from './names';
import type { Size } from './placeholder';
import { Scanner, Token } from './tokens';

/** What the builder tells of the nodes it makes. */
export interface BuildHost {
  readonly document: Document;
  /** Takes the next node into the table of ids. */
  number(id: number, node: Node): void;
  attribute(element: Element, namespace: string, name: string, value: string): void;
  oddAttributes(element: Element, list: string): void;
  property(element: Element, what: number, value: string): void;
  built(element: Element): void;
  placeholder(node: Element | ShadowRoot, size: Size, byEdge: boolean): void;
}

/** What the markup is for. */
export interface BuildPlace {
  /** Number of the first node. */
  first: number;
  /** How many numbers the page says there are. */
  count: number;
  /** Namespace of the parent's children. */
  namespace: string;
  /** A snapshot: at most one element, no text beside it. */
  whole: boolean;
  /** Deepest nesting. */
  depth: number;
}

const LIVE: Record<string, number> = {
  'u:v': Prop.value,
  'u:c': Prop.checked,
  'u:s': Prop.selected,
  'u:ind': Prop.indeterminate,
  'u:t': Prop.title,
  'u:modal': Prop.modal,
  'u:media': Prop.media,
};

/** An open element. */
interface Level {
  node: Element | ShadowRoot | DocumentFragment;
  name: string;
  namespace: string;
  /** Nothing but a skip mark (a placeholder) or nothing at all (empty-only names) may stand inside. */
  sealed: boolean;
  masked: Size | undefined;
  skipped: boolean;
  /** Text inside would be code: it is kept empty. */
  mute: boolean;
}

/** What the wire says of an element's real name. */
interface Written {
  name?: string;
  namespace?: string;
  prefix?: string;
}

const PLAIN: Written = {};

/** Scripts keep no text, whoever sent it; the text of a style comes as a sheet. */
export function isMute(localName: string): boolean {
  const name = localName.toLowerCase();
  return name === 'script' || name === 'style';
}

/** Builds `html` and returns it, not yet in the document. */
export function build(html: string, place: BuildPlace, host: BuildHost): DocumentFragment {
  return new Building(html, place, host).run();
}

class Building {
  private readonly scanner: Scanner;
  private readonly fragment: DocumentFragment;
  private readonly stack: Level[] = [];
  private top: Level;
  private id: number;
  private last: number = Token.end;

  constructor(
    html: string,
    private readonly place: BuildPlace,
    private readonly host: BuildHost,
  ) {
    this.scanner = new Scanner(html);
    this.fragment = dom.createFragment(host.document);
    this.id = place.first - 1;
    this.top = level(this.fragment, '', place.namespace);
  }

  run(): DocumentFragment {
    for (;;) {
      const token = this.scanner.next();
      if (this.last === Token.boundary && token !== Token.text) throw notCanonical('boundary');
      if (token === Token.end) break;
      this.take(token);
      this.last = token;
    }
    if (this.stack.length > 0) throw notCanonical('nesting');
    if (this.id !== this.place.first + this.place.count - 1) throw notCanonical('count');
    return this.fragment;
  }

  private take(token: number): void {
    if (token === Token.close) this.close();
    else if (token === Token.skip) this.skip();
    else if (this.top.sealed) throw notCanonical('content of an empty element');
    else if (token === Token.open) this.open();
    else if (token === Token.boundary) {
      if (this.last !== Token.text) throw notCanonical('boundary');
    } else this.text(token === Token.text ? this.scanner.text : '');
  }

  private number(node: Node): void {
    this.id++;
    if (this.id >= this.place.first + this.place.count) throw notCanonical('count');
    this.host.number(this.id, node);
  }

  private text(data: string): void {
    if (this.place.whole && this.stack.length === 0) throw notCanonical('text beside the root');
    const node = dom.createText(this.host.document, this.top.mute ? '' : data);
    this.number(node);
    dom.appendChild(this.top.node, node);
  }

  private skip(): void {
    if (!this.top.masked || this.top.skipped) throw notCanonical('skip');
    this.top.skipped = true;
    this.id += this.scanner.skip;
  }

  private close(): void {
    const { top } = this;
    const parent = this.stack.pop();
    if (!parent || this.scanner.name !== top.name) throw notCanonical('end tag');
    this.finish(top);
    this.top = parent;
  }

  private finish(done: Level): void {
    if (done.masked) this.host.placeholder(done.node as Element | ShadowRoot, done.masked, done.skipped); // never the fragment
  }

  private open(): void {
    const { scanner, place, stack } = this;
    if (scanner.isVoid !== VOID.has(scanner.name)) throw notCanonical('void');
    if (place.whole && stack.length === 0 && dom.firstChild(this.fragment)) throw notCanonical('second root');
    const child = scanner.shadow !== undefined ? this.shadow(scanner.shadow) : this.element();
    if (scanner.isVoid) {
      this.finish(child);
      return;
    }
    if (stack.length >= place.depth) throw notCanonical('depth');
    stack.push(this.top);
    this.top = child;
  }

  private shadow(mode: string): Level {
    const { scanner, top } = this;
    const placed =
      scanner.name === 'template' && this.last === Token.open && dom.nodeType(top.node) === Node.ELEMENT_NODE;
    const size = this.mask('shadowrootmode');
    if (!placed || (mode !== 'open' && mode !== 'closed')) throw notCanonical('shadow root');
    if (!size && scanner.attributes.length > 2) throw notCanonical('shadow root');
    const root = this.attach(top.node as Element); // by its node type
    this.number(root);
    const child = level(root, 'template', HTML);
    child.sealed = size !== undefined;
    child.masked = size;
    return child;
  }

  private attach(host: Element): ShadowRoot {
    try {
      return dom.attachShadow(host, { mode: 'open' });
    } catch {
      throw notCanonical('shadow host');
    }
  }

  /** The size of a placeholder's start tag, or undefined if it is none. Nothing else may stand on one. */
  private mask(besides: string): Size | undefined {
    const list = this.scanner.attributes;
    if (!this.scanner.hasOwn) return undefined;
    const size: Size = { width: undefined, height: undefined };
    let masked = false;
    let others = false;
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i] ?? '';
      const value = list[i + 1] ?? '';
      if (name === 'u:w' || name === 'u:h') {
        if (!/^[0-9]{1,5}$/.test(value)) throw notCanonical('placeholder');
        if (name === 'u:w') size.width = Number(value);
        else size.height = Number(value);
      } else if (name === 'u:m') {
        if (value !== '') throw notCanonical('placeholder');
        masked = true;
      } else if (name !== besides) others = true;
    }
    if (!masked && size.width === undefined && size.height === undefined) return undefined;
    if (!masked || others) throw notCanonical('placeholder');
    return size;
  }

  private element(): Level {
    const { scanner, top, host } = this;
    if (NEVER.has(scanner.name)) throw notCanonical('name');
    const size = this.mask('');
    const written = scanner.hasOwn ? this.written() : PLAIN;
    if ((scanner.name === 'u-el') !== (written.name !== undefined) && !size) throw notCanonical('u-el');
    const wireName = written.name ?? scanner.name;
    const namespace = written.namespace ?? impliedNamespace(wireName, top.namespace);
    const name = written.name ?? elementName(wireName, namespace);
    const element = this.create(namespace, written.prefix, name);
    this.number(element);
    if (!size) this.dress(element, namespace);
    dom.appendChild(top.node, element);
    const child = level(element, scanner.name, childNamespace(namespace, name));
    child.masked = size;
    child.sealed = size !== undefined || EMPTY_ONLY.has(scanner.name);
    child.mute = isMute(name);
    if (namespace === HTML && !size) host.built(element);
    return child;
  }

  private written(): Written {
    const list = this.scanner.attributes;
    const out: Written = {};
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i] ?? '';
      if (name.charCodeAt(1) !== 58 || name.charCodeAt(0) !== 117) continue; // u:
      const value = list[i + 1] ?? '';
      if (name === 'u:n' && value !== '') out.name = value;
      else if (name === 'u:ns') out.namespace = writtenNamespace(value);
      else if (name === 'u:px') out.prefix = value;
      else if (name !== 'u:a' && LIVE[name] === undefined && !/^u:[mwh]$/.test(name)) throw notCanonical('u: name');
    }
    return out;
  }

  private create(namespace: string, prefix: string | undefined, name: string): Element {
    const { document } = this.host;
    try {
      if (namespace === HTML && prefix === undefined && name === name.toLowerCase())
        return dom.createElement(document, name);
      return dom.createElementNS(document, namespace, prefix ? `${prefix}:${name}` : name);
    } catch {
      return dom.createElementNS(document, namespace, 'u-el'); // a name this browser's DOM calls refuse
    }
  }

  private dress(element: Element, namespace: string): void {
    const { host } = this;
    const list = this.scanner.attributes;
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i] ?? '';
      const value = list[i + 1] ?? '';
      if (name.charCodeAt(1) !== 58 || name.charCodeAt(0) !== 117) host.attribute(element, namespace, name, value);
      else if (name === 'u:a') host.oddAttributes(element, value);
      else {
        const what = LIVE[name];
        if (what !== undefined) host.property(element, what, value);
      }
    }
  }
}

function level(node: Level['node'], name: string, namespace: string): Level {
  return { node, name, namespace, sealed: false, masked: undefined, skipped: false, mute: false };
}
