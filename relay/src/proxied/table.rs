//! Which proxied sessions there are: by the word in their hosts, by the link that leads to them, by the
//! session that is shared. Bounded; what is not in here does not exist.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use coview_config::Proxy;
use coview_dom_capture::protocol::EndReason;
use coview_proxy::proxied::Visit;
use parking_lot::Mutex;
use url::Url;

use super::{Arrivals, Passes};
use crate::metrics::Metrics;
use crate::secrets::{Digest, Secret};
use crate::visitor::Visitor;

/// One proxied session, as the edge keeps it.
pub struct Proxied {
    /// Its places, cookies and budget.
    pub visit: Arc<Visit>,
    /// Who comes by its link.
    pub visitor: Arc<Visitor>,
    /// The session that is shared.
    pub session: String,
    /// Where it begins.
    pub start: Url,
    /// Who invites.
    pub agent: String,
    /// The agent may click and type from the beginning.
    pub control: bool,
    /// What opens its hosts.
    pub passes: Passes,
    /// Navigations that were led elsewhere first.
    pub arrivals: Arrivals,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The visitor agreed since.
    agreed: Option<Instant>,
    /// The last request.
    seen: Instant,
    /// The link, until it is used.
    link: Option<Digest>,
    /// Networks that browsers with a pass asked from.
    met: Vec<IpAddr>,
}

/// Networks that are remembered of one session.
const MET: usize = 8;

/// An IPv6 host has as many addresses as it likes: the first 64 bits are where it is.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let bits = v6.to_bits() & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
    }
}

/// What a proxied session is made of.
pub struct Parts {
    /// Its places, cookies and budget.
    pub visit: Arc<Visit>,
    /// Who comes by its link.
    pub visitor: Arc<Visitor>,
    /// The session that is shared.
    pub session: String,
    /// Where it begins.
    pub start: Url,
    /// Who invites.
    pub agent: String,
    /// The agent may click and type from the beginning.
    pub control: bool,
}

impl Proxied {
    /// The word in its hosts.
    #[must_use]
    pub fn word(&self) -> &str {
        self.visit.places().word()
    }

    /// Did the visitor agree?
    #[must_use]
    pub fn agreed(&self) -> bool {
        self.state.lock().agreed.is_some()
    }

    /// A browser with a pass asks from this address.
    pub fn meet(&self, address: IpAddr) {
        let (network, mut state) = (network(address), self.state.lock());
        if !state.met.contains(&network) {
            // Phones change between networks; the one that was left longest makes room.
            if state.met.len() >= MET {
                state.met.remove(0);
            }
            state.met.push(network);
        }
    }

    /// Has a browser with a pass asked from there?
    #[must_use]
    pub fn knows(&self, address: IpAddr) -> bool {
        self.state.lock().met.contains(&network(address))
    }

    /// Something was asked of it.
    pub fn touch(&self, now: Instant) {
        self.state.lock().seen = now;
    }
}

/// All proxied sessions of an edge.
pub struct Table {
    times: Times,
    metrics: Arc<Metrics>,
    maps: Mutex<Maps>,
}

#[derive(Default)]
struct Maps {
    words: HashMap<String, Arc<Proxied>>,
    links: HashMap<Digest, String>,
    sessions: HashMap<String, String>,
}

#[derive(Debug)]
struct Times {
    most: usize,
    time: Duration,
    idle: Duration,
}

impl Table {
    /// An empty table, with the operator's bounds.
    #[must_use]
    pub fn new(settings: &Proxy, metrics: Arc<Metrics>) -> Self {
        Self {
            times: Times {
                most: usize::try_from(settings.sessions).unwrap_or(usize::MAX),
                time: settings.time.0,
                idle: settings.idle.0,
            },
            metrics,
            maps: Mutex::default(),
        }
    }

