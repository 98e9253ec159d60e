//! `document.cookie` of scripts: what they wrote waits in cookies of the proxied host until the next
//! request brings it; what they may read is told in a header.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::intent::Intent;
use super::places::RealOrigin;
use super::visit::Visit;

/// The names of waiting writes, up to their number.
const PREFIX: &str = "__Host-coview-w";
/// Writes taken from one request.
const MOST: usize = 180;
/// The largest header that tells scripts their cookies.
const LARGEST: usize = 48 << 10;
/// As `encodeURIComponent` leaves it.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Applies writes to `document.cookie`, one a line, made by a page of `origin` at `path`.
pub fn set_cookies(visit: &Visit, origin: &RealOrigin, path: &str, lines: &str) {
    let now = visit.now();
    let mut jar = visit.jar();
    for line in lines
        .split(['\n', '\r'])
        .filter(|line| !line.is_empty())
        .take(MOST)
    {
        jar.assign(origin, path, line, now);
    }
}

/// Applies the writes that wait in a request's `__Host-coview-w<n>` cookies, in order, and gives the
/// `Set-Cookie` values that take them away. [`exchange`](super::exchange) does it by itself; this is
/// for replies of the edge's own, and only for requests with a pass.
#[must_use]
pub fn take_writes(visit: &Visit, origin: &RealOrigin, request: &HeaderMap) -> Vec<HeaderValue> {
    let method = http::Method::GET;
    let intent = Intent::of(visit.places(), origin, &method, request);
    take(visit, origin, request, &page_path(&intent, "/"))
}

/// What `document.cookie` reads on a page of `origin` at `path`.
#[must_use]
pub fn readable_cookies(visit: &Visit, origin: &RealOrigin, path: &str) -> String {
    let now = visit.now();
    visit.jar().readable(origin, path, now)
}

/// The value of `x-coview-cookies`; nothing for one that no header can hold.
#[must_use]
pub fn cookies_header(readable: &str) -> Option<HeaderValue> {
    let text = utf8_percent_encode(readable, PLAIN).to_string();
    (text.len() <= LARGEST)
        .then(|| HeaderValue::try_from(text).ok())
        .flatten()
}

/// The path of the page that asks, if it is of the same origin; scripts see cookies from there.
pub(super) fn page_path(intent: &Intent, otherwise: &str) -> String {
    match intent.referrer.as_ref().filter(|_| intent.own) {
        Some(page) => Url::path(page).to_owned(),
        None => otherwise.to_owned(),
    }
}

pub(super) fn take(
    visit: &Visit,
    origin: &RealOrigin,
    request: &HeaderMap,
    path: &str,
) -> Vec<HeaderValue> {
    let mut writes = waiting(request);
    if writes.is_empty() {
        return Vec::new();
    }
    writes.sort_by_key(|(number, _)| *number);
    writes.truncate(MOST);
    let now = visit.now();
    let mut jar = visit.jar();
    for (_, write) in &writes {
        let line = percent_decode_str(write).decode_utf8_lossy();
        jar.assign(origin, path, &line, now);
    }
    writes
        .iter()
        .filter_map(|(number, _)| expired(*number))
        .collect()
}

fn waiting(request: &HeaderMap) -> Vec<(u32, &str)> {
    request
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            let number = name.strip_prefix(PREFIX)?;
            // Written exactly as the runtime writes it, or it could not be taken away again.
            let parsed: u32 = number.parse().ok()?;
            (parsed.to_string() == number).then_some((parsed, value))
        })
        .collect()
}

fn expired(number: u32) -> Option<HeaderValue> {
    let text = format!("{PREFIX}{number}=; Max-Age=0; Path=/; Secure; SameSite=None; Partitioned");
    HeaderValue::try_from(text).ok()
}
