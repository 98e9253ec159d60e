//! The visitor's own assets (class C′): what the edge cannot fetch and the visitor's page gave for
//! this session. In this memory alone, bounded, and gone with the session.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use coview_dom_capture::protocol::{AssetPart, AssetRequest, AssetState};
use coview_proxy::assets::Asset;
use coview_proxy::assets::kind::Kind;
use parking_lot::Mutex;
use tokio::sync::watch;
use url::Url;

/// Requests to the page at once; it works on a few and refuses what is beyond its own queue.
const WAITING: usize = 64;
/// What the page refused is not asked for again so soon.
const REFUSED: Duration = Duration::from_secs(30);
/// Refusals that are remembered.
const REFUSALS: usize = 1024;

/// Bounds on a session's private assets.
#[derive(Debug, Clone, Copy)]
pub struct PrivateBounds {
    /// One asset, in bytes.
    pub one: usize,
    /// All of a session, in bytes.
    pub all: usize,
    /// How long the page may take.
    pub wait: Duration,
}

/// What has become of a request, once something has.
type Outcome = Option<Result<Arc<Asset>, ()>>;

/// The private assets of one session.
pub(super) struct Private {
    bounds: PrivateBounds,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u32,
    waiting: HashMap<u32, Waiting>,
    kept: HashMap<String, Arc<Asset>>,
    /// Oldest first.
    order: VecDeque<String>,
    size: usize,
    refused: HashMap<String, Instant>,
}

struct Waiting {
    url: Url,
    mime: String,
    bytes: Vec<u8>,
    outcome: watch::Sender<Outcome>,
}

/// What to do to get an asset.
enum Way {
    Here(Arc<Asset>),
    Wait(watch::Receiver<Outcome>, Option<AssetRequest>),
    Nowhere,
}

impl Private {
    pub(super) fn new(bounds: PrivateBounds) -> Self {
        Self {
            bounds,
            state: Mutex::default(),
        }
    }

    /// The asset at this address, which the page is asked for by `send` if nobody has asked yet. None
    /// if the page does not give it in time.
    pub(super) async fn get(
        &self,
        url: &Url,
        now: Instant,
        send: impl FnOnce(AssetRequest) -> bool,
    ) -> Option<Arc<Asset>> {
        let mut outcome = match self.way(url, now) {
            Way::Here(asset) => return Some(asset),
            Way::Nowhere => return None,
            Way::Wait(outcome, None) => outcome,
            Way::Wait(outcome, Some(request)) => {
                let number = request.request;
                if !send(request) {
                    self.finish(number, Err(()), now);
                }
                outcome
            }
        };
        let waited = tokio::time::timeout(
            self.bounds.wait,
            outcome.wait_for(|outcome| outcome.is_some()),
        );
        let asset = match waited.await {
            Ok(Ok(outcome)) => outcome.as_ref().and_then(|outcome| outcome.clone().ok()),
            _ => None,
        };
        if asset.is_none() {
            self.give_up(url);
        }
        asset
    }

    fn way(&self, url: &Url, now: Instant) -> Way {
        let mut state = self.state.lock();
        if let Some(asset) = state.kept.get(url.as_str()) {
            return Way::Here(Arc::clone(asset));
        }
        if state
            .refused
            .get(url.as_str())
            .is_some_and(|at| now.saturating_duration_since(*at) < REFUSED)
        {
            return Way::Nowhere;
        }
        if let Some(waiting) = state.waiting.values().find(|waiting| waiting.url == *url) {
            return Way::Wait(waiting.outcome.subscribe(), None);
        }
        if state.waiting.len() >= WAITING {
            return Way::Nowhere;
        }
        state.next = state.next.wrapping_add(1);
        let (request, (sender, outcome)) = (state.next, watch::channel(None));
        let waiting = Waiting {
            url: url.clone(),
            mime: String::new(),
            bytes: Vec::new(),
            outcome: sender,
        };
        state.waiting.insert(request, waiting);
        let request = AssetRequest {
            request,
            url: url.as_str().to_owned(),
        };
        Way::Wait(outcome, Some(request))
    }

    /// The page sent a part. Nobody asked for it, or no longer: it is dropped.
    pub(super) fn part(&self, part: AssetPart, now: Instant) {
        let mut state = self.state.lock();
        let Some(waiting) = state.waiting.get_mut(&part.request) else {
            return;
        };
        if waiting.mime.is_empty() {
            waiting.mime = part.mime;
        }
        let is_too_large = waiting.bytes.len() + part.data.0.len() > self.bounds.one;
        if part.state == AssetState::Refused || is_too_large {
            drop(state);
            self.finish(part.request, Err(()), now);
            return;
        }
        waiting.bytes.extend_from_slice(&part.data.0);
        if part.state == AssetState::More {
            return;
        }
        let (url, mime) = (waiting.url.clone(), std::mem::take(&mut waiting.mime));
        let bytes = Bytes::from(std::mem::take(&mut waiting.bytes));
        drop(state);
        // A sheet takes a while to read: not under the lock.
        let asset = Kind::named(&mime, &url)
            .ok_or(())
            .and_then(|kind| Asset::new(&kind, bytes, &url).map_err(|_| ()));
        self.finish(part.request, asset.map(Arc::new), now);
    }

