//! Words in generated content, which a style sheet can hold for elements that are masked: blanked
//! once capture has been found to miss masks.

use cssparser::{Parser, Token};

/// A sheet without words in generated content; `None` if there are none. A sheet nested beyond
/// what can be followed becomes empty.
pub(super) fn blank_generated(text: &str) -> Option<String> {
    let mut strings = Vec::new();
    if walk(&mut Parser::new(text), false, &mut strings).is_err() {
        return Some(String::new());
    }
    if strings.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (from, to) in strings {
        out.push_str(text.get(copied..from).unwrap_or_default());
        out.push_str("\"\"");
        copied = to;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Some(out)
}

/// Collects the byte ranges of strings with words, in declarations whose strings can be shown.
fn walk(css: &mut Parser<'_>, within: bool, strings: &mut Vec<(usize, usize)>) -> Result<(), ()> {
    // The identifier a statement began with, and whether its declaration's strings can be shown.
    let mut first: Option<bool> = None;
    let mut at_start = true;
    let mut shown = within;
    loop {
        let from = css.position().byte_index();
        let Ok(token) = css.next_including_whitespace_and_comments().cloned() else {
            return Ok(());
        };
        match &token {
            Token::WhiteSpace(_) | Token::Comment(_) => continue,
            Token::Ident(name) if at_start => first = Some(can_show(name)),
            Token::Colon if first.is_some() => {
                shown = within || first.take().unwrap_or(false);
                at_start = false;
                continue;
            }
            Token::QuotedString(value) if shown && has_word(value) => {
                strings.push((from, css.position().byte_index()));
                first = None;
            }
            Token::Semicolon => {
                (first, at_start, shown) = (None, true, within);
                continue;
            }
            Token::CurlyBracketBlock => {
                nested(css, shown, strings)?;
                (first, at_start, shown) = (None, true, within);
                continue;
            }
            Token::Function(_) | Token::ParenthesisBlock | Token::SquareBracketBlock => {
                nested(css, shown, strings)?;
                first = None;
            }
            _ => first = None,
        }
        at_start = false;
    }
}

fn nested(css: &mut Parser<'_>, shown: bool, strings: &mut Vec<(usize, usize)>) -> Result<(), ()> {
    let mut inner = Err(());
    let outer = css.parse_nested_block(|block| {
        inner = walk(block, shown, strings);
        Ok::<(), cssparser::ParseError<()>>(())
    });
    outer.map_err(|_| ()).and(inner)
}

/// Properties and descriptors whose strings appear on the page.
fn can_show(property: &str) -> bool {
    const SHOWN: &[&str] = &[
        "content",
        "quotes",
        "list-style",
        "list-style-type",
        "symbols",
        "additive-symbols",
        "prefix",
        "suffix",
        "negative",
        "pad",
    ];
    property.starts_with("--")
        || SHOWN
            .iter()
            .any(|shown| shown.eq_ignore_ascii_case(property))
}

/// Two or more letters or digits side by side.
fn has_word(text: &str) -> bool {
    let mut before = false;
    text.chars().any(|c| {
        let is_word = before && c.is_alphanumeric();
        before = c.is_alphanumeric();
        is_word
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_generated_content_are_blanked() {
        let cases = [
            (".a::before{content:\"SECRET\"}", ".a::before{content:\"\"}"),
            (
                "@media print{.a::after{CONTENT : 'name' attr(x) \"7\"}}",
                "@media print{.a::after{CONTENT : \"\" attr(x) \"7\"}}",
            ),
            (
                ":root{--label:\"SECRET\";--x:1}",
                ":root{--label:\"\";--x:1}",
            ),
            (
                ".a{content:counter(x,\"ab\")}",
                ".a{content:counter(x,\"\")}",
            ),
            (".a{co\\6e tent:\"SECRET\"}", ".a{co\\6e tent:\"\"}"),
            (".a{color:red;content:\"SEC", ".a{color:red;content:\"\""),
            (
                "@counter-style s{system:cyclic;symbols:\"Bob\" \"Eve\"}",
                "@counter-style s{system:cyclic;symbols:\"\" \"\"}",
            ),
            (".b{.a &{content:\"SECRET\"}}", ".b{.a &{content:\"\"}}"),
        ];
        for (sheet, blanked) in cases {
            assert_eq!(blank_generated(sheet).as_deref(), Some(blanked));
        }
    }

    #[test]
    fn icons_and_other_strings_stay() {
        for sheet in [
            ".i::before{content:\"\\f101\"}",
            ".i::before{content:\"\u{2192}\"}",
            "@import \"theme.css\";",
            "a[title=\"content\"]{color:red}",
            ".a{font-family:\"Open Sans\"}",
        ] {
            assert_eq!(blank_generated(sheet), None, "{sheet}");
        }
    }

    #[test]
    fn a_sheet_nested_too_deep_becomes_empty() {
        let deep = format!("{}.a{{content:\"SECRET\"}}", "@media x{".repeat(300));
        assert_eq!(blank_generated(&deep).as_deref(), Some(""));
    }
}
