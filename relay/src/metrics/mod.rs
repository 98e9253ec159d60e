//! Counters, written out as Prometheus reads them. Labels are of small fixed sets: no visitor, no
//! session, no site is in any of them.

mod assets;
mod proxied;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

pub use assets::AssetBy;
pub use proxied::Asked;

/// Whose connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A visitor's.
    Visitor,
    /// An agent's.
    Agent,
}

impl Role {
    const ALL: [Self; 2] = [Self::Visitor, Self::Agent];

    const fn label(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
        }
    }
}

/// Why something was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// Unknown site key.
    Site,
    /// Web origin not allowed.
    WebOrigin,
    /// Over a rate.
    Rate,
    /// The edge is full.
    Full,
    /// Wrong or missing credentials.
    Auth,
    /// Bytes the wire does not allow.
    Wire,
    /// A code nobody has.
    Code,
}

impl Rejected {
    const ALL: [Self; 7] = [
        Self::Site,
        Self::WebOrigin,
        Self::Rate,
        Self::Full,
        Self::Auth,
        Self::Wire,
        Self::Code,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::WebOrigin => "web_origin",
            Self::Rate => "rate",
            Self::Full => "full",
            Self::Auth => "auth",
            Self::Wire => "wire",
            Self::Code => "code",
        }
    }
}

/// All counters of one edge.
#[derive(Debug, Default)]
pub struct Metrics {
    connections: [AtomicI64; 2],
    accepted: [AtomicU64; 2],
    frames: [AtomicU64; 2],
    bytes: [AtomicU64; 2],
    rejected: [AtomicU64; 7],
    sessions: AtomicI64,
    sessions_begun: AtomicU64,
    mask_missed: AtomicU64,
    resyncs: AtomicU64,
    assets: assets::Assets,
    proxied: proxied::Proxied,
}

impl Metrics {
    /// A connection opened; it counts until the guard is dropped.
    #[must_use]
    pub fn connected<'a>(&'a self, role: Role) -> Connected<'a> {
        self.connections[role as usize].fetch_add(1, Ordering::Relaxed);
        self.accepted[role as usize].fetch_add(1, Ordering::Relaxed);
        Connected {
            metrics: self,
            role,
        }
    }

    /// A frame from a visitor, or to an agent.
    pub fn frame(&self, role: Role, bytes: usize) {
        self.frames[role as usize].fetch_add(1, Ordering::Relaxed);
        self.bytes[role as usize].fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
    }

    /// Something was refused.
    pub fn rejected(&self, why: Rejected) {
        self.rejected[why as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A session began.
    pub fn session_began(&self) {
        self.sessions.fetch_add(1, Ordering::Relaxed);
        self.sessions_begun.fetch_add(1, Ordering::Relaxed);
    }

    /// A session ended.
    pub fn session_ended(&self) {
        self.sessions.fetch_sub(1, Ordering::Relaxed);
    }

    /// Elements that only the edge masked.
    pub fn mask_missed(&self, elements: u64) {
        self.mask_missed.fetch_add(elements, Ordering::Relaxed);
    }

    /// A page was asked for a snapshot.
    pub fn resync(&self) {
        self.resyncs.fetch_add(1, Ordering::Relaxed);
    }

    /// An asset was asked for.
    pub fn asset(&self, by: AssetBy) {
        self.assets.asked(by);
    }

    /// What the cache holds.
    pub fn assets_held(&self, held: (u64, u64)) {
        self.assets.held(held);
    }

    /// A proxied session began.
    pub fn proxied_began(&self) {
        self.proxied.began();
    }

    /// A proxied session ended, after so many bytes.
    pub fn proxied_ended(&self, bytes: u64) {
        self.proxied.ended(bytes);
    }

    /// A request came to a proxied host.
    pub fn asked(&self, how: Asked) {
        self.proxied.asked(how);
    }

    /// Everything, in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let version = env!("CARGO_PKG_VERSION");
        head(&mut out, "build_info", "gauge", "What runs.");
        line(&mut out, "build_info", &format!("version=\"{version}\""), 1);
        head(
            &mut out,
            "connections",
            "gauge",
            "Open WebSocket connections.",
        );
        for role in Role::ALL {
            line(
                &mut out,
                "connections",
                &role_label(role),
                self.connections[role as usize].load(Ordering::Relaxed),
            );
        }
        self.per_role(
            &mut out,
            "connections_accepted_total",
            "WebSocket connections ever opened.",
            &self.accepted,
        );
        self.per_role(
            &mut out,
            "frames_total",
            "Frames from visitors and to agents.",
            &self.frames,
        );
        self.per_role(
            &mut out,
            "bytes_total",
            "Bytes of those frames.",
            &self.bytes,
        );
        head(
            &mut out,
            "rejected_total",
            "counter",
            "What was refused, by reason.",
        );
        for why in Rejected::ALL {
            let label = format!("reason=\"{}\"", why.label());
            line(
                &mut out,
                "rejected_total",
                &label,
                self.rejected[why as usize].load(Ordering::Relaxed),
            );
        }
        head(&mut out, "sessions", "gauge", "Running sessions.");
        line(
            &mut out,
            "sessions",
            "",
            self.sessions.load(Ordering::Relaxed),
        );
        let single = [
            (
                "sessions_begun_total",
                "Sessions ever begun.",
                &self.sessions_begun,
            ),
            (
                "mask_missed_total",
                "Elements only the edge masked; should be 0.",
                &self.mask_missed,
            ),
            ("resyncs_total", "Snapshots asked for.", &self.resyncs),
        ];
        for (name, help, counter) in single {
            head(&mut out, name, "counter", help);
            line(&mut out, name, "", counter.load(Ordering::Relaxed));
        }
        self.assets.write(&mut out);
        self.proxied.write(&mut out);
        out
    }

    fn per_role(&self, out: &mut String, name: &str, help: &str, counters: &[AtomicU64; 2]) {
        head(out, name, "counter", help);
        for role in Role::ALL {
            line(
                out,
                name,
                &role_label(role),
                counters[role as usize].load(Ordering::Relaxed),
            );
        }
    }
}

/// A connection that counts as open.
pub struct Connected<'a> {
    metrics: &'a Metrics,
    role: Role,
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.metrics.connections[self.role as usize].fetch_sub(1, Ordering::Relaxed);
    }
}

fn role_label(role: Role) -> String {
    format!("role=\"{}\"", role.label())
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(
        out,
        "# HELP coview_{name} {help}\n# TYPE coview_{name} {kind}"
    );
}

fn line(out: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let labels = if labels.is_empty() {
        String::new()
    } else {
        format!("{{{labels}}}")
    };
    let _ = writeln!(out, "coview_{name}{labels} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_stand_in_the_text_under_their_labels() {
        let metrics = Metrics::default();
        let open = metrics.connected(Role::Agent);
        metrics.rejected(Rejected::WebOrigin);
        metrics.frame(Role::Visitor, 70);
        let text = metrics.text();
        for line in [
            "coview_connections{role=\"agent\"} 1",
            "coview_connections{role=\"visitor\"} 0",
            "coview_rejected_total{reason=\"web_origin\"} 1",
            "coview_bytes_total{role=\"visitor\"} 70",
            "coview_sessions 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        drop(open);
        assert!(
            metrics
                .text()
                .contains("coview_connections{role=\"agent\"} 0")
        );
    }
}
