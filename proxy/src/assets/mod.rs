//! Assets for the agent's picture: public ones fetched anonymously and cached for a day at most,
//! the visitor's own taken from the visitor's page for one session.
//!
//! 1. [`sign`]: which addresses a session may ask for.
//! 2. `cache`: what is there, how fresh it is, one fetch for all who wait.
//! 3. [`kind`], [`svg`], [`Asset`]: what may be served at all, and made safe.
//! 4. `reply`: whole, in part, or not at all.

mod asset;
mod cache;
pub mod kind;
mod reply;
pub mod sign;
pub mod svg;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, RANGE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use url::Url;

pub use asset::{Asset, address};
pub use cache::{CacheBounds, OLDEST};
pub use reply::Keep;
pub use sign::{Key, Marker};

use crate::upstream::{FetchError, Fetched, Upstream};
use asset::inert;
use cache::{Answer, Cache, Name};
use kind::Kind;

/// Public assets, fetched or remembered.
#[derive(Clone)]
pub struct Assets {
    upstream: Upstream,
    cache: Cache,
    /// Bytes of a part of a medium.
    part: usize,
}

/// An asset, and how it was had.
#[derive(Debug, Clone)]
pub struct Served {
    /// The asset.
    pub asset: Arc<Asset>,
    /// For how long it may go on being served as it is.
    pub left: Duration,
    /// How it was had.
    pub by: By,
}

/// How an asset was had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It was in memory.
    Hit,
    /// It was in memory, and its upstream said that it is still good.
    Revalidated,
    /// It was fetched, by this request or by one at the same time.
    Fetched,
}

/// Why an asset is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// Nothing came back.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The upstream did not answer 200.
    #[error("upstream has no such asset")]
    Status,
    /// Not a style sheet, image, font or medium.
    #[error("type not allowed")]
    Type,
    /// Compressed in a way that was not asked for.
    #[error("encoding not allowed")]
    Encoding,
}

impl AssetError {
    /// The status the agent's browser is given.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Fetch(FetchError::Url) => StatusCode::BAD_REQUEST,
            Self::Fetch(FetchError::Refused) | Self::Type => StatusCode::FORBIDDEN,
            Self::Fetch(FetchError::TimedOut) => StatusCode::GATEWAY_TIMEOUT,
            Self::Status => StatusCode::NOT_FOUND,
            Self::Fetch(_) | Self::Encoding => StatusCode::BAD_GATEWAY,
        }
    }
}

impl Assets {
    /// Over an upstream; `part` is the most of a medium that is fetched at once.
    #[must_use]
    pub fn new(upstream: Upstream, bounds: CacheBounds, part: usize) -> Self {
        Self {
            upstream,
            cache: Cache::new(bounds),
            part,
        }
    }

    /// The asset at `url`, as [`Url`] writes it, for a site.
    ///
    /// # Errors
    /// When nothing may be served; [`AssetError::status`] says how to answer.
    pub async fn get(&self, site: &str, url: &str, now: SystemTime) -> Result<Served, AssetError> {
        let name = Name {
            site: site.into(),
            url: url.into(),
        };
        let (answer, by) = match self.cache.get(&name, now).await {
            Some(answer) => (answer, By::Hit),
            // In a place of its own: a hit does without it.
            None => Box::pin(self.fetch(name, &parsed(url)?, now)).await,
        };
        let left = answer.left(now, self.cache.bounds);
        answer.content.map(|asset| Served { asset, left, by })
    }

    /// Is it in memory and fresh?
    pub async fn has(&self, site: &str, url: &str, now: SystemTime) -> bool {
        let name = Name {
            site: site.into(),
            url: url.into(),
        };
        self.cache.get(&name, now).await.is_some()
    }

