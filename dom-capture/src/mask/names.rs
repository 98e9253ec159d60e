//! Names that the grammar of the wire treats in their own way (docs/protocol.md, 3.1).

/// Written `<name/>`, never with children.
pub(super) fn is_void(name: &[u8]) -> bool {
    matches!(
        name,
        b"area"
            | b"base"
            | b"basefont"
            | b"bgsound"
            | b"br"
            | b"col"
            | b"embed"
            | b"hr"
            | b"img"
            | b"input"
            | b"keygen"
            | b"link"
            | b"meta"
            | b"param"
            | b"source"
            | b"track"
            | b"wbr"
    )
}

/// Written with an end tag, but never with content.
pub(super) fn is_empty_only(name: &[u8]) -> bool {
    matches!(
        name,
        b"style" | b"textarea" | b"title" | b"iframe" | b"xmp" | b"noembed" | b"noframes"
    )
}

/// Never written under their own name.
pub(super) fn is_never(name: &[u8]) -> bool {
    matches!(name, b"script" | b"noscript" | b"plaintext")
}

/// `[a-z][a-z0-9:_.-]*`, at most 255 bytes.
pub(super) fn is_element_name(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_lowercase)
        && name.len() <= 255
        && name.iter().all(|byte| is_name_byte(*byte))
}

/// `[a-z0-9:_.-]+`
pub(super) fn is_attribute_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| is_name_byte(*byte))
}

pub(super) const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b':' | b'_' | b'.' | b'-')
}

/// SVG names that the HTML standard adjusts, in lower case: an element so written in the page,
/// and not by the parser, travels as `u-el`.
pub(super) fn is_adjusted(name: &str) -> bool {
    SVG_ADJUSTED
        .split_ascii_whitespace()
        .any(|word| word == name)
}

const SVG_ADJUSTED: &str = "altglyph altglyphdef altglyphitem animatecolor animatemotion \
    animatetransform clippath feblend fecolormatrix fecomponenttransfer fecomposite \
    feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow feflood \
    fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology \
    feoffset fepointlight fespecularlighting fespotlight fetile feturbulence foreignobject \
    glyphref lineargradient radialgradient textpath";
