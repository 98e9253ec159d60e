//! Proxied sessions: how many, and how requests to their hosts were answered.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::{head, line};

/// How a request to a proxied host was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// By an upstream, for a browser with a pass.
    Passed,
    /// By an upstream, without cookies.
    Anonymous,
    /// Led to where it gets a pass.
    Knocked,
    /// With the page that installs the service worker.
    Booted,
    /// Not at all.
    Refused,
    /// There is no such session, or none any more.
    Gone,
}

impl Asked {
    const ALL: [Self; 6] = [
        Self::Passed,
        Self::Anonymous,
        Self::Knocked,
        Self::Booted,
        Self::Refused,
        Self::Gone,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Anonymous => "anonymous",
            Self::Knocked => "knocked",
            Self::Booted => "booted",
            Self::Refused => "refused",
            Self::Gone => "gone",
        }
    }
}

/// Counters of proxied sessions.
#[derive(Debug, Default)]
pub(super) struct Proxied {
    running: AtomicI64,
    begun: AtomicU64,
    asked: [AtomicU64; 6],
    bytes: AtomicU64,
}

impl Proxied {
    pub(super) fn began(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended(&self, bytes: u64) {
        self.running.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn asked(&self, how: Asked) {
        self.asked[how as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn write(&self, out: &mut String) {
        let help = "Proxied sessions, also those that wait.";
        head(out, "proxy_sessions", "gauge", help);
        line(
            out,
            "proxy_sessions",
            "",
            self.running.load(Ordering::Relaxed),
        );
        let help = "Requests to proxied hosts, by answer.";
        head(out, "proxy_requests_total", "counter", help);
        for how in Asked::ALL {
            let label = format!("answer=\"{}\"", how.label());
            let count = self.asked[how as usize].load(Ordering::Relaxed);
            line(out, "proxy_requests_total", &label, count);
        }
        let single = [
            (
                "proxy_sessions_begun_total",
                "Proxied sessions ever made.",
                &self.begun,
            ),
            (
                "proxy_bytes_total",
                "Bytes of bodies of ended proxied sessions, both ways.",
                &self.bytes,
            ),
        ];
        for (name, help, counter) in single {
            head(out, name, "counter", help);
            line(out, name, "", counter.load(Ordering::Relaxed));
        }
    }
}
