//! Where markup names resources: images, styles, fonts and media that an agent's browser would load.
//! Each address goes out marked by whoever serves resources, and what is not marked is not loaded.
//! Only what may pass is looked at, behind the masks: an address that no agent sees is never marked.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memrchr2};

use super::named::StartTag;
use super::output::Output;
use super::selector::escape;

/// How a value names resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// One address.
    Url,
    /// Candidates of a `srcset`.
    Srcset,
    /// Style text.
    Css,
}

/// Marks the addresses of resources, so that they can be served to agents and no others can.
pub trait Resources: Send {
    /// The value with every address in it marked; `None` if it names none. Addresses are relative to
    /// `base`.
    fn mark(&mut self, base: &str, form: Form, value: &str) -> Option<String>;
}

/// Attributes whose values are style text, on SVG elements if not on all.
const STYLED: &[&str] = &[
    "style",
    "fill",
    "stroke",
    "filter",
    "mask",
    "clip-path",
    "cursor",
    "marker",
    "marker-start",
    "marker-mid",
    "marker-end",
];
const OTHERS: &[&str] = &[
    "src",
    "srcset",
    "poster",
    "background",
    "href",
    "xlink:href",
];
/// Their `href` leads somewhere, or changes what others mean; nothing is loaded by it.
const LINKS: &[&str] = &["a", "area", "base"];

/// How an attribute names resources, if it does. The element's name is not known of an op: a link's
/// address is then marked as well, which gives nothing away that the agent does not see.
fn form(element: Option<&str>, attribute: &str) -> Option<Form> {
    match attribute {
        "src" | "poster" | "background" => Some(Form::Url),
        "href" | "xlink:href" if element.is_some_and(|name| LINKS.contains(&name)) => None,
        "href" | "xlink:href" => Some(Form::Url),
        "srcset" => Some(Form::Srcset),
        _ if STYLED.contains(&attribute) => Some(Form::Css),
        _ => None,
    }
}

/// Without one of these, style text names nothing.
fn may_name(form: Form, value: &str) -> bool {
    form != Form::Css || style_may_name(value)
}

/// Can this style text name a resource at all?
pub(super) fn style_may_name(text: &str) -> bool {
    static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            // An escape can spell any of them.
            .build([
                "url(",
                "src(",
                "image-set(",
                "image(",
                "cross-fade(",
                "@import",
                "\\",
            ])
            .expect("seven short words")
    });
    FINDER.is_match(text)
}

/// A changed attribute's plain value, marked.
pub(super) fn attribute(
    resources: &mut dyn Resources,
    base: &str,
    name: &str,
    value: &str,
) -> Option<String> {
    let form = form(None, name).filter(|form| may_name(*form, value))?;
    resources.mark(base, form, value)
}

/// Validated markup with every address marked; `None` if it names none.
pub(super) fn markup(resources: &mut dyn Resources, base: &str, markup: &str) -> Option<String> {
    let bytes = markup.as_bytes();
    let mut output = Output::new(bytes);
    let mut tag = OpenTag::default();
    let mut passed = 0;
    for found in attributes().find_iter(markup) {
        if found.start() < passed || !tag.reach(bytes, found.start()) {
            continue;
        }
        // It may stand in a value: the tag is read from its start.
        let start = tag.start.unwrap_or_default();
        let element = StartTag::new(markup.get(start..).unwrap_or_default());
        let name = element.name;
        passed = start;
        for (attribute, value) in element {
            let from = value.as_ptr().addr() - markup.as_ptr().addr();
            passed = from + value.len();
            let Some(form) = form(Some(name), attribute).filter(|form| may_name(*form, value))
            else {
                continue;
            };
            if let Some(marked) = resources.mark(base, form, &plain(value)) {
                output.replace(from, passed, escape(&marked).as_bytes());
            }
        }
    }
    // Both parts were text.
    output.finish().and_then(|out| String::from_utf8(out).ok())
}

/// Finds where attributes that can name resources start, as the grammar writes them.
fn attributes() -> &'static AhoCorasick {
    static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let names = STYLED.iter().chain(OTHERS);
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(names.map(|name| format!(" {name}=\"")))
            .expect("a few short words")
    });
    &FINDER
}

/// Which start tag an offset lies in; offsets ascend. Text has no `<`, values have neither `<` nor `>`.
#[derive(Default)]
struct OpenTag {
    scanned: usize,
    start: Option<usize>,
}

impl OpenTag {
    fn reach(&mut self, bytes: &[u8], offset: usize) -> bool {
        let between = bytes.get(self.scanned..offset).unwrap_or_default();
        if let Some(last) = memrchr2(b'<', b'>', between) {
            let at = self.scanned + last;
            self.start = (bytes.get(at) == Some(&b'<')).then_some(at);
        }
        self.scanned = offset;
        self.start.is_some()
    }
}

/// A value without the five references of the grammar.
fn plain(value: &str) -> String {
    if memchr(b'&', value.as_bytes()).is_none() {
        return value.to_owned();
    }
    value
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bracket;

    impl Resources for Bracket {
        fn mark(&mut self, base: &str, form: Form, value: &str) -> Option<String> {
            (!value.starts_with("data:")).then(|| format!("{base}{form:?}[{value}]"))
        }
    }

    #[test]
    fn every_attribute_that_loads_is_marked_and_no_other_is() {
        let table = [
            ("<img src=\"a.png\"/>", Some("<img src=\"~Url[a.png]\"/>")),
            (
                "<img alt=\" src=\" src=\"a\" srcset=\"b 1x\"/>",
                Some("<img alt=\" src=\" src=\"~Url[a]\" srcset=\"~Srcset[b 1x]\"/>"),
            ),
            ("<a href=\"/x\">x</a>", None),
            (
                "<a href=\"/x\"><use xlink:href=\"s.svg#i\"></use></a>",
                Some("<a href=\"/x\"><use xlink:href=\"~Url[s.svg#i]\"></use></a>"),
            ),
            ("<p style=\"color:red\">x</p>", None),
            (
                "<p style=\"background:URL(&quot;a&amp;b&quot;)\">x</p>",
                Some("<p style=\"~Css[background:URL(&quot;a&amp;b&quot;)]\">x</p>"),
            ),
            (
                "<path fill=\"url(#a)\"></path>",
                Some("<path fill=\"~Css[url(#a)]\"></path>"),
            ),
            ("<p>a src=\"b\" > src=\"c\"</p>", None),
            ("<img src=\"data:,x\"/>", None),
            ("<img data-src=\"a\"/>", None),
            (
                "<b>x</b> src=\"<video poster=\"p\"></video>",
                Some("<b>x</b> src=\"<video poster=\"~Url[p]\"></video>"),
            ),
        ];
        for (given, wanted) in table {
            assert_eq!(
                markup(&mut Bracket, "~", given).as_deref(),
                wanted,
                "{given}"
            );
        }
    }

    #[test]
    fn a_changed_attribute_is_marked_as_it_would_be_in_markup() {
        let marked = |name, value| attribute(&mut Bracket, "~", name, value);
        assert_eq!(marked("src", "a&b").as_deref(), Some("~Url[a&b]"));
        assert_eq!(marked("style", "color: red"), None);
        assert_eq!(marked("title", "a.png"), None);
    }
}
