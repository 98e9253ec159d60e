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
    let rewrite = origin
        .as_ref()
        .is_some_and(|origin| rules.rewrite_scripts.has(origin.host()));
    json!({
        "word": places.word(),
        "domain": places.domain().authority(),
        "scheme": places.domain().scheme(),
        "origin": origin.map(|origin| origin.to_string()),
        "cookie": cookie,
        "sw": through_worker,
        "direct": rules.direct.globs(),
        "rewrite": rewrite,
    })
    .to_string()
}

/// The markup; `site_key` for documents of the whole tab alone.
#[must_use]
pub(in crate::proxied) fn markup(facts: &str, site_key: Option<&str>) -> String {
    let mut out = String::from("<script src=\"/.coview/shim.js\" data-coview-proxied='");
    escape(facts, &mut out);
    out.push_str("'></script>");
    if let Some(key) = site_key {
        out.push_str("<script async src=\"/.coview/coview.js\" data-site='");
        escape(key, &mut out);
        out.push_str("' data-proxied=\"\"></script>");
    }
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
