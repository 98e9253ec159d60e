//! Bare `lol_html`: the same selectors, the placeholder written by its own rewriter, nothing else.
//! No validation, no ids, no order, no patches: a lower bound for what the edge has to do.

use std::borrow::Cow;

use anyhow::Context as _;
use lol_html::html_content::{ContentType, Element};
use lol_html::{ElementContentHandlers, HtmlRewriter, Selector, Settings};

/// Selectors parsed once, as the edge does it.
pub struct Bare {
    selectors: Vec<Selector>,
}

impl Bare {
    /// # Errors
    /// When `lol_html` cannot parse a selector.
    pub fn new<'a>(selectors: impl IntoIterator<Item = &'a str>) -> anyhow::Result<Self> {
        let selectors = selectors
            .into_iter()
            .map(|text| {
                text.parse()
                    .map_err(|error| anyhow::anyhow!("{text}: {error}"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { selectors })
    }

    /// Rewrites canonical markup: what matches becomes an empty placeholder.
    ///
    /// # Errors
    /// When the rewriter gives up.
    pub fn rewrite(&self, html: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(html.len());
        let settings =
            self.selectors
                .iter()
                .fold(Settings::new().with_strict(false), |settings, selector| {
                    let handlers = ElementContentHandlers::default().element(placeholder);
                    settings.append_element_content_handler((Cow::Borrowed(selector), handlers))
                });
        let mut rewriter = HtmlRewriter::new(settings, |chunk: &[u8]| out.extend_from_slice(chunk));
        rewriter.write(html).context("write")?;
        rewriter.end().context("end")?;
        Ok(out)
    }
}

fn placeholder(element: &mut Element<'_, '_>) -> lol_html::HandlerResult {
    let names: Vec<String> = element
        .attributes()
        .iter()
        .map(lol_html::html_content::Attribute::name)
        .collect();
    for name in names {
        element.remove_attribute(&name);
    }
    element.set_attribute("u:m", "")?;
    element.set_inner_content("", ContentType::Text);
    Ok(())
}
