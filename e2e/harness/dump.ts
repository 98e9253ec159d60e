// What a document is, written down so that two can be compared: one line per node, in document order. It runs inside
// the browser (`page.evaluate`), so this function stands alone and uses nothing from outside itself.

/** Whose document is dumped. */
export interface DumpOptions {
  /** `visitor`: the page itself, whose masked parts are found by rules of our own; `agent`: the mirrored document. */
  side: 'visitor' | 'agent';
  /** Selectors of the site's masks, and of fields that once were passwords. */
  masks: string[];
  /** Give every line, not only the hash of all. */
  lines: boolean;
}

export interface Dump {
  nodes: number;
  hash: string;
  /** Depth and text of each node; empty unless asked for. */
  lines: [number, string][];
  /** Number of the node, left, top: only what is scrolled. */
  scrolls: [number, number, number][];
  /** Number of the owner and the rules of a sheet, or null where the browser hides them. */
  sheets: [string, string | null][];
  masked: number;
  ready: boolean;
}

/**
 * Dumps the page's own document, or on an agent's page the one of `window.view`. Gives a `Dump` as JSON: one string comes
 * out of the browser a hundred times faster than as many values.
 */
export function dumpDocument(options: DumpOptions): string {
  interface View {
    document: Document | null;
    /** What the mirror changed or held back, as the page said it. */
    mirror?: { originals(element: Element): ReadonlyMap<string, string> } | undefined;
  }
  const agent = options.side === 'agent';
  const view = (window as unknown as { view?: View }).view; // put there by the agent's page
  const doc = agent ? view?.document : document;
  const out: Dump = { nodes: 0, hash: '', lines: [], scrolls: [], sheets: [], masked: 0, ready: false };
  if (!doc?.documentElement) return JSON.stringify(out);
  out.ready = true;

  const AUTOMATIC = [
    '.no-upscope',
    '[data-coview="mask"]',
    '[data-coview="ignore"]',
    'input[type="password" i]',
    'input[type="hidden" i]',
    'input[type="file" i]',
    '[autocomplete~="one-time-code" i]',
    '[autocomplete~="current-password" i]',
    '[autocomplete~="new-password" i]',
    '[autocomplete*="cc-" i]',
  ];
  const selector = [...AUTOMATIC, ...options.masks].join(',');
  const HTML = 'http://www.w3.org/1999/xhtml';
  const SILENT = new Set(['script', 'noscript', 'style', 'iframe', 'frame', 'textarea', 'title']);
  const URLS = new Set(
    'href src action formaction xlink:href data poster background cite longdesc from to by values'.split(' '),
  );

  const clean = (text: string): string => text.replace(/\0/g, '\ufffd').toWellFormed();
  const card = (text: string): boolean => {
    const digits = text.replace(/[ -]/g, '');
    if (!/^\d{13,19}$/.test(digits)) return false;
    let sum = 0;
    for (let i = 0; i < digits.length; i += 1) {
      const digit = Number(digits.charAt(digits.length - 1 - i)) * (i % 2 === 0 ? 1 : 2);
      sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 === 0;
  };
  const isMasked = (element: Element): boolean => {
    if (agent) return element.hasAttribute('data-coview-masked');
    if (element.matches(selector)) return true;
    if (element.namespaceURI !== HTML) return false;
    if (element.localName === 'input') {
      const input = element as HTMLInputElement; // by its name and namespace
      return card(input.value) || card(input.defaultValue);
    }
    return element.localName === 'textarea' && card((element as HTMLTextAreaElement).value); // by its name
  };
  const runsScript = (value: string): boolean => {
    try {
      return new URL(value, doc.baseURI).protocol === 'javascript:';
    } catch {
      return false;
    }
  };

  /** Never sent: docs/protocol.md, 3.1. */
  const neverSent = (element: Element, name: string, value: string): boolean => {
    const small = name.toLowerCase();
    const local = element.namespaceURI === HTML ? element.localName : '';
    if (small.startsWith('on') || small === 'nonce') return true;
    if ((local === 'iframe' || local === 'frame') && (small === 'src' || small === 'srcdoc')) return true;
    if (local === 'object' && small === 'data') return true;
    if (local === 'embed' && small === 'src') return true;
    if (element.localName === 'script' && ['src', 'href', 'xlink:href'].includes(small)) return true;
    return URLS.has(small) && runsScript(value);
  };

  const attributesOf = (element: Element): string[] => {
    const found = new Map<string, string>();
    for (const attribute of element.attributes) found.set(attribute.name, attribute.value);
    if (agent) for (const [name, value] of view?.mirror?.originals(element) ?? []) found.set(name, value);
    const list: string[] = [];
    for (const [name, value] of found) {
      if (!neverSent(element, name, value)) list.push(`${name}=${JSON.stringify(clean(value))}`);
    }
    return list.sort();
  };

  const liveOf = (element: Element): string[] => {
    if (element.namespaceURI !== HTML) return [];
    const live: string[] = [];
    if (element.localName === 'input') {
      const input = element as HTMLInputElement; // by its name
      live.push(`value:${JSON.stringify(clean(input.value))}`);
      if (input.checked) live.push('checked');
      if (input.indeterminate) live.push('indeterminate');
    } else if (element.localName === 'textarea') {
      live.push(`value:${JSON.stringify(clean((element as HTMLTextAreaElement).value))}`); // by its name
    } else if (element.localName === 'select') {
      live.push(`index:${(element as HTMLSelectElement).selectedIndex}`); // by its name
    } else if (element.localName === 'option') {
      if ((element as HTMLOptionElement).selected) live.push('selected'); // by its name
    } else if (element.localName === 'title') live.push(`text:${JSON.stringify(clean(element.textContent ?? ''))}`);
    if (element.localName === 'dialog' && element.matches(':modal')) live.push('modal');
    if (element.hasAttribute('popover') && element.matches(':popover-open')) live.push('open');
    return live;
  };

  // The browser writes a shorthand with var() that a longhand follows as empty longhands, and reads nothing from them:
  // what was built from such text can't have them.
  const withoutLost = (text: string): string => text.replace(/(?<=[{;] )[\w-]+: ; /g, '');
  // URLs in rules: the visitor's are resolved, the agent's are taken out of the asset capability's query.
  const ruleText = (text: string, base: string): string =>
    text.replace(/url\("((?:[^"\\]|\\.)*)"\)/g, (_, url: string) => {
      if (agent) {
        const cut = url.indexOf('?url=');
        return cut < 0 ? `url(${url})` : `url(${decodeURIComponent(url.slice(cut + 5).replace(/#.*$/, ''))})`;
      }
      try {
        if (url === '' || url.startsWith('#')) return `url(${url})`;
        const whole = new URL(url, base);
        if (whole.protocol !== 'data:') whole.hash = '';
        return whole.protocol === 'data:' ? `url(${url})` : `url(${whole.href})`;
      } catch {
        return `url(${url})`;
      }
    });
  const rulesOf = (sheet: CSSStyleSheet, base: string): string | null => {
    let rules: CSSRuleList;
    try {
      rules = sheet.cssRules;
    } catch {
      return null;
    }
    const text: string[] = [];
    for (const rule of rules)
      text.push(rule instanceof CSSImportRule ? '@import' : ruleText(withoutLost(rule.cssText), base));
    return text.join('\n');
  };

  let a = 0x811c9dc5;
  let b = 7;
  const add = (depth: number, text: string): void => {
    const line = `${depth} ${text}\n`;
    for (let i = 0; i < line.length; i += 1) {
      const code = line.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b, 31) + code;
    }
    out.nodes += 1;
    if (options.lines) out.lines.push([depth, text]);
  };

  const walk = (node: Node, depth: number): void => {
    if (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.CDATA_SECTION_NODE) {
      add(depth, `#text ${JSON.stringify(clean(node.nodeValue ?? ''))}`);
      return;
    }
    if (node.nodeType === Node.DOCUMENT_TYPE_NODE) {
      const type = node as DocumentType; // by its type
      add(depth, `<!doctype ${type.name} ${JSON.stringify([type.publicId, type.systemId])}`);
      return;
    }
    if (node.nodeType === Node.ELEMENT_NODE) walkElement(node as Element, depth); // by its type
  };

  const walkElement = (element: Element, depth: number): void => {
    const number = out.nodes;
    const name = `<${element.nodeName}${element.namespaceURI === HTML ? '' : ` ${element.namespaceURI}`}`;
    if (isMasked(element)) {
      out.masked += 1;
      add(depth, `${name} masked`);
      return;
    }
    if (element.localName === 'coview-ui') {
      add(depth, `${name} own`);
      return;
    }
    add(depth, [name, ...attributesOf(element), ...liveOf(element)].join(' '));
    if (element.scrollLeft !== 0 || element.scrollTop !== 0) {
      out.scrolls.push([number, element.scrollLeft, element.scrollTop]);
    }
    const sheet = (element as HTMLStyleElement).sheet; // undefined on elements that own none
    if (sheet) out.sheets.push([`${number}`, rulesOf(sheet, sheet.href ?? doc.baseURI)]);
    const root = element.shadowRoot;
    if (root) {
      add(depth + 1, `#shadow-root ${root.mode}`);
      adopted(root, `${number} shadow`);
      for (const child of root.childNodes) walk(child, depth + 2);
    }
    if (element.namespaceURI === HTML && SILENT.has(element.localName)) return;
    if (element.localName === 'script' || element.localName === 'style') return;
    for (const child of element.childNodes) walk(child, depth + 1);
  };

  const adopted = (root: Document | ShadowRoot, place: string): void => {
    root.adoptedStyleSheets.forEach((sheet, index) => {
      out.sheets.push([`${place} adopted ${index}`, rulesOf(sheet, doc.baseURI)]);
    });
  };

  adopted(doc, 'document');
  for (const child of doc.childNodes) walk(child, 0);
  out.hash = `${a >>> 0} ${b >>> 0}`;
  return JSON.stringify(out);
}
