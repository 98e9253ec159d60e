//! `Link` headers: what a document should load, said before it.

use super::super::links::Links;

/// The header with its URLs exchanged and without connections ahead of time; nothing when nothing is
/// left.
#[must_use]
pub(super) fn map(value: &str, links: &Links) -> Option<String> {
    let kept: Vec<String> = entries(value)
        .into_iter()
        .filter(|entry| !connects(entry))
        .map(|entry| match target(entry) {
            Some((before, url, after)) => match links.map(url) {
                Some(new) => format!("{before}{new}{after}"),
                None => entry.to_owned(),
            },
            None => entry.to_owned(),
        })
        .collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// Split at commas, but not inside `<…>` and `"…"`.
fn entries(value: &str) -> Vec<&str> {
    let (mut found, mut start) = (Vec::new(), 0);
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for (at, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !bracketed => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ',' if !quoted && !bracketed => {
                found.push(value[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(value[start..].trim());
    found.retain(|entry| !entry.is_empty());
    found
}

fn target(entry: &str) -> Option<(&str, &str, &str)> {
    let start = entry.find('<')? + 1;
    let end = start + entry[start..].find('>')?;
    Some((&entry[..start], &entry[start..end], &entry[end..]))
}

fn connects(entry: &str) -> bool {
    let parameters = target(entry).map_or(entry, |(_, _, after)| after);
    parameters.split(';').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        name.trim().eq_ignore_ascii_case("rel")
            && value
                .trim()
                .trim_matches('"')
                .split_ascii_whitespace()
                .any(|rel| {
                    rel.eq_ignore_ascii_case("preconnect")
                        || rel.eq_ignore_ascii_case("dns-prefetch")
                })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxied::links::tests::links;

    #[test]
    fn links_are_exchanged_and_connections_dropped() {
        let links = links("https://shop.example/");
        let cdn = "http://aaaaaaaaaaaaaaaa-s-cdn-example.localhost:7300";
        for (value, wanted) in [
            (
                "<https://cdn.example/a,b>; rel=preload; as=style",
                Some(format!("<{cdn}/a,b>; rel=preload; as=style")),
            ),
            (
                "</x>; rel=\"next, prev\", <//cdn.example/y>",
                Some(format!("</x>; rel=\"next, prev\", <{cdn}/y>")),
            ),
            ("<https://cdn.example>; rel=preconnect", None),
            (
                "<https://cdn.example>; REL=\"x DNS-Prefetch\", </a>",
                Some("</a>".to_owned()),
            ),
            ("nonsense", Some("nonsense".to_owned())),
            (",", None),
        ] {
            assert_eq!(map(value, &links), wanted, "{value}");
        }
    }
}
