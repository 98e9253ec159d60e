//! Built files, gzipped once per content: the snippet is on every page of every site, and the console
//! is half a megabyte. Only what is inside the binary is packed, so what is kept is bounded.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;
use parking_lot::Mutex;
use rust_embed::EmbeddedFile;

static PACKED: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);

/// Smaller files gain nothing.
const FROM: usize = 1 << 10;
/// In a debug build files change on disk: what was packed before them is forgotten.
const MOST: usize = 256;

/// Does the browser take gzip? (RFC 9110, 12.5.3)
pub(super) fn accepts(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
            named && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

/// The file, gzipped; `None` where that gains nothing.
pub(super) fn packed(path: &str, file: &EmbeddedFile) -> Option<Bytes> {
    let text = matches!(
        path.rsplit('.').next(),
        Some("js" | "mjs" | "css" | "html" | "json" | "svg" | "map")
    );
    if !text || file.data.len() < FROM {
        return None;
    }
    let hash = file.metadata.sha256_hash();
    if let Some(small) = PACKED.lock().get(&hash) {
        return Some(small.clone());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&file.data).ok()?;
    let small = Bytes::from(encoder.finish().ok()?);
    let mut kept = PACKED.lock();
    if kept.len() >= MOST {
        kept.clear();
    }
    kept.insert(hash, small.clone());
    Some(small)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING};

    use super::accepts;

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for (value, takes) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("br, identity", false),
            ("xgzip", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts(&headers), takes, "{value}");
        }
        assert!(!accepts(&HeaderMap::new()));
    }
}
