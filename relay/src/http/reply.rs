//! Replies with the headers that every reply has.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde::Serialize;

/// A body: whole, or a stream of events or of an upstream's answer.
pub use coview_proxy::proxied::Body;
/// What goes back.
pub type Reply = Response<Body>;

/// A reply of these bytes; nobody keeps it unless a header says so.
#[must_use]
pub(super) fn bytes(status: StatusCode, kind: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(boxed(Full::new(body)));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    reply
}

/// A body that never breaks off.
pub(super) fn boxed<B>(body: B) -> Body
where
    B: BodyExt<Data = Bytes, Error = Infallible> + Send + 'static,
{
    body.map_err(|never| match never {}).boxed_unsync()
}

/// Plain text.
#[must_use]
pub fn text(status: StatusCode, body: String) -> Reply {
    bytes(status, "text/plain; charset=utf-8", body.into())
}

/// A page that loads nothing.
#[must_use]
pub fn html(status: StatusCode, body: String) -> Reply {
    bytes(status, "text/html; charset=utf-8", body.into())
}

/// No body.
#[must_use]
pub fn empty(status: StatusCode) -> Reply {
    let mut reply = bytes(status, "text/plain; charset=utf-8", Bytes::new());
    reply.headers_mut().remove(CONTENT_TYPE);
    reply
}

/// JSON.
#[must_use]
pub fn json(status: StatusCode, value: &impl Serialize) -> Reply {
    match serde_json::to_vec(value) {
        Ok(body) => bytes(status, "application/json", body.into()),
        Err(_) => problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the answer could not be written",
        ),
    }
}

/// A request that is refused: how, and in which words. Small, unlike the reply it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem(pub StatusCode, pub &'static str);

impl From<Problem> for Reply {
    fn from(Problem(status, detail): Problem) -> Self {
        problem(status, detail)
    }
}

/// An error as RFC 9457 has it. `detail` is fixed text: nothing of the request is repeated.
#[must_use]
pub fn problem(status: StatusCode, detail: &str) -> Reply {
    #[derive(Serialize)]
    struct Problem<'a> {
        title: &'a str,
        status: u16,
        detail: &'a str,
    }
    let title = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::to_vec(&Problem {
        title,
        status: status.as_u16(),
        detail,
    })
    .unwrap_or_default();
    let mut reply = bytes(status, "application/problem+json", body.into());
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        reply
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    reply
}
