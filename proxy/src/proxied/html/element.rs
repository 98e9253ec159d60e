//! The attributes of one start tag.

use std::borrow::Cow;

use lol_html::send::Element;

use super::{Page, State, nested, refresh};
use crate::srcset;

/// `srcdoc` in `srcdoc`: deeper ones are emptied.
const DEEPEST: u8 = 3;

/// What happens to one attribute.
enum Change {
    Set(String),
    Drop,
}

/// Rewrites one element; `state` is the document so far.
pub(super) fn element(element: &mut Element<'_, '_>, state: &mut State) {
    let tag = element.tag_name();
    let gone = match tag.as_str() {
        "meta" => meta(element, state),
        "link" => link(element),
        "script" if is_type(element, "speculationrules") => true,
        "script" => {
            if element.has_attribute("src") {
                keep_encoding(element, "charset", state);
            }
            false
        }
        "base" => {
            base(element, state);
            false
        }
        "form" => {
            keep_encoding(element, "accept-charset", state);
            false
        }
        _ => false,
    };
    if gone {
        element.remove();
        return;
    }
    let drops_integrity = drops_integrity(&tag, element);
    state.skips_href = tag == "link" && only_names(element);
    let changes: Vec<(String, Change)> = element
        .attributes()
        .iter()
        .filter_map(|attribute| {
            let name = attribute.name();
            if name == "integrity" && drops_integrity {
                return Some((name, Change::Drop));
            }
            let change = change(&tag, &name, || attribute.value(), state)?;
            Some((name, change))
        })
        .collect();
    for (name, change) in changes {
        match change {
            Change::Drop => element.remove_attribute(&name),
            Change::Set(value) => set(element, &name, &value),
        }
    }
    if let Some(base) = state.next_base.take() {
        state.links.set_base(base);
    }
}

fn change(
    tag: &str,
    name: &str,
    value: impl FnOnce() -> String,
    state: &mut State,
) -> Option<Change> {
    let links = &state.links;
    let new = match (name, tag) {
        ("ping" | "attributionsrc", _) | ("manifest", "html") | ("csp", "iframe") => {
            return Some(Change::Drop);
        }
        ("srcdoc", "iframe") => srcdoc(&decoded(&value()), state),
        ("style", _) => links.style(&decoded(&value())),
        ("srcset", _) | ("imagesrcset", "link") => {
            let old = decoded(&value()).into_owned();
            let new = srcset::rewrite(&old, &mut |url| {
                Some(links.map(url).unwrap_or_else(|| url.to_owned()))
            });
            (new != old).then_some(new)
        }
        // What only names another page; nothing is loaded by it.
        ("href", "link") if state.skips_href => None,
        ("data", "object")
        | ("action", "form")
        | (
            "href" | "xlink:href" | "src" | "poster" | "background" | "formaction" | "codebase",
            _,
        ) => links.map(&decoded(&value())),
        (
            "fill" | "stroke" | "filter" | "mask" | "clip-path" | "cursor" | "marker-start"
            | "marker-mid" | "marker-end",
            _,
        ) => links.style(&decoded(&value())),
        _ => None,
    };
    new.map(Change::Set)
}

/// `Content-Security-Policy` is the edge's to set; a refresh leads to the proxied URL.
fn meta(element: &mut Element<'_, '_>, state: &State) -> bool {
    let Some(pragma) = element.get_attribute("http-equiv") else {
        return false;
    };
    match decoded(&pragma).trim().to_ascii_lowercase().as_str() {
        "content-security-policy" | "content-security-policy-report-only" => true,
        "refresh" => {
            let content = element.get_attribute("content").unwrap_or_default();
            if let Some(new) = refresh::map(&decoded(&content), |url| state.links.map(url)) {
                set(element, "content", &new);
            }
            false
        }
        _ => false,
    }
}

/// Connections ahead of time would be made around the proxy.
fn link(element: &Element<'_, '_>) -> bool {
    rels(element).is_some_and(|rels| {
        rels.iter()
            .any(|rel| matches!(rel.as_str(), "preconnect" | "dns-prefetch"))
    })
}

/// Does this link only name another page?
fn only_names(element: &Element<'_, '_>) -> bool {
    let loads = [
        "stylesheet",
        "icon",
        "apple-touch-icon",
        "apple-touch-icon-precomposed",
        "mask-icon",
        "preload",
        "modulepreload",
        "prefetch",
        "prerender",
        "manifest",
        "expect",
    ];
    !rels(element).is_some_and(|rels| rels.iter().any(|rel| loads.contains(&rel.as_str())))
}

fn rels(element: &Element<'_, '_>) -> Option<Vec<String>> {
    let rel = element.get_attribute("rel")?;
    let rels = decoded(&rel).to_ascii_lowercase();
    Some(rels.split_ascii_whitespace().map(str::to_owned).collect())
}

/// Only the first `base` with a URL counts.
fn base(element: &Element<'_, '_>, state: &mut State) {
    let Some(href) = element.get_attribute("href").filter(|_| !state.based) else {
        return;
    };
    state.based = true;
    if let Ok(base) = state.links.base().join(decoded(&href).trim())
        && matches!(base.scheme(), "http" | "https")
    {
        state.next_base = Some(base);
    }
}

/// Forms are sent, and scripts that name none are read, in the encoding the page came in, not in the
/// one it is given in.
fn keep_encoding(element: &mut Element<'_, '_>, attribute: &str, state: &State) {
    if !element.has_attribute(attribute)
        && let Some(encoding) = state.encoding.get()
        && encoding.output_encoding() != encoding_rs::UTF_8
    {
        set(element, attribute, encoding.name());
    }
}

/// A hash of the text that the upstream sent is no hash of what the edge makes of it.
fn drops_integrity(tag: &str, element: &Element<'_, '_>) -> bool {
    match tag {
        "link" => !is_as(element, "script") && !has_rel(element, "modulepreload"),
        _ => false,
    }
}

fn has_rel(element: &Element<'_, '_>, wanted: &str) -> bool {
    rels(element).is_some_and(|rels| rels.iter().any(|rel| rel == wanted))
}

fn is_as(element: &Element<'_, '_>, wanted: &str) -> bool {
    element
        .get_attribute("as")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted))
}

fn is_type(element: &Element<'_, '_>, wanted: &str) -> bool {
    element
        .get_attribute("type")
        .is_some_and(|value| decoded(&value).trim().eq_ignore_ascii_case(wanted))
}

/// A document inside an attribute: it has the origin and the base of the one around it.
fn srcdoc(html: &str, state: &State) -> Option<String> {
    if state.depth >= DEEPEST {
        return Some(String::new());
    }
    let page = Page {
        url: state.links.base().clone(),
        markup: state.page.inner_markup.clone(),
        ..state.page.clone()
    };
    Some(nested(html, page, state.depth + 1).unwrap_or_default())
}

fn decoded(raw: &str) -> Cow<'_, str> {
    if raw.contains('&') {
        htmlize::unescape_attribute(raw)
    } else {
        Cow::Borrowed(raw)
    }
}

/// Sets an attribute to this text; quotes are lol_html's to escape.
fn set(element: &mut Element<'_, '_>, name: &str, text: &str) {
    // The name came from the parser or from here: it is one.
    let _ = element.set_attribute(name, &text.replace('&', "&amp;"));
}
