// Names and namespaces of canonical markup (docs/protocol.md, 3.1): what the wire writes in lower case
// and the HTML standard spells otherwise inside SVG and MathML.

export const HTML = 'http://www.w3.org/1999/xhtml';
export const SVG = 'http://www.w3.org/2000/svg';
export const MATHML = 'http://www.w3.org/1998/Math/MathML';
export const XLINK = 'http://www.w3.org/1999/xlink';
const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

const svgElements = `altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend
feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight
feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
fePointLight feSpecularLighting feSpotLight feTile feTurbulence foreignObject glyphRef linearGradient radialGradient
textPath`;

const svgAttributes = `attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant
edgeMode filterUnits glyphRef gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines
keyTimes lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth maskContentUnits maskUnits numOctaves
pathLength patternContentUnits patternTransform patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha
preserveAspectRatio primitiveUnits refX refY repeatCount repeatDur requiredExtensions requiredFeatures
specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles surfaceScale systemLanguage
tableValues targetX targetY textLength viewBox viewTarget xChannelSelector yChannelSelector zoomAndPan`;

const byLowerCase = (list: string): Map<string, string> =>
  new Map(list.split(/\s+/).map((name) => [name.toLowerCase(), name]));

const SVG_ELEMENTS = byLowerCase(svgElements);
const SVG_ATTRIBUTES = byLowerCase(svgAttributes);

/** Names whose elements have no content on the wire. */
export const EMPTY_ONLY = new Set(['style', 'textarea', 'title', 'iframe', 'xmp', 'noembed', 'noframes']);

/** Names that never stand on the wire themselves; `u:n` brings them. */
export const NEVER = new Set(['script', 'noscript', 'plaintext']);

/** Names that are written with `/>` and can have no children. */
export const VOID = new Set(
  'area base basefont bgsound br col embed hr img input keygen link meta param source track wbr'.split(' '),
);

/** The real name of an element that was written as `name` in `namespace`. */
export function elementName(name: string, namespace: string): string {
  return namespace === SVG ? (SVG_ELEMENTS.get(name) ?? name) : name;
}

/** The real name of an attribute that was written as `name` on an element of `namespace`. */
export function attributeName(name: string, namespace: string): string {
  if (namespace === SVG) return SVG_ATTRIBUTES.get(name) ?? name;
  if (namespace === MATHML && name === 'definitionurl') return 'definitionURL';
  return name;
}

/** The namespace of an attribute: only elements outside HTML have prefixed ones. */
export function attributeNamespace(name: string, namespace: string): string | null {
  if (namespace === HTML) return null;
  if (name.startsWith('xlink:')) return XLINK;
  if (name.startsWith('xml:')) return XML;
  if (name === 'xmlns' || name.startsWith('xmlns:')) return XMLNS;
  return null;
}

/** The namespace an element has if the wire does not say: by its name, else its parent's. */
export function impliedNamespace(name: string, parent: string): string {
  if (name === 'svg') return SVG;
  if (name === 'math') return MATHML;
  return parent;
}

/** The namespace the children of an element have if the wire does not say. */
export function childNamespace(namespace: string, localName: string): string {
  if (namespace === SVG && (localName === 'foreignObject' || localName === 'desc' || localName === 'title'))
    return HTML;
  if (namespace === MATHML && localName === 'annotation-xml') return HTML;
  return namespace;
}

/** The namespace `u:ns` names. */
export function writtenNamespace(value: string): string {
  return value === 'h' ? HTML : value === 's' ? SVG : value === 'm' ? MATHML : value;
}