    /// A part of a medium, for a session only: it is too large to be kept.
    ///
    /// # Errors
    /// As [`Assets::get`].
    pub async fn get_part(
        &self,
        url: &str,
        range: &HeaderValue,
    ) -> Result<Response<Bytes>, AssetError> {
        let mut also = HeaderMap::new();
        also.insert(RANGE, self.clamped(range));
        let Fetched { response, url, .. } = self.upstream.get(parsed(url)?, &also).await?;
        let (head, body) = response.into_parts();
        let kind = judged(head.status, &head.headers, &url)?;
        let mut reply = Response::new(body);
        *reply.status_mut() = head.status;
        *reply.headers_mut() = inert(&kind.content_type())?;
        for name in [CONTENT_RANGE, CONTENT_LENGTH] {
            if let Some(value) = head.headers.get(&name) {
                reply.headers_mut().insert(name, value.clone());
            }
        }
        let keep = HeaderValue::from_static("no-store");
        reply
            .headers_mut()
            .insert(http::header::CACHE_CONTROL, keep);
        Ok(reply)
    }

    /// Forgets one address of a site, or all of them.
    pub async fn purge(&self, site: &str, url: Option<&str>) {
        self.cache.purge(site, url).await;
    }

    /// Entries in memory, and their bytes.
    #[must_use]
    pub fn held(&self) -> (u64, u64) {
        self.cache.held()
    }

    async fn fetch(&self, name: Name, url: &Url, now: SystemTime) -> (Answer, By) {
        let old = self.cache.stale(&name).await;
        let mut by = By::Fetched;
        let bring = async {
            let (answer, how) = self.bring(url, old.as_ref(), now).await;
            by = how;
            answer
        };
        let (answer, _) = self.cache.get_or(name, now, bring).await;
        (answer, by)
    }

    async fn bring(&self, url: &Url, old: Option<&Answer>, now: SystemTime) -> (Answer, By) {
        let bounds = self.cache.bounds;
        let conditions = old.and_then(|old| old.conditions(now, bounds));
        let asked = conditions.clone().unwrap_or_default();
        let fetched = match self.upstream.get(url.clone(), &asked).await {
            Ok(fetched) => fetched,
            Err(error) => return (Answer::failed(error.into(), now), By::Fetched),
        };
        if fetched.response.status() == StatusCode::NOT_MODIFIED && conditions.is_some() {
            let hop = fetched.hops.last();
            let renewed = hop
                .zip(old)
                .and_then(|(hop, old)| old.renewed(hop, now, bounds));
            return match renewed {
                Some(answer) => (answer, By::Revalidated),
                None => (Answer::failed(AssetError::Status, now), By::Fetched),
            };
        }
        let answer = match made(&fetched) {
            Ok(asset) => Answer::fetched(asset, &fetched.hops, now, bounds),
            Err(error) => Answer::failed(error, now),
        };
        (answer, By::Fetched)
    }

    /// `bytes=0-` of an hour of video is answered in parts: the browser asks for the next.
    fn clamped(&self, range: &HeaderValue) -> HeaderValue {
        let open = range
            .to_str()
            .ok()
            .and_then(|range| range.strip_prefix("bytes="))
            .and_then(|range| range.strip_suffix('-'))
            .and_then(|from| from.parse::<u64>().ok());
        let part = u64::try_from(self.part).unwrap_or(u64::MAX);
        open.and_then(|from| {
            let last = from.saturating_add(part).saturating_sub(1);
            HeaderValue::try_from(format!("bytes={from}-{last}")).ok()
        })
        .unwrap_or_else(|| range.clone())
    }
}

fn parsed(url: &str) -> Result<Url, AssetError> {
    Url::parse(url).map_err(|_| AssetError::Fetch(FetchError::Url))
}

fn made(fetched: &Fetched) -> Result<Asset, AssetError> {
    let response = &fetched.response;
    if response.status() == StatusCode::PARTIAL_CONTENT {
        return Err(AssetError::Status);
    }
    let kind = judged(response.status(), response.headers(), &fetched.url)?;
    Asset::new(&kind, response.body().clone(), &fetched.url)
}

fn judged(status: StatusCode, headers: &HeaderMap, url: &Url) -> Result<Kind, AssetError> {
    if !matches!(
        status,
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION | StatusCode::PARTIAL_CONTENT
    ) {
        return Err(AssetError::Status);
    }
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(AssetError::Encoding);
    }
    Kind::of(headers, url).ok_or(AssetError::Type)
}
