//! Instructions (docs/protocol.md, 4.5): what an agent asks of the visitor's page.

use super::table::{family, record};
use super::{Button, Family, Grants, Mods, Px, Reader, Where, Wire, WireError, Writer};

record! {
    /// Shows the agent's pointer.
    Laser {
        /// From the left of the viewport.
        x: Px,
        /// From its top.
        y: Px,
    }
}
record! {
    /// Hides it.
    LaserOff {}
}
record! {
    /// Marks an element.
    Highlight {
        /// Document.
        doc: u32,
        /// Element.
        id: u32,
    }
}
record! {
    /// Takes the mark away.
    HighlightOff {}
}
record! {
    /// Scrolls an element or the document.
    Scroll {
        /// Document.
        doc: u32,
        /// Element, or 0.
        id: u32,
        /// From the left.
        x: Px,
        /// From the top.
        y: Px,
    }
}
record! {
    /// Clicks.
    Click {
        /// Document.
        doc: u32,
        /// Element.
        id: u32,
        /// Offset in its box.
        x: Px,
        /// Offset in its box.
        y: Px,
        /// Which button.
        button: Button,
        /// Twice.
        double: bool,
    }
}
record! {
    /// Types at the caret.
    Type {
        /// Document.
        doc: u32,
        /// Field.
        id: u32,
        /// What to type.
        text: String,
    }
}
record! {
    /// Presses a key.
    Key {
        /// Document.
        doc: u32,
        /// Element.
        id: u32,
        /// `KeyboardEvent.key`.
        key: String,
        /// Keys held.
        mods: Mods,
    }
}
record! {
    /// Focuses.
    Focus {
        /// Document.
        doc: u32,
        /// Element.
        id: u32,
    }
}
record! {
    /// Selects options.
    Select {
        /// Document.
        doc: u32,
        /// Select element.
        id: u32,
        /// Of its options.
        indexes: Vec<u32>,
    }
}
record! {
    /// Goes through the history.
    Go {
        /// Where to; `where` on the wire.
        r#where: Where,
    }
}

family! {
    /// What an agent asks of the visitor's page.
    Instruction {
        /// Pointer.
        1 Laser,
        /// No pointer.
        2 LaserOff,
        /// Mark.
        3 Highlight,
        /// No mark.
        4 HighlightOff,
        /// Scroll.
        5 Scroll,
        /// Click.
        6 Click,
        /// Type.
        7 Type,
        /// Key.
        8 Key,
        /// Focus.
        9 Focus,
        /// Select.
        10 Select,
        /// History.
        11 Go,
    }
}

impl Instruction {
    /// The least grant it needs.
    #[must_use]
    pub const fn needs(&self) -> Grants {
        match self {
            Self::Laser(_)
            | Self::LaserOff(_)
            | Self::Highlight(_)
            | Self::HighlightOff(_)
            | Self::Scroll(_) => Grants::POINT,
            Self::Click(_)
            | Self::Type(_)
            | Self::Key(_)
            | Self::Focus(_)
            | Self::Select(_)
            | Self::Go(_) => Grants::CONTROL,
        }
    }
}

impl Wire<'_> for Instruction {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let code = from.byte()?;
        Self::read_body(code, from)
    }

    fn write(&self, to: &mut Writer) {
        to.byte(self.code());
        self.write_body(to);
    }
}
