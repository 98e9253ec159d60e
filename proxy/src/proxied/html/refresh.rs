//! Where a `refresh` leads: the same text in a header and in `meta`.

use std::ops::Range;

/// The URL in it, as the HTML standard's shared declarative refresh steps find it.
#[must_use]
pub(in crate::proxied) fn url_in(content: &str) -> Option<Range<usize>> {
    let mut rest = content.trim_start_matches(is_space);
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() == rest.len() && !rest.starts_with('.') {
        return None;
    }
    rest = digits.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let after = rest.trim_start_matches(is_space);
    let separated = after.strip_prefix([';', ',']).unwrap_or(after);
    if separated.len() == rest.len() {
        return None;
    }
    rest = separated.trim_start_matches(is_space);
    if rest
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("url"))
        && let Some(value) = rest[3..].trim_start_matches(is_space).strip_prefix('=')
    {
        rest = value.trim_start_matches(is_space);
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let start = content.len() - rest.len();
    match quote {
        Some(quote) => {
            let end = rest[1..].find(quote).unwrap_or(rest.len() - 1);
            Some(start + 1..start + 1 + end)
        }
        None => (!rest.is_empty()).then_some(start..content.len()),
    }
}

/// The text with its URL exchanged.
#[must_use]
pub(in crate::proxied) fn map(
    content: &str,
    map: impl FnOnce(&str) -> Option<String>,
) -> Option<String> {
    let range = url_in(content)?;
    let new = map(&content[range.clone()])?;
    // Without quotes of its own, the new URL is written to the end, as the old one was.
    Some(format!(
        "{}{new}{}",
        &content[..range.start],
        &content[range.end..]
    ))
}

const fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_is_read_as_browsers_read_it() {
        for (content, wanted) in [
            ("0;url=https://a/", Some("https://a/")),
            (" 5 ; URL = 'https://a/' x", Some("https://a/")),
            ("5, https://a/", Some("https://a/")),
            ("5 https://a/", Some("https://a/")),
            ("1.5;url=\"https://a/", Some("https://a/")),
            (".5;url=x", Some("x")),
            ("0;urlx", Some("urlx")),
            ("5", None),
            ("5;", None),
            ("url=https://a/", None),
            ("5x;url=y", None),
            ("", None),
        ] {
            assert_eq!(
                url_in(content).map(|range| &content[range]),
                wanted,
                "{content}"
            );
        }
        let mapped = map("3; url='//a/' z", |url| Some(format!("<{url}>")));
        assert_eq!(mapped.as_deref(), Some("3; url='<//a/>' z"));
    }
}