    /// Is there room for another?
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.maps.lock().words.len() < self.times.most
    }

    /// Keeps a proxied session; gives the secret of its link. None if there is no room.
    #[must_use]
    pub fn keep(&self, now: Instant, parts: Parts) -> Option<Secret> {
        let link = Secret::new();
        let mut maps = self.maps.lock();
        if maps.words.len() >= self.times.most {
            return None;
        }
        let proxied = Arc::new(Proxied {
            visit: parts.visit,
            visitor: parts.visitor,
            session: parts.session,
            start: parts.start,
            agent: parts.agent,
            control: parts.control,
            passes: Passes::default(),
            arrivals: Arrivals::default(),
            state: Mutex::new(State {
                agreed: None,
                seen: now,
                link: Some(link.digest()),
                met: Vec::new(),
            }),
        });
        let word = proxied.word().to_owned();
        maps.links.insert(link.digest(), word.clone());
        maps.sessions.insert(proxied.session.clone(), word.clone());
        maps.words.insert(word, proxied);
        self.metrics.proxied_began();
        Some(link)
    }

    /// The proxied session with this word.
    #[must_use]
    pub fn of_word(&self, word: &str) -> Option<Arc<Proxied>> {
        self.maps.lock().words.get(word).cloned()
    }

    /// The proxied session whose page is shared in this session.
    #[must_use]
    pub fn of_session(&self, session: &str) -> Option<Arc<Proxied>> {
        let maps = self.maps.lock();
        let word = maps.sessions.get(session)?;
        maps.words.get(word).cloned()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Proxied>> {
        self.maps.lock().words.values().cloned().collect()
    }

    /// The proxied session a link leads to; looking does not use it up.
    #[must_use]
    pub fn of_link(&self, shown: &str) -> Option<Arc<Proxied>> {
        let maps = self.maps.lock();
        let word = maps.links.get(&Digest::of(shown))?;
        maps.words.get(word).cloned()
    }

    /// Uses a link up, whatever the visitor says.
    #[must_use]
    pub fn use_link(&self, shown: &str) -> Option<Arc<Proxied>> {
        let mut maps = self.maps.lock();
        let word = maps.links.remove(&Digest::of(shown))?;
        let proxied = maps.words.get(&word).cloned()?;
        proxied.state.lock().link = None;
        Some(proxied)
    }

    /// The visitor said yes.
    pub fn agree(&self, now: Instant, proxied: &Proxied) {
        let mut state = proxied.state.lock();
        state.agreed = Some(now);
        state.seen = now;
    }

    /// The session is over: its hosts lead nowhere any more, and what they knew is wiped.
    pub fn end_of(&self, session: &str) {
        let mut maps = self.maps.lock();
        let Some(proxied) = maps
            .sessions
            .remove(session)
            .and_then(|word| maps.words.remove(&word))
        else {
            return;
        };
        if let Some(link) = proxied.state.lock().link.take() {
            maps.links.remove(&link);
        }
        drop(maps);
        proxied.passes.void();
        proxied.arrivals.clear();
        self.metrics.proxied_ended(proxied.visit.used().1);
        proxied.visit.end();
    }

    /// Sessions whose time is over, and why. Without a page it is the last request that counts: a
    /// visitor may read a document that nothing can be shared of.
    #[must_use]
    pub fn overdue(&self, now: Instant) -> Vec<(String, EndReason)> {
        let over = |proxied: &Proxied| {
            let state = proxied.state.lock();
            let agreed = state.agreed?;
            let late = agreed + self.times.time <= now;
            let quiet = state.seen + self.times.idle <= now;
            drop(state);
            let idle = quiet && proxied.visitor.state.lock().connection.is_none();
            (late || idle || is_used_up(&proxied.visit)).then_some(EndReason::Idle)
        };
        self.all()
            .iter()
            .filter_map(|proxied| Some((proxied.session.clone(), over(proxied)?)))
            .collect()
    }

    /// How much it holds, for tests that nothing stays.
    #[must_use]
    pub fn sizes(&self) -> [usize; 3] {
        let maps = self.maps.lock();
        [maps.words.len(), maps.links.len(), maps.sessions.len()]
    }
}

/// Has it used all the operator gives a proxied session?
fn is_used_up(visit: &Visit) -> bool {
    let ((requests, bytes), rules) = (visit.used(), visit.rules());
    requests >= rules.requests || bytes >= rules.bytes
}
