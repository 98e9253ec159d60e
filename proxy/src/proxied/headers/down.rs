//! An upstream's headers as a proxied host may send them.

use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_LOCATION,
    ETAG, HeaderName, LINK, LOCATION, REFRESH, TRANSFER_ENCODING, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue};

use super::super::html::refresh;
use super::super::links::Links;
use super::super::places::{Places, RealOrigin};
use super::{is_hop, link, named_by_connection};

/// What becomes of the body decides about the headers that describe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::proxied) enum Down {
    /// It passes as it is.
    AsItIs,
    /// It is decoded and changed.
    Changed,
}

/// The headers for the browser. `links` maps relative to the request's real URL.
#[must_use]
pub(in crate::proxied) fn down(
    from: &HeaderMap,
    places: &Places,
    links: &Links,
    body: Down,
) -> HeaderMap {
    let named = named_by_connection(from);
    let mut to = HeaderMap::with_capacity(from.len());
    for (name, value) in from {
        if is_hop(name) || named.contains(name) || !passes_down(name) {
            continue;
        }
        if body == Down::Changed && describes_bytes(name) {
            continue;
        }
        if let Some(value) = mapped(name, value, places, links) {
            to.append(name.clone(), value);
        }
    }
    if body == Down::Changed {
        weaken(&mut to);
    }
    if from.contains_key(TRANSFER_ENCODING) {
        // The chunks said where the body ends, whatever else was written.
        to.remove(CONTENT_LENGTH);
    }
    to
}

fn mapped(
    name: &HeaderName,
    value: &HeaderValue,
    places: &Places,
    links: &Links,
) -> Option<HeaderValue> {
    let text = String::from_utf8_lossy(value.as_bytes());
    let new = if *name == LOCATION || *name == CONTENT_LOCATION {
        let url = links.base().join(text.trim()).ok()?;
        links.map_url(&url).unwrap_or_else(|| url.to_string())
    } else if *name == REFRESH {
        match refresh::map(&text, |url| links.map(url)) {
            Some(new) => new,
            None => return Some(value.clone()),
        }
    } else if *name == LINK {
        link::map(&text, links)?
    } else if *name == ACCESS_CONTROL_ALLOW_ORIGIN {
        place(&text, places)
    } else if name == "timing-allow-origin" {
        let all: Vec<String> = text
            .split(',')
            .map(|origin| place(origin, places))
            .collect();
        all.join(", ")
    } else if *name == WWW_AUTHENTICATE && is_bound_to_connection(&text) {
        return None;
    } else {
        return Some(value.clone());
    };
    HeaderValue::try_from(new).ok()
}

/// Where an origin lives; `*` and `null` live nowhere.
fn place(text: &str, places: &Places) -> String {
    RealOrigin::parse(text.trim())
        .and_then(|origin| places.place_origin(&origin))
        .unwrap_or_else(|| text.trim().to_owned())
}

/// These authenticate a connection, which here is not the browser's.
fn is_bound_to_connection(challenge: &str) -> bool {
    let scheme = challenge
        .split_ascii_whitespace()
        .next()
        .unwrap_or_default();
    scheme.eq_ignore_ascii_case("negotiate") || scheme.eq_ignore_ascii_case("ntlm")
}

fn passes_down(name: &HeaderName) -> bool {
    let text = name.as_str();
    !(text.starts_with("x-coview-")
        || matches!(
            text,
            // Policies that name real origins, or would bind the proxied host.
            "content-security-policy"
                | "content-security-policy-report-only"
                | "x-content-security-policy"
                | "x-webkit-csp"
                | "x-frame-options"
                | "strict-transport-security"
                | "public-key-pins"
                | "public-key-pins-report-only"
                | "expect-ct"
                | "cross-origin-opener-policy"
                | "cross-origin-opener-policy-report-only"
                | "cross-origin-embedder-policy"
                | "cross-origin-embedder-policy-report-only"
                | "cross-origin-resource-policy"
                | "document-isolation-policy"
                | "document-isolation-policy-report-only"
                | "origin-agent-cluster"
                | "permissions-policy"
                | "permissions-policy-report-only"
                | "feature-policy"
                | "document-policy"
                | "document-policy-report-only"
                | "integrity-policy"
                | "integrity-policy-report-only"
                | "require-document-policy"
                | "origin-trial"
                // What leads around the proxy, or reports about it.
                | "alt-svc"
                | "nel"
                | "report-to"
                | "reporting-endpoints"
                | "speculation-rules"
                | "supports-loading-mode"
                | "use-as-dictionary"
                | "sourcemap"
                | "x-sourcemap"
                | "attribution-reporting-register-source"
                | "attribution-reporting-register-trigger"
                // What the session keeps.
                | "set-cookie"
                | "set-cookie2"
                | "clear-site-data"
                | "set-login"
                | "activate-storage-access"
                | "accept-ch"
                | "critical-ch"
                | "service-worker-allowed"
                | "via"
        ))
}

/// Speaks of the upstream's bytes, not of the edge's.
fn describes_bytes(name: &HeaderName) -> bool {
    *name == CONTENT_LENGTH
        || *name == CONTENT_ENCODING
        || *name == ACCEPT_RANGES
        || matches!(
            name.as_str(),
            "content-md5" | "digest" | "content-digest" | "repr-digest" | "signature"
        )
}

/// Equal in meaning, not in bytes.
fn weaken(headers: &mut HeaderMap) {
    let Some(tag) = headers
        .get(ETAG)
        .filter(|tag| !tag.as_bytes().starts_with(b"W/"))
    else {
        return;
    };
    if let Ok(weak) = HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()) {
        headers.insert(ETAG, weak);
    }
}
