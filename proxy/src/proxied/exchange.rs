//! One request up and its answer down.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_LENGTH, HOST, LOCATION,
    ORIGIN, VIA,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::answer;
use super::body::{Metered, Pulse};
use super::client::{Client, Inner};
use super::fault::Fault;
use super::headers::{Up, up};
use super::intent::{Destination, Intent};
use super::places::RealOrigin;
use super::rules::Verdict;
use super::visit::Visit;
use super::writes;
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

/// A request, understood, on its way.
pub(super) struct Errand<'a> {
    pub(super) visit: &'a Arc<Visit>,
    pub(super) standing: Standing,
    /// Where it goes; `https` where the host asked for that.
    pub(super) target: RealOrigin,
    /// Where it goes, as a URL.
    pub(super) url: Url,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) intent: Intent,
    /// What scripts of the page that asks could read before.
    pub(super) readable: String,
    /// Takes away the writes that came with it.
    pub(super) taken: Vec<HeaderValue>,
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
    let mut up = Request::new(if body.is_end_stream() {
        Empty::new().map_err(|never| match never {}).boxed_unsync()
    } else {
        let pulse = Some(Arc::clone(&pulse));
        Metered::new(body, visit, visit.rules().body, pulse).boxed_unsync()
    });
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

impl<'a> Errand<'a> {
    /// Judges a request; what needs no upstream is answered right away.
    pub(super) fn new(
        client: &Client,
        visit: &'a Arc<Visit>,
        standing: Standing,
        origin: &RealOrigin,
        parts: Parts,
    ) -> Result<(Self, Uri), Box<Response<Body>>> {
        let Parts {
            method,
            uri,
            headers,
            ..
        } = parts;
        let intent = Intent::of(visit.places(), origin, &method, &headers);
        let refuse = |fault: Fault| Box::new(fault.reply(intent.is_document()));
        judge(client, visit, &method, &uri, &headers, &intent).map_err(refuse)?;
        match visit.rules().judge(origin) {
            Verdict::Fetch => {}
            Verdict::Refuse => return Err(refuse(Fault::Refused)),
            Verdict::Empty => return Err(Box::new(in_vain(&headers))),
        }
        let strict = !origin.secure() && visit.strict().holds(origin.host(), visit.now());
        let target = if strict {
            origin.upgraded()
        } else {
            origin.clone()
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        // Asterisk and authority forms are no path.
        let path = if path.starts_with('/') { path } else { "/" };
        let real = real_path(visit, path);
        let parsed = format!("{target}{real}");
        let (Ok(url), Ok(uri)) = (Url::parse(&parsed), parsed.parse::<Uri>()) else {
            return Err(refuse(Fault::Absent));
        };
        if strict && intent.is_document() && method.is_safe() {
            return Err(Box::new(upgrade(visit, &url, intent.is_document())));
        }
        let (mut readable, mut taken) = (String::new(), Vec::new());
        if standing == Standing::Passed {
            let page = writes::page_path(&intent, url.path());
            taken = writes::take(visit, &target, &headers, &page);
            readable = writes::readable_cookies(visit, &target, &page);
        }
        let errand = Self {
            visit,
            standing,
            target,
            url,
            method,
            headers,
            intent,
            readable,
            taken,
        };
        Ok((errand, uri))
    }

    /// May cookies go along, and be taken?
    pub(super) const fn credentialed(&self) -> bool {
        matches!(self.standing, Standing::Passed) && !self.intent.omits
    }

    pub(super) fn headers_up(&self, via: &str) -> HeaderMap {
        let mut cookie = String::new();
        if self.credentialed() {
            let now = self.visit.now();
            let (relation, path) = (self.intent.relation, self.url.path());
            cookie = self.visit.jar().header(&self.target, path, relation, now);
        }
        let law = Up {
            places: self.visit.places(),
            target: &self.target,
            intent: &self.intent,
            cookie,
            via,
        };
        up(&self.headers, &law)
    }

    /// Tells scripts of the same origin what they can read now, if it changed meanwhile.
    pub(super) fn note_cookies(&self, reply: &mut HeaderMap) {
        for value in &self.taken {
            reply.append(http::header::SET_COOKIE, value.clone());
        }
        let passed = self.standing == Standing::Passed;
        if !passed || !self.intent.own || self.intent.is_document() {
            return;
        }
        let page = writes::page_path(&self.intent, self.url.path());
        let readable = writes::readable_cookies(self.visit, &self.target, &page);
        if readable != self.readable
            && let Some(value) = writes::cookies_header(&readable)
        {
            reply.insert("x-coview-cookies", value);
        }
    }
}

/// What is refused whoever it is for.
fn judge(
    client: &Client,
    visit: &Visit,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    intent: &Intent,
) -> Result<(), Fault> {
    if visit.is_over() {
        return Err(Fault::Over);
    }
    if matches!(*method, Method::CONNECT | Method::TRACE) {
        return Err(Fault::Method);
    }
    if !visit.ask() {
        return Err(Fault::Budget);
    }
    let came_from_here = headers
        .get_all(VIA)
        .iter()
        .any(|value| memchr::memmem::find(value.as_bytes(), client.via.as_bytes()).is_some());
    if came_from_here {
        return Err(Fault::Loop);
    }
    let own = uri.path() == "/.coview" || uri.path().starts_with("/.coview/");
    // A site's own worker would take the place of the runtime's.
    if own
        || intent.destination == Destination::ServiceWorker
        || headers.contains_key("service-worker")
    {
        return Err(Fault::Absent);
    }
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > visit.rules().body) {
        return Err(Fault::TooLarge);
    }
    Ok(())
}

/// Path and query, the query without proxied URLs.
fn real_path(visit: &Visit, path: &str) -> String {
    match path.split_once('?') {
        Some((path, query)) => format!("{path}?{}", visit.places().real_text(query)),
        None => path.to_owned(),
    }
}

/// Nothing, said politely: the page that asks goes on as if it had been heard.
fn in_vain(headers: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Some(origin) = headers.get(ORIGIN) {
        let yes = HeaderValue::from_static("true");
        let reply = response.headers_mut();
        reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        reply.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    }
    response
}

/// The browser's own step from `http` to a host that asked for `https`.
fn upgrade(visit: &Visit, url: &Url, document: bool) -> Response<Body> {
    let place = visit.places().proxied(url);
    let Some(to) = place.and_then(|place| HeaderValue::try_from(place).ok()) else {
        return Fault::Absent.reply(document);
    };
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, to);
    response
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
