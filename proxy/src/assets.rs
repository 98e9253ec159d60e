//! Public assets for the agent's picture: fetched anonymously, judged by type, style sheets
//! rewritten so that what they name comes through the edge too.

use std::str;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::css;
use crate::upstream::{FetchError, Fetched, Upstream};

/// Fetches one asset; `prefix` is the absolute capability URL (`…/v1/assets/TOKEN`) that URLs in
/// style sheets are rewritten to.
///
/// # Errors
/// When nothing may be served; [`AssetError::status`] says how to answer.
pub async fn fetch(
    upstream: &Upstream,
    url: Url,
    range: Option<&HeaderValue>,
    prefix: &str,
) -> Result<Response<Bytes>, AssetError> {
    let Fetched { response, url } = upstream.get(url, range).await?;
    let (head, body) = response.into_parts();
    if !matches!(head.status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
        return Err(AssetError::Status);
    }
    let kind = kind(&head.headers, &url).ok_or(AssetError::Type)?;
    if head
        .headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(AssetError::Encoding);
    }
    let (mime, body) = if kind == "text/css" {
        let text = css::rewrite(&text(&body), &mut |found| capability(prefix, &url, found));
        ("text/css; charset=utf-8".to_owned(), Bytes::from(text))
    } else {
        (kind, body)
    };
    let mut out = Response::new(body);
    *out.status_mut() = head.status;
    let headers = out.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::try_from(mime).map_err(|_| AssetError::Type)?,
    );
    headers.insert(CACHE_CONTROL, freshness(&head.headers));
    if let Some(range) = head.headers.get(CONTENT_RANGE) {
        headers.insert(CONTENT_RANGE, range.clone());
    }
    inert(headers);
    Ok(out)
}

/// The capability URL of `found`, which stands in a sheet loaded from `base`.
#[must_use]
pub fn capability(prefix: &str, base: &Url, found: &str) -> Option<String> {
    let mut url = base.join(found).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let fragment = url
        .fragment()
        .map(|fragment| format!("#{fragment}"))
        .unwrap_or_default();
    url.set_fragment(None);
    let encoded: String = byte_serialize(url.as_str().as_bytes()).collect();
    Some(format!("{prefix}?url={encoded}{fragment}"))
}

/// Why an asset is not served.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// Nothing came back.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The upstream did not answer 200 or 206.
    #[error("upstream has no such asset")]
    Status,
    /// Not a style sheet, image, font or medium.
    #[error("type not allowed")]
    Type,
    /// Compressed although identity was asked for.
    #[error("encoding not allowed")]
    Encoding,
}

impl AssetError {
    /// The status the agent's browser is given.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Fetch(FetchError::Url) => StatusCode::BAD_REQUEST,
            Self::Fetch(FetchError::Refused) | Self::Type => StatusCode::FORBIDDEN,
            Self::Fetch(FetchError::TimedOut) => StatusCode::GATEWAY_TIMEOUT,
            Self::Status => StatusCode::NOT_FOUND,
            Self::Fetch(_) | Self::Encoding => StatusCode::BAD_GATEWAY,
        }
    }
}

/// The essence of an allowed type, judged by what the upstream says, and by the name only for the
/// types that servers leave unnamed.
fn kind(headers: &HeaderMap, url: &Url) -> Option<String> {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let family = essence.split('/').next().unwrap_or_default();
    let font = [
        "application/font",
        "application/x-font",
        "application/vnd.ms-fontobject",
    ];
    if essence == "text/css" || matches!(family, "image" | "font" | "audio" | "video") {
        return Some(essence);
    }
    if font.iter().any(|start| essence.starts_with(start)) {
        return Some(essence);
    }
    if !matches!(
        essence.as_str(),
        "" | "application/octet-stream" | "binary/octet-stream"
    ) {
        return None;
    }
    let named = match url.path().rsplit('.').next()?.to_ascii_lowercase().as_str() {
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "eot" => "application/vnd.ms-fontobject",
        _ => return None,
    };
    Some(named.to_owned())
}

fn text(body: &Bytes) -> String {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    String::from_utf8_lossy(body).into_owned()
}

/// The agent's browser may keep it for as long as the upstream says, one day at most.
fn freshness(headers: &HeaderMap) -> HeaderValue {
    let given = headers
        .get(CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut seconds = 60u32;
    for directive in given
        .split(',')
        .map(|part| part.trim().to_ascii_lowercase())
    {
        if matches!(directive.as_str(), "no-store" | "no-cache" | "private") {
            return HeaderValue::from_static("no-store");
        }
        if let Some(age) = directive.strip_prefix("max-age=") {
            seconds = age
                .trim_matches('"')
                .parse::<u32>()
                .unwrap_or(0)
                .min(86_400);
        }
    }
    HeaderValue::try_from(format!("private, max-age={seconds}"))
        .unwrap_or(HeaderValue::from_static("no-store"))
}

/// Served under the edge's name, nothing that came from elsewhere may act.
fn inert(headers: &mut HeaderMap) {
    let all: [(HeaderName, &'static str); 5] = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_documents_are_no_assets() {
        let url = Url::parse("https://shop.example/x.woff2").unwrap();
        for (given, wanted) in [
            ("text/css; charset=x", Some("text/css")),
            ("image/svg+xml", Some("image/svg+xml")),
            ("application/octet-stream", Some("font/woff2")),
            ("text/html", None),
            ("application/javascript", None),
            ("application/json", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(given));
            assert_eq!(kind(&headers, &url).as_deref(), wanted, "{given}");
        }
        let unnamed = Url::parse("https://shop.example/x").unwrap();
        assert_eq!(kind(&HeaderMap::new(), &unnamed), None);
    }

    #[test]
    fn freshness_is_at_most_a_day_and_private_stays_private() {
        for (given, wanted) in [
            ("max-age=31536000, immutable", "private, max-age=86400"),
            ("public, max-age=10", "private, max-age=10"),
            ("private, max-age=10", "no-store"),
            ("no-store", "no-store"),
            ("max-age=x", "private, max-age=0"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(given));
            assert_eq!(freshness(&headers), wanted, "{given}");
        }
    }

    #[test]
    fn capability_urls_are_absolute_and_keep_the_fragment() {
        let base = Url::parse("https://shop.example/css/a.css?v=1").unwrap();
        assert_eq!(
            capability("http://e/v1/assets/T", &base, "../i.svg?a=b&c#g").unwrap(),
            "http://e/v1/assets/T?url=https%3A%2F%2Fshop.example%2Fi.svg%3Fa%3Db%26c#g"
        );
        assert_eq!(capability("p", &base, "javascript:alert(1)"), None);
    }
}
