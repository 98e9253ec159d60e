//! Ops of a patch (docs/protocol.md, 3.3), borrowed from the frame they came in.

use super::table::{family, record};
use super::{Family, Hash, Long, PointerState, Prop, Px, Reader, Wire, WireError, Writer};

record! {
    /// Removes a node.
    R {
        /// Node.
        id: u32,
    }
}
record! {
    /// Inserts a run of siblings.
    I<'a> {
        /// Parent.
        parent: u32,
        /// Sibling before the run, or 0.
        prev: u32,
        /// First id of the run.
        first: u32,
        /// Number of ids.
        count: u32,
        /// Canonical markup.
        html: Long<'a>,
    }
}
record! {
    /// Reorders under the same parent.
    M {
        /// Parent.
        parent: u32,
        /// New sibling before it, or 0.
        prev: u32,
        /// Node.
        id: u32,
    }
}
record! {
    /// Sets a text.
    T<'a> {
        /// Text node.
        id: u32,
        /// Plain text.
        text: &'a str,
    }
}
record! {
    /// Sets or removes an attribute.
    A<'a> {
        /// Element.
        id: u32,
        /// As the grammar writes it.
        name: &'a str,
        /// Plain value, or absent.
        value: Option<&'a str>,
    }
}
record! {
    /// Sets a live property.
    P<'a> {
        /// Element.
        id: u32,
        /// Which.
        what: Prop,
        /// Its value.
        value: &'a str,
    }
}
record! {
    /// Scrolls.
    X {
        /// Element, or 0.
        id: u32,
        /// From the left.
        x: Px,
        /// From the top.
        y: Px,
    }
}
record! {
    /// Size of a placeholder.
    G {
        /// Placeholder.
        id: u32,
        /// Width.
        w: u32,
        /// Height.
        h: u32,
    }
}
record! {
    /// Sheets of an element, a shadow root or the document.
    H {
        /// Owner, or 0.
        id: u32,
        /// In order.
        hashes: Vec<Hash>,
    }
}
record! {
    /// Viewport.
    V {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    }
}
record! {
    /// Focus.
    F {
        /// Element, or 0.
        id: u32,
    }
}
record! {
    /// The address changed without a load.
    U<'a> {
        /// Address.
        url: &'a str,
        /// Base address.
        base: &'a str,
    }
}
record! {
    /// The visitor's pointer.
    C {
        /// From the left.
        x: Px,
        /// From the top.
        y: Px,
        /// What it did.
        state: PointerState,
    }
}
record! {
    /// Masks a node: from the edge to agents only.
    K {
        /// Node.
        id: u32,
    }
}

family! {
    /// One change of a patch.
    Op<'a> {
        /// Remove.
        1 R,
        /// Insert.
        2 I<'a>,
        /// Reorder.
        3 M,
        /// Text.
        4 T<'a>,
        /// Attribute.
        5 A<'a>,
        /// Live property.
        6 P<'a>,
        /// Scroll.
        7 X,
        /// Size of a placeholder.
        8 G,
        /// Sheets.
        9 H,
        /// Viewport.
        10 V,
        /// Focus.
        11 F,
        /// Address.
        12 U<'a>,
        /// Pointer.
        13 C,
        /// Mask.
        14 K,
    }
}

impl<'a> Wire<'a> for Op<'a> {
    fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        let code = from.byte()?;
        Self::read_body(code, from)
    }

    fn write(&self, to: &mut Writer) {
        to.byte(self.code());
        self.write_body(to);
    }
}

/// Ops of a patch in their order. The list has no count, so it is walked rather than collected:
/// what it costs in memory does not depend on what a peer sends.
#[derive(Clone)]
pub struct Ops<'a> {
    reader: Reader<'a>,
}

impl<'a> Ops<'a> {
    /// Ops of bytes that were already read once, or that are about to be checked.
    #[must_use]
    pub const fn new(reader: Reader<'a>) -> Self {
        Self { reader }
    }

    /// The ops as bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// The next op with its bytes.
    pub fn next_with_bytes(&mut self) -> Option<Result<(Op<'a>, &'a [u8]), WireError>> {
        if self.reader.left() == 0 {
            return None;
        }
        let before = self.reader.rest();
        Some(Op::read(&mut self.reader).map(|op| {
            let length = before.len() - self.reader.left();
            (op, before.get(..length).unwrap_or_default())
        }))
    }
}

impl<'a> Iterator for Ops<'a> {
    type Item = Result<Op<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_with_bytes().map(|item| item.map(|(op, _)| op))
    }
}
