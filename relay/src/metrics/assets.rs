//! Assets of agents' pictures: who had them, and what the cache holds.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{head, line};

/// Who had an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetBy {
    /// The cache.
    Hit,
    /// The cache, and its upstream said that it is still good.
    Revalidated,
    /// Its upstream.
    Fetched,
    /// Its upstream, a part of it.
    Part,
    /// The visitor's page.
    Page,
    /// Nobody: it was not served.
    Nobody,
}

impl AssetBy {
    const ALL: [Self; 6] = [
        Self::Hit,
        Self::Revalidated,
        Self::Fetched,
        Self::Part,
        Self::Page,
        Self::Nobody,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Revalidated => "revalidated",
            Self::Fetched => "fetched",
            Self::Part => "part",
            Self::Page => "page",
            Self::Nobody => "nobody",
        }
    }
}

/// Counters of assets.
#[derive(Debug, Default)]
pub(super) struct Assets {
    asked: [AtomicU64; 6],
    cached: AtomicU64,
    bytes: AtomicU64,
}

impl Assets {
    pub(super) fn asked(&self, by: AssetBy) {
        self.asked[by as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn held(&self, (entries, bytes): (u64, u64)) {
        self.cached.store(entries, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn write(&self, out: &mut String) {
        let help = "Assets asked for by agents' pictures, by who had them.";
        head(out, "assets_total", "counter", help);
        for by in AssetBy::ALL {
            let label = format!("by=\"{}\"", by.label());
            let count = self.asked[by as usize].load(Ordering::Relaxed);
            line(out, "assets_total", &label, count);
        }
        let held = [
            ("assets_cached", "Public assets in memory.", &self.cached),
            ("assets_cached_bytes", "Their bytes.", &self.bytes),
        ];
        for (name, help, gauge) in held {
            head(out, name, "gauge", help);
            line(out, name, "", gauge.load(Ordering::Relaxed));
        }
    }
}
