//! Marking addresses with bare `lol_html`: one handler per kind of attribute, the same codes written by
//! the same [`Marker`]. What the edge does to a snapshot besides masking it.

use std::cell::RefCell;
use std::rc::Rc;

use anyhow::Context as _;
use coview_dom_capture::mask::{Form, Resources};
use coview_proxy::assets::Marker;
use lol_html::html_content::Element;
use lol_html::{HtmlRewriter, Settings, element};

/// Canonical markup with every address marked, by `lol_html` alone.
///
/// # Errors
/// When the rewriter gives up.
pub fn bare(html: &[u8], base: &str, marker: Marker) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(html.len() * 2);
    let marker = Rc::new(RefCell::new(marker));
    let on = |form, names: &'static [&'static str]| {
        let marker = Rc::clone(&marker);
        move |element: &mut Element<'_, '_>| {
            for name in names {
                let Some(value) = element.get_attribute(name) else {
                    continue;
                };
                let marked = marker.borrow_mut().mark(base, form, &plain(&value));
                if let Some(marked) = marked {
                    element.set_attribute(name, &marked.replace('&', "&amp;"))?;
                }
            }
            Ok(())
        }
    };
    let url = on(Form::Url, &["src", "poster", "background"]);
    let href = on(Form::Url, &["href", "xlink:href"]);
    let settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler(element!("[src], [poster], [background]", url))
        .append_element_content_handler(element!("link[href], image, use, feimage", href))
        .append_element_content_handler(element!("[srcset]", on(Form::Srcset, &["srcset"])))
        .append_element_content_handler(element!(
            "[style*='url('], [fill*='url('], [filter*='url(']",
            on(Form::Css, &["style", "fill", "filter"])
        ));
    let mut rewriter = HtmlRewriter::new(settings, |chunk: &[u8]| out.extend_from_slice(chunk));
    rewriter.write(html).context("write")?;
    rewriter.end().context("end")?;
    Ok(out)
}

fn plain(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&amp;", "&")
}
