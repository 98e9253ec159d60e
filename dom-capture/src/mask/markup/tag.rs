//! Start tags: names, attributes, and what they may say together.

use super::MarkupError::{self, NotCanonical};
use super::{Before, Element, Open, Validator, offset, reference};
use crate::mask::names::{self, is_name_byte};
use crate::mask::tree::Kind;
use crate::mask::{cards, selector};

/// What the attributes of a start tag said.
#[derive(Default)]
struct Tag {
    count: usize,
    placeholder: bool,
    /// `u:w` or `u:h`.
    sized: bool,
    /// Anything but `u:m u:w u:h shadowrootmode`.
    plain: bool,
    root: bool,
    real_name: bool,
    card: bool,
    /// `u:n` names a field whose value may hold a card.
    field: bool,
}

impl Validator<'_> {
    pub(super) fn start_tag(&mut self) -> Result<(), MarkupError> {
        if self.sealed {
            return Err(NotCanonical("content of an empty element"));
        }
        if self.open.is_empty() && self.place.is_document && !self.elements.is_empty() {
            return Err(NotCanonical("second root"));
        }
        let start = self.at;
        let name_start = start + 1;
        let mut at = name_start;
        while is_name_byte(self.byte(at)) {
            at += 1;
        }
        let name_end = at;
        let name = self.bytes.get(name_start..name_end).unwrap_or_default();
        if name.len() > 255 {
            return Err(NotCanonical("name"));
        }
        let shape = Shape::of(name);
        if shape == Shape::Never {
            return Err(NotCanonical("name"));
        }
        self.at = at;
        let mut tag = Tag::default();
        self.attributes(&mut tag, name)?;
        let void = match (self.byte(self.at), self.byte(self.at + 1)) {
            (b'>', _) => false,
            (b'/', b'>') => true,
            _ => return Err(NotCanonical("tag")),
        };
        if void != (shape == Shape::Void) {
            return Err(NotCanonical("void element"));
        }
        self.at += if void { 2 } else { 1 };
        self.check(&tag, name)?;
        let leaf = matches!(shape, Shape::Void | Shape::Empty);
        let kind = match (tag.root, leaf) {
            (true, _) => Kind::Root,
            (_, true) => Kind::Leaf,
            _ => Kind::Element,
        };
        let id = self.tree.next();
        self.add(kind, tag.placeholder)?;
        let element = Element {
            start: offset(start),
            end: offset(self.at),
            id,
            last: id,
            placeholder: tag.placeholder,
            card: tag.card && (tag.field || matches!(name, b"input" | b"textarea")),
        };
        self.elements.push(element);
        self.before = Before::Other;
        if void {
            return Ok(());
        }
        self.open.push(Open {
            element: self.elements.len() - 1,
            name: name_start,
            name_end,
            is_root: tag.root,
        });
        let depth = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        if self.place.depth.saturating_add(depth) > self.limits.depth {
            return Err(NotCanonical("depth"));
        }
        self.parent = id;
        self.sealed = leaf || tag.placeholder;
        Ok(())
    }

    /// ` name="value"`, any number of them.
    fn attributes(&mut self, tag: &mut Tag, element: &[u8]) -> Result<(), MarkupError> {
        let mut seen = [(0usize, 0usize); MOST_ATTRIBUTES];
        let mut shapes = 0u64;
        while self.byte(self.at) == b' ' {
            let start = self.at + 1;
            let mut at = start;
            while is_name_byte(self.byte(at)) {
                at += 1;
            }
            let name = self.bytes.get(start..at).unwrap_or_default();
            if name.is_empty() || self.byte(at) != b'=' || self.byte(at + 1) != b'"' {
                return Err(NotCanonical("attribute"));
            }
            let value_start = at + 2;
            let value_end = self.value(value_start)?;
            let value = self.bytes.get(value_start..value_end).unwrap_or_default();
            let Some(slot) = seen.get_mut(tag.count) else {
                return Err(NotCanonical("attributes"));
            };
            *slot = (start, at);
            // Only names of equal length and equal first and last byte are compared at all.
            let shape = 1u64 << (shape_of(name) & 63);
            if shapes & shape != 0 {
                let earlier = seen.get(..tag.count).unwrap_or_default();
                if earlier
                    .iter()
                    .any(|&(a, b)| self.bytes.get(a..b) == Some(name))
                {
                    return Err(NotCanonical("attribute twice"));
                }
            }
            shapes |= shape;
            tag.count += 1;
            note(tag, element, name, value)?;
            self.at = value_end + 1;
        }
        Ok(())
    }

    /// Offset of the quote that ends a value.
    #[inline]
    fn value(&self, start: usize) -> Result<usize, MarkupError> {
        let rest = self.bytes.get(start..).unwrap_or_default();
        for (length, &byte) in rest.iter().enumerate() {
            match byte {
                b'"' => return Ok(start + length),
                b'<' | b'>' => return Err(NotCanonical("value")),
                b'&' if reference(rest.get(length..).unwrap_or_default()).is_none() => {
                    return Err(NotCanonical("reference"));
                }
                _ => {}
            }
        }
        Err(NotCanonical("value"))
    }

    /// What depends on the whole tag.
    fn check(&self, tag: &Tag, name: &[u8]) -> Result<(), MarkupError> {
        if tag.placeholder {
            if tag.plain || tag.real_name || (tag.root && tag.sized) {
                return Err(NotCanonical("placeholder"));
            }
        } else if tag.sized {
            return Err(NotCanonical("placeholder"));
        }
        if !tag.placeholder && (name == b"u-el") != tag.real_name {
            return Err(NotCanonical("u:n"));
        }
        if tag.root {
            self.check_root(tag)?;
        }
        Ok(())
    }

    /// A shadow root is the first child of an element in the same payload.
    fn check_root(&self, tag: &Tag) -> Result<(), MarkupError> {
        let host = self.open.last().and_then(|open| {
            let element = self.elements.get(open.element)?;
            (!open.is_root).then_some(element.id)
        });
        let is_first = host.is_some_and(|host| host + 1 == self.tree.next());
        if tag.plain || tag.sized || tag.real_name || !is_first {
            return Err(NotCanonical("shadow root"));
        }
        Ok(())
    }
}

