//! An upstream's answer, on its way down: what it leaves in the session, and what becomes of its body.

use std::sync::Arc;

use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::body::{Change, Changed, Metered, begun};
use super::change::{Document, Sheet, Worker, Zipped};
use super::charset::Transcoder;
use super::csp;
use super::errand::Errand;
use super::exchange::{Body, Broken};
use super::fault::Fault;
use super::headers::{self, Down};
use super::html::{self, Page, Rewriter};
use super::intent::{Destination, has_worker, through_worker};
use super::links::Links;
use crate::decode::{Caps, Coding, DecodeError, Decoded};

/// What becomes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    Pass,
    Document,
    Sheet,
    Worker,
}

/// Gives the answer to the browser.
pub(super) async fn down(errand: &Errand<'_>, response: Response<Incoming>) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let document = errand.intent.is_document();
    // Nobody asked this upstream to change the protocol.
    if parts.status.is_informational() || has_two_lengths(&parts.headers) {
        return Fault::Unreachable.reply(document);
    }
    remember(errand, &parts.headers);
    let plan = plan(errand, parts.status, &parts.headers);
    let links = Links::new(
        Arc::clone(errand.visit.places()),
        Arc::clone(errand.visit.rules()),
        errand.url.clone(),
    );
    let metered = Metered::new(body, errand.visit, u64::MAX, None).boxed_unsync();
    let (body, kind) = match changed(errand, plan, &parts.headers, &links, metered).await {
        Ok(body) if plan == Plan::Pass => (body, Down::AsItIs),
        Ok(body) => (body, Down::Changed),
        Err(fault) => return fault.reply(document),
    };
    let mut reply = Response::new(body);
    *reply.status_mut() = parts.status;
    *reply.headers_mut() = headers::down(&parts.headers, errand.visit.places(), &links, kind);
    finish(errand, plan, reply.headers_mut());
    if kind == Down::Changed && zips(errand, &parts.headers) {
        let headers = reply.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
    reply
}

fn plan(errand: &Errand<'_>, status: StatusCode, headers: &HeaderMap) -> Plan {
    let bodyless = errand.method == Method::HEAD
        || matches!(
            status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT
        );
    // What is saved to a file stays the upstream's file.
    let saved = text(headers, &CONTENT_DISPOSITION)
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("attachment");
    if bodyless || saved {
        return Plan::Pass;
    }
    let kind = essence(headers);
    match errand.intent.destination {
        Destination::Document | Destination::Frame => match kind.as_str() {
            "text/html" | "application/xhtml+xml" => Plan::Document,
            // Browsers look into what has no type, and mostly find a page.
            "" | "unknown/unknown" | "application/unknown" | "*/*" if !nosniff(headers) => {
                Plan::Document
            }
            _ => Plan::Pass,
        },
        Destination::Style if kind == "text/css" || kind.is_empty() => Plan::Sheet,
        Destination::Worker if status.is_success() => Plan::Worker,
        // Asked for without a word about its use, by clients that say none.
        _ if kind == "text/css" && errand.intent.dest.is_empty() => Plan::Sheet,
        _ => Plan::Pass,
    }
}

async fn changed(
    errand: &Errand<'_>,
    plan: Plan,
    headers: &HeaderMap,
    links: &Links,
    body: Body,
) -> Result<Body, Fault> {
    if plan == Plan::Pass {
        return Ok(body);
    }
    let limit = errand.visit.rules().rewrite;
    let body = decoded(headers, body, limit)?;
    let kind = text(headers, &CONTENT_TYPE);
    let zipped = zips(errand, headers);
    match plan {
        Plan::Document => {
            let transcoder = Transcoder::html(&kind, errand.target.host());
            let rewriter = Rewriter::new(page(errand), transcoder.found());
            let change = Document {
                transcoder,
                rewriter,
            };
            let body = piped(body, change, limit, zipped);
            begun(body).await.map_err(|broken| match broken {
                Broken::Over => Fault::Over,
                Broken::Stalled => Fault::TimedOut,
                Broken::Source(_) => Fault::Unreachable,
                Broken::TooLarge | Broken::Rewriting => Fault::Unreadable,
            })
        }
        Plan::Sheet => Ok(piped(body, Sheet::new(kind, links.clone()), limit, zipped)),
        Plan::Worker => Ok(piped(body, Worker::new(facts(errand)), limit, zipped)),
        Plan::Pass => Ok(body),
    }
}

fn piped(body: Body, change: impl Change + Unpin + 'static, limit: u64, zipped: bool) -> Body {
    if zipped {
        Changed::new(body, Zipped::new(change), limit).boxed_unsync()
    } else {
        Changed::new(body, change, limit).boxed_unsync()
    }
}

/// What came compressed goes on compressed. What did not, did so for a reason: a secret beside
/// what a stranger may write can be guessed from the length.
fn zips(errand: &Errand<'_>, headers: &HeaderMap) -> bool {
    let accepted = text(&errand.headers, &ACCEPT_ENCODING).to_ascii_lowercase();
    let gzip = |part: &str| {
        part.split(';')
            .next()
            .is_some_and(|coding| coding.trim() == "gzip")
    };
    Coding::of(headers).is_ok_and(|coding| coding.is_some())
        && accepted
            .split(',')
            .any(|part| gzip(part) && !part.contains("q=0"))
}

fn decoded(headers: &HeaderMap, body: Body, limit: u64) -> Result<Body, Fault> {
    let Some(coding) = Coding::of(headers).map_err(|_| Fault::Unreadable)? else {
        return Ok(body);
    };
    let caps = Caps {
        size: limit,
        ..Caps::default()
    };
    let decoded = Decoded::new(coding, body, caps).map_err(|error| match error {
        DecodeError::TooLarge => Broken::TooLarge,
        DecodeError::Damaged => Broken::Rewriting,
        DecodeError::Source(error) => match error.downcast::<Broken>() {
            Ok(broken) => *broken,
            Err(error) => Broken::Source(error),
        },
    });
    Ok(decoded.boxed_unsync())
}

fn page(errand: &Errand<'_>) -> Page {
    let rules = errand.visit.rules();
    let facts = facts(errand);
    let whole_tab = errand.intent.destination == Destination::Document;
    let key = rules.site_key.as_deref().filter(|_| whole_tab);
    let places = Arc::clone(errand.visit.places());
    let (markup, inner_markup) = html::markup(&places, &errand.url, &facts, key);
    Page {
        places,
        rules: Arc::clone(rules),
        url: errand.url.clone(),
        markup,
        inner_markup,
    }
}

/// What the runtime is told: the cookies as they are after this answer's own.
fn facts(errand: &Errand<'_>) -> String {
    let readable = if errand.credentialed() {
        super::writes::readable_cookies(errand.visit, &errand.target, errand.url.path())
    } else {
        String::new()
    };
    html::facts(
        errand.visit.places(),
        errand.visit.rules(),
        &errand.url,
        &readable,
        is_mapped(errand),
    )
}

/// Does the runtime's service worker map what this document, or this worker, loads?
fn is_mapped(errand: &Errand<'_>) -> bool {
    let of_page = errand.intent.destination == Destination::Worker;
    through_worker(&errand.method, &errand.headers) || (of_page && has_worker(&errand.headers))
}

/// What the answer leaves in the session.
pub(super) fn remember(errand: &Errand<'_>, headers: &HeaderMap) {
    let now = errand.visit.now();
    if let Some(strict) = headers
        .get(STRICT_TRANSPORT_SECURITY)
        .and_then(|value| value.to_str().ok())
    {
        errand.visit.strict().learn(&errand.target, strict, now);
    }
    if !errand.credentialed() {
        return;
    }
    let mut jar = errand.visit.jar();
    let clears = text(headers, &HeaderName::from_static("clear-site-data"));
    if clears.contains("\"cookies\"") || clears.contains("\"*\"") {
        jar.clear_site(&errand.target);
    }
    for line in headers.get_all(SET_COOKIE) {
        let line = String::from_utf8_lossy(line.as_bytes());
        let path = errand.url.path();
        jar.receive(&errand.target, path, &line, errand.intent.relation, now);
    }
}

fn finish(errand: &Errand<'_>, plan: Plan, headers: &mut HeaderMap) {
    let rules = errand.visit.rules();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    if errand.intent.is_document() || errand.intent.destination == Destination::Worker {
        let policy = csp::policy(errand.visit.places().domain(), rules, is_mapped(errand));
        set(CONTENT_SECURITY_POLICY, &policy);
        set(HeaderName::from_static("origin-agent-cluster"), "?1");
    }
    match plan {
        Plan::Document => {
            set(CACHE_CONTROL, "no-store");
            let xhtml = essence_of(headers.get(CONTENT_TYPE)) == "application/xhtml+xml";
            let kind = if xhtml {
                "application/xhtml+xml; charset=utf-8"
            } else {
                "text/html; charset=utf-8"
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        Plan::Sheet => set(CONTENT_TYPE, "text/css; charset=utf-8"),
        // The same script, asked for by a page, has no prefix.
        Plan::Worker => set(CACHE_CONTROL, "no-store"),
        Plan::Pass => {}
    }
}

/// An answer that says two lengths has none.
fn has_two_lengths(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let first = lengths.next();
    lengths.any(|other| Some(other) != first)
}

fn nosniff(headers: &HeaderMap) -> bool {
    text(headers, &X_CONTENT_TYPE_OPTIONS).eq_ignore_ascii_case("nosniff")
}

fn essence(headers: &HeaderMap) -> String {
    essence_of(headers.get(CONTENT_TYPE))
}

fn essence_of(value: Option<&HeaderValue>) -> String {
    let value = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    let value = headers.get(name).map(|value| value.as_bytes());
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}
