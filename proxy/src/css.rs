//! URLs of a style sheet turned into others, token by token: everything between them is copied
//! verbatim, so that the sheet means what its author wrote.

use std::ops::Range;

use cssparser::{ParseError, Parser, Token};

/// A URL in style text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What to replace: `url(…)` whole, or a string inside quotes, with them.
    pub range: Range<usize>,
    /// Where the URL's own text begins.
    pub text: usize,
    /// Only a string is replaced: it stands in `url("…")` already, or in a function that takes strings.
    pub bare: bool,
    /// The URL as it was meant, without escapes.
    pub url: String,
}

/// What names resources in style text, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Urls {
    /// The URLs; fragments of the same document and `data:` are left out.
    pub found: Vec<Found>,
    /// Blocks nested deeper than any real sheet's: nobody looked into them.
    pub unread: Vec<Range<usize>>,
}

/// Blocks nested deeper than this are not followed: the recursion has an end.
const DEEPEST: usize = 32;

/// Finds every URL in `css`.
#[must_use]
pub fn find(css: &str) -> Urls {
    let mut parser = Parser::new(css);
    let mut finder = Finder {
        css,
        urls: Urls::default(),
    };
    finder.block(&mut parser, false, 0);
    finder.urls
}

/// Rewrites every URL in `css`; `map` gives the new URL, or nothing for one that must not load.
#[must_use]
pub fn rewrite(css: &str, map: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let Urls { found, unread } = find(css);
    let mut out = String::with_capacity(css.len() + css.len() / 4);
    let mut copied = 0;
    let mut unread = unread.into_iter().peekable();
    for one in found {
        while let Some(block) = unread.next_if(|block| block.start < one.range.start) {
            out.push_str(&css[copied..block.start]);
            copied = block.end;
        }
        out.push_str(&css[copied..one.range.start]);
        copied = one.range.end;
        let new = map(&one.url).unwrap_or_else(|| "about:invalid".to_owned());
        put(&new, one.bare, &mut out);
    }
    for block in unread {
        out.push_str(&css[copied..block.start]);
        copied = block.end;
    }
    out.push_str(&css[copied..]);
    out
}

/// Writes a URL so that it cannot break out of its quotes.
pub fn put(url: &str, bare: bool, out: &mut String) {
    let (open, close) = if bare {
        ("\"", "\"")
    } else {
        ("url(\"", "\")")
    };
    out.push_str(open);
    for c in url.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\a "),
            '\r' => out.push_str("\\d "),
            '\u{c}' => out.push_str("\\c "),
            c => out.push(c),
        }
    }
    out.push_str(close);
}

struct Finder<'a> {
    css: &'a str,
    urls: Urls,
}

/// What one token asks for, without borrowing the parser.
enum Step {
    Copy,
    Url { url: String, bare: bool },
    Enter { strings_are_urls: bool },
}

impl Finder<'_> {
    /// All tokens of one block; in `url()` and its like, strings are URLs.
    fn block(&mut self, parser: &mut Parser<'_>, strings_are_urls: bool, depth: usize) {
        let mut importing = false;
        loop {
            let start = parser.position().byte_index();
            let Ok(token) = parser.next_including_whitespace_and_comments() else {
                return;
            };
            match step(token, strings_are_urls, &mut importing) {
                Step::Copy => {}
                Step::Url { url, bare } => {
                    let end = parser.position().byte_index();
                    self.add(start..end, url, bare);
                }
                Step::Enter { strings_are_urls } => {
                    self.enter(parser, start, strings_are_urls, depth + 1);
                }
            }
        }
    }

    fn enter(
        &mut self,
        parser: &mut Parser<'_>,
        start: usize,
        strings_are_urls: bool,
        depth: usize,
    ) {
        if depth > DEEPEST {
            // Left unread on purpose: the parser skips to the block's end and says so.
            let _ = parser.parse_nested_block(|_| Ok::<(), ParseError<()>>(()));
            self.urls.unread.push(start..parser.position().byte_index());
            return;
        }
        let _ = parser.parse_nested_block(|inner| {
            self.block(inner, strings_are_urls, depth);
            Ok::<(), ParseError<()>>(())
        });
    }

    fn add(&mut self, range: Range<usize>, url: String, bare: bool) {
        if url.starts_with('#') || starts_with_scheme(&url, "data:") {
            return;
        }
        let written = &self.css[range.clone()];
        let inside = if written.starts_with(['"', '\'']) {
            1
        } else {
            let open = written.find('(').map_or(0, |open| open + 1);
            let blank = |c: char| c.is_ascii_whitespace();
            open + written[open..].find(|c| !blank(c)).unwrap_or(0)
        };
        self.urls.found.push(Found {
            text: range.start + inside,
            range,
            bare,
            url,
        });
    }
}

