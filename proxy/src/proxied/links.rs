//! URLs of a document: which of them have to be exchanged. Relative ones never: they resolve natively,
//! because the document's own URL is the proxied one.

use std::sync::Arc;

use url::Url;

use super::places::{Places, RealOrigin};
use super::rules::Rules;
use crate::css;

/// Maps the URLs of one document or style sheet.
#[derive(Debug, Clone)]
pub(super) struct Links {
    places: Arc<Places>,
    rules: Arc<Rules>,
    /// What relative URLs are relative to: the document's real URL, or what `<base>` says.
    base: Url,
}

impl Links {
    pub(super) const fn new(places: Arc<Places>, rules: Arc<Rules>, base: Url) -> Self {
        Self {
            places,
            rules,
            base,
        }
    }

    /// What relative URLs are relative to.
    pub(super) const fn base(&self) -> &Url {
        &self.base
    }

    /// What `<base>` says from here on.
    pub(super) fn set_base(&mut self, base: Url) {
        self.base = base;
    }

    /// The URL to write instead of this one, if another has to be written.
    pub(super) fn map(&self, text: &str) -> Option<String> {
        if !names_a_host(text) {
            return None;
        }
        self.map_url(&self.base.join(text).ok()?)
    }

    /// The URL to write instead of this absolute one.
    pub(super) fn map_url(&self, url: &Url) -> Option<String> {
        let origin = RealOrigin::of(url)?;
        if self.rules.direct.has(origin.host()) {
            // Under another scheme than the real one, `//host/` would mean something else.
            return Some(url.to_string());
        }
        self.places.proxied(url)
    }

    /// Style text with its URLs exchanged; nothing when there is nothing to exchange.
    pub(super) fn style(&self, text: &str) -> Option<String> {
        // What names a host has two slashes, or an escape or a backslash that may stand for one.
        let suspicious = memchr::memmem::find(text.as_bytes(), b"//").is_some()
            || memchr::memchr(b'\\', text.as_bytes()).is_some();
        if !suspicious {
            return None;
        }
        let mut changed = false;
        let new = css::rewrite(text, &mut |url| match self.map(url) {
            Some(new) => {
                changed = true;
                Some(new)
            }
            None => Some(url.to_owned()),
        });
        changed.then_some(new)
    }
}

/// Does this URL say where it leads by itself: `https://…`, `//…`, and all that browsers take for it?
fn names_a_host(text: &str) -> bool {
    let mut chars = text
        .trim_start_matches(|c| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'));
    match chars.next() {
        Some('/' | '\\') => matches!(chars.next(), Some('/' | '\\')),
        Some('h' | 'H' | 'w' | 'W') => {
            let scheme: String = text
                .chars()
                .filter(|c| *c > ' ')
                .take(6)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            ["http:", "https:", "ws:", "wss:"]
                .iter()
                .any(|wanted| scheme.starts_with(wanted))
        }
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::proxied::places::Domain;
    use crate::proxied::rules::Hosts;

    pub(in crate::proxied) fn links(base: &str) -> Links {
        let rules = Rules {
            direct: Hosts::new(&["pay.example"]).unwrap(),
            ..Rules::default()
        };
        let domain = Domain::parse("http://localhost:7300").unwrap();
        Links::new(
            Arc::new(Places::new("aaaaaaaaaaaaaaaa", &domain)),
            Arc::new(rules),
            Url::parse(base).unwrap(),
        )
    }

    #[test]
    fn only_what_names_a_host_is_exchanged() {
        let links = links("https://shop.example/a/b");
        let cdn = "http://aaaaaaaaaaaaaaaa-s-cdn-example.localhost:7300/";
        for (text, wanted) in [
            ("https://cdn.example/x?y#z", Some(format!("{cdn}x?y#z"))),
            (" HTTPS://cdn.example/x", Some(format!("{cdn}x"))),
            ("ht\ntps:/\t/cdn.example/x", Some(format!("{cdn}x"))),
            ("//cdn.example/x", Some(format!("{cdn}x"))),
            ("\\\\cdn.example/x", Some(format!("{cdn}x"))),
            ("/\\cdn.example/x", Some(format!("{cdn}x"))),
            ("/\n/cdn.example/x", Some(format!("{cdn}x"))),
            ("https:\\\\cdn.example\\x", Some(format!("{cdn}x"))),
            ("//pay.example/f", Some("https://pay.example/f".into())),
            ("x", None),
            ("/x", None),
            ("?x=https://cdn.example/", None),
            ("#x", None),
            ("", None),
            ("/", None),
            ("data:text/html,//x", None),
            ("javascript:location='https://cdn.example'", None),
            ("mailto:a@b", None),
            ("http:", None),
            ("http://[", None),
            ("http://localhost:7300/x", None),
            ("html", None),
        ] {
            assert_eq!(links.map(text), wanted, "{text}");
        }
    }

    #[test]
    fn style_text_without_hosts_is_not_touched() {
        let links = links("https://shop.example/");
        assert_eq!(links.style("a{b:url(x.png)}"), None);
        assert_eq!(links.style("a{b:url( 'x' )}/* // */"), None);
        let new = links
            .style("a{b:url(//cdn.example/x)} c { d : url( y ) }")
            .unwrap();
        assert!(new.contains("-s-cdn-example.localhost:7300/x\")"));
        assert!(
            links
                .style("a{b:url(https\\3a\\2f\\2f cdn.example)}")
                .is_some()
        );
    }
}
