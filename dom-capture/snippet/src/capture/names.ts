// How names of elements and attributes are written in canonical markup (docs/protocol.md, 3.1), worked out once per name.
import { escapeValue } from './escape';

export const HTML = 'http://www.w3.org/1999/xhtml';
export const SVG = 'http://www.w3.org/2000/svg';
export const MATHML = 'http://www.w3.org/1998/Math/MathML';

/** What the walk does with an element besides writing it. */
export const Kind = {
  plain: 0,
  input: 1,
  textarea: 2,
  option: 3,
  title: 4,
  style: 5,
  link: 6,
  dialog: 7,
  media: 8,
  frame: 9,
  script: 10,
  object: 11,
  embed: 12,
  noscript: 13,
  custom: 14,
} as const;

export interface ElementName {
  readonly local: string;
  readonly kind: number;
  /** `<div`, or `<u-el u:n="…"`. */
  readonly open: string;
  /** `</div>`; empty for a void element. */
  readonly end: string;
  /** Cannot have content under its own name: with content it is written in the other two forms. */
  readonly leaf: boolean;
  readonly leafOpen: string;
  readonly leafEnd: string;
  /** What is written of it when it is masked. */
  readonly mask: string;
  readonly maskEnd: string;
  /** Its content is never written as children. */
  readonly sealed: boolean;
}

const words = (text: string) => new Set(text.split(' '));
const VOID = words('area base basefont bgsound br col embed hr img input keygen link meta param source track wbr');
const EMPTY = words('style textarea title iframe xmp noembed noframes');
const NEVER = words('script noscript plaintext u-el');
const NAME = /^[a-z][a-z0-9:_.-]*$/;
const ATTRIBUTE = /^[a-z0-9:_.-]+$/;
/** Names of the HTML standard that its parser restores in foreign content; the wire has them in lower case. */
const SVG_ELEMENTS = words(
  'altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence foreignObject glyphRef linearGradient radialGradient textPath',
);
const SVG_ATTRIBUTES = words(
  'attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant edgeMode filterUnits glyphRef gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines keyTimes lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth maskContentUnits maskUnits numOctaves pathLength patternContentUnits patternTransform patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY repeatCount repeatDur requiredExtensions requiredFeatures specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles surfaceScale systemLanguage tableValues targetX targetY textLength viewBox viewTarget xChannelSelector yChannelSelector zoomAndPan',
);
const MATHML_ATTRIBUTES = words('definitionURL');
const lower = (names: Set<string>) => {
  const out = new Set<string>();
  for (const name of names) out.add(name.toLowerCase());
  return out;
};
const SVG_ELEMENTS_LOWER = lower(SVG_ELEMENTS);
const SVG_ATTRIBUTES_LOWER = lower(SVG_ATTRIBUTES);
const MATHML_ATTRIBUTES_LOWER = lower(MATHML_ATTRIBUTES);

const HTML_KINDS = new Map<string, number>([
  ['input', Kind.input],
  ['textarea', Kind.textarea],
  ['option', Kind.option],
  ['title', Kind.title],
  ['style', Kind.style],
  ['link', Kind.link],
  ['dialog', Kind.dialog],
  ['audio', Kind.media],
  ['video', Kind.media],
  ['iframe', Kind.frame],
  ['frame', Kind.frame],
  ['script', Kind.script],
  ['object', Kind.object],
  ['embed', Kind.embed],
  ['noscript', Kind.noscript],
]);

/** Names a page may invent are remembered up to this many. */
const REMEMBERED = 4096;
const elements: [Map<string, ElementName>, Map<string, ElementName>, Map<string, ElementName>] = [
  new Map(),
  new Map(),
  new Map(),
];

/** The name of an element. */
export function elementName(local: string, namespace: string | null): ElementName {
  const known = elements[namespace === HTML ? 0 : namespace === SVG ? 1 : 2];
  let name = known.get(local);
  if (name === undefined) {
    name = makeElementName(local, namespace);
    if (known.size < REMEMBERED) known.set(local, name);
  }
  return name;
}

