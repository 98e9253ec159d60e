//! URLs of a style sheet turned into others, token by token: everything between them is copied
//! verbatim, so that the sheet means what its author wrote.

use cssparser::{ParseError, Parser, SourcePosition, Token};

/// Rewrites every URL in `css`; `map` gives the new URL, or nothing for one that must not load.
#[must_use]
pub fn rewrite(css: &str, map: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut parser = Parser::new(css);
    let mut rewriter = Rewriter {
        out: String::with_capacity(css.len() + css.len() / 4),
        copied: parser.position(),
        map,
    };
    rewriter.block(&mut parser, false, 0);
    rewriter.out.push_str(parser.slice_from(rewriter.copied));
    rewriter.out
}

/// Blocks nested deeper than any real sheet's are left out: the recursion has an end.
const DEEPEST: usize = 32;

struct Rewriter<'a> {
    out: String,
    /// Everything before this is in `out`.
    copied: SourcePosition,
    map: &'a mut dyn FnMut(&str) -> Option<String>,
}

/// What one token asks for, without borrowing the parser.
enum Step {
    Copy,
    /// A URL; bare where only its string is replaced, inside `url("…")`.
    Url {
        url: String,
        bare: bool,
    },
    Enter {
        strings_are_urls: bool,
    },
}

impl Rewriter<'_> {
    /// All tokens of one block; in `url()` and its like, strings are URLs.
    fn block(&mut self, parser: &mut Parser<'_>, strings_are_urls: bool, depth: usize) {
        let mut importing = false;
        loop {
            let start = parser.position();
            let Ok(token) = parser.next_including_whitespace_and_comments() else {
                return;
            };
            let step = match token {
                Token::AtKeyword(name) => {
                    importing = name.eq_ignore_ascii_case("import");
                    Step::Copy
                }
                Token::Semicolon => {
                    importing = false;
                    Step::Copy
                }
                Token::UnquotedUrl(url) => Step::Url {
                    url: (**url).to_owned(),
                    bare: false,
                },
                Token::QuotedString(url) if strings_are_urls || importing => {
                    importing = false;
                    Step::Url {
                        url: (**url).to_owned(),
                        bare: strings_are_urls,
                    }
                }
                Token::Function(name) => Step::Enter {
                    strings_are_urls: takes_urls(name),
                },
                Token::CurlyBracketBlock => {
                    importing = false;
                    Step::Enter {
                        strings_are_urls: false,
                    }
                }
                Token::ParenthesisBlock | Token::SquareBracketBlock => Step::Enter {
                    strings_are_urls: false,
                },
                _ => Step::Copy,
            };
            match step {
                Step::Copy => {}
                Step::Url { url, bare } => self.url(parser, start, &url, bare),
                Step::Enter { strings_are_urls } => {
                    self.enter(parser, start, strings_are_urls, depth + 1)
                }
            }
        }
    }

    fn enter(
        &mut self,
        parser: &mut Parser<'_>,
        start: SourcePosition,
        strings_are_urls: bool,
        depth: usize,
    ) {
        if depth > DEEPEST {
            self.out.push_str(parser.slice(self.copied..start));
            // Left unread on purpose: the parser skips to the block's end and says so.
            let _ = parser.parse_nested_block(|_| Ok::<(), ParseError<()>>(()));
            self.copied = parser.position();
            return;
        }
        let _ = parser.parse_nested_block(|inner| {
            self.block(inner, strings_are_urls, depth);
            Ok::<(), ParseError<()>>(())
        });
    }

    fn url(&mut self, parser: &Parser<'_>, start: SourcePosition, url: &str, bare: bool) {
        let own = url.starts_with('#') || starts_with_scheme(url, "data:");
        if own {
            return;
        }
        self.out.push_str(parser.slice(self.copied..start));
        self.copied = parser.position();
        let new = (self.map)(url).unwrap_or_else(|| "about:invalid".to_owned());
        let (open, close) = if bare {
            ("\"", "\"")
        } else {
            ("url(\"", "\")")
        };
        self.out.push_str(open);
        for c in new.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\n' => self.out.push_str("\\a "),
                '\r' => self.out.push_str("\\d "),
                '\u{c}' => self.out.push_str("\\c "),
                c => self.out.push(c),
            }
        }
        self.out.push_str(close);
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
