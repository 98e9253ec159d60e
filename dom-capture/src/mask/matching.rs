//! lol_html as the matcher: which start tags of canonical markup match a selector, by their offset.
//! Its output is thrown away. On canonical markup its stack of open elements is the tree.

use std::borrow::Cow;
use std::cell::RefCell;

use lol_html::html_content::Element;
use lol_html::{ElementContentHandlers, HtmlRewriter, MemorySettings, Selector, Settings};

/// The matcher gave up: its memory limit. The payload must not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MatchError;

/// Its bound on memory: 4,000 open elements take less.
const MOST_MEMORY: usize = 8 << 20;

/// Offsets in `markup` of all start tags that match, ascending, each once. `prefix` are the start
/// tags around it.
pub(super) fn matches<'s>(
    selectors: impl Iterator<Item = &'s Selector>,
    prefix: &str,
    markup: &str,
) -> Result<Vec<u32>, MatchError> {
    let hits = RefCell::new(Vec::new());
    let memory = MemorySettings::new()
        .with_preallocated_parsing_buffer_size(0)
        .with_max_allowed_memory_usage(MOST_MEMORY);
    let mut settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(memory);
    for selector in selectors {
        let note = |element: &mut Element<'_, '_>| {
            hits.borrow_mut()
                .push(element.source_location().bytes().start);
            Ok(())
        };
        settings = settings.append_element_content_handler((
            Cow::Borrowed(selector),
            ElementContentHandlers::default().element(note),
        ));
    }
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    if !prefix.is_empty() {
        rewriter.write(prefix.as_bytes()).map_err(|_| MatchError)?;
    }
    rewriter.write(markup.as_bytes()).map_err(|_| MatchError)?;
    rewriter.end().map_err(|_| MatchError)?;
    let mut offsets: Vec<u32> = hits
        .into_inner()
        .into_iter()
        .filter_map(|at| at.checked_sub(prefix.len()))
        .filter_map(|at| u32::try_from(at).ok())
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    Ok(offsets)
}
