//! One request up and its answer down.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use tokio::time::{Instant, sleep_until};

use super::answer;
use super::body::{Metered, Pulse};
use super::client::{Client, Inner};
use super::errand::Errand;
use super::fault::Fault;
use super::places::RealOrigin;
use super::visit::Visit;
use crate::upstream::was_refused;

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
    let (parts, body) = request.into_parts();
    let (errand, uri) = match Errand::new(client, visit, standing, origin, parts) {
        Ok(errand) => errand,
        Err(reply) => return *reply,
    };
    let pulse = Pulse::default();
    let body = if body.is_end_stream() {
        Empty::new().map_err(|never| match never {}).boxed_unsync()
    } else {
        let pulse = Some(Arc::clone(&pulse));
        Metered::new(body, visit, visit.rules().body, pulse).boxed_unsync()
    };
    let body = if is_form(&errand) {
        match real_form(visit, body).await {
            Ok(body) => body,
            Err(fault) => return fault.reply(errand.intent.is_document()),
        }
    } else {
        body
    };
    let mut up = Request::new(body);
    *up.method_mut() = errand.method.clone();
    *up.uri_mut() = uri;
    *up.headers_mut() = errand.headers_up(&client.via);
    let mut reply = match send(&client.any, up, visit, &pulse).await {
        Ok(response) => answer::down(&errand, response).await,
        Err(fault) => fault.reply(errand.intent.is_document()),
    };
    errand.note_cookies(reply.headers_mut());
    reply
}

/// Forms larger than this pass as they are.
const LARGEST_FORM: u64 = 1 << 20;

/// A form that navigates: no script stands by that could make its proxied URLs real.
fn is_form(errand: &Errand<'_>) -> bool {
    let text = |name: HeaderName| {
        let value = errand.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let length = text(CONTENT_LENGTH).parse::<u64>();
    errand.intent.is_document()
        && text(CONTENT_TYPE).starts_with("application/x-www-form-urlencoded")
        && length.is_ok_and(|length| length <= LARGEST_FORM)
}

async fn real_form(visit: &Visit, body: Body) -> Result<Body, Fault> {
    let form = body.collect().await.map_err(|broken| match broken {
        Broken::Over => Fault::Over,
        Broken::TooLarge => Fault::TooLarge,
        _ => Fault::TimedOut,
    })?;
    let form = form.to_bytes();
    let form = match std::str::from_utf8(&form) {
        Ok(text) => Bytes::from(visit.places().real_text(text).into_owned()),
        Err(_) => form,
    };
    Ok(Full::new(form)
        .map_err(|never| match never {})
        .boxed_unsync())
}

/// Waits for the head of the answer: as long as the request's body is moving, and then `wait`.
pub(super) async fn send(
    client: &Inner,
    mut request: Request<Body>,
    visit: &Visit,
    pulse: &Pulse,
) -> Result<Response<Incoming>, Fault> {
    // The client writes it, by the URL that is dialled.
    request.headers_mut().remove(HOST);
    let wait: Duration = visit.rules().wait;
    let mut deadline = Instant::now() + wait;
    let mut answer = std::pin::pin!(client.request(request));
    loop {
        tokio::select! {
            answer = &mut answer => return match answer {
                Ok(response) => Ok(response),
                Err(error) if was_refused(&error) => Err(Fault::Refused),
                Err(error) if too_large(&error) => Err(Fault::TooLarge),
                Err(_) => Err(Fault::Unreachable),
            },
            () = pulse.notified() => deadline = Instant::now() + wait,
            () = sleep_until(deadline) => return Err(Fault::TimedOut),
            () = visit.over().cancelled() => return Err(Fault::Over),
        }
    }
}

/// Did the request's own body break off because it is too large?
fn too_large(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref::<Broken>(), Some(Broken::TooLarge)) {
            return true;
        }
        cause = error.source();
    }
    false
}
