//! One anonymous GET: guarded at every hop on the address that is dialled, bounded in time, size
//! and redirects. Nothing of the agent or the visitor travels with it.

mod dial;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, LOCATION, RANGE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Collected, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;
use url::Url;

pub use dial::{Dial, connector, connector_http1, was_refused};

use crate::decode::{self, Caps, Coding, DecodeError};
use crate::guard::Policy;

/// What a fetch may cost.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Largest body.
    pub size: usize,
    /// Time for everything, redirects included.
    pub timeout: Duration,
    /// Redirects followed.
    pub redirects: u8,
}

/// A pooled client for anonymous GETs.
#[derive(Debug, Clone)]
pub struct Upstream {
    client: Client<HttpsConnector<Dial>, Empty<Bytes>>,
    bounds: Bounds,
    /// Fetches at once: bounds the memory of bodies under way.
    slots: Arc<Semaphore>,
}

/// What came back: a whole body, where it finally came from, and how it got there.
pub struct Fetched {
    /// Status, headers and body.
    pub response: Response<Bytes>,
    /// The URL after redirects.
    pub url: Url,
    /// Every request with the head of its answer, the last one's included.
    pub hops: Vec<Hop>,
}

/// One request and the head of its answer: what caching is judged by.
pub struct Hop {
    /// As it was sent.
    pub request: Request<()>,
    /// As it came back.
    pub response: Response<()>,
}

/// Why nothing came back. No variant carries a URL: they end in logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an absolute http or https URL without credentials.
    #[error("not a URL that may be fetched")]
    Url,
    /// The guard said no.
    #[error("address not allowed")]
    Refused,
    /// More redirects than allowed.
    #[error("too many redirects")]
    Redirects,
    /// The body is larger than allowed.
    #[error("body too large")]
    TooLarge,
    /// The upstream took too long.
    #[error("upstream too slow")]
    TimedOut,
    /// The upstream could not be reached or broke off.
    #[error("upstream failed")]
    Upstream,
}

impl Upstream {
    /// A client that dials what `policy` allows.
    #[must_use]
    pub fn new(policy: Policy, bounds: Bounds) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_max_idle_per_host(4)
            .http1_max_buf_size(64 << 10)
            .http1_max_headers(100)
            .http2_max_header_list_size(64 << 10)
            .build(connector(policy));
        Self {
            client,
            bounds,
            slots: Arc::new(Semaphore::new(64)),
        }
    }

    /// Fetches `url`, following redirects. `also` are further headers for the first request: a range,
    /// or what an earlier answer is compared by.
    ///
    /// # Errors
    /// See [`FetchError`]; other statuses than redirects are the caller's to judge.
    pub async fn get(&self, url: Url, also: &HeaderMap) -> Result<Fetched, FetchError> {
        let slot = self.slots.acquire();
        tokio::time::timeout(self.bounds.timeout, async {
            let _slot = slot.await;
            self.follow(url, also).await
        })
        .await
        .map_err(|_| FetchError::TimedOut)?
    }

    async fn follow(&self, mut url: Url, also: &HeaderMap) -> Result<Fetched, FetchError> {
        let mut hops = Vec::new();
        let mut also = Some(also);
        for _ in 0..=self.bounds.redirects {
            let request = request(&url, also.take())?;
            let sent = head_of(&request);
            let response = self.client.request(request).await.map_err(blame)?;
            let (mut head, body) = response.into_parts();
            hops.push(Hop {
                request: sent,
                response: Response::from_parts(head.clone(), ()),
            });
            if head.status.is_redirection()
                && let Some(to) = head.headers.get(LOCATION)
            {
                url = redirected(&url, to)?;
                continue;
            }
            let body = self.whole(&mut head.headers, body).await?;
            return Ok(Fetched {
                response: Response::from_parts(head, body),
                url,
                hops,
            });
        }
        Err(FetchError::Redirects)
    }

    /// The body, inflated under the same cap; a coding that is not understood stays in the headers.
    async fn whole(&self, headers: &mut HeaderMap, body: Incoming) -> Result<Bytes, FetchError> {
        let body = Limited::new(body, self.bounds.size).collect().await;
        let body = body.map(Collected::to_bytes).map_err(|error| {
            if error.downcast_ref::<LengthLimitError>().is_some() {
                FetchError::TooLarge
            } else {
                FetchError::Upstream
            }
        })?;
        let Ok(Some(coding)) = Coding::of(headers) else {
            return Ok(body);
        };
        headers.remove(CONTENT_ENCODING);
        let caps = Caps {
            size: u64::try_from(self.bounds.size).unwrap_or(u64::MAX),
            ..Caps::default()
        };
        match decode::whole(coding, &body, caps).await {
            Ok(body) => Ok(body.into()),
            Err(DecodeError::TooLarge) => Err(FetchError::TooLarge),
            Err(_) => Err(FetchError::Upstream),
        }
    }
}

fn redirected(from: &Url, to: &HeaderValue) -> Result<Url, FetchError> {
    let to = to.to_str().map_err(|_| FetchError::Upstream)?;
    let next = from.join(to).map_err(|_| FetchError::Url)?;
    if from.scheme() == "https" && next.scheme() != "https" {
        return Err(FetchError::Refused);
    }
    Ok(next)
}

fn head_of(request: &Request<Empty<Bytes>>) -> Request<()> {
    let mut head = Request::new(());
    *head.uri_mut() = request.uri().clone();
    request.headers().clone_into(head.headers_mut());
    head
}

fn request(url: &Url, also: Option<&HeaderMap>) -> Result<Request<Empty<Bytes>>, FetchError> {
    let plain = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https")
        || !plain
        || url.host_str().is_none_or(str::is_empty)
    {
        return Err(FetchError::Url);
    }
    let mut bare = url.clone();
    bare.set_fragment(None);
    let uri: Uri = bare.as_str().parse().map_err(|_| FetchError::Url)?;
    let mut request = Request::get(uri)
        .header(ACCEPT, "text/css,image/*,font/*,audio/*,video/*,*/*;q=0.1")
        .header(ACCEPT_ENCODING, "gzip, br")
        .header(USER_AGENT, concat!("Coview/", env!("CARGO_PKG_VERSION")))
        .body(Empty::new())
        .map_err(|_| FetchError::Url)?;
    if let Some(also) = also {
        request.headers_mut().extend(also.clone());
        if also.contains_key(RANGE) {
            // A part of what is compressed is of no use.
            let plain = HeaderValue::from_static("identity");
            request.headers_mut().insert(ACCEPT_ENCODING, plain);
        }
    }
    Ok(request)
}

fn blame(error: hyper_util::client::legacy::Error) -> FetchError {
    if was_refused(&error) {
        FetchError::Refused
    } else {
        FetchError::Upstream
    }
}
