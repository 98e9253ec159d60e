//! Proxied hosts inside other texts, such as the query of a URL.

use std::borrow::Cow;

use super::Places;

/// How `://` and `:` are written: plain, percent-encoded once, and twice.
const WRITTEN: [(&str, &str); 3] = [
    ("://", ":"),
    ("%3a%2f%2f", "%3a"),
    ("%253a%252f%252f", "%253a"),
];

pub(super) fn real<'a>(places: &Places, text: &'a str) -> Cow<'a, str> {
    let finder = memchr::memmem::Finder::new(&places.word);
    if finder.find(text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = finder.find(rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        match host(places, from) {
            Some((length, authority, secure, colon)) => {
                let kept = scheme(places, before);
                out.push_str(kept);
                let (socket, separator) = match before[kept.len()..].split_once([':', '%']) {
                    Some((scheme, _)) => (
                        Some(scheme.to_ascii_lowercase().starts_with("ws")),
                        &before[kept.len() + scheme.len()..],
                    ),
                    None => (None, ""),
                };
                out.push_str(match (socket, secure) {
                    (Some(false), true) => "https",
                    (Some(false), false) => "http",
                    (Some(true), true) => "wss",
                    (Some(true), false) => "ws",
                    (None, _) => "",
                });
                out.push_str(separator);
                out.push_str(&authority.replace(':', &colon));
                rest = &from[length..];
            }
            None => {
                let length = places.word.len();
                out.push_str(before);
                out.push_str(&from[..length]);
                rest = &from[length..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The proxied host at the start of `text`: its length, what it stands for, and how a colon is
/// written there.
fn host(places: &Places, text: &str) -> Option<(usize, String, bool, String)> {
    let label = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
    let domain = text[label..].strip_prefix('.')?;
    let (name, port) = match places.domain.authority().split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (places.domain.authority(), None),
    };
    let mut rest = strip_ignoring_case(domain, name)?;
    let mut colon = None;
    if let Some(port) = port {
        let written = WRITTEN
            .iter()
            .find_map(|(_, colon)| Some((*colon, strip_ignoring_case(rest, colon)?)));
        let (_, after) = written?;
        colon = Some(rest[..rest.len() - after.len()].to_owned());
        rest = after.strip_prefix(port)?;
    }
    if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
        return None;
    }
    let origin = places.host(&format!("{}.{}", &text[..label], places.domain.authority()))?;
    let length = text.len() - rest.len();
    Some((
        length,
        origin.authority(),
        origin.secure(),
        colon.unwrap_or_else(|| ":".to_owned()),
    ))
}

/// `before` without the scheme of the domain at its end, if one is there.
fn scheme<'a>(places: &Places, before: &'a str) -> &'a str {
    for (separator, _) in WRITTEN {
        let Some(start) = strip_end_ignoring_case(before, separator) else {
            continue;
        };
        for scheme in [places.domain.scheme(), places.domain.socket_scheme()] {
            if let Some(kept) = strip_end_ignoring_case(start, scheme) {
                return kept;
            }
        }
    }
    before
}

fn strip_ignoring_case<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

fn strip_end_ignoring_case<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let (rest, tail) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    tail.eq_ignore_ascii_case(end).then_some(rest)
}
