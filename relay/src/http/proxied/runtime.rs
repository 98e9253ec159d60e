//! The scripts that run in proxied pages, and the page that installs the service worker. All of them
//! stand on every proxied host, so that they have its web origin.

use coview_proxy::proxied::{Visit, through_worker};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use rust_embed::RustEmbed;
use serde_json::json;

use super::standing::{cookies, text};
use crate::http::files::{Keep, Snippet, not_built, reply};
use crate::http::plain::escaped;
use crate::http::{Reply, html};

/// The shim, the service worker and what installs it.
#[derive(RustEmbed)]
#[folder = "../proxy/runtime/dist/"]
#[allow_missing = true]
struct Runtime;

const SCRIPTS: [&str; 3] = ["shim.js", "sw.js", "boot.js"];
const SNIPPET: &str = "coview.js";
/// Set where a browser does not let us register a service worker.
const WITHOUT: &str = "__Host-coview-nosw";

/// One of the scripts, if that is what is asked for.
pub(super) fn file(name: &str, method: &Method, headers: &HeaderMap) -> Option<Reply> {
    let file = match name {
        SNIPPET => Snippet::get(SNIPPET),
        name if SCRIPTS.contains(&name) => Runtime::get(name),
        _ => return None,
    };
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let Some(file) = file else {
        return Some(not_built("proxy's runtime"));
    };
    let mut reply = reply(name, &file, Keep::Ask, headers);
    if name == "sw.js" {
        let everywhere = HeaderValue::from_static("/");
        let name = HeaderName::from_static("service-worker-allowed");
        reply.headers_mut().insert(name, everywhere);
    }
    Some(reply)
}

/// Is this the first page of a browser here, whose service worker does not run yet? Objects are never
/// handled by one.
pub(super) fn needs_boot(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::GET
        && text(headers, "sec-fetch-mode") == Some("navigate")
        && matches!(
            text(headers, "sec-fetch-dest"),
            Some("document" | "iframe" | "frame")
        )
        && !through_worker(method, headers)
        && !cookies(headers).any(|(name, value)| name == WITHOUT && value == "1")
}

/// The page that installs the service worker and loads itself again.
pub(super) fn boot_page(visit: &Visit) -> Reply {
    let (places, direct) = (visit.places(), visit.rules().direct.globs());
    let facts = json!({
        "word": places.word(),
        "domain": places.domain().authority(),
        "scheme": places.domain().scheme(),
        "direct": direct,
    });
    let facts = escaped(&facts.to_string());
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Opening…</title>\
         <script src=\"/.coview/boot.js\" data-coview-proxied=\"{facts}\"></script></head>\
         <body><noscript><p>This way to see the site needs JavaScript.</noscript></body></html>\n"
    );
    let mut reply = html(StatusCode::OK, page);
    let headers = reply.headers_mut();
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
             style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The page that follows is the site's, and its referrer is the one of this request.
    headers.remove(http::header::REFERRER_POLICY);
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boots(method: &Method, given: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        needs_boot(method, &headers)
    }

    #[test]
    fn only_the_first_navigation_of_a_document_boots() {
        let page = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert!(boots(&Method::GET, &page));
        assert!(!boots(&Method::POST, &page));
        assert!(!boots(
            &Method::GET,
            &[page[0], ("sec-fetch-dest", "object")]
        ));
        assert!(!boots(&Method::GET, &[("sec-fetch-mode", "cors"), page[1]]));
        assert!(!boots(
            &Method::GET,
            &[page[0], page[1], ("x-coview-sw", "1")]
        ));
        let ahead = ("service-worker-navigation-preload", "coview");
        assert!(!boots(&Method::GET, &[page[0], page[1], ahead]));
        let without = ("cookie", "a=1; __Host-coview-nosw=1");
        assert!(!boots(&Method::GET, &[page[0], page[1], without]));
    }
}
