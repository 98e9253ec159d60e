//! How a request to a proxied host stands: with the pass of that host, as a subresource of another page
//! of the same session, as a navigation that still needs a pass, or not at all.

use coview_proxy::proxied::Places;
use http::header::{ACCEPT, COOKIE, ORIGIN, REFERER};
use http::{HeaderMap, Method};
use url::Url;

use crate::proxied::Passes;

/// The pass of a host, in the browser.
pub(super) const PASS: &str = "__Host-coview";

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judged {
    /// The browser has the pass of this host.
    Passed,
    /// Another page of the session asks; no cookies travel with it.
    Anonymous,
    /// A navigation: this host of the session can hand over a pass.
    Knock(String),
    /// A frame whose page does not say who it is.
    Frame,
    /// Nothing is done for it.
    Refused,
}

/// Judges a request to a host of the session.
pub(super) fn judge(
    places: &Places,
    passes: &Passes,
    host: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Judged {
    if has_pass(passes, host, headers) {
        return Judged::Passed;
    }
    let (mode, destination) = (
        text(headers, "sec-fetch-mode"),
        text(headers, "sec-fetch-dest"),
    );
    if navigates(headers) {
        return match destination {
            None | Some("document") => Judged::Knock(places.lobby()),
            Some(_) => frame(places, headers).map_or(Judged::Frame, Judged::Knock),
        };
    }
    if is_subresource(method, mode, destination, headers) && asks(places, headers).is_some() {
        Judged::Anonymous
    } else {
        Judged::Refused
    }
}

/// Is it a page that is wanted?
pub(super) fn navigates(headers: &HeaderMap) -> bool {
    match text(headers, "sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        // Browsers before 2023 do not say.
        None => text(headers, ACCEPT.as_str()).is_some_and(|kinds| kinds.contains("text/html")),
    }
}

/// Does the browser have the pass of this host?
pub(super) fn has_pass(passes: &Passes, host: &str, headers: &HeaderMap) -> bool {
    cookies(headers).any(|(name, value)| name == PASS && passes.opens(host, value))
}

/// All cookies of a request.
pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// A header as text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What a page may load from elsewhere without being known there. Documents, workers and whatever else
/// runs as its host are not among it.
fn is_subresource(
    method: &Method,
    mode: Option<&str>,
    destination: Option<&str>,
    headers: &HeaderMap,
) -> bool {
    const KINDS: [&str; 13] = [
        "audio",
        "audioworklet",
        "empty",
        "font",
        "image",
        "json",
        "manifest",
        "paintworklet",
        "script",
        "style",
        "track",
        "video",
        "xslt",
    ];
    // Scripts may send to other hosts with a token of their own instead of cookies.
    let may = match mode {
        Some("cors") => {
            headers.contains_key(ORIGIN) || matches!(*method, Method::GET | Method::HEAD)
        }
        Some("no-cors") => matches!(*method, Method::GET | Method::HEAD),
        _ => false,
    };
    may && destination.is_some_and(|kind| KINDS.contains(&kind))
}

/// The host of the session whose page asks.
fn asks(places: &Places, headers: &HeaderMap) -> Option<String> {
    match text(headers, ORIGIN.as_str()) {
        None | Some("null") => frame(places, headers),
        Some(origin) => host_in(places, origin),
    }
}

/// The host of the session that a page names as where it comes from.
fn frame(places: &Places, headers: &HeaderMap) -> Option<String> {
    host_in(places, text(headers, REFERER.as_str())?)
}

fn host_in(places: &Places, url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let authority = authority(&url)?;
    (url.scheme() == places.domain().scheme() && places.host(&authority).is_some())
        .then_some(authority)
}

/// `host[:port]` of a URL, the default port left out.
pub(super) fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use coview_proxy::proxied::{Domain, RealOrigin};
    use http::HeaderValue;

    use super::*;

    const WORD: &str = "aaaaaaaaaaaaaaaa";

    struct Rig {
        places: Places,
        passes: Passes,
        shop: String,
        other: String,
    }

    fn rig() -> Rig {
        let domain = Domain::parse("http://localhost:7300").unwrap();
        let places = Places::new(WORD, &domain);
        let at = |origin: &str| places.place(&RealOrigin::parse(origin).unwrap()).unwrap();
        let (shop, other) = (at("https://shop.example"), at("https://cdn.example"));
        Rig {
            places,
            passes: Passes::default(),
            shop,
            other,
        }
    }

    impl Rig {
        fn judge(&self, method: &str, headers: &[(&'static str, &str)]) -> Judged {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, HeaderValue::from_str(value).unwrap());
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            judge(&self.places, &self.passes, &self.shop, &method, &map)
        }

        fn with_pass_of(&self, passes: &Passes, host: &str) -> Judged {
            let cookie = format!("a=b; {PASS}={}; c=d", passes.of(host));
            self.judge("POST", &[("cookie", &cookie)])
        }
    }

    #[test]
    fn only_the_pass_of_this_host_and_session_counts() {
        let rig = rig();
        assert_eq!(rig.with_pass_of(&rig.passes, &rig.shop), Judged::Passed);
        assert_eq!(rig.with_pass_of(&rig.passes, &rig.other), Judged::Refused);
        let another = Passes::default();
        assert_eq!(rig.with_pass_of(&another, &rig.shop), Judged::Refused);
    }

    #[test]
    fn pages_are_led_to_the_lobby_and_frames_to_their_page() {
        let rig = rig();
        let lobby = Judged::Knock(rig.places.lobby());
        let page = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert_eq!(rig.judge("GET", &page), lobby);
        assert_eq!(rig.judge("POST", &page), lobby);
        assert_eq!(rig.judge("GET", &[("accept", "text/html,*/*")]), lobby);
        let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        assert_eq!(rig.judge("GET", &frame), Judged::Frame);
        let page = format!("http://{}/a", rig.other);
        let framed = [frame[0], frame[1], ("referer", &page)];
        assert_eq!(rig.judge("GET", &framed), Judged::Knock(rig.other.clone()));
        for foreign in [
            "https://evil.example/",
            "http://bbbbbbbbbbbbbbbb-s-cdn-example.localhost:7300/",
            "http://localhost:7300/",
            "null",
        ] {
            let framed = [frame[0], frame[1], ("referer", foreign)];
            assert_eq!(rig.judge("GET", &framed), Judged::Frame, "{foreign}");
        }
    }

    #[test]
    fn subresources_of_the_sessions_pages_are_served_without_cookies() {
        let rig = rig();
        let (origin, page) = (
            format!("http://{}", rig.other),
            format!("http://{}/a", rig.other),
        );
        let table: [(&str, &str, &str, &str, &str, Judged); 12] = [
            ("GET", "cors", "font", "origin", &origin, Judged::Anonymous),
            (
                "GET",
                "no-cors",
                "image",
                "referer",
                &page,
                Judged::Anonymous,
            ),
            (
                "OPTIONS",
                "cors",
                "empty",
                "origin",
                &origin,
                Judged::Anonymous,
            ),
            (
                "HEAD",
                "cors",
                "empty",
                "origin",
                &origin,
                Judged::Anonymous,
            ),
            (
                "POST",
                "cors",
                "empty",
                "origin",
                &origin,
                Judged::Anonymous,
            ),
            ("GET", "cors", "worker", "origin", &origin, Judged::Refused),
            (
                "GET",
                "same-origin",
                "empty",
                "referer",
                &page,
                Judged::Refused,
            ),
            (
                "GET",
                "no-cors",
                "serviceworker",
                "referer",
                &page,
                Judged::Refused,
            ),
            (
                "GET",
                "no-cors",
                "image",
                "referer",
                "https://evil.example/",
                Judged::Refused,
            ),
            (
                "GET",
                "cors",
                "font",
                "origin",
                "https://evil.example",
                Judged::Refused,
            ),
            (
                "GET",
                "cors",
                "font",
                "origin",
                "http://bbbbbbbbbbbbbbbb-s-a.localhost:7300",
                Judged::Refused,
            ),
            ("GET", "cors", "font", "x-nothing", "", Judged::Refused),
        ];
        for (method, mode, dest, name, value, wanted) in table {
            let name: &'static str = match name {
                "origin" => "origin",
                "referer" => "referer",
                _ => "x-nothing",
            };
            let headers = [
                ("sec-fetch-mode", mode),
                ("sec-fetch-dest", dest),
                (name, value),
            ];
            let found = rig.judge(method, &headers);
            assert_eq!(found, wanted, "{method} {mode} {dest} {name}: {value}");
        }
    }

    #[test]
    fn a_foreign_origin_is_not_made_good_by_a_referer() {
        let rig = rig();
        let page = format!("http://{}/a", rig.other);
        let headers = [
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "font"),
            ("origin", "https://evil.example"),
            ("referer", &page),
        ];
        assert_eq!(rig.judge("GET", &headers), Judged::Refused);
    }
}
