//! What may be an asset: style sheets, images, fonts and media, judged by what the upstream says, and
//! by the name only for the types that servers leave unnamed.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use url::Url;

/// What an asset is, as its reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind(String);

impl Kind {
    /// From a response's headers.
    #[must_use]
    pub fn of(headers: &HeaderMap, url: &Url) -> Option<Self> {
        let given = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        Self::named(given.unwrap_or_default(), url)
    }

    /// From the value of a `Content-Type`.
    #[must_use]
    pub fn named(content_type: &str, url: &Url) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default();
        let essence = essence.trim().to_ascii_lowercase();
        let family = essence.split('/').next().unwrap_or_default();
        let font = [
            "application/font",
            "application/x-font",
            "application/vnd.ms-fontobject",
        ];
        let good = essence == "text/css"
            || matches!(family, "image" | "font" | "audio" | "video")
            || font.iter().any(|start| essence.starts_with(start));
        let clean = essence
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte));
        if good {
            return clean.then_some(Self(essence));
        }
        if !matches!(
            essence.as_str(),
            "" | "application/octet-stream" | "binary/octet-stream"
        ) {
            return None;
        }
        let extension = url.path().rsplit('.').next()?.to_ascii_lowercase();
        let named = match extension.as_str() {
            "woff2" => "font/woff2",
            "woff" => "font/woff",
            "ttf" => "font/ttf",
            "otf" => "font/otf",
            "eot" => "application/vnd.ms-fontobject",
            _ => return None,
        };
        Some(Self(named.to_owned()))
    }

    /// A style sheet, which names further assets.
    #[must_use]
    pub fn is_sheet(&self) -> bool {
        self.0 == "text/css"
    }

    /// An image that is a document.
    #[must_use]
    pub fn is_svg(&self) -> bool {
        self.0.starts_with("image/svg")
    }

    /// What the reply says.
    #[must_use]
    pub fn content_type(&self) -> String {
        if self.is_sheet() {
            format!("{}; charset=utf-8", self.0)
        } else {
            self.0.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_documents_are_no_assets() {
        let url = Url::parse("https://shop.example/x.woff2").unwrap();
        let kind = |given: &str, url: &Url| Kind::named(given, url).map(|kind| kind.0);
        for (given, wanted) in [
            ("text/css; charset=x", Some("text/css")),
            ("image/svg+xml", Some("image/svg+xml")),
            ("application/octet-stream", Some("font/woff2")),
            ("text/html", None),
            ("application/javascript", None),
            ("application/json", None),
            ("image/<b>", None),
        ] {
            assert_eq!(kind(given, &url).as_deref(), wanted, "{given}");
        }
        let unnamed = Url::parse("https://shop.example/x").unwrap();
        assert_eq!(kind("", &unnamed), None);
    }
}
