//! A browser's headers as the upstream would get them from it directly.

use http::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderName, IF_RANGE, ORIGIN, RANGE,
    REFERER, VIA,
};
use http::{HeaderMap, HeaderValue};

use super::super::intent::{Destination, Intent};
use super::super::places::{Places, RealOrigin};
use super::{is_hop, named_by_connection};

/// What has to be known to send headers up.
pub(in crate::proxied) struct Up<'a> {
    pub(in crate::proxied) places: &'a Places,
    pub(in crate::proxied) target: &'a RealOrigin,
    pub(in crate::proxied) intent: &'a Intent,
    /// From the jar; empty for none.
    pub(in crate::proxied) cookie: String,
    /// This edge's name.
    pub(in crate::proxied) via: &'a str,
}

/// The headers for the upstream.
#[must_use]
pub(in crate::proxied) fn up(from: &HeaderMap, law: &Up<'_>) -> HeaderMap {
    let named = named_by_connection(from);
    let mut to = HeaderMap::with_capacity(from.len() + 2);
    for (name, value) in from {
        if passes_up(name) && !named.contains(name) {
            to.append(name.clone(), value.clone());
        }
    }
    let intent = law.intent;
    // What is rewritten is rewritten whole.
    let whole = matches!(
        intent.destination,
        Destination::Document | Destination::Frame | Destination::Style | Destination::Worker
    );
    if whole {
        to.remove(RANGE);
        to.remove(IF_RANGE);
    }
    set(&mut to, ORIGIN, origin(from, law.places));
    set(&mut to, REFERER, referrer(from, intent));
    let cookie = (!law.cookie.is_empty()).then(|| law.cookie.clone());
    set(&mut to, COOKIE, cookie);
    set(&mut to, ACCEPT_ENCODING, Some(codings(from)));
    fetch_metadata(from, &mut to, law);
    if let Ok(value) = HeaderValue::try_from(format!("1.1 {}", law.via)) {
        to.append(VIA, value);
    }
    to
}

/// May this header go up as it is? Those that are exchanged may not.
fn passes_up(name: &HeaderName) -> bool {
    let text = name.as_str();
    let exchanged = [
        HOST,
        ORIGIN,
        REFERER,
        COOKIE,
        ACCEPT_ENCODING,
        CONTENT_LENGTH,
    ];
    !(is_hop(name)
        || exchanged.contains(name)
        || name == EXPECT
        || text.starts_with("x-coview-")
        || text.starts_with("x-forwarded-")
        || text.starts_with("sec-fetch-")
        || matches!(
            text,
            "forwarded"
                | "x-real-ip"
                | "true-client-ip"
                | "x-client-ip"
                | "cookie2"
                | "early-data"
                | "service-worker"
                | "service-worker-navigation-preload"
                | "available-dictionary"
                | "sec-storage-access"
        ))
}

fn set(to: &mut HeaderMap, name: HeaderName, value: Option<String>) {
    // A cookie may hold what a page wrote: bytes beyond ASCII are fine, line ends never come here.
    if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
        to.insert(name, value);
    }
}

/// The real origin; a stranger's is none of the upstream's business.
fn origin(from: &HeaderMap, places: &Places) -> Option<String> {
    let said = from.get(ORIGIN)?.to_str().ok()?;
    let real = places.real_origin(said).map(|origin| origin.to_string());
    Some(real.unwrap_or_else(|| "null".to_owned()))
}

fn referrer(from: &HeaderMap, intent: &Intent) -> Option<String> {
    if let Some(url) = &intent.referrer {
        let mut url = url.clone();
        let _ = url.set_username("");
        let _ = url.set_password(None);
        return Some(url.to_string());
    }
    // The worker's own address stands in for a page of the same origin that did not say.
    let said = from.get(REFERER)?.to_str().ok()?;
    match &intent.initiator {
        super::super::intent::Initiator::Page(page) if said.contains("/.coview/") => {
            Some(format!("{page}/"))
        }
        _ => None,
    }
}

/// Only what both the browser and the edge can read: most bodies pass through as they are.
fn codings(from: &HeaderMap) -> String {
    let said = from
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let accepted: Vec<&str> = said
        .split(',')
        .filter(|part| !part.contains("q=0") || part.contains("q=0."))
        .filter_map(|part| part.split(';').next())
        .map(str::trim)
        .collect();
    let both: Vec<&str> = ["gzip", "br"]
        .into_iter()
        .filter(|coding| accepted.contains(coding) || accepted.contains(&"*"))
        .collect();
    if both.is_empty() {
        "identity".to_owned()
    } else {
        both.join(", ")
    }
}

/// `Sec-Fetch-*`, said of the real sites.
fn fetch_metadata(from: &HeaderMap, to: &mut HeaderMap, law: &Up<'_>) {
    if !from.contains_key("sec-fetch-site") {
        return;
    }
    let intent = law.intent;
    // A navigation that was led through another site says so by its origin, whoever began it.
    let was_led = intent.mode == "navigate" && from.get(ORIGIN).is_some_and(|said| said == "null");
    let site = if was_led {
        "cross-site"
    } else {
        intent.site(law.target)
    };
    let site = HeaderValue::from_static(site);
    to.insert("sec-fetch-site", site);
    for (name, value) in [
        ("sec-fetch-mode", &intent.mode),
        ("sec-fetch-dest", &intent.dest),
    ] {
        if let Ok(value) = HeaderValue::try_from(value.as_str())
            && !value.is_empty()
        {
            to.insert(name, value);
        }
    }
    if let Some(user) = from.get("sec-fetch-user") {
        to.insert("sec-fetch-user", user.clone());
    }
}
