//! Public assets in memory, by site and full URL: fetched once for everybody who asks at the same time,
//! fresh as RFC 9111 says for a shared cache and by three stricter rules, and never a day old.
//!
//! Time is an argument: an entry is judged by the clock its caller shows, and the memory it takes is
//! freed by moka's own.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH, SET_COOKIE, VARY};
use http::{HeaderMap, StatusCode};
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use moka::Expiry;
use moka::future::Cache as Moka;

use super::AssetError;
use super::asset::Asset;
use crate::upstream::Hop;

/// Nothing older is ever served, whatever its upstream says.
pub const OLDEST: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a failure is not tried again.
const MISSING: Duration = Duration::from_secs(60);
const FAILED: Duration = Duration::from_secs(5);

/// Bounds on the cache.
#[derive(Debug, Clone, Copy)]
pub struct CacheBounds {
    /// All entries together, in bytes.
    pub all: u64,
    /// The largest entry, in bytes.
    pub entry: usize,
    /// The oldest entry; [`OLDEST`] at most.
    pub age: Duration,
}

/// What an address came to.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) content: Result<Arc<Asset>, AssetError>,
    /// When the body was fetched; a revalidation does not make it younger.
    born: SystemTime,
    /// For how long moka keeps it.
    life: Duration,
    /// Until when it is fresh. Policies read their headers' dates anew each time they are asked, so
    /// they are asked once.
    fresh: SystemTime,
    /// The policies of all hops, each with its request; none for a failure.
    policies: Arc<[(http::request::Parts, CachePolicy)]>,
}

/// The address of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    pub(super) site: Box<str>,
    pub(super) url: Box<str>,
}

impl Answer {
    /// A failure, remembered for a moment.
    pub(super) fn failed(error: AssetError, now: SystemTime) -> Self {
        let life = match error {
            AssetError::Status => MISSING,
            _ => FAILED,
        };
        Self {
            content: Err(error),
            born: now,
            life,
            fresh: now + life,
            policies: Arc::default(),
        }
    }

    /// An asset by the hops that led to it.
    pub(super) fn fetched(
        asset: Asset,
        hops: &[Hop],
        now: SystemTime,
        bounds: CacheBounds,
    ) -> Self {
        let size = asset.size();
        let keeps = size <= bounds.entry && hops.iter().all(|hop| is_storable(hop, now));
        let policies: Arc<[_]> = hops
            .iter()
            .map(|hop| (parts(&hop.request), policy(hop, now)))
            .collect();
        Self {
            content: Ok(Arc::new(asset)),
            born: now,
            life: if keeps { bounds.age } else { Duration::ZERO },
            fresh: fresh(&policies, now),
            policies,
        }
    }

    /// The same body, which its upstream says has not changed.
    pub(super) fn renewed(&self, hop: &Hop, now: SystemTime, bounds: CacheBounds) -> Option<Self> {
        let [(asked, policy)] = self.policies.as_ref() else {
            return None;
        };
        let AfterResponse::NotModified(policy, _) =
            policy.after_response(&hop.request, &hop.response, now)
        else {
            return None;
        };
        let left = bounds.age.saturating_sub(self.age(now));
        let life = if policy.is_storable() {
            left
        } else {
            Duration::ZERO
        };
        let policies: Arc<[_]> = [(asked.clone(), policy)].into();
        Some(Self {
            content: self.content.clone(),
            born: self.born,
            life,
            fresh: fresh(&policies, now),
            policies,
        })
    }

    /// For how much longer it may be served as it is.
    pub(super) fn left(&self, now: SystemTime, bounds: CacheBounds) -> Duration {
        if self.life.is_zero() {
            return Duration::ZERO;
        }
        let left = bounds.age.saturating_sub(self.age(now));
        left.min(self.fresh.duration_since(now).unwrap_or_default())
    }

    /// What an upstream is asked whether this body is still good by; none if it cannot be, or is too
    /// old to be asked about.
    pub(super) fn conditions(&self, now: SystemTime, bounds: CacheBounds) -> Option<HeaderMap> {
        let is_usable = self.content.is_ok() && self.age(now) < bounds.age;
        let [(asked, policy)] = self.policies.as_ref() else {
            return None;
        };
        if !is_usable {
            return None;
        }
        let BeforeRequest::Stale { request, .. } = policy.before_request(asked, now) else {
            return None;
        };
        let mut headers = HeaderMap::new();
        for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            if let Some(value) = request.headers.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        (!headers.is_empty()).then_some(headers)
    }

