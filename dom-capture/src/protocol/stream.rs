//! Stream messages (docs/protocol.md, 3): session content, borrowed from the frame it came in.

use super::table::{family, record};
use super::{Hash, Long, Op, Ops, Px, Reader, Wire, WireError, Writer};

record! {
    /// The document type.
    Doctype<'a> {
        /// Name.
        name: &'a str,
        /// Public identifier.
        public: &'a str,
        /// System identifier.
        system: &'a str,
    }
}

record! {
    /// Scroll position of an element; id 0 is the document.
    Scrolled {
        /// Element.
        id: u32,
        /// From the left.
        x: Px,
        /// From the top.
        y: Px,
    }
}

record! {
    /// Sheet of a `<style>` or `<link>`.
    SheetOf {
        /// Element.
        id: u32,
        /// Its sheet.
        hash: Hash,
    }
}

record! {
    /// Constructed sheets of a shadow root, or of the document (root 0).
    Adopted {
        /// Shadow root.
        root: u32,
        /// In order.
        hashes: Vec<Hash>,
    }
}

record! {
    /// A whole page.
    Snapshot<'a> {
        /// Document; 0 in this version.
        doc: u32,
        /// Address.
        url: &'a str,
        /// Base address.
        base: &'a str,
        /// Document type, if any.
        doctype: Option<Doctype<'a>>,
        /// Quirks mode.
        quirks: bool,
        /// Layout viewport.
        width: u32,
        /// Layout viewport.
        height: u32,
        /// Names of defined custom elements that occur.
        custom: Vec<&'a str>,
        /// Focused element or 0.
        focus: u32,
        /// Scrolled elements.
        scrolls: Vec<Scrolled>,
        /// Sheets of elements.
        sheets: Vec<SheetOf>,
        /// Constructed sheets.
        adopted: Vec<Adopted>,
        /// Number of ids in `html`.
        count: u32,
        /// Canonical markup.
        html: Long<'a>,
    }
}

record! {
    /// Source text of a style sheet.
    Sheet<'a> {
        /// Its name on the wire.
        hash: Hash,
        /// What its relative addresses are resolved against.
        base: &'a str,
        /// Its text.
        text: Long<'a>,
    }
}

/// An ordered change to the last snapshot.
#[derive(Clone)]
pub struct Patch<'a> {
    /// Document; 0 in this version.
    pub doc: u32,
    /// Its ops; after [`Wire::read`] each of them is known to be readable.
    pub ops: Ops<'a>,
}

impl Patch<'_> {
    /// Writes a patch of these ops.
    pub fn write(doc: u32, ops: &[Op<'_>], to: &mut Writer) {
        to.uint(doc);
        for op in ops {
            op.write(to);
        }
    }
}

impl PartialEq for Patch<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.doc == other.doc && self.ops.bytes() == other.ops.bytes()
    }
}

impl Eq for Patch<'_> {}

impl std::fmt::Debug for Patch<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Patch")
    }
}

impl<'a> Wire<'a> for Patch<'a> {
    fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        let doc = from.uint().map_err(|error| error.within("Patch.doc"))?;
        let ops = Ops::new(from.clone());
        while from.left() > 0 {
            Op::read(from).map_err(|error| error.within("Patch.ops"))?;
        }
        Ok(Self { doc, ops })
    }

    fn write(&self, to: &mut Writer) {
        to.uint(self.doc);
        to.raw(self.ops.bytes());
    }
}

#[cfg(test)]
impl super::json::Json for Patch<'_> {
    fn json(&self) -> serde_json::Value {
        let ops: Vec<Op<'_>> = self.ops.clone().map(|op| op.unwrap()).collect();
        serde_json::json!({ "doc": self.doc, "ops": ops.json() })
    }
}

family! {
    /// What the visitor's page says in a session.
    StreamMessage<'a> {
        /// A whole page.
        0x01 Snapshot<'a>,
        /// An ordered change.
        0x02 Patch<'a>,
        /// A style sheet.
        0x03 Sheet<'a>,
    }
}
