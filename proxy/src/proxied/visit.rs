//! What one proxied session remembers: its jar, its strict-transport hosts, what it has used. In
//! memory only, and wiped at its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use super::cookies::Jar;
use super::hsts::Strict;
use super::places::Places;
use super::rules::Rules;

/// The date, handed in.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// One proxied session.
pub struct Visit {
    places: Arc<Places>,
    rules: Arc<Rules>,
    clock: Clock,
    jar: Mutex<Jar>,
    strict: Mutex<Strict>,
    requests: AtomicU64,
    bytes: AtomicU64,
    over: CancellationToken,
}

impl Visit {
    /// A fresh session.
    #[must_use]
    pub fn new(places: Places, rules: Arc<Rules>, clock: Clock) -> Self {
        Self {
            places: Arc::new(places),
            rules,
            clock,
            jar: Mutex::default(),
            strict: Mutex::default(),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            over: CancellationToken::new(),
        }
    }

    /// Where real URLs live in it.
    #[must_use]
    pub const fn places(&self) -> &Arc<Places> {
        &self.places
    }

    /// What it may reach and cost.
    #[must_use]
    pub const fn rules(&self) -> &Arc<Rules> {
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
        self.jar.lock().clear();
        self.strict.lock().clear();
    }

    /// Has it ended?
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Is done when the session is.
    pub(super) const fn over(&self) -> &CancellationToken {
        &self.over
    }

    /// Counts a request; false when there may be no more.
    pub(super) fn ask(&self) -> bool {
        let bytes = self.bytes.load(Ordering::Relaxed);
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        before < self.rules.requests && bytes < self.rules.bytes
    }

    /// Counts bytes; false when there may be no more.
    pub(super) fn spend(&self, bytes: u64) -> bool {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        before.saturating_add(bytes) <= self.rules.bytes
    }

    /// Seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        (self.clock)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs()
    }

    /// The jar. What comes after the end finds it empty, and leaves nothing in it.
    pub(super) fn jar(&self) -> MutexGuard<'_, Jar> {
        let mut jar = self.jar.lock();
        if self.is_over() {
            jar.clear();
        }
        jar
    }

    pub(super) fn strict(&self) -> MutexGuard<'_, Strict> {
        self.strict.lock()
    }
}
