//! Cutting: what matches a mask becomes an empty placeholder, with a mark for the ids it held.

use super::markup::Element;
use super::named::StartTag;
use super::tree::Tree;

/// A match that is no element the validator saw: the two disagree, so nothing may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disagreement;

/// Markup with its masks, and how many elements the edge alone masked.
pub(super) struct Cut {
    pub(super) markup: String,
    pub(super) missed: u64,
}

/// Replaces the elements that start at `hits` (ascending) by placeholders; `None` if there is
/// nothing to replace. The tree learns that they are masked and what is in them never existed.
pub(super) fn cut(
    markup: &str,
    elements: &[Element],
    hits: &[u32],
    tree: &mut Tree,
) -> Result<Option<Cut>, Disagreement> {
    let mut out = String::new();
    let mut copied = 0u32;
    let mut missed = 0;
    for hit in hits {
        if *hit < copied {
            continue; // within a masked element
        }
        let index = elements
            .binary_search_by_key(hit, |element| element.start)
            .map_err(|_| Disagreement)?;
        let element = elements.get(index).ok_or(Disagreement)?;
        if element.placeholder {
            continue;
        }
        out.push_str(part(markup, copied, element.start)?);
        placeholder(part(markup, element.start, element.end)?, element, &mut out);
        copied = element.end;
        missed += 1;
        tree.mask(element.id);
        tree.kill_range(element.id + 1, element.last);
    }
    if missed == 0 {
        return Ok(None);
    }
    out.push_str(part(markup, copied, u32::MAX)?);
    Ok(Some(Cut {
        markup: out,
        missed,
    }))
}

/// A byte range; up to the end if `to` is beyond it.
fn part(markup: &str, from: u32, to: u32) -> Result<&str, Disagreement> {
    let from = usize::try_from(from).map_err(|_| Disagreement)?;
    let to = usize::try_from(to).map_err(|_| Disagreement)?;
    markup.get(from..to.min(markup.len())).ok_or(Disagreement)
}

/// No selector matches a shadow root, so its mode needs no place here.
fn placeholder(written: &str, element: &Element, out: &mut String) {
    let name = StartTag::new(written).name;
    out.push('<');
    out.push_str(name);
    out.push_str(" u:m=\"\"");
    if written.ends_with("/>")
        && element.last == element.id
        && super::names::is_void(name.as_bytes())
    {
        out.push_str("/>");
        return;
    }
    out.push('>');
    if element.last > element.id {
        out.push_str("<!--k");
        out.push_str(&(element.last - element.id).to_string());
        out.push_str("-->");
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
