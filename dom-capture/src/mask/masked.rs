//! What comes out of the gate. Only this module's parent can make a [`Masked`].

use std::fmt;

use bytes::Bytes;

use crate::protocol::frame::Place;
use crate::protocol::{CloseCode, ResyncReason, WireError};

/// A whole stream frame that agents may have.
///
/// There is no way to make one but to pass the gate:
///
/// ```compile_fail
/// use coview_dom_capture::mask::{Masked, MaskedKind};
/// let raw = bytes::Bytes::from_static(b"\x01\x01\x00\x02\x01\x00");
/// let place = coview_dom_capture::protocol::frame::Place { epoch: 1, offset: 1 };
/// let _ = Masked { kind: MaskedKind::Patch, place, bytes: raw };
/// ```
///
/// ```compile_fail
/// use coview_dom_capture::mask::Masked;
/// let raw = bytes::Bytes::from_static(b"\x01\x01\x00\x02\x01\x00");
/// let _: Masked = raw.into();
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Masked {
    kind: MaskedKind,
    place: Place,
    bytes: Bytes,
}

/// What a masked frame is for a session's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskedKind {
    /// Starts an epoch; whoever has it needs nothing older.
    Snapshot,
    /// Builds on the frame before it.
    Patch,
}

impl Masked {
    pub(super) const fn new(kind: MaskedKind, place: Place, bytes: Bytes) -> Self {
        Self { kind, place, bytes }
    }

    /// Snapshot or patch.
    #[must_use]
    pub const fn kind(&self) -> MaskedKind {
        self.kind
    }

    /// Its place in the stream.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Its epoch.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.place.epoch
    }

    /// Its offset in the epoch.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.place.offset
    }

    /// The frame, ready to send to every agent.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Masked")
            .field("kind", &self.kind)
            .field("epoch", &self.place.epoch)
            .field("offset", &self.place.offset)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// What becomes of a visitor's stream frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Agents get it; the visitor's page is asked for these nodes again.
    Forward {
        /// The frame.
        masked: Masked,
        /// Nodes to ask for with `Resend`.
        resend: Vec<u32>,
    },
    /// It belongs to an epoch that was given up: a new one has been asked for.
    Ignore,
    /// What was known of the page is gone: ask the visitor for a new epoch.
    Resync(ResyncReason),
    /// The connection is closed.
    Refuse(Refusal),
}

/// Why a connection is closed; says which field, never what was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Refusal(#[from] WireError);

impl Refusal {
    /// The close code.
    #[must_use]
    pub const fn close_code(&self) -> CloseCode {
        self.0.close_code()
    }

    /// The field that was wrong.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.0.field()
    }
}
