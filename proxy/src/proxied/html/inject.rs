//! What stands first in every proxied document: the shim with what it has to know, and the snippet.

use serde_json::json;
use url::Url;

use super::super::places::{Places, RealOrigin};
use super::super::rules::Rules;

/// What the runtime in the page is told.
#[must_use]
pub(in crate::proxied) fn facts(
    places: &Places,
    rules: &Rules,
    url: &Url,
    cookie: &str,
    through_worker: bool,
) -> String {
    let origin = RealOrigin::of(url);
    json!({
        "word": places.word(),
        "domain": places.domain().authority(),
        "scheme": places.domain().scheme(),
        "origin": origin.map(|origin| origin.to_string()),
        "cookie": cookie,
        "sw": through_worker,
        "direct": rules.direct.globs(),
    })
    .to_string()
}

/// The markup that goes first into a document of `url`, and into documents inside its attributes.
/// The snippet, by its site's key, is for documents of the whole tab alone.
#[must_use]
pub(in crate::proxied) fn markup(
    places: &Places,
    url: &Url,
    facts: &str,
    site_key: Option<&str>,
) -> (String, String) {
    let origin = RealOrigin::of(url);
    let mut outer = shim("", facts);
    if let Some(key) = site_key {
        outer.push_str("<script async src=\"/.coview/coview.js\" data-site='");
        escape(key, &mut outer);
        outer.push_str("' data-proxied='");
        let real = origin.as_ref().map(ToString::to_string);
        escape(&real.unwrap_or_default(), &mut outer);
        outer.push_str("'></script>");
    }
    // Relative to the base of the document around it, which may be elsewhere: so it says where.
    let place = origin.and_then(|origin| places.place_origin(&origin));
    (outer, shim(&place.unwrap_or_default(), facts))
}

fn shim(place: &str, facts: &str) -> String {
    let mut out = format!("<script src=\"{place}/.coview/shim.js\" data-coview-proxied='");
    escape(facts, &mut out);
    out.push_str("'></script>");
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}
