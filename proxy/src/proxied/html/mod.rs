//! Documents, rewritten in one streaming pass: URLs that name a host, what the edge must not let
//! through, and the runtime as the very first thing that runs.
//!
//! Rewriting may fail open for looks alone. Where memory runs out after the runtime is in, the rest
//! goes through as it is: the page's policy and its service worker keep it inside the proxy. Before
//! that, it is an error.

mod element;
mod inject;
pub(super) mod refresh;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::sync::Arc;

use lol_html::html_content::{ContentType, DocumentEnd, TextChunk};
use lol_html::send::{
    DocumentContentHandlers, Element, ElementContentHandlers, HtmlRewriter, Settings,
};
use lol_html::{MemorySettings, OutputSink, Selector};
use parking_lot::Mutex;
use url::Url;

use super::charset::Found;
use super::links::Links;
use super::places::Places;
use super::rules::Rules;

pub(super) use inject::{facts, markup};

/// What a document has to know to be rewritten.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where real URLs live.
    pub places: Arc<Places>,
    /// Which hosts are left alone, and how much memory there is.
    pub rules: Arc<Rules>,
    /// The document's real URL.
    pub url: Url,
    /// Goes in first.
    pub markup: String,
    /// Goes in first in documents inside attributes of this one.
    pub inner_markup: String,
}

/// The document cannot be rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("document could not be rewritten")]
pub struct Unwritable;

/// Rewrites a whole document that is UTF-8 already.
///
/// # Errors
/// When it needs more memory than the rules allow before anything of it could be written.
pub fn rewrite_whole(html: &str, page: &Page) -> Result<String, Unwritable> {
    nested(html, page.clone(), 0)
}

fn nested(html: &str, page: Page, depth: u8) -> Result<String, Unwritable> {
    let mut rewriter = Rewriter::at_depth(page, Found::default(), depth);
    let mut out = Vec::with_capacity(html.len() + html.len() / 8 + 1024);
    rewriter.push(html, &mut out)?;
    rewriter.finish(&mut out)?;
    String::from_utf8(out).map_err(|_| Unwritable)
}

/// A document under way.
struct State {
    page: Page,
    links: Links,
    encoding: Found,
    depth: u8,
    /// The runtime is in.
    injected: bool,
    /// A `base` has had its say.
    based: bool,
    next_base: Option<Url>,
    /// The `link` at hand only names another page.
    skips_href: bool,
    style: text::Held,
    import_map: text::Held,
}

type Shared = Arc<Mutex<State>>;

/// Rewrites a document as it comes.
pub(super) struct Rewriter {
    inner: Option<HtmlRewriter<'static, Sink>>,
    out: Arc<Mutex<Vec<u8>>>,
    state: Shared,
}

struct Sink(Arc<Mutex<Vec<u8>>>);

impl OutputSink for Sink {
    fn handle_chunk(&mut self, chunk: &[u8]) {
        self.0.lock().extend_from_slice(chunk);
    }
}

impl Rewriter {
    /// A document that turns out to have come in `encoding`.
    pub(super) fn new(page: Page, encoding: Found) -> Self {
        Self::at_depth(page, encoding, 0)
    }

    fn at_depth(page: Page, encoding: Found, depth: u8) -> Self {
        let memory = MemorySettings::new()
            .with_max_allowed_memory_usage(page.rules.memory)
            .with_graceful_bail_out_on_memory_limit_exceeded(true);
        let links = Links::new(
            Arc::clone(&page.places),
            Arc::clone(&page.rules),
            page.url.clone(),
        );
        let state = Arc::new(Mutex::new(State {
            page,
            links,
            encoding,
            depth,
            injected: false,
            based: false,
            next_base: None,
            skips_href: false,
            style: text::Held::default(),
            import_map: text::Held::default(),
        }));
        let out = Arc::new(Mutex::new(Vec::new()));
        let settings = handlers(&state)
            .with_memory_settings(memory)
            .with_strict(false);
        Self {
            inner: Some(HtmlRewriter::new(settings, Sink(Arc::clone(&out)))),
            out,
            state,
        }
    }

    /// Takes the next piece and appends what is rewritten by now.
    pub(super) fn push(&mut self, text: &str, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        let Some(inner) = &mut self.inner else {
            out.extend_from_slice(text.as_bytes());
            return Ok(());
        };
        let written = inner.write(text.as_bytes());
        if written.is_err() {
            self.give_up()?;
        }
        out.append(&mut self.out.lock());
        Ok(())
    }

    /// The end.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        if let Some(inner) = self.inner.take()
            && inner.end().is_err()
        {
            self.give_up()?;
        }
        out.append(&mut self.out.lock());
        Ok(())
    }

    /// What it held is out, unchanged; from here on everything is. Only with the runtime in.
    fn give_up(&mut self) -> Result<(), Unwritable> {
        self.inner = None;
        if self.state.lock().injected {
            Ok(())
        } else {
            Err(Unwritable)
        }
    }
}

fn handlers(state: &Shared) -> Settings<'static, 'static> {
    let any = Arc::clone(state);
    let any = move |element: &mut Element<'_, '_>| {
        let state = &mut *any.lock();
        inject(element, state);
        element::element(element, state);
        Ok(())
    };
    let style = Arc::clone(state);
    let style = move |chunk: &mut TextChunk<'_>| {
        let State { style, links, .. } = &mut *style.lock();
        style.chunk(chunk, |text| text::style(text, links));
        Ok(())
    };
    let import_map = Arc::clone(state);
    let import_map = move |chunk: &mut TextChunk<'_>| {
        let State {
            import_map, links, ..
        } = &mut *import_map.lock();
        import_map.chunk(chunk, |text| text::import_map(text, links));
        Ok(())
    };
    let bare = Arc::clone(state);
    let end = move |end: &mut DocumentEnd<'_>| {
        let state = &mut *bare.lock();
        if !state.injected {
            state.injected = true;
            end.append(&state.page.markup, ContentType::Html);
        }
        Ok(())
    };
    let on = |selector: &str, handlers| (Cow::Owned(parsed(selector)), handlers);
    Settings::new_send()
        .append_element_content_handler(on("*", ElementContentHandlers::default().element(any)))
        .append_element_content_handler(on("style", ElementContentHandlers::default().text(style)))
        .append_element_content_handler(on(
            "script[type=importmap i]",
            ElementContentHandlers::default().text(import_map),
        ))
        .append_document_content_handler(DocumentContentHandlers::default().end(end))
}

fn parsed(selector: &str) -> Selector {
    selector.parse().expect("a selector written here parses")
}

/// The runtime goes first into `head`. A document without one gets it before its first element that
/// is neither `html` nor `head`: browsers make a head for it.
fn inject(element: &mut Element<'_, '_>, state: &mut State) {
    if state.injected {
        return;
    }
    match element.tag_name().as_str() {
        "html" => return,
        "head" if element.can_have_content() => {
            element.prepend(&state.page.markup, ContentType::Html);
        }
        _ => element.before(&state.page.markup, ContentType::Html),
    }
    state.injected = true;
}
