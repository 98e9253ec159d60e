//! Bytes with a meaning: grants, reasons, results.

use super::table::codes;
use super::{Reader, Wire, WireError, Writer};

/// What a visitor allows, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Grants(u8);

impl Grants {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// See the page.
    pub const VIEW: Self = Self(1);
    /// Point at things and scroll.
    pub const POINT: Self = Self(2);
    /// Click and type.
    pub const CONTROL: Self = Self(4);
    /// Read the console.
    pub const CONSOLE: Self = Self(8);
    /// See the screen.
    pub const SCREEN: Self = Self(16);
    /// Everything there is.
    pub const ALL: Self = Self(31);

    /// From the byte on the wire; none if it has unknown bits.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits <= Self::ALL.0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// The byte on the wire.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Is all of `other` in it?
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Is nothing in it?
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl Wire<'_> for Grants {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Self::from_bits(from.byte()?).ok_or(WireError::message("grants"))
    }

    fn write(&self, to: &mut Writer) {
        to.byte(self.0);
    }
}

#[cfg(test)]
impl super::json::Json for Grants {
    fn json(&self) -> serde_json::Value {
        self.0.into()
    }
}

/// Keys held while another is pressed: shift 1, ctrl 2, alt 4, meta 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mods(u8);

impl Mods {
    /// From the byte on the wire; none if it has unknown bits.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits <= 15 { Some(Self(bits)) } else { None }
    }

    /// The byte on the wire.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl Wire<'_> for Mods {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        Self::from_bits(from.byte()?).ok_or(WireError::message("mods"))
    }

    fn write(&self, to: &mut Writer) {
        to.byte(self.0);
    }
}

#[cfg(test)]
impl super::json::Json for Mods {
    fn json(&self) -> serde_json::Value {
        self.0.into()
    }
}

codes! {
    /// Why a session ended.
    EndReason {
        /// The visitor stopped it.
        Stopped = 0,
        /// An agent ended it.
        AgentEnded = 1,
        /// The visitor left.
        Left = 2,
        /// The visitor said no.
        Declined = 3,
        /// Nobody answered.
        NoAnswer = 4,
        /// Nothing happened for long.
        Idle = 5,
        /// The edge stops.
        EdgeStopping = 6,
        /// The site ended it through the API.
        Site = 7,
        /// An error.
        Error = 8,
    }
}

codes! {
    /// Why a fresh snapshot is wanted.
    ResyncReason {
        /// It was asked for.
        Asked = 0,
        /// A reader fell behind.
        Lagging = 1,
        /// Markup was not canonical.
        NotCanonical = 2,
        /// An op contradicts the tree.
        BadOp = 3,
        /// Something was lost.
        Lost = 4,
        /// Beyond a limit that a snapshot resets.
        TooLarge = 5,
        /// Which masks hold has changed.
        MasksChanged = 6,
        /// A new epoch begins.
        NewEpoch = 7,
    }
}

codes! {
    /// What became of an instruction.
    OutcomeCode {
        /// Done.
        Done = 0,
        /// The grant is missing.
        NoGrant = 1,
        /// No such node.
        Gone = 2,
        /// The node is masked.
        Masked = 3,
        /// The field is sensitive.
        Sensitive = 4,
        /// Not allowed here.
        NotAllowed = 5,
        /// Disabled or hidden.
        Disabled = 6,
        /// Not understood.
        Unknown = 7,
    }
}

codes! {
    /// Where a session stands.
    Phase {
        /// The visitor is being asked.
        Asking = 0,
        /// Live.
        Live = 1,
        /// The visitor is away.
        Away = 2,
        /// Waiting for a fresh snapshot.
        Resynchronising = 3,
    }
}

codes! {
    /// Why grants were refused.
    RefusedReason {
        /// The visitor said no.
        Declined = 0,
        /// No answer.
        NoAnswer = 1,
        /// Withdrawn.
        Withdrawn = 2,
        /// Not allowed by the site.
        Site = 3,
    }
}

codes! {
    /// Who asks the visitor.
    ConsentMode {
        /// Coview does.
        Ask = 0,
        /// The site did.
        Site = 1,
    }
}

codes! {
    /// Which visitors are seen online.
    PresenceMode {
        /// Those who agreed.
        Consent = 0,
        /// All.
        Always = 1,
        /// None.
        Never = 2,
    }
}

codes! {
    /// How a resource of the visitor's page goes on.
    AssetState {
        /// More parts follow.
        More = 0,
        /// This was the last.
        Last = 1,
        /// It is not given.
        Refused = 2,
    }
}

codes! {
    /// Which live property a `P` sets.
    Prop {
        /// Value of a field.
        Value = 1,
        /// Checked.
        Checked = 2,
        /// Selected.
        Selected = 3,
        /// Indeterminate.
        Indeterminate = 4,
        /// Text of the title.
        Title = 5,
        /// Modal state.
        Modal = 6,
        /// State of a player.
        Media = 7,
    }
}

codes! {
    /// What the visitor's pointer did.
    PointerState {
        /// Moved.
        Moved = 0,
        /// Pressed.
        Pressed = 1,
        /// Released.
        Released = 2,
        /// Left the page.
        Left = 3,
        /// A touch.
        Touch = 4,
    }
}

codes! {
    /// Where `Go` leads.
    Where {
        /// Back.
        Back = 1,
        /// Forward.
        Forward = 2,
        /// Reload.
        Reload = 3,
    }
}

codes! {
    /// A button of the pointer, numbered as `MouseEvent.button`.
    Button {
        /// Main.
        Main = 0,
        /// Middle.
        Middle = 1,
        /// Second.
        Second = 2,
    }
}
