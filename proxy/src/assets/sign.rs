//! Which addresses a session's agents may load: those that stood in the page, or in a sheet of it,
//! each with a code that only the edge can make. Without the code there is no asset, so nobody can
//! have the edge, or the visitor's browser, fetch what the page does not show.

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;
use ring::rand::SystemRandom;
use url::Url;

use coview_dom_capture::mask::{Form, Resources};

use crate::{css, srcset};

/// What stands before a marked address, behind it the code and another colon
/// (docs/protocol.md, 3.6).
pub const MARK: &str = "coview:";
/// Bytes of a code: half of a SHA-256, which nobody guesses at 400 attempts a second.
const CODE: usize = 16;

/// One session's key. It dies with the session, and with it every address it signed.
#[derive(Debug)]
pub struct Key(hmac::Key);

impl Key {
    /// A fresh key; none if the operating system has no randomness.
    #[must_use]
    pub fn new() -> Option<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        key.ok().map(Self)
    }

    /// The code of an absolute URL without fragment.
    #[must_use]
    pub fn code(&self, url: &str) -> String {
        let tag = hmac::sign(&self.0, url.as_bytes());
        BASE64URL_NOPAD.encode(tag.as_ref().get(..CODE).unwrap_or_default())
    }

    /// Is this the code of that URL? In constant time.
    #[must_use]
    pub fn verifies(&self, code: &str, url: &str) -> bool {
        let wanted = self.code(url);
        subtle::ConstantTimeEq::ct_eq(wanted.as_bytes(), code.as_bytes()).into()
    }
}

/// An address as assets are asked for: absolute, without fragment, and that fragment.
#[must_use]
pub fn resolved(base: &Url, written: &str) -> Option<(Url, String)> {
    let written = written.trim_matches(|c: char| c <= ' ');
    if written.is_empty() || written.starts_with('#') {
        return None;
    }
    let mut url = base.join(written).ok()?;
    if !matches!(url.scheme(), "http" | "https" | "blob") {
        return None;
    }
    let fragment = url.fragment().map(|fragment| format!("#{fragment}"));
    url.set_fragment(None);
    Some((url, fragment.unwrap_or_default()))
}

/// Marks the addresses in a session's page.
pub struct Marker {
    key: std::sync::Arc<Key>,
    base: String,
    parsed: Option<Url>,
}

impl Marker {
    /// With the session's key.
    #[must_use]
    pub const fn new(key: std::sync::Arc<Key>) -> Self {
        Self {
            key,
            base: String::new(),
            parsed: None,
        }
    }

    /// What to write before this address; nothing if it is not loaded from anywhere.
    fn mark(&self, written: &str) -> Option<String> {
        let (url, _) = resolved(self.parsed.as_ref()?, written)?;
        Some(format!("{MARK}{}:", self.key.code(url.as_str())))
    }

    fn css(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut copied = 0;
        for found in css::find(text).found {
            let Some(mark) = self.mark(&found.url) else {
                continue;
            };
            out.push_str(text.get(copied..found.text)?);
            out.push_str(&mark);
            copied = found.text;
        }
        if copied == 0 {
            return None;
        }
        out.push_str(text.get(copied..)?);
        Some(out)
    }
}

impl Resources for Marker {
    fn mark(&mut self, base: &str, form: Form, value: &str) -> Option<String> {
        if self.base != base || self.parsed.is_none() {
            self.parsed = Url::parse(base).ok();
            base.clone_into(&mut self.base);
        }
        match form {
            Form::Url => Self::mark(self, value).map(|mark| mark + value),
            Form::Srcset => {
                let mut any = false;
                let marked = srcset::rewrite(value, &mut |url| {
                    let mark = Self::mark(self, url);
                    any |= mark.is_some();
                    Some(mark.unwrap_or_default() + url)
                });
                any.then_some(marked)
            }
            Form::Css => self.css(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const BASE: &str = "https://shop.example/a/";

    fn marker() -> (Marker, Arc<Key>) {
        let key = Arc::new(Key::new().unwrap());
        (Marker::new(Arc::clone(&key)), key)
    }

    #[test]
    fn a_code_is_good_for_its_url_and_its_session_alone() {
        let (key, other) = (Key::new().unwrap(), Key::new().unwrap());
        let code = key.code("https://shop.example/a.png");
        assert_eq!(code.len(), 22);
        assert!(key.verifies(&code, "https://shop.example/a.png"));
        assert!(!key.verifies(&code, "https://shop.example/b.png"));
        assert!(!other.verifies(&code, "https://shop.example/a.png"));
        assert!(!key.verifies("", "https://shop.example/a.png"));
    }

    #[test]
    fn every_address_that_loads_is_marked_and_the_rest_stays_byte_for_byte() {
        let (mut marker, key) = marker();
        let mark = |url: &str| format!("coview:{}:", key.code(url));
        let (x, y) = (
            mark("https://shop.example/a/x.png"),
            mark("https://cdn.example/y"),
        );
        let table = [
            (Form::Url, " x.png#f", Some(format!("{x} x.png#f"))),
            (
                Form::Url,
                "//cdn.example/y",
                Some(format!("{y}//cdn.example/y")),
            ),
            (Form::Url, "data:image/png,x", None),
            (Form::Url, "javascript:x", None),
            (Form::Url, "#icon", None),
            (
                Form::Srcset,
                "x.png 1x, data:,z 2x,https://cdn.example/y 3x",
                Some(format!(
                    "{x}x.png 1x, data:,z 2x,{y}https://cdn.example/y 3x"
                )),
            ),
            (
                Form::Css,
                "a{b:url( x.png );c:url('//cdn.example/y')} @import \"x.png\";/* url(x) */",
                Some(format!(
                    "a{{b:url( {x}x.png );c:url('{y}//cdn.example/y')}} @import \"{x}x.png\";/* url(x) */"
                )),
            ),
            (Form::Css, "a{b:url(#g);c:url(data:,x)}", None),
        ];
        for (form, value, wanted) in table {
            assert_eq!(
                Resources::mark(&mut marker, BASE, form, value),
                wanted,
                "{value}"
            );
        }
        assert_eq!(
            Resources::mark(&mut marker, "about:blank", Form::Url, "x"),
            None
        );
    }

    #[test]
    fn a_page_cannot_bring_a_code_of_its_own() {
        let (mut marker, key) = marker();
        let forged = format!(
            "coview:{}:https://inside.example/",
            key.code("https://shop.example/")
        );
        assert_eq!(Resources::mark(&mut marker, BASE, Form::Url, &forged), None);
        assert!(!key.verifies(
            &key.code("https://shop.example/"),
            "https://inside.example/"
        ));
    }

    #[test]
    fn an_object_url_can_be_asked_of_the_visitors_page() {
        let (url, _) =
            resolved(&Url::parse(BASE).unwrap(), "blob:https://shop.example/1-2").unwrap();
        assert_eq!(url.as_str(), "blob:https://shop.example/1-2");
    }
}
