//! The shop's files. Pages are told where the edge is; everything else is served as it stands.

use bytes::Bytes;
use http::header::COOKIE;
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;

use crate::http::{Reply, ShopFiles, file_reply, html, page_reply, problem};

/// A file of the shop; `/x` is `x`, `x.html` or `x/index.html`, and everything below `/app/` is the
/// routed part's page.
pub(super) fn serve(edge: &str, path: &str, headers: &HeaderMap) -> Reply {
    let decoded = percent_decode_str(path).decode_utf8().unwrap_or_default();
    let name = decoded.trim_matches('/');
    if name.starts_with("own/") && !is_member(headers) {
        return problem(StatusCode::UNAUTHORIZED, "sign in first");
    }
    if name.split('/').any(|part| part == ".." || part == ".") {
        return problem(StatusCode::NOT_FOUND, "no such page");
    }
    let mut candidates = vec![
        name.to_owned(),
        format!("{name}.html"),
        format!("{name}/index.html"),
    ];
    if name.is_empty() {
        candidates = vec!["index.html".to_owned()];
    }
    if name == "app" || name.starts_with("app/") {
        candidates.push("app/index.html".to_owned());
    }
    for candidate in candidates {
        if let Some(file) = ShopFiles::get(&candidate) {
            if !candidate.ends_with(".html") {
                return file_reply(&candidate, &file, headers);
            }
            let page = String::from_utf8_lossy(&file.data).replace("{{EDGE}}", edge);
            return page_reply(Bytes::from(page));
        }
    }
    html(
        StatusCode::NOT_FOUND,
        "<!doctype html><html lang=\"en\"><title>Nordlys</title><p>No such page.\n".to_owned(),
    )
}

/// Signed in, as far as a demo goes.
fn is_member(headers: &HeaderMap) -> bool {
    let cookies = headers.get_all(COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .any(|cookie| cookie.trim() == "nordlys=member")
}
