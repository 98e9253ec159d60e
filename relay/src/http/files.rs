//! The built web parts: inside a release binary, read from disk in a debug build. What was not built
//! says which command builds it.

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH,
    VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::packed::{accepts, packed};
use super::reply::bytes;
use super::{Reply, empty, html, problem};

/// The snippet.
#[derive(RustEmbed)]
#[folder = "../dom-capture/snippet/dist/"]
#[allow_missing = true]
pub(super) struct Snippet;

/// The agent module.
#[derive(RustEmbed)]
#[folder = "../dom-capture/viewer/dist/"]
#[allow_missing = true]
pub(super) struct Viewer;

/// The console.
#[derive(RustEmbed)]
#[folder = "../console/dist/"]
#[allow_missing = true]
pub(super) struct Console;

/// The demo's shop.
#[derive(RustEmbed)]
#[folder = "../e2e/shop/"]
#[allow_missing = true]
pub struct Shop;

/// How long a browser may keep a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keep {
    /// Its name changes with its content.
    Forever,
    /// Five minutes, then it asks.
    Short,
    /// It asks each time.
    Ask,
}

impl Keep {
    const fn header(self) -> &'static str {
        match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Short => "public, max-age=300",
            Self::Ask => "no-cache",
        }
    }
}

/// A file as a reply; 304 if the browser has it.
pub(super) fn reply(path: &str, file: &EmbeddedFile, keep: Keep, headers: &HeaderMap) -> Reply {
    let small = accepts(headers).then(|| packed(path, file)).flatten();
    let tag = match small {
        Some(_) => format!("\"{}-gz\"", short_hash(file)),
        None => format!("\"{}\"", short_hash(file)),
    };
    let has = headers
        .get(IF_NONE_MATCH)
        .and_then(|given| given.to_str().ok())
        .is_some_and(|given| given.contains(&tag));
    let mut reply = if has {
        empty(StatusCode::NOT_MODIFIED)
    } else if let Some(small) = small {
        let mut reply = bytes(StatusCode::OK, mime(path), small);
        let gzip = HeaderValue::from_static("gzip");
        reply.headers_mut().insert(CONTENT_ENCODING, gzip);
        reply
    } else {
        let whole = Bytes::from(file.data.clone().into_owned());
        bytes(StatusCode::OK, mime(path), whole)
    };
    let out = reply.headers_mut();
    out.insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    out.insert(CACHE_CONTROL, HeaderValue::from_static(keep.header()));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        out.insert(ETAG, tag);
    }
    reply
}

/// A file of the shop, kept as long as shops have theirs kept.
#[must_use]
pub fn file_reply(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Reply {
    reply(path, file, Keep::Short, headers)
}

/// A page that was filled in.
#[must_use]
pub fn page_reply(page: Bytes) -> Reply {
    bytes(StatusCode::OK, mime("index.html"), page)
}

/// The first 64 bits of a file's SHA-256, in hex.
pub(super) fn short_hash(file: &EmbeddedFile) -> String {
    file.metadata
        .sha256_hash()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What is said where a file was never built.
pub(super) fn not_built(part: &str) -> Reply {
    html(
        StatusCode::SERVICE_UNAVAILABLE,
        format!(
            "<!doctype html><html lang=\"en\"><title>Coview</title>\
             <p>The {part} was not built. Build it with <code>make web</code> and load this page again.\n"
        ),
    )
}

/// The console: its files, and its page for every other path, since it finds its way itself.
pub(super) fn console(base: &str, path: &str, headers: &HeaderMap) -> Reply {
    let name = path.strip_prefix("/console/").unwrap_or_default();
    let mut reply = match Console::get(name).filter(|_| !name.is_empty()) {
        Some(file) if name != "index.html" => {
            let keep = if name.starts_with("assets/") {
                Keep::Forever
            } else {
                Keep::Short
            };
            reply(name, &file, keep, headers)
        }
        _ if name
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains('.'))
            && name != "index.html" =>
        {
            problem(StatusCode::NOT_FOUND, "no such file")
        }
        _ => match Console::get("index.html") {
            Some(page) => reply("index.html", &page, Keep::Ask, headers),
            None => not_built("console"),
        },
    };
    protect(base, reply.headers_mut());
    reply
}

/// The console runs its own scripts and nothing else, and nobody frames it. The mirrored page lives in
/// a script-less frame that inherits this policy.
fn protect(base: &str, headers: &mut HeaderMap) {
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline' blob:; \
         img-src 'self' data: blob:; font-src 'self' data: blob:; media-src 'self' data: blob:; \
         connect-src 'self' ws://{host} wss://{host}; frame-src 'self' blob:; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'; object-src 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}

/// The few types that are served; the rest is a download.
pub(super) fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ => "application/octet-stream",
    }
}