/// What one attribute says about its element.
fn note(tag: &mut Tag, element: &[u8], name: &[u8], value: &[u8]) -> Result<(), MarkupError> {
    if name.starts_with(b"u:") {
        return note_reserved(tag, name, value);
    }
    if name == b"shadowrootmode" {
        if element != b"template" || !matches!(value, b"open" | b"closed") {
            return Err(NotCanonical("shadow root"));
        }
        tag.root = true;
        return Ok(());
    }
    tag.plain = true;
    if name == b"value" && cards::written_looks_like_card(value) {
        tag.card = true;
    }
    Ok(())
}

fn note_reserved(tag: &mut Tag, name: &[u8], value: &[u8]) -> Result<(), MarkupError> {
    match name {
        b"u:m" if value.is_empty() => tag.placeholder = true,
        b"u:w" | b"u:h" if is_size(value) => tag.sized = true,
        b"u:n" if is_real_name(value) => {
            tag.real_name = true;
            tag.field =
                value.eq_ignore_ascii_case(b"input") || value.eq_ignore_ascii_case(b"textarea");
        }
        b"u:v" => {
            tag.plain = true;
            tag.card |= cards::written_looks_like_card(value);
        }
        _ if is_reserved(name) => tag.plain = true,
        _ => return Err(NotCanonical("u: attribute")),
    }
    Ok(())
}

/// Attributes of ours that carry a value of the page.
pub(in crate::mask) fn is_reserved(name: &[u8]) -> bool {
    matches!(
        name,
        b"u:ns"
            | b"u:px"
            | b"u:v"
            | b"u:c"
            | b"u:ind"
            | b"u:s"
            | b"u:t"
            | b"u:a"
            | b"u:modal"
            | b"u:media"
    )
}

fn is_size(value: &[u8]) -> bool {
    (1..=5).contains(&value.len()) && value.iter().all(u8::is_ascii_digit)
}

/// A name that has no other way to travel; a name that has one would be hidden from selectors.
fn is_real_name(value: &[u8]) -> bool {
    !value.is_empty()
        && std::str::from_utf8(value)
            .is_ok_and(|name| !names::is_element_name(value) || selector::is_renamed(name))
}

/// Most attributes of one element.
const MOST_ATTRIBUTES: usize = 64;

fn shape_of(name: &[u8]) -> usize {
    let first = name.first().copied().map_or(0, usize::from);
    let last = name.last().copied().map_or(0, usize::from);
    first ^ (last << 2) ^ (name.len() << 1)
}

/// How a name may be closed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Plain,
    Void,
    Empty,
    Never,
}

impl Shape {
    #[inline]
    fn of(name: &[u8]) -> Self {
        if names::is_void(name) {
            Self::Void
        } else if names::is_empty_only(name) {
            Self::Empty
        } else if names::is_never(name) {
            Self::Never
        } else {
            Self::Plain
        }
    }
}
