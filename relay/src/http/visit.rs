//! `/visit/SECRET`: what a visitor sees who opens the link an agent sent. Looking at it changes nothing,
//! so that programs that look at links before people do use none up; the press does, and it counts as
//! the visitor's consent.

use std::sync::Arc;

use coview_dom_capture::protocol::EndReason;
use http::header::{ORIGIN, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use url::form_urlencoded;

use super::plain::{escaped, page, words};
use super::{Reply, problem, proxied};
use crate::edge::Edge;
use crate::metrics::Rejected;
use crate::proxied::{Proxied, Proxy};

/// Answers a request to a visit page.
pub(super) async fn serve(edge: &Arc<Edge>, secret: &str, request: Request<Incoming>) -> Reply {
    let Some(proxy) = &edge.proxy else {
        return problem(StatusCode::NOT_FOUND, "nothing is here");
    };
    let mut reply = match *request.method() {
        Method::GET | Method::HEAD => match edge.proxied.of_link(secret) {
            Some(proxied) => question(edge, proxy, &proxied, &request),
            None => used(),
        },
        Method::POST if pressed_here(edge, request.headers()) => {
            answer(edge, secret, request).await
        }
        Method::POST => {
            edge.metrics.rejected(Rejected::WebOrigin);
            words(
                StatusCode::FORBIDDEN,
                "Open the link you were sent",
                "The question can only be answered on its own page.",
            )
        }
        _ => problem(StatusCode::METHOD_NOT_ALLOWED, "only GET and POST here"),
    };
    // The origin alone: the lobby lets in who comes from here, and the secret stays here.
    reply
        .headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("origin"));
    reply
}

/// A page elsewhere that sends the form for the visitor has another origin.
fn pressed_here(edge: &Edge, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    text(ORIGIN.as_str()).is_some_and(|origin| edge.origins.is_own(origin))
        && text("sec-fetch-site").is_none_or(|site| site == "same-origin")
        && text("sec-fetch-dest").is_none_or(|kind| kind == "document")
}

async fn answer(edge: &Arc<Edge>, secret: &str, request: Request<Incoming>) -> Reply {
    let whole = Limited::new(request.into_body(), 1 << 10).collect();
    let body = tokio::time::timeout(edge.config.limits.handshake.0, whole).await;
    let Ok(Ok(body)) = body else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too much, or too slow");
    };
    let body = body.to_bytes();
    let said = form_urlencoded::parse(&body).find(|(name, _)| name == "answer");
    let yes = match said.as_ref().map(|(_, value)| &**value) {
        Some("yes") => true,
        Some("no") => false,
        _ => return problem(StatusCode::BAD_REQUEST, "answer must be yes or no"),
    };
    let Some(proxied) = edge.proxied.use_link(secret) else {
        return used();
    };
    let Some(live) = edge.hub.session(&proxied.session) else {
        return used();
    };
    if !yes {
        live.end(EndReason::Declined);
        return words(
            StatusCode::OK,
            "Nothing was opened",
            "Nobody saw anything. You can close this page.",
        );
    }
    let now = edge.clock.now();
    edge.proxied.agree(now, &proxied);
    live.expect(now + edge.config.proxy.idle.0);
    edge.hub.note_change();
    tracing::info!(
        session = live.id(),
        "the visitor agreed to a proxied session"
    );
    proxied::open(edge, &proxied).unwrap_or_else(|| {
        live.end(EndReason::Error);
        used()
    })
}

fn used() -> Reply {
    words(
        StatusCode::GONE,
        "This link no longer works",
        "It was used already, was taken back, or is too old. Ask the person who sent it for a new one.",
    )
}

fn question(edge: &Edge, proxy: &Proxy, proxied: &Proxied, request: &Request<Incoming>) -> Reply {
    let host = proxied.start.host_str().unwrap_or_default();
    let agent = escaped(&proxied.agent);
    let from = proxied.visitor.tenant.site.title();
    let invites = if from == proxied.agent {
        agent.clone()
    } else {
        format!("{agent} from {}", escaped(from))
    };
    let base = edge.origins.of(request.uri(), request.headers());
    let through = escaped(base.split_once("://").map_or(base, |(_, host)| host));
    let control = if proxied.control {
        format!("<li>{agent} may also click and type for you; Esc takes that back</li>")
    } else {
        String::new()
    };
    let site = escaped(&proxied.start.origin().ascii_serialization());
    let host = escaped(host);
    let face = initials(&proxied.agent);
    let markup = format!(
        "<div class=\"who\"><div class=\"face\" aria-hidden=\"true\">{face}</div>\
         <div><h1>Open {host} with {agent}?</h1></div></div>\
         <p>{invites} invites you to look at this site together, in this tab:</p>\
         <p class=\"site\">{site}</p>\
         <ul><li>{agent} sees the pages of this site as you see them, until you stop</li>\
         {control}\
         <li>Passwords and card numbers are never shown to {agent}</li>\
         <li>Nothing is recorded</li></ul>\
         <p class=\"through\">While it lasts, everything of this site passes through <b>{through}</b>: \
         its pages, and all you type and send there, sign-ins too. Your other tabs are not touched. To \
         end it, press Stop on the page or close the tab.</p>\
         <form method=\"post\"><button name=\"answer\" value=\"no\">No, thank you</button>\
         <button class=\"yes\" name=\"answer\" value=\"yes\" disabled>Open the site</button></form>\
         <noscript><p>This needs JavaScript, which is switched off in your browser.</p></noscript>\
         <p class=\"note\">Go on only if you know who sent you this link.</p>"
    );
    let domain = &proxy.domain;
    let forms = format!("'self' {}://*.{}", domain.scheme(), domain.authority());
    page(
        StatusCode::OK,
        "Open a site together",
        &markup,
        Some(&forms),
    )
}

/// The first letters of two names.
fn initials(name: &str) -> String {
    let letters: String = name
        .split_whitespace()
        .filter_map(|part| part.chars().find(|letter| letter.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    escaped(&letters)
}
