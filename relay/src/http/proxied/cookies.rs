//! `POST /.coview/cookies`: what scripts wrote to `document.cookie`, for the session's jar.

use coview_proxy::proxied::{
    RealOrigin, cookies_header, readable_cookies, set_cookies, take_writes,
};
use http::header::{REFERER, SET_COOKIE};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use url::Url;

use super::standing::text;
use super::{At, Reply};
use crate::http::{empty, problem};

/// What a page may write at once.
const MOST: usize = 64 << 10;
/// Applies the writes that wait in the request's cookies, then those in its body, and says what the
/// page reads now.
pub(super) async fn write(at: &At<'_>, origin: &RealOrigin, request: Request<Incoming>) -> Reply {
    let visit = &at.proxied.visit;
    let page = text(request.headers(), REFERER.as_str())
        .and_then(|page| Url::parse(page).ok())
        .map_or_else(|| "/".to_owned(), |page| page.path().to_owned());
    let taken = take_writes(visit, origin, request.headers());
    let whole = Limited::new(request.into_body(), MOST).collect();
    let body = tokio::time::timeout(at.edge.config.limits.handshake.0, whole).await;
    let Ok(Ok(body)) = body else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too much, or too slow");
    };
    let body = body.to_bytes();
    set_cookies(visit, origin, &page, &String::from_utf8_lossy(&body));
    let readable = readable_cookies(visit, origin, &page);
    let mut reply = empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    for gone in taken {
        headers.append(SET_COOKIE, gone);
    }
    if let Some(mut value) = cookies_header(&readable) {
        value.set_sensitive(true);
        headers.insert("x-coview-cookies", value);
    }
    reply
}