fn step(token: &Token<'_>, strings_are_urls: bool, importing: &mut bool) -> Step {
    match token {
        Token::AtKeyword(name) => {
            *importing = name.eq_ignore_ascii_case("import");
            Step::Copy
        }
        Token::Semicolon => {
            *importing = false;
            Step::Copy
        }
        Token::UnquotedUrl(url) => Step::Url {
            url: (**url).to_owned(),
            bare: false,
        },
        Token::QuotedString(url) if strings_are_urls || *importing => {
            *importing = false;
            Step::Url {
                url: (**url).to_owned(),
                bare: strings_are_urls,
            }
        }
        Token::Function(name) => Step::Enter {
            strings_are_urls: takes_urls(name),
        },
        Token::CurlyBracketBlock => {
            *importing = false;
            Step::Enter {
                strings_are_urls: false,
            }
        }
        Token::ParenthesisBlock | Token::SquareBracketBlock => Step::Enter {
            strings_are_urls: false,
        },
        _ => Step::Copy,
    }
}

fn takes_urls(function: &str) -> bool {
    [
        "url",
        "src",
        "image-set",
        "-webkit-image-set",
        "image",
        "cross-fade",
        "-webkit-cross-fade",
        "url-prefix",
    ]
    .iter()
    .any(|name| function.eq_ignore_ascii_case(name))
}

fn starts_with_scheme(url: &str, scheme: &str) -> bool {
    url.trim_start_matches(|c: char| c <= ' ')
        .get(..scheme.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(css: &str) -> String {
        rewrite(css, &mut |url| {
            (!url.starts_with("no:")).then(|| format!("/a?{url}"))
        })
    }

    #[test]
    fn every_form_of_a_url_is_rewritten_and_the_rest_stays_verbatim() {
        let table = [
            ("a{b:url(x.png)}", "a{b:url(\"/a?x.png\")}"),
            ("a{b:url( \"x y.png\" )}", "a{b:url( \"/a?x y.png\" )}"),
            ("a{b:URL('x')}", "a{b:URL(\"/a?x\")}"),
            (
                "@import \"s.css\" screen;a{content:\"s.css\"}",
                "@import url(\"/a?s.css\") screen;a{content:\"s.css\"}",
            ),
            (
                "@import url(s.css) layer(\"x\");",
                "@import url(\"/a?s.css\") layer(\"x\");",
            ),
            (
                "a{b:image-set(\"1.png\" 1x type(\"image/png\"), url(2.png) 2x)}",
                "a{b:image-set(\"/a?1.png\" 1x type(\"image/png\"), url(\"/a?2.png\") 2x)}",
            ),
            (
                "/* url(x) */ a { b : \"url(x)\" }",
                "/* url(x) */ a { b : \"url(x)\" }",
            ),
            ("a{b:u\\72l(x)}", "a{b:url(\"/a?x\")}"),
            ("a{--v:{c:[url(x)]}}", "a{--v:{c:[url(\"/a?x\")]}}"),
            ("@media x{a{b:url(x)}}", "@media x{a{b:url(\"/a?x\")}}"),
        ];
        for (css, wanted) in table {
            assert_eq!(through(css), wanted, "{css}");
        }
    }

    #[test]
    fn fragments_and_data_stay_and_refused_urls_load_nothing() {
        assert_eq!(through("a{b:url(#g)}"), "a{b:url(#g)}");
        assert_eq!(
            through("a{b:url(DATA:image/png,x)}"),
            "a{b:url(DATA:image/png,x)}"
        );
        assert_eq!(through("a{b:url(no:x)}"), "a{b:url(\"about:invalid\")}");
    }

    #[test]
    fn a_url_cannot_break_out_of_its_quotes() {
        let css = r#"a{b:url("x\"\a;}b{c:url(y)")}"#;
        let out = through(css);
        assert_eq!(out, "a{b:url(\"/a?x\\\"\\a ;}b{c:url(y)\")}");
        // Read again, it is still the one URL.
        let mut seen = Vec::new();
        let _ = rewrite(&out, &mut |url| {
            seen.push(url.to_owned());
            None
        });
        assert_eq!(seen, ["/a?x\"\n;}b{c:url(y)"]);
    }

    #[test]
    fn unfinished_and_absurdly_nested_text_ends() {
        assert_eq!(through("a{b:url(\"x"), "a{b:url(\"/a?x\"");
        let deep = format!("a{{b:{}url(x)", "(".repeat(100_000));
        assert!(!through(&deep).contains("url(x)"));
    }
}
