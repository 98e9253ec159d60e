//! What a proxied session may reach and cost, as the operator and the site wrote it.

use std::time::Duration;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::places::RealOrigin;

/// Hosts, as globs such as `*.example.com`.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    set: GlobSet,
    globs: Vec<String>,
}

/// A glob that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a host glob")]
pub struct NotAGlob;

impl Hosts {
    /// Hosts that match any of these globs.
    ///
    /// # Errors
    /// When one is no glob.
    pub fn new<S: AsRef<str>>(globs: &[S]) -> Result<Self, NotAGlob> {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            set.add(Glob::new(&glob.as_ref().to_ascii_lowercase()).map_err(|_| NotAGlob)?);
        }
        Ok(Self {
            set: set.build().map_err(|_| NotAGlob)?,
            globs: globs
                .iter()
                .map(|glob| glob.as_ref().to_ascii_lowercase())
                .collect(),
        })
    }

    /// Is there no glob at all?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// The globs as they were written, in lower case.
    #[must_use]
    pub fn globs(&self) -> &[String] {
        &self.globs
    }

    /// Does this host match? A dot at its end means nothing.
    #[must_use]
    pub fn has(&self, host: &str) -> bool {
        !self.globs.is_empty() && self.set.is_match(host.strip_suffix('.').unwrap_or(host))
    }
}

/// The rules of one proxied session.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Hosts that may be visited; empty: any.
    pub allow: Hosts,
    /// Hosts that may not, whatever `allow` says.
    pub deny: Hosts,
    /// Hosts whose URLs are left alone.
    pub direct: Hosts,
    /// Hosts that pages ask in vain: the reply is empty.
    pub never: Hosts,
    /// Requests of the session.
    pub requests: u64,
    /// Bytes of the session's bodies, both ways.
    pub bytes: u64,
    /// Largest body of one request.
    pub body: u64,
    /// Largest document or style sheet that is rewritten, inflated.
    pub rewrite: u64,
    /// Memory one rewriting may hold.
    pub memory: usize,
    /// How long an upstream may take to answer at all.
    pub wait: Duration,
    /// How long a body may stand still.
    pub stall: Duration,
    /// The site's key, for the snippet's tag; without one there is no snippet.
    pub site_key: Option<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            allow: Hosts::default(),
            deny: Hosts::default(),
            direct: Hosts::default(),
            never: Hosts::default(),
            requests: 50_000,
            bytes: 4 << 30,
            body: 64 << 20,
            rewrite: 32 << 20,
            memory: 8 << 20,
            wait: Duration::from_secs(30),
            stall: Duration::from_secs(120),
            site_key: None,
        }
    }
}

/// What the rules say about a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is fetched.
    Fetch,
    /// It may not be visited.
    Refuse,
    /// Pages ask it in vain.
    Empty,
}

impl Rules {
    /// May this origin be fetched?
    #[must_use]
    pub fn judge(&self, origin: &RealOrigin) -> Verdict {
        let host = origin.host();
        if self.deny.has(host) {
            Verdict::Refuse
        } else if self.never.has(host) {
            Verdict::Empty
        } else if self.allow.is_empty() || self.allow.has(host) {
            Verdict::Fetch
        } else {
            Verdict::Refuse
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deny_beats_never_beats_allow() {
        let rules = Rules {
            allow: Hosts::new(&["*.example", "shop.test"]).unwrap(),
            deny: Hosts::new(&["admin.*"]).unwrap(),
            never: Hosts::new(&["ads.example", "admin.example"]).unwrap(),
            ..Rules::default()
        };
        for (origin, wanted) in [
            ("https://a.example", Verdict::Fetch),
            ("https://A.EXAMPLE.", Verdict::Fetch),
            ("http://shop.test:8080", Verdict::Fetch),
            ("https://ads.example", Verdict::Empty),
            ("https://admin.example", Verdict::Refuse),
            ("https://example", Verdict::Refuse),
            ("https://other.test", Verdict::Refuse),
        ] {
            let origin = RealOrigin::parse(origin).unwrap();
            assert_eq!(rules.judge(&origin), wanted, "{origin}");
        }
        let any = RealOrigin::parse("https://other.test").unwrap();
        assert_eq!(Rules::default().judge(&any), Verdict::Fetch);
    }
}
