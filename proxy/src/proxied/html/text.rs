//! Text that is no prose: style sheets and import maps inside a document. It comes in chunks and is
//! exchanged as a whole, up to a limit; past it the rest goes through as it is, which the page's
//! policy and its service worker hold.

use lol_html::html_content::{ContentType, TextChunk};
use serde_json::{Map, Value};

use super::super::links::Links;

/// Text held back.
const LONGEST: usize = 1 << 20;

/// One text under way.
#[derive(Default)]
pub(super) struct Held {
    text: String,
    /// It grew too long: the rest of it is not touched.
    gave_up: bool,
}

impl Held {
    /// Takes a chunk; `exchange` gives the new text for the whole.
    pub(super) fn chunk(
        &mut self,
        chunk: &mut TextChunk<'_>,
        exchange: impl FnOnce(&str) -> Option<String>,
    ) {
        let last = chunk.last_in_text_node();
        if self.gave_up {
            self.gave_up = !last;
            return;
        }
        if self.text.is_empty() && last {
            // The usual case: one chunk, which need not be held.
            if let Some(new) = exchange(chunk.as_str()) {
                chunk.replace(&new, ContentType::Html);
            }
            return;
        }
        self.text.push_str(chunk.as_str());
        if last {
            let old = std::mem::take(&mut self.text);
            let new = exchange(&old);
            chunk.replace(&new.unwrap_or(old), ContentType::Html);
        } else if self.text.len() > LONGEST {
            self.gave_up = true;
            chunk.replace(&std::mem::take(&mut self.text), ContentType::Html);
        } else {
            chunk.remove();
        }
    }
}

/// The text of a `style` element with its URLs exchanged.
pub(super) fn style(text: &str, links: &Links) -> Option<String> {
    // An escape in the sheet, written out, must not close the element around it.
    Some(links.style(text)?.replace("</", "<\\/"))
}

/// An import map whose addresses are the proxied ones. What scripts write in `import` stays as it is;
/// scopes are found by the real URL and by the proxied one.
pub(super) fn import_map(text: &str, links: &Links) -> Option<String> {
    let mut map: Map<String, Value> = serde_json::from_str(text).ok()?;
    if let Some(Value::Object(imports)) = map.get_mut("imports") {
        addresses(imports, links);
    }
    if let Some(Value::Object(scopes)) = map.get_mut("scopes") {
        for imports in scopes.values_mut() {
            if let Value::Object(imports) = imports {
                addresses(imports, links);
            }
        }
        also_by_proxied_url(scopes, links);
    }
    if let Some(Value::Object(hashes)) = map.get_mut("integrity") {
        also_by_proxied_url(hashes, links);
    }
    Some(Value::Object(map).to_string().replace('<', "\\u003c"))
}

fn addresses(imports: &mut Map<String, Value>, links: &Links) {
    for address in imports.values_mut() {
        if let Some(new) = address.as_str().and_then(|url| links.map(url)) {
            *address = Value::String(new);
        }
    }
}

fn also_by_proxied_url(entries: &mut Map<String, Value>, links: &Links) {
    let more: Vec<(String, Value)> = entries
        .iter()
        .filter_map(|(url, value)| Some((links.map(url)?, value.clone())))
        .collect();
    entries.extend(more);
}
