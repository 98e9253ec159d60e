// The document a page is mirrored into: an iframe that runs no script, under a policy that lets nothing but the edge
// load. Building anywhere else is refused.
import * as dom from './dom';

/** Exactly this: same origin, so that we can build in it; no scripts, forms, popups, navigation. */
export const SANDBOX = 'allow-same-origin';

/** A frame to mirror into, as the last child of `parent`. */
export function createFrame(parent: Node): HTMLIFrameElement {
  const frame = (parent.ownerDocument ?? document).createElement('iframe');
  frame.setAttribute('sandbox', SANDBOX);
  frame.tabIndex = -1;
  frame.referrerPolicy = 'no-referrer';
  frame.title = 'The visitor’s page';
  parent.appendChild(frame);
  return frame;
}

/** Throws unless `document` is that of a frame as `createFrame` makes it. */
export function assertInert(document: Document): void {
  const frame = dom.windowOf(document)?.frameElement;
  if (frame?.localName !== 'iframe' || frame.getAttribute('sandbox') !== SANDBOX) {
    throw new Error(`a page is mirrored only into an iframe with sandbox="${SANDBOX}"`);
  }
}

/** The content security policy of a mirrored document. */
export function policy(assets: string | undefined): string {
  const edge = assets === undefined ? '' : ` ${directory(assets)}`;
  return [
    "default-src 'none'",
    `style-src 'unsafe-inline' blob:${edge}`,
    `img-src data: blob:${edge}`,
    `font-src data: blob:${edge}`,
    `media-src data: blob:${edge}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The part of the capability's URL that every token shares: a policy is set once, a resume may bring a new token. */
function directory(assets: string): string {
  const url = new URL(assets);
  return encodeURI(url.origin + url.pathname.replace(/[^/]*$/, '')).replace(/[;,]/g, encodeURIComponent);
}

/** A document type as the page has it. */
export interface Doctype {
  name: string;
  public: string;
  system: string;
}

const LIMITED_QUIRKS = /^-\/\/w3c\/\/dtd xhtml 1\.0 (?:transitional|frameset)\/\//i;
const LIMITED_QUIRKS_WITH_SYSTEM = /^-\/\/w3c\/\/dtd html 4\.01 (?:transitional|frameset)\/\//i;

/** One of three fixed document types: the parser decides the mode by it, and no text of the page reaches a parser. */
function modeDoctype(doctype: Doctype | undefined, quirks: boolean): string {
  if (quirks) return '';
  const limited =
    doctype !== undefined &&
    (LIMITED_QUIRKS.test(doctype.public) || (doctype.system !== '' && LIMITED_QUIRKS_WITH_SYSTEM.test(doctype.public)));
  return limited
    ? '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
    : '<!DOCTYPE html>';
}

/**
 * Empties the document, gives it its mode and its policy. The policy outlives the elements that brought it: what was
 * once set for a document can't be taken back.
 */
export function openDocument(document: Document, doctype: Doctype | undefined, quirks: boolean, csp: string): void {
  dom.open(document);
  dom.write(
    document,
    `${modeDoctype(doctype, quirks)}<html><head><meta http-equiv="Content-Security-Policy" content="${csp}">` +
      '<meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off"></head></html>',
  );
  dom.close(document);
  dom.adopt(document, []);
  for (const node of [dom.rootOf(document), dom.doctypeOf(document)]) if (node) dom.removeChild(document, node);
  if (doctype) dom.appendChild(document, doctypeNode(document, doctype));
}

function doctypeNode(document: Document, doctype: Doctype): DocumentType {
  const implementation = dom.implementationOf(document);
  try {
    return implementation.createDocumentType(doctype.name, doctype.public, doctype.system);
  } catch {
    return implementation.createDocumentType('html', '', '');
  }
}