function makeElementName(local: string, namespace: string | null): ElementName {
  const html = namespace === HTML;
  const svg = namespace === SVG;
  const kind = html
    ? (HTML_KINDS.get(local) ?? (local.indexOf('-') > 0 ? Kind.custom : Kind.plain))
    : svg && local === 'style'
      ? Kind.style
      : svg && local === 'script'
        ? Kind.script
        : Kind.plain;
  const adjusted = svg && SVG_ELEMENTS.has(local);
  const wire = adjusted ? local.toLowerCase() : local;
  const renamed =
    NEVER.has(wire) || !NAME.test(wire) || wire.length > 255 || (svg && !adjusted && SVG_ELEMENTS_LOWER.has(local));
  const other = `<u-el u:n="${escapeValue(local)}"`;
  const isVoid = !renamed && VOID.has(wire);
  const sealed =
    kind === Kind.style ||
    kind === Kind.script ||
    (html && (kind === Kind.title || kind === Kind.textarea || local === 'iframe' || kind === Kind.noscript));
  const open = renamed ? other : `<${wire}`;
  const end = renamed ? '</u-el>' : isVoid ? '' : `</${wire}>`;
  return {
    local,
    kind,
    open,
    end,
    leaf: !renamed && !sealed && (isVoid || EMPTY.has(wire)),
    leafOpen: other,
    leafEnd: '</u-el>',
    mask: renamed ? '<u-el u:m=""' : `<${wire} u:m=""`,
    maskEnd: isVoid ? '/>' : renamed ? '></u-el>' : `></${wire}>`,
    sealed,
  };
}

/** What becomes of an attribute. */
export const Attr = {
  /** Written. */
  plain: 0,
  /** Never written. */
  drop: 1,
  /** Written in `u:a`. */
  odd: 2,
  /** Written unless it is a `javascript:` URL. */
  url: 3,
  /** As `url`, and never written on some elements (`isDroppedOn`). */
  source: 4,
  /** Written, and its element has to be asked whether it is open. */
  popover: 5,
} as const;

export interface AttributeName {
  readonly kind: number;
  readonly wire: string;
  /** ` name="`. */
  readonly open: string;
}

const URLS = words(
  'href src action formaction xlink:href data poster background cite longdesc lowsrc dynsrc codebase manifest classid profile from to by values',
);
const attributes: [Map<string, AttributeName>, Map<string, AttributeName>, Map<string, AttributeName>] = [
  new Map(),
  new Map(),
  new Map(),
];

/** The name of an attribute (its qualified name) on an element of a namespace. */
export function attributeName(qualified: string, namespace: string | null): AttributeName {
  const known = attributes[namespace === HTML ? 0 : namespace === SVG ? 1 : 2];
  let name = known.get(qualified);
  if (name === undefined) {
    name = makeAttributeName(qualified, namespace);
    if (known.size < REMEMBERED) known.set(qualified, name);
  }
  return name;
}

function makeAttributeName(qualified: string, namespace: string | null): AttributeName {
  const adjusted =
    (namespace === SVG && SVG_ATTRIBUTES.has(qualified)) || (namespace === MATHML && MATHML_ATTRIBUTES.has(qualified));
  const small = qualified.toLowerCase();
  const wire = adjusted ? small : qualified;
  let kind: number = Attr.plain;
  if (small.startsWith('on') || small === 'nonce') kind = Attr.drop;
  else if (
    !ATTRIBUTE.test(wire) ||
    wire.startsWith('u:') ||
    wire === 'shadowrootmode' ||
    (!adjusted && namespace === SVG && SVG_ATTRIBUTES_LOWER.has(wire)) ||
    (!adjusted && namespace === MATHML && MATHML_ATTRIBUTES_LOWER.has(wire))
  )
    kind = Attr.odd;
  else if (small === 'src' || small === 'srcdoc' || small === 'data' || small === 'href' || small === 'xlink:href')
    kind = Attr.source;
  else if (URLS.has(small)) kind = Attr.url;
  else if (small === 'popover') kind = Attr.popover;
  return { kind, wire, open: ` ${wire}="` };
}

/** True where the attribute is never written on this kind of element, though it would be on others. */
export function isDroppedOn(kind: number, wire: string): boolean {
  switch (kind) {
    case Kind.frame:
      return wire === 'src' || wire === 'srcdoc';
    case Kind.script:
      return wire === 'src' || wire === 'href' || wire === 'xlink:href';
    case Kind.embed:
      return wire === 'src';
    case Kind.object:
      return wire === 'data';
    default:
      return false;
  }
}

/** The namespace that children of an element have unless they say otherwise. */
export function childNamespace(local: string, namespace: string | null): string | null {
  if (namespace === HTML) return HTML;
  if (namespace === SVG && (local === 'foreignObject' || local === 'desc' || local === 'title')) return HTML;
  if (namespace === MATHML && local === 'annotation-xml') return HTML;
  return namespace;
}

/** The namespace a name implies below a parent. */
export function impliedNamespace(local: string, parent: string | null): string | null {
  return local === 'svg' ? SVG : local === 'math' ? MATHML : parent;
}

/** The value of `u:ns`. */
export function namespaceCode(namespace: string | null): string {
  return namespace === HTML ? 'h' : namespace === SVG ? 's' : namespace === MATHML ? 'm' : (namespace ?? '');
}
