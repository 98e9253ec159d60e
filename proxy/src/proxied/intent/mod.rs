//! What a request is for and who makes it: browsers say so, of proxied hosts; here it is said of the
//! real ones.

#[cfg(test)]
mod tests;

use http::header::{ACCEPT, COOKIE, ORIGIN, REFERER};
use http::{HeaderMap, Method};
use url::Url;

use super::cookies::{Relation, same_site};
use super::places::{Places, RealOrigin};

/// What the answer will be used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// The document of a whole tab.
    Document,
    /// A document inside another.
    Frame,
    Style,
    Worker,
    ServiceWorker,
    /// Scripts, images, data.
    Other,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Initiator {
    /// The visitor, by the address bar or a bookmark.
    Visitor,
    /// A page.
    Page(RealOrigin),
    /// A page that does not say which, or none of this session.
    Unknown,
}

/// One request, understood.
#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) destination: Destination,
    pub(super) initiator: Initiator,
    /// As `Sec-Fetch-Mode` and `Sec-Fetch-Dest` have it.
    pub(super) mode: String,
    pub(super) dest: String,
    /// The page said that no cookies may go along.
    pub(super) omits: bool,
    /// Is a page of the target itself asking?
    pub(super) own: bool,
    /// The real URL of the page that asks.
    pub(super) referrer: Option<Url>,
    /// How it stands to the target's site.
    pub(super) relation: Relation,
}

impl Intent {
    /// Understands a request to `target`.
    pub(super) fn of(
        places: &Places,
        target: &RealOrigin,
        method: &Method,
        headers: &HeaderMap,
    ) -> Self {
        let said = |name: &str| text(headers, name).to_ascii_lowercase();
        // Our service worker asks on behalf of a page; what the page wanted stands in its own headers.
        let wanted = said("x-coview-mode");
        let mut parts = wanted.splitn(3, '/').map(str::trim);
        let (mut mode, mut omits, mut dest) =
            (said("sec-fetch-mode"), false, said("sec-fetch-dest"));
        if let (Some(real_mode), Some(credentials), Some(real_dest)) =
            (parts.next(), parts.next(), parts.next())
        {
            mode = real_mode.to_owned();
            omits = credentials == "omit";
            dest = real_dest.to_owned();
        }
        if mode.is_empty() && accepts_pages(method, headers) {
            (mode, dest) = ("navigate".to_owned(), "document".to_owned());
        }
        let destination = destination(&mode, &dest);
        let referrer = referrer(places, headers);
        let initiator = initiator(places, headers, referrer.as_ref(), target);
        let own = matches!(&initiator, Initiator::Page(page) if page == target);
        let relation = relation(&initiator, target, method, destination);
        Self {
            destination,
            initiator,
            mode,
            dest,
            omits,
            own,
            referrer,
            relation,
        }
    }

    /// Is the answer shown as a document?
    pub(super) const fn is_document(&self) -> bool {
        matches!(self.destination, Destination::Document | Destination::Frame)
    }

    /// What `Sec-Fetch-Site` is between the real sites.
    pub(super) fn site(&self, target: &RealOrigin) -> &'static str {
        match &self.initiator {
            Initiator::Visitor => "none",
            Initiator::Page(page) if page == target => "same-origin",
            Initiator::Page(page) if same_site(page, target) => "same-site",
            Initiator::Page(_) | Initiator::Unknown => "cross-site",
        }
    }
}

/// Did this navigation come through the runtime's service worker? Then the page's policy may be the
/// wide one, because the worker maps what it loads.
#[must_use]
pub fn through_worker(method: &Method, headers: &HeaderMap) -> bool {
    // Navigations with a body pass the worker untouched; its cookie says that it is there.
    let by_cookie = !matches!(*method, Method::GET | Method::HEAD) && has_worker(headers);
    text(headers, "x-coview-sw") == "1"
        || text(headers, "service-worker-navigation-preload") == "coview"
        || by_cookie
}

/// Does the cookie of the runtime say that its service worker stands behind this host?
pub(super) fn has_worker(headers: &HeaderMap) -> bool {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .any(|pair| pair.trim() == "__Host-coview-sw=1")
}

fn destination(mode: &str, dest: &str) -> Destination {
    match dest {
        "document" => Destination::Document,
        "iframe" | "frame" | "embed" | "object" | "fencedframe" => Destination::Frame,
        "style" => Destination::Style,
        "worker" | "sharedworker" => Destination::Worker,
        "serviceworker" => Destination::ServiceWorker,
        "" if mode == "navigate" => Destination::Document,
        _ => Destination::Other,
    }
}

/// Clients that send no `Sec-Fetch-` headers show what they fetch with this header.
fn accepts_pages(method: &Method, headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    matches!(*method, Method::GET | Method::HEAD | Method::POST)
        && accept.is_some_and(|accept| accept.trim_start().starts_with("text/html"))
}

fn referrer(places: &Places, headers: &HeaderMap) -> Option<Url> {
    let said = match headers.get("x-coview-referrer") {
        Some(value) => value.to_str().ok()?,
        None => headers.get(REFERER)?.to_str().ok()?,
    };
    let url = Url::parse(said).ok()?;
    let mut real = match places.real(&url) {
        Some(real) => real,
        None if places.domain().covers(&RealOrigin::of(&url)?.authority()) => return None,
        // Only the runtime names real URLs; a browser names the page it shows.
        None if headers.contains_key("x-coview-referrer") => url,
        None => return None,
    };
    if real.path().starts_with("/.coview/") {
        return None;
    }
    real.set_fragment(None);
    Some(real)
}

fn initiator(
    places: &Places,
    headers: &HeaderMap,
    referrer: Option<&Url>,
    target: &RealOrigin,
) -> Initiator {
    let by_runtime = headers.contains_key("x-coview-referrer");
    if !by_runtime {
        let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
        if let Some(origin) = origin.filter(|origin| *origin != "null") {
            return match places.real_origin(origin) {
                Some(page) => Initiator::Page(page),
                None => Initiator::Unknown,
            };
        }
        match text(headers, "sec-fetch-site") {
            "same-origin" => return Initiator::Page(target.clone()),
            "none" => return Initiator::Visitor,
            _ => {}
        }
    }
    match referrer.and_then(RealOrigin::of) {
        Some(page) => Initiator::Page(page),
        None => Initiator::Unknown,
    }
}

fn relation(
    initiator: &Initiator,
    target: &RealOrigin,
    method: &Method,
    destination: Destination,
) -> Relation {
    let same = match initiator {
        Initiator::Visitor => true,
        Initiator::Page(page) => same_site(page, target),
        Initiator::Unknown => false,
    };
    if same {
        Relation::SameSite
    } else if destination != Destination::Document {
        Relation::CrossSite
    } else if method.is_safe() {
        Relation::TopLevel
    } else {
        Relation::TopLevelUnsafe
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .trim()
}
