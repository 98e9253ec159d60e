//! The connections to upstreams, shared by all proxied sessions of an edge.

use std::time::Duration;

use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::exchange::Body;
use crate::guard::Policy;
use crate::upstream::{Dial, connector, connector_http1};

pub(super) type Inner = legacy::Client<HttpsConnector<Dial>, Body>;

/// A streaming client over guarded connections. Clones share their pool.
#[derive(Clone)]
pub struct Client {
    /// HTTP/1.1 and HTTP/2.
    pub(super) any: Inner,
    /// HTTP/1.1 alone: WebSockets begin as an upgrade.
    pub(super) first: Inner,
    /// What `Via` says of this edge: a request that comes back with it has gone round in a circle.
    pub(super) via: String,
}

impl Client {
    /// A client that dials what `policy` allows and reads answers' heads of at most `header` bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness.
    #[must_use]
    pub fn new(policy: &Policy, header: usize) -> Self {
        let mut token = [0; 6];
        getrandom::fill(&mut token).expect("the operating system gives randomness");
        Self {
            any: builder(header).build(connector(policy.clone())),
            first: builder(header).build(connector_http1(policy.clone())),
            via: format!("coview-{}", data_encoding::HEXLOWER.encode(&token)),
        }
    }
}

fn builder(header: usize) -> legacy::Builder {
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    builder
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(20))
        .pool_max_idle_per_host(6)
        .retry_canceled_requests(false)
        .http1_max_buf_size(header.max(8 << 10))
        .http1_max_headers(200)
        .http2_max_header_list_size(u32::try_from(header).unwrap_or(u32::MAX));
    builder
}
