//! What is said when there is nothing to give: a small page for documents, an empty reply for the
//! rest. Nothing of an upstream's text is ever in it.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};

use super::exchange::Body;

/// Why there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// `CONNECT`, `TRACE`.
    Method,
    /// The rules or the guard say no.
    Refused,
    /// A path that is the edge's own, or a site's service worker.
    Absent,
    /// It came from here.
    Loop,
    /// The session has used what it may.
    Budget,
    /// The session has ended.
    Over,
    /// The request's body is too large.
    TooLarge,
    /// No answer in time.
    TimedOut,
    /// No connection, or an answer that is none.
    Unreachable,
    /// The page is larger than can be rewritten, or damaged.
    Unreadable,
}

impl Fault {
    const fn says(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "Not possible here",
                "This kind of request is not passed on.",
            ),
            Self::Refused => (
                StatusCode::FORBIDDEN,
                "This site is not available here",
                "The operator of this shared session does not allow it.",
            ),
            Self::Absent => (
                StatusCode::NOT_FOUND,
                "Nothing is here",
                "This address has no content in a shared session.",
            ),
            Self::Loop => (
                StatusCode::LOOP_DETECTED,
                "This page leads back to itself",
                "The request went round in a circle and was stopped.",
            ),
            Self::Budget => (
                StatusCode::TOO_MANY_REQUESTS,
                "This shared session has used up its budget",
                "Open the site directly to go on, or ask for a new session.",
            ),
            Self::Over => (
                StatusCode::GONE,
                "This shared session has ended",
                "Open the site directly to go on.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is too large",
                "The upload is larger than a shared session passes on.",
            ),
            Self::TimedOut => (
                StatusCode::GATEWAY_TIMEOUT,
                "The site did not answer in time",
                "Try again in a moment.",
            ),
            Self::Unreachable => (
                StatusCode::BAD_GATEWAY,
                "The site could not be reached",
                "Try again in a moment, or open the site directly.",
            ),
            Self::Unreadable => (
                StatusCode::BAD_GATEWAY,
                "This page could not be shown",
                "It is damaged or too large for a shared session.",
            ),
        }
    }

    /// The reply; a page if it is shown as one.
    pub(super) fn reply(self, document: bool) -> Response<Body> {
        let (status, title, text) = self.says();
        let body = if document {
            page(title, text)
        } else {
            String::new()
        };
        let full = Full::new(Bytes::from(body)).map_err(|never| match never {});
        let mut response = Response::new(full.boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in [
            (CACHE_CONTROL, "no-store"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if document {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            headers.insert(CONTENT_TYPE, kind);
        }
        response
    }
}

fn page(title: &str, text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;\
         color-scheme:light dark}}</style><h1>{title}</h1><p>{text}</p></html>"
    )
}