    fn finish(&self, request: u32, outcome: Result<Arc<Asset>, ()>, now: Instant) {
        let mut state = self.state.lock();
        let Some(waiting) = state.waiting.remove(&request) else {
            return;
        };
        match &outcome {
            Ok(asset) => state.keep(waiting.url.as_str(), asset, self.bounds.all),
            Err(()) => state.refuse(waiting.url.as_str(), now),
        }
        waiting.outcome.send_replace(Some(outcome));
    }

    /// Whoever waited for it has gone: a late answer is dropped.
    fn give_up(&self, url: &Url) {
        let mut state = self.state.lock();
        state
            .waiting
            .retain(|_, waiting| waiting.url != *url || waiting.outcome.receiver_count() > 1);
    }

    /// The page is gone: whoever waits gets nothing, and is not told that it was refused.
    pub(super) fn away(&self) {
        self.state.lock().waiting.clear();
    }

    /// The session is over.
    pub(super) fn wipe(&self) {
        *self.state.lock() = State::default();
    }
}

impl State {
    fn keep(&mut self, url: &str, asset: &Arc<Asset>, all: usize) {
        self.size += asset.size();
        self.order.push_back(url.to_owned());
        self.kept.insert(url.to_owned(), Arc::clone(asset));
        while self.size > all {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.size -= gone.size();
            }
        }
    }

    fn refuse(&mut self, url: &str, now: Instant) {
        if self.refused.len() >= REFUSALS {
            self.refused
                .retain(|_, at| now.saturating_duration_since(*at) < REFUSED);
        }
        if self.refused.len() < REFUSALS {
            self.refused.insert(url.to_owned(), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use coview_dom_capture::protocol::Data;

    use super::*;

    const BOUNDS: PrivateBounds = PrivateBounds {
        one: 100,
        all: 1500,
        wait: Duration::from_secs(10),
    };

    fn url(name: &str) -> Url {
        Url::parse(&format!("https://shop.example/{name}.png")).unwrap()
    }

    fn part(request: u32, state: AssetState, data: &[u8]) -> AssetPart {
        AssetPart {
            request,
            state,
            mime: "image/png".to_owned(),
            data: Data(data.to_vec()),
        }
    }

    /// What comes of asking for it while the page answers with these parts.
    async fn asked(private: &Private, name: &str, parts: &[(AssetState, &[u8])]) -> bool {
        let now = Instant::now();
        let mut sent = false;
        let address = url(name);
        let got = private.get(&address, now, |request| {
            sent = true;
            for (state, data) in parts {
                private.part(part(request.request, *state, data), now);
            }
            true
        });
        got.await.is_some() && sent
    }

    #[tokio::test]
    async fn an_asset_comes_in_parts_and_is_kept_for_the_session() {
        let private = Private::new(BOUNDS);
        let parts: &[(AssetState, &[u8])] = &[(AssetState::More, b"ab"), (AssetState::Last, b"c")];
        assert!(asked(&private, "a", parts).await);
        let again = url("a");
        let again = private.get(&again, Instant::now(), |_| panic!("asked again"));
        assert!(again.await.is_some());
        private.wipe();
        assert!(!asked(&private, "a", &[(AssetState::Refused, b"")]).await);
    }

    #[tokio::test]
    async fn what_was_refused_or_is_too_large_is_not_asked_for_again_at_once() {
        let private = Private::new(BOUNDS);
        assert!(!asked(&private, "a", &[(AssetState::Refused, b"")]).await);
        assert!(!asked(&private, "b", &[(AssetState::Last, &[0; 101])]).await);
        let now = Instant::now();
        for name in ["a", "b"] {
            let again = url(name);
            let again = private.get(&again, now, |_| panic!("asked again"));
            assert!(again.await.is_none());
        }
        let mut sent = false;
        let later = url("a");
        let later = private.get(&later, now + REFUSED, |_| {
            sent = true;
            false
        });
        assert!(later.await.is_none());
        assert!(sent);
    }

    #[tokio::test]
    async fn the_oldest_makes_room() {
        let private = Private::new(BOUNDS);
        for name in ["a", "b", "c"] {
            assert!(asked(&private, name, &[(AssetState::Last, &[0; 100])]).await);
        }
        assert!(
            !asked(&private, "c", &[]).await,
            "c is here and was not asked for"
        );
        assert!(asked(&private, "a", &[(AssetState::Last, &[0; 100])]).await);
    }

    #[tokio::test]
    async fn a_page_that_goes_leaves_nobody_waiting() {
        let private = Private::new(BOUNDS);
        let a = url("a");
        let got = private.get(&a, Instant::now(), |_| {
            private.away();
            true
        });
        assert!(got.await.is_none());
        private.part(part(1, AssetState::Last, b"late"), Instant::now());
        assert!(private.state.lock().kept.is_empty());
    }
}
