//! A request, understood: where it goes, for whom, and whether it may.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_LENGTH, LOCATION,
    ORIGIN, SET_COOKIE, VIA,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Empty};
use url::Url;

use super::client::Client;
use super::exchange::{Body, Standing};
use super::fault::Fault;
use super::headers::{Up, up};
use super::intent::{Destination, Intent};
use super::places::RealOrigin;
use super::rules::Verdict;
use super::visit::Visit;
use super::writes;

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

    /// Tells scripts of the same origin what they can read now: other documents and hosts may have
    /// changed it since they last heard.
    pub(super) fn note_cookies(&self, reply: &mut HeaderMap) {
        for value in &self.taken {
            reply.append(SET_COOKIE, value.clone());
        }
        let passed = self.standing == Standing::Passed;
        if !passed || !self.intent.own || self.intent.is_document() {
            return;
        }
        let page = writes::page_path(&self.intent, self.url.path());
        let readable = writes::readable_cookies(self.visit, &self.target, &page);
        let for_scripts = matches!(self.intent.dest.as_str(), "" | "empty");
        if (readable != self.readable || (for_scripts && !readable.is_empty()))
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