    fn age(&self, now: SystemTime) -> Duration {
        now.duration_since(self.born).unwrap_or_default()
    }
}

/// The end of the shortest life.
fn fresh(policies: &[(http::request::Parts, CachePolicy)], now: SystemTime) -> SystemTime {
    let lives = policies.iter().map(|(_, policy)| policy.time_to_live(now));
    // What is beyond the clock is beyond a day too, and nothing gets older.
    now.checked_add(lives.min().unwrap_or_default())
        .unwrap_or(now + OLDEST)
}

fn parts(request: &http::Request<()>) -> http::request::Parts {
    request.clone().into_parts().0
}

fn policy(hop: &Hop, now: SystemTime) -> CachePolicy {
    let options = CacheOptions {
        shared: true,
        ..CacheOptions::default()
    };
    CachePolicy::new_options(&hop.request, &hop.response, now, options)
}

/// RFC 9111, and stricter: nothing that sets a cookie, nothing that varies by what we do not send the
/// same for everybody, and only plain answers and redirects.
fn is_storable(hop: &Hop, now: SystemTime) -> bool {
    let headers = hop.response.headers();
    let status = hop.response.status();
    let known = matches!(
        status,
        StatusCode::OK
            | StatusCode::NON_AUTHORITATIVE_INFORMATION
            | StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let varies = headers.get_all(VARY).iter().all(|value| {
        value.to_str().is_ok_and(|names| {
            names.split(',').all(|name| {
                let name = name.trim().to_ascii_lowercase();
                matches!(
                    name.as_str(),
                    "" | "accept" | "accept-encoding" | "user-agent" | "origin"
                )
            })
        })
    });
    known && varies && !headers.contains_key(SET_COOKIE) && policy(hop, now).is_storable()
}

/// Lives as each answer says.
struct Lives;

impl Expiry<Name, Answer> for Lives {
    fn expire_after_create(&self, _: &Name, answer: &Answer, _: Instant) -> Option<Duration> {
        Some(answer.life)
    }

    fn expire_after_update(
        &self,
        _: &Name,
        answer: &Answer,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(answer.life)
    }
}

/// The entries.
#[derive(Clone)]
pub(super) struct Cache {
    entries: Moka<Name, Answer>,
    pub(super) bounds: CacheBounds,
}

impl Cache {
    pub(super) fn new(bounds: CacheBounds) -> Self {
        let bounds = CacheBounds {
            age: bounds.age.min(OLDEST),
            ..bounds
        };
        let entries = Moka::builder()
            .max_capacity(bounds.all)
            .weigher(|name: &Name, answer: &Answer| {
                let held = answer.content.as_ref().map_or(64, |asset| asset.size());
                u32::try_from(name.site.len() + name.url.len() + 1024 + held).unwrap_or(u32::MAX)
            })
            .expire_after(Lives)
            .support_invalidation_closures()
            .build();
        Self { entries, bounds }
    }

    /// What is there and may be served now.
    pub(super) async fn get(&self, name: &Name, now: SystemTime) -> Option<Answer> {
        let answer = self.entries.get(name).await?;
        (!answer.left(now, self.bounds).is_zero()).then_some(answer)
    }

    /// What is there, fresh or not.
    pub(super) async fn stale(&self, name: &Name) -> Option<Answer> {
        self.entries.get(name).await
    }

    /// What is there and fresh, else what `fetch` brings: once for all who wait for it.
    pub(super) async fn get_or(
        &self,
        name: Name,
        now: SystemTime,
        fetch: impl Future<Output = Answer>,
    ) -> (Answer, bool) {
        let bounds = self.bounds;
        let entry = self
            .entries
            .entry(name)
            .or_insert_with_if(fetch, |old| old.left(now, bounds).is_zero())
            .await;
        let is_new = entry.is_fresh();
        (entry.into_value(), is_new)
    }

    /// Forgets one address of a site, or all.
    pub(super) async fn purge(&self, site: &str, url: Option<&str>) {
        if let Some(url) = url {
            let name = Name {
                site: site.into(),
                url: url.into(),
            };
            self.entries.invalidate(&name).await;
            return;
        }
        let site: Box<str> = site.into();
        // Closures were asked for when the cache was built.
        let _ = self
            .entries
            .invalidate_entries_if(move |name, _| name.site == site);
        self.entries.run_pending_tasks().await;
    }

    /// Entries and their bytes.
    pub(super) fn held(&self) -> (u64, u64) {
        (self.entries.entry_count(), self.entries.weighted_size())
    }
}
