//! How a navigation arrived that was led elsewhere first. On its way to a pass and through the page that
//! installs the service worker it loses what browsers say of its origin: the last step names our own
//! pages. What the first step said is kept for the one that is sent up, or an upstream would take a
//! link from another site for one of its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderValue};
use parking_lot::Mutex;

/// What browsers say of where a navigation comes from.
const NAMES: [&str; 4] = ["origin", "referer", "sec-fetch-site", "sec-fetch-user"];
/// What our service worker says instead of it.
const WORKER: &str = "x-coview-referrer";
/// A detour takes no longer.
const KEPT: Duration = Duration::from_secs(60);
/// Navigations of one session on a detour at once.
const MOST: usize = 128;
/// Longest text: it travels in a cookie.
const LONGEST: usize = 2_500;

/// What one navigation said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival([Option<HeaderValue>; 4]);

impl Arrival {
    /// What this request says.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        Self(NAMES.map(|name| headers.get(name).cloned()))
    }

    /// Makes a request say it.
    pub fn put(self, headers: &mut HeaderMap) {
        headers.remove(WORKER);
        for (name, value) in NAMES.into_iter().zip(self.0) {
            match value {
                Some(value) => headers.insert(name, value),
                None => headers.remove(name),
            };
        }
    }

    /// As a cookie can hold it; of a referrer that is too long, only that there was none.
    #[must_use]
    pub fn text(&self) -> String {
        let mut bytes = Vec::new();
        for value in &self.0 {
            if let Some(value) = value.as_ref().filter(|value| value.len() <= LONGEST / 2) {
                bytes.push(b'=');
                bytes.extend_from_slice(value.as_bytes());
            }
            bytes.push(b'\n');
        }
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads what [`Arrival::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST * 2 {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let mut value = || {
            let line = lines.next()?;
            HeaderValue::from_bytes(line.strip_prefix(b"=")?).ok()
        };
        Some(Self([value(), value(), value(), value()]))
    }
}

/// Navigations on a detour, by host and path.
#[derive(Debug, Default)]
pub struct Arrivals(Mutex<HashMap<String, (Instant, Arrival)>>);

impl Arrivals {
    /// Keeps what the first step of a navigation said; what an earlier step said stays.
    pub fn keep(&self, now: Instant, url: &str, arrival: Arrival) {
        let mut kept = self.0.lock();
        kept.retain(|_, (until, _)| now < *until);
        if kept.len() < MOST {
            kept.entry(url.to_owned())
                .or_insert_with(|| (now + KEPT, arrival));
        }
    }

    /// What the first step of this navigation said, once.
    #[must_use]
    pub fn take(&self, now: Instant, url: &str) -> Option<Arrival> {
        let (until, arrival) = self.0.lock().remove(url)?;
        (now < until).then_some(arrival)
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn what_the_first_step_said_is_said_by_the_last() {
        let first = headers(&[
            ("referer", "https://a.example/x"),
            ("sec-fetch-site", "cross-site"),
        ]);
        let mut last = headers(&[
            ("referer", "http://own/"),
            ("origin", "null"),
            ("sec-fetch-site", "same-origin"),
            ("x-coview-referrer", "http://own/"),
            ("accept", "*/*"),
        ]);
        let arrival = Arrival::of(&first);
        let read = Arrival::parse(&arrival.text()).unwrap();
        assert_eq!(read, arrival);
        read.put(&mut last);
        assert_eq!(
            last,
            headers(&[
                ("referer", "https://a.example/x"),
                ("sec-fetch-site", "cross-site"),
                ("accept", "*/*"),
            ])
        );
    }

    #[test]
    fn the_first_step_counts_once_and_not_for_long() {
        let (arrivals, now) = (Arrivals::default(), Clock::system().now());
        let (one, two) = (
            Arrival::of(&headers(&[("origin", "https://one.example")])),
            Arrival::of(&headers(&[("origin", "https://two.example")])),
        );
        arrivals.keep(now, "u", one.clone());
        arrivals.keep(now, "u", two.clone());
        assert_eq!(arrivals.take(now, "u"), Some(one));
        assert_eq!(arrivals.take(now, "u"), None);
        arrivals.keep(now, "u", two);
        assert_eq!(arrivals.take(now + KEPT, "u"), None);
    }

    #[test]
    fn long_or_odd_texts_do_no_harm() {
        for text in ["", "!", "AA", &"A".repeat(LONGEST * 3)] {
            assert!(Arrival::parse(text).is_none_or(|read| read.0 == [None, None, None, None]));
        }
        let mut long = HeaderMap::new();
        long.insert(
            "referer",
            HeaderValue::from_str(&"a".repeat(9_000)).unwrap(),
        );
        let text = Arrival::of(&long).text();
        assert!(text.len() < LONGEST && Arrival::parse(&text).is_some());
    }
}
