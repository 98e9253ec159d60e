//! The way out of a connection: control messages in a small bounded queue, and one reason to close.
//! Nothing in the queue is ever dropped silently: a peer that lets it fill up is disconnected.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use coview_dom_capture::mask::Refusal;
use coview_dom_capture::protocol::{CloseCode, WireError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Messages a peer may leave unread.
const QUEUE: usize = 512;

/// Why a connection closes: a code and, for broken input, the field; never a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: CloseCode,
    /// The field that was wrong.
    pub field: Option<&'static str>,
}

impl Close {
    /// The text of the close frame.
    #[must_use]
    pub fn reason(&self) -> String {
        match self.field {
            Some(field) => format!("{}: {field}", self.code.reason()),
            None => self.code.reason().to_owned(),
        }
    }
}

impl From<CloseCode> for Close {
    fn from(code: CloseCode) -> Self {
        Self { code, field: None }
    }
}

impl From<WireError> for Close {
    fn from(error: WireError) -> Self {
        Self {
            code: error.close_code(),
            field: Some(error.field()),
        }
    }
}

impl From<Refusal> for Close {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.close_code(),
            field: Some(refusal.field()),
        }
    }
}

/// Sends to one connection from anywhere; clones are the same connection.
#[derive(Debug, Clone)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: mpsc::Sender<Bytes>,
    closing: CancellationToken,
    why: OnceLock<Close>,
}

impl Outbox {
    /// An outbox and the queue its connection reads.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<Bytes>) {
        let (queue, frames) = mpsc::channel(QUEUE);
        let inner = Inner {
            queue,
            closing: CancellationToken::new(),
            why: OnceLock::new(),
        };
        (Self(Arc::new(inner)), frames)
    }

    /// Queues a frame; a full queue closes the connection.
    pub fn send(&self, frame: Bytes) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.0.queue.try_send(frame) {
            self.close(CloseCode::TooSlow.into());
        }
    }

    /// Queues a frame if the queue has room to spare; says whether it did.
    #[must_use]
    pub fn offer(&self, frame: Bytes) -> bool {
        self.0.queue.capacity() > QUEUE / 2 && self.0.queue.try_send(frame).is_ok()
    }

    /// Closes the connection once what is queued was sent. The first reason counts.
    pub fn close(&self, why: Close) {
        let _ = self.0.why.set(why);
        self.0.closing.cancel();
    }

    /// Until somebody closes it.
    pub async fn closed(&self) -> Close {
        self.0.closing.cancelled().await;
        self.why().unwrap_or_else(|| CloseCode::SessionEnded.into())
    }

    /// Why it closes, if it does.
    #[must_use]
    pub fn why(&self) -> Option<Close> {
        self.0.why.get().copied()
    }

    /// Is it this connection?
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
