//! Why bytes were refused: a close code and the name of a field, never a value.

use std::fmt;

/// Close codes of the wire (docs/protocol.md, 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// Bad frame.
    BadFrame = 4000,
    /// Bad message.
    BadMessage = 4001,
    /// Too large.
    TooLarge = 4002,
    /// Out of order.
    OutOfOrder = 4003,
    /// Version not spoken here.
    Version = 4004,
    /// Not authorised.
    NotAuthorised = 4005,
    /// Web origin not allowed.
    WebOrigin = 4006,
    /// Rate limited.
    RateLimited = 4007,
    /// Too many resyncs.
    TooManyResyncs = 4008,
    /// Replaced.
    Replaced = 4009,
    /// Session ended.
    SessionEnded = 4010,
    /// Too slow to answer.
    TooSlow = 4011,
    /// Edge stopping.
    EdgeStopping = 4012,
    /// Unknown site.
    UnknownSite = 4013,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The fixed text that goes with it.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadFrame => "bad frame",
            Self::BadMessage => "bad message",
            Self::TooLarge => "too large",
            Self::OutOfOrder => "out of order",
            Self::Version => "version not spoken here",
            Self::NotAuthorised => "not authorised",
            Self::WebOrigin => "web origin not allowed",
            Self::RateLimited => "rate limited",
            Self::TooManyResyncs => "too many resyncs",
            Self::Replaced => "replaced",
            Self::SessionEnded => "session ended",
            Self::TooSlow => "too slow to answer",
            Self::EdgeStopping => "edge stopping",
            Self::UnknownSite => "unknown site",
        }
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.reason())
    }
}

/// Bytes that are not what docs/protocol.md allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {field}")]
pub struct WireError {
    code: CloseCode,
    field: &'static str,
}

impl WireError {
    /// A fault of a message's field.
    #[must_use]
    pub const fn message(field: &'static str) -> Self {
        Self {
            code: CloseCode::BadMessage,
            field,
        }
    }

    /// A fault of what stands before the messages.
    #[must_use]
    pub const fn frame(field: &'static str) -> Self {
        Self {
            code: CloseCode::BadFrame,
            field,
        }
    }

    /// A field beyond its limit.
    #[must_use]
    pub const fn too_large(field: &'static str) -> Self {
        Self {
            code: CloseCode::TooLarge,
            field,
        }
    }

    /// A place in the stream that is not the next one.
    #[must_use]
    pub const fn out_of_order(field: &'static str) -> Self {
        Self {
            code: CloseCode::OutOfOrder,
            field,
        }
    }

    /// Which field was wrong.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// How the connection is closed.
    #[must_use]
    pub const fn close_code(&self) -> CloseCode {
        self.code
    }

    /// The same fault, named after the field of the message it stands in.
    #[must_use]
    pub(crate) fn within(mut self, field: &'static str) -> Self {
        if !self.field.contains('.') {
            self.field = field;
        }
        self
    }
}
