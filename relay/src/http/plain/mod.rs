//! Pages the edge writes itself, for visitors: one card, in the look of everything else, that loads
//! nothing and runs nothing but what stands in it.

use std::sync::LazyLock;

use data_encoding::BASE64;
use http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};

use super::{Reply, html};

const STYLE: &str = include_str!("page.css");
/// Arms a question's yes once it has been in sight for half a second.
pub(super) const ARM: &str = include_str!("arm.js");

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hash(STYLE));
static ARM_HASH: LazyLock<String> = LazyLock::new(|| hash(ARM));

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)))
}

/// A page of a title and markup that is ours. `forms` are where its forms may lead; with any, it asks
/// something.
pub(super) fn page(status: StatusCode, title: &str, markup: &str, forms: Option<&str>) -> Reply {
    let title = escaped(title);
    let (script, runs) = match forms {
        Some(_) => (format!("<script>{ARM}</script>"), ARM_HASH.as_str()),
        None => (String::new(), "'none'"),
    };
    let mut reply = html(
        status,
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex\">\
             <title>{title}</title><style>{STYLE}</style></head>\
             <body><main>{markup}</main>{script}</body></html>\n"
        ),
    );
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {runs}; form-action {}; \
         frame-ancestors 'none'; base-uri 'none'",
        STYLE_HASH.as_str(),
        forms.unwrap_or("'none'"),
    );
    let headers = reply.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let apart = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(apart, HeaderValue::from_static("same-origin"));
    reply
}

/// A page of a title and a few words.
pub(super) fn words(status: StatusCode, title: &str, words: &str) -> Reply {
    let markup = format!("<h1>{}</h1><p>{}</p>", escaped(title), escaped(words));
    page(status, title, &markup, None)
}

/// Text as markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_what_stands_in_it_and_nothing_else() {
        let reply = page(StatusCode::OK, "</title>", "", Some("'self'"));
        let policy = reply.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(
            policy.contains("script-src 'sha256-") && !policy.contains("unsafe"),
            "{policy}"
        );
        let reply = words(StatusCode::GONE, "Over", "It is.");
        let policy = reply.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.contains("script-src 'none'; form-action 'none'"),
            "{policy}"
        );
    }

    #[test]
    fn names_are_text() {
        assert_eq!(
            escaped("<b a='1'>&\"</b>"),
            "&lt;b a=&#39;1&#39;&gt;&amp;&quot;&lt;/b&gt;"
        );
    }
}
