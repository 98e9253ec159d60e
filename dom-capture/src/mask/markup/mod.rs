//! The validator of canonical markup (docs/protocol.md, 3.1): it accepts nothing else, numbers the
//! nodes, and records where each element stands. Everything behind it relies on its exactness.

mod tag;

use crate::mask::tree::{Kind, Tree};

pub(in crate::mask) use tag::is_reserved;

/// An element of the payload at hand.
#[derive(Debug, Clone, Copy)]
pub(in crate::mask) struct Element {
    /// Offset of its `<`.
    pub(in crate::mask) start: u32,
    /// Offset behind its end.
    pub(in crate::mask) end: u32,
    pub(in crate::mask) id: u32,
    /// The last id within it.
    pub(in crate::mask) last: u32,
    /// Capture's own placeholder.
    pub(in crate::mask) placeholder: bool,
    /// A field whose value passes the Luhn test.
    pub(in crate::mask) card: bool,
}

/// Why markup was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) enum MarkupError {
    /// The place in the grammar.
    NotCanonical(&'static str),
    /// More ids than the limit.
    TooManyNodes,
}

use MarkupError::NotCanonical;

/// Where a payload is put.
#[derive(Debug, Clone, Copy)]
pub(in crate::mask) struct Place {
    pub(in crate::mask) parent: u32,
    pub(in crate::mask) depth: u32,
    /// Directly below the document stands one element, and no text.
    pub(in crate::mask) is_document: bool,
}

/// Bounds on markup.
#[derive(Debug, Clone, Copy)]
pub(in crate::mask) struct MarkupLimits {
    pub(in crate::mask) nodes: u32,
    pub(in crate::mask) depth: u32,
}

/// Checks a payload and adds its nodes to the tree; on an error the tree is as before. `text` has
/// no NUL. Returns how many ids it took.
pub(in crate::mask) fn validate(
    text: &str,
    place: Place,
    limits: MarkupLimits,
    tree: &mut Tree,
    elements: &mut Vec<Element>,
) -> Result<u32, MarkupError> {
    elements.clear();
    if u32::try_from(text.len()).is_err() {
        return Err(NotCanonical("length"));
    }
    let first = tree.next();
    let mut validator = Validator {
        bytes: text.as_bytes(),
        at: 0,
        place,
        limits,
        tree,
        elements,
        open: Vec::new(),
        parent: place.parent,
        sealed: false,
        before: Before::Other,
    };
    match validator.run() {
        Ok(()) => Ok(tree.next() - first),
        Err(error) => {
            tree.truncate(first);
            Err(error)
        }
    }
}

struct Validator<'a> {
    bytes: &'a [u8],
    at: usize,
    place: Place,
    limits: MarkupLimits,
    tree: &'a mut Tree,
    elements: &'a mut Vec<Element>,
    open: Vec<Open>,
    /// Innermost open node, or the place's parent.
    parent: u32,
    /// The innermost open element must have no content.
    sealed: bool,
    before: Before,
}

/// An element whose end tag is still to come.
struct Open {
    /// In `elements`.
    element: usize,
    name: usize,
    name_end: usize,
    is_root: bool,
}

/// What stands directly before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Text,
    Boundary,
    Other,
}

impl Validator<'_> {
    /// The byte at an offset; 0 behind the end, which stands nowhere in the text.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn run(&mut self) -> Result<(), MarkupError> {
        loop {
            self.text()?;
            if self.at >= self.bytes.len() {
                break;
            }
            match self.byte(self.at + 1) {
                b'/' => self.end_tag()?,
                b'!' => self.mark()?,
                b'a'..=b'z' => self.start_tag()?,
                _ => return Err(NotCanonical("tag")),
            }
        }
        if self.open.is_empty() {
            Ok(())
        } else {
            Err(NotCanonical("unclosed element"))
        }
    }

    /// A maximal run of text up to the next `<`.
    #[inline]
    fn text(&mut self) -> Result<(), MarkupError> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let mut length = 0;
        for &byte in rest {
            if byte == b'<' {
                break;
            }
            if byte == b'&' && reference(rest.get(length..).unwrap_or_default()).is_none() {
                return Err(NotCanonical("reference"));
            }
            length += 1;
        }
        self.at = start + length;
        if length == 0 {
            return if self.before == Before::Boundary {
                Err(NotCanonical("text boundary"))
            } else {
                Ok(())
            };
        }
        self.add_text()?;
        self.before = Before::Text;
        Ok(())
    }

    fn add_text(&mut self) -> Result<(), MarkupError> {
        if self.sealed {
            return Err(NotCanonical("content of an empty element"));
        }
        if self.open.is_empty() && self.place.is_document {
            return Err(NotCanonical("text outside the root"));
        }
        self.add(Kind::Text, false)
    }

    #[inline]
    fn add(&mut self, kind: Kind, masked: bool) -> Result<(), MarkupError> {
        if self.tree.next() > self.limits.nodes {
            return Err(MarkupError::TooManyNodes);
        }
        self.tree.push(self.parent, kind, masked);
        Ok(())
    }

    /// `<!---->` or `<!--0-->`.
    fn mark(&mut self) -> Result<(), MarkupError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(b"<!---->") {
            if self.before != Before::Text {
                return Err(NotCanonical("text boundary"));
            }
            self.before = Before::Boundary;
            self.at += 7;
        } else if rest.starts_with(b"<!--0-->") {
            self.add_text()?;
            self.before = Before::Other;
            self.at += 8;
        } else {
            return Err(NotCanonical("mark"));
        }
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), MarkupError> {
        let Some(open) = self.open.pop() else {
            return Err(NotCanonical("end tag"));
        };
        let name = self.bytes.get(open.name..open.name_end);
        let written = self.at + 2;
        let end = written + (open.name_end - open.name);
        if self.bytes.get(written..end) != name || self.byte(end) != b'>' {
            return Err(NotCanonical("end tag"));
        }
        self.at = end + 1;
        let last = self.tree.next() - 1;
        if let Some(element) = self.elements.get_mut(open.element) {
            element.end = offset(self.at);
            element.last = last;
        }
        self.parent = match self.open.last() {
            Some(open) => self
                .elements
                .get(open.element)
                .map_or(self.place.parent, |element| element.id),
            None => self.place.parent,
        };
        self.sealed = false;
        self.before = Before::Other;
        Ok(())
    }
}

/// Length of the reference that `rest` begins with.
#[inline]
fn reference(rest: &[u8]) -> Option<usize> {
    ["&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;"]
        .iter()
        .find(|reference| rest.starts_with(reference.as_bytes()))
        .map(|reference| reference.len())
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
