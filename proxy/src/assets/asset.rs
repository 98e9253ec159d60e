//! One asset, made safe to serve under the edge's own name: of an allowed kind, style sheets with
//! their addresses found, SVG without what could run.

use std::ops::Range;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use ring::digest::{SHA256, digest};
use url::Url;

use super::AssetError;
use super::kind::Kind;
use super::sign::{Key, resolved};
use super::svg;
use crate::css;

/// A whole asset.
#[derive(Debug)]
pub struct Asset {
    /// Stored, not made for each reply.
    pub(super) head: HeaderMap,
    pub(super) tag: HeaderValue,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Bytes(Bytes),
    /// Its addresses get the codes of whichever session asks.
    Sheet(Sheet),
}

/// A style sheet with the places of the addresses in it.
#[derive(Debug)]
pub(super) struct Sheet {
    text: String,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Link {
    range: Range<usize>,
    bare: bool,
    /// Absolute, without fragment; none may not load.
    url: Option<Url>,
    fragment: String,
}

impl Asset {
    /// Judges a body that came from `url`.
    ///
    /// # Errors
    /// When it is no asset.
    pub fn new(kind: &Kind, body: Bytes, url: &Url) -> Result<Self, AssetError> {
        let body = if kind.is_sheet() {
            Body::Sheet(Sheet::new(text(&body), url))
        } else if kind.is_svg() {
            let svg = std::str::from_utf8(&body).map_err(|_| AssetError::Type)?;
            Body::Bytes(svg::harmless(svg).ok_or(AssetError::Type)?.into())
        } else {
            Body::Bytes(body)
        };
        let tag = tag(match &body {
            Body::Bytes(bytes) => bytes,
            Body::Sheet(sheet) => sheet.text.as_bytes(),
        });
        let mut head = inert(&kind.content_type())?;
        head.insert(ETAG, tag.clone());
        head.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        Ok(Self { head, tag, body })
    }

    /// Bytes it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        512 + match &self.body {
            Body::Bytes(bytes) => bytes.len(),
            Body::Sheet(sheet) => {
                let links = sheet.links.iter().map(|link| {
                    size_of::<Link>() + link.url.as_ref().map_or(0, |url| url.as_str().len() + 88)
                });
                sheet.text.len() + links.sum::<usize>()
            }
        }
    }
}

impl Sheet {
    fn new(text: String, base: &Url) -> Self {
        let css::Urls { found, unread } = css::find(&text);
        let mut links: Vec<Link> = found
            .into_iter()
            .map(|found| {
                let to = resolved(base, &found.url);
                let (url, fragment) = to.map_or((None, String::new()), |(url, fragment)| {
                    (Some(url), fragment)
                });
                Link {
                    range: found.range,
                    bare: found.bare,
                    url,
                    fragment,
                }
            })
            .collect();
        // What nobody looked into must not load anything either.
        links.extend(unread.into_iter().map(|range| Link {
            range,
            bare: true,
            url: None,
            fragment: String::new(),
        }));
        links.sort_by_key(|link| link.range.start);
        Self { text, links }
    }

    /// As one session's agents get it: every address leads to `prefix`, with its code.
    pub(super) fn written(&self, prefix: &str, key: &Key) -> Bytes {
        let mut out = String::with_capacity(self.text.len() + self.links.len() * 128);
        let mut copied = 0;
        for link in &self.links {
            let Some(before) = self.text.get(copied..link.range.start) else {
                continue; // within a block that was left out
            };
            out.push_str(before);
            copied = link.range.end;
            let url = link.url.as_ref().map_or_else(
                || "about:invalid".to_owned(),
                |url| address(prefix, key, url, &link.fragment),
            );
            css::put(&url, link.bare, &mut out);
        }
        out.push_str(self.text.get(copied..).unwrap_or_default());
        out.into()
    }
}

/// Where an agent's browser asks for `url`.
#[must_use]
pub fn address(prefix: &str, key: &Key, url: &Url, fragment: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(url.as_str().as_bytes()).collect();
    let code = key.code(url.as_str());
    format!("{prefix}/{code}?url={encoded}{fragment}")
}

fn text(body: &Bytes) -> String {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    String::from_utf8_lossy(body).into_owned()
}

fn tag(body: &[u8]) -> HeaderValue {
    let hash = digest(&SHA256, body);
    let hex = HEXLOWER.encode(hash.as_ref().get(..12).unwrap_or_default());
    HeaderValue::try_from(format!("\"{hex}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Served under the edge's name, nothing that came from elsewhere may act.
pub(super) fn inert(content_type: &str) -> Result<HeaderMap, AssetError> {
    let kind = HeaderValue::try_from(content_type).map_err(|_| AssetError::Type)?;
    let all: [(HeaderName, &'static str); 6] = [
        // Fonts are always asked for with CORS, by some browsers without an Origin.
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        // Whoever opens it by itself gets a file, not a page.
        (CONTENT_DISPOSITION, "attachment"),
        (
            CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    let mut head = HeaderMap::with_capacity(12);
    head.insert(CONTENT_TYPE, kind);
    for (name, value) in all {
        head.insert(name, HeaderValue::from_static(value));
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> String {
        let base = Url::parse("https://shop.example/css/a.css?v=1").unwrap();
        let key = Key::new().unwrap();
        let body = Sheet::new(text.to_owned(), &base).written("/v1/assets/T", &key);
        let text = String::from_utf8(body.to_vec()).unwrap();
        let code = key.code("https://shop.example/i.svg?a=b&c");
        text.replace(&code, "CODE")
    }

    #[test]
    fn every_address_of_a_sheet_leads_to_the_edge_with_its_code() {
        assert_eq!(
            sheet("a{b:url(../i.svg?a=b&c#g)}"),
            "a{b:url(\"/v1/assets/T/CODE?url=https%3A%2F%2Fshop.example%2Fi.svg%3Fa%3Db%26c#g\")}"
        );
        assert_eq!(
            sheet("a{b:url(javascript:x);c:url(#g)}"),
            "a{b:url(\"about:invalid\");c:url(#g)}"
        );
    }

    #[test]
    fn what_is_nested_too_deep_to_be_read_loads_nothing() {
        let deep = format!("a{{b:{}url(x){}}}", "(".repeat(60), ")".repeat(60));
        assert!(!sheet(&deep).contains("url(x)"));
    }

    #[test]
    fn a_picture_is_served_with_what_keeps_it_a_picture() {
        let url = Url::parse("https://shop.example/x.svg").unwrap();
        let kind = Kind::named("image/svg+xml", &url).unwrap();
        let body = Bytes::from_static(b"<svg><script>x</script></svg>");
        let asset = Asset::new(&kind, body, &url).unwrap();
        assert_eq!(asset.head.get("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(asset.head.get("content-disposition").unwrap(), "attachment");
        assert!(
            asset
                .head
                .get("content-security-policy")
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("sandbox")
        );
        assert!(matches!(asset.body, Body::Bytes(body) if body == "<svg></svg>"));
    }
}
