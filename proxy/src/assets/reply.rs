//! How an asset is answered: whole, in part, or not at all because the browser has it.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::asset::{Asset, Body};
use super::sign::Key;

/// How long the agent's browser may keep an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Not at all: it is the visitor's own.
    No,
    /// For as long as the edge may serve it.
    For(Duration),
}

impl Keep {
    fn header(self) -> HeaderValue {
        match self {
            Self::For(time) if time.as_secs() > 0 => {
                HeaderValue::try_from(format!("private, max-age={}", time.as_secs()))
                    .unwrap_or(HeaderValue::from_static("no-store"))
            }
            _ => HeaderValue::from_static("no-store"),
        }
    }
}

impl Asset {
    /// The answer to a request with these headers; addresses in sheets lead to `prefix`.
    #[must_use]
    pub fn reply(&self, asked: &HeaderMap, prefix: &str, key: &Key, keep: Keep) -> Response<Bytes> {
        if self.is_known(asked) {
            let mut reply = Response::new(Bytes::new());
            *reply.status_mut() = StatusCode::NOT_MODIFIED;
            reply.headers_mut().insert(ETAG, self.tag.clone());
            reply.headers_mut().insert(CACHE_CONTROL, keep.header());
            return reply;
        }
        let whole = match &self.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Sheet(sheet) => sheet.written(prefix, key),
        };
        let mut reply = match self.part(asked, whole.len()) {
            Part::Whole => Response::new(whole),
            Part::Range(range) => part(&whole, range),
            Part::Outside => return outside(whole.len()),
        };
        let partial = std::mem::take(reply.headers_mut());
        *reply.headers_mut() = self.head.clone();
        reply.headers_mut().extend(partial);
        reply.headers_mut().insert(CACHE_CONTROL, keep.header());
        reply
    }

    fn is_known(&self, asked: &HeaderMap) -> bool {
        let given = asked
            .get(IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        given.is_some_and(|given| {
            given.split(',').any(|one| {
                let one = one.trim();
                one == "*"
                    || one.strip_prefix("W/").unwrap_or(one).as_bytes() == self.tag.as_bytes()
            })
        })
    }

    /// One range is answered as one; several, or one of another version, get the whole.
    fn part(&self, asked: &HeaderMap, length: usize) -> Part {
        let is_same = asked.get(IF_RANGE).is_none_or(|tag| *tag == self.tag);
        let given = asked.get(RANGE).and_then(|value| value.to_str().ok());
        match given.filter(|_| is_same) {
            Some(given) => single_range(given, length),
            None => Part::Whole,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Range(RangeInclusive<usize>),
    Outside,
}

/// RFC 9110, 14.1.2; anything else than one range of bytes means nothing.
fn single_range(given: &str, length: usize) -> Part {
    let Some((from, to)) = given
        .strip_prefix("bytes=")
        .filter(|ranges| !ranges.contains(','))
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| text.parse::<usize>();
    let last = length.saturating_sub(1);
    let range = match (from, to) {
        ("", count) => match number(count) {
            Ok(0) => return Part::Outside,
            Ok(count) => length.saturating_sub(count)..=last,
            Err(_) => return Part::Whole,
        },
        (from, to) => {
            let (Ok(from), Ok(to)) = (
                number(from),
                if to.is_empty() { Ok(last) } else { number(to) },
            ) else {
                return Part::Whole;
            };
            if to < from && from < length {
                return Part::Whole;
            }
            from..=to.min(last)
        }
    };
    if length == 0 || *range.start() > last {
        Part::Outside
    } else {
        Part::Range(range)
    }
}

fn part(whole: &Bytes, range: RangeInclusive<usize>) -> Response<Bytes> {
    let says = format!("bytes {}-{}/{}", range.start(), range.end(), whole.len());
    let mut reply = Response::new(whole.slice(range));
    *reply.status_mut() = StatusCode::PARTIAL_CONTENT;
    if let Ok(says) = HeaderValue::try_from(says) {
        reply.headers_mut().insert(CONTENT_RANGE, says);
    }
    reply
}

fn outside(length: usize) -> Response<Bytes> {
    let mut reply = Response::new(Bytes::new());
    *reply.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    let headers = reply.headers_mut();
    if let Ok(says) = HeaderValue::try_from(format!("bytes */{length}")) {
        headers.insert(CONTENT_RANGE, says);
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::kind::Kind;
    use url::Url;

    #[test]
    fn one_range_is_answered_and_nonsense_means_the_whole() {
        let table = [
            ("bytes=0-3", Part::Range(0..=3)),
            ("bytes=2-", Part::Range(2..=9)),
            ("bytes=-3", Part::Range(7..=9)),
            ("bytes=-30", Part::Range(0..=9)),
            ("bytes=5-500", Part::Range(5..=9)),
            ("bytes=10-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=3-1", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=a-b", Part::Whole),
        ];
        for (given, wanted) in table {
            assert_eq!(single_range(given, 10), wanted, "{given}");
        }
        assert_eq!(single_range("bytes=0-", 0), Part::Outside);
    }

    #[test]
    fn a_browser_that_has_it_gets_nothing_and_one_that_has_another_version_the_whole() {
        let url = Url::parse("https://shop.example/x.png").unwrap();
        let kind = Kind::named("image/png", &url).unwrap();
        let asset = Asset::new(&kind, Bytes::from_static(b"0123456789"), &url).unwrap();
        let key = Key::new().unwrap();
        let ask = |pairs: &[(http::HeaderName, HeaderValue)]| {
            let headers: HeaderMap = pairs.iter().cloned().collect();
            asset.reply(&headers, "/p", &key, Keep::For(Duration::from_secs(60)))
        };
        let reply = ask(&[(IF_NONE_MATCH, asset.tag.clone())]);
        assert_eq!(reply.status(), StatusCode::NOT_MODIFIED);
        let range = HeaderValue::from_static("bytes=1-2");
        let reply = ask(&[(RANGE, range.clone()), (IF_RANGE, asset.tag.clone())]);
        assert_eq!(
            (reply.status().as_u16(), reply.body().as_ref()),
            (206, &b"12"[..])
        );
        assert_eq!(reply.headers()[CONTENT_RANGE], "bytes 1-2/10");
        assert_eq!(reply.headers()[CACHE_CONTROL], "private, max-age=60");
        let other = HeaderValue::from_static("\"other\"");
        let reply = ask(&[(RANGE, range), (IF_RANGE, other)]);
        assert_eq!((reply.status().as_u16(), reply.body().len()), (200, 10));
    }
}
