//! Who is here: visitors, sessions, and the secrets that lead to them. The only file with shared maps;
//! no guard of one ever leaves a function, and a map is never touched under a visitor's lock.

mod agents;
mod codes;
mod expected;
mod sessions;

use std::sync::{Arc, Weak};
use std::time::Instant;

use coview_config::{Config, Seconds};
use coview_dom_capture::mask::GateLimits;
use dashmap::DashMap;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::proxied::Table;
use crate::secrets::{Digest, Secret, id, short_id};
use crate::session::{Lifetimes, Live, PrivateBounds, RingLimits};
use crate::sites::Tenant;
use crate::visitor::{Device, State, Visitor};

pub use expected::Waiting;
pub use sessions::{Invitation, InviteError};

/// All that is shared by an edge's connections.
pub struct Hub {
    me: Weak<Self>,
    clock: Clock,
    metrics: Arc<Metrics>,
    bounds: Bounds,
    visitors: DashMap<String, Arc<Visitor>>,
    sessions: DashMap<String, Arc<Live>>,
    visitor_secrets: DashMap<Digest, String>,
    agent_tokens: DashMap<Digest, Pass>,
    agent_secrets: DashMap<Digest, Pass>,
    capabilities: DashMap<Digest, Arc<Live>>,
    codes: DashMap<String, Pending>,
    proxied: Arc<Table>,
    changed: watch::Sender<u64>,
}

/// What an agent's token or resume secret opens.
#[derive(Debug, Clone)]
pub struct Pass {
    /// The session.
    pub session: String,
    /// The agent's number in it.
    pub agent: u32,
    until: Option<Instant>,
}

struct Pending {
    visitor: String,
    until: Instant,
}

/// Numbers of the settings that sessions are made with.
#[derive(Debug, Clone)]
pub struct Bounds {
    gate: GateLimits,
    ring: RingLimits,
    times: Lifetimes,
    code: Seconds,
    sessions: usize,
    agents: usize,
    resync: coview_config::PerSecond,
    resend: coview_config::PerSecond,
    asset: coview_config::PerSecond,
    /// Addresses of resources go out marked.
    assets: bool,
    private: PrivateBounds,
}

impl From<&Config> for Bounds {
    fn from(config: &Config) -> Self {
        let (limits, sessions) = (&config.limits, &config.sessions);
        Self {
            gate: GateLimits::from(limits),
            ring: RingLimits {
                bytes: limits.ring.bytes(),
                lag: limits.lag.bytes(),
                age: limits.lag_age.0,
            },
            times: Lifetimes {
                resume: sessions.resume.0,
                agent_resume: sessions.agent_resume.0,
                answer: sessions.answer.0,
                without_agent: sessions.without_agent.0,
                longest: sessions.longest.0,
                agent_token: sessions.agent_token.0,
            },
            code: sessions.code,
            sessions: usize::try_from(limits.sessions).unwrap_or(usize::MAX),
            agents: usize::from(sessions.agents),
            resync: coview_config::PerSecond::per_minute(30),
            resend: coview_config::PerSecond::new(500),
            asset: config.rates.assets,
            assets: config.assets.enabled,
            private: PrivateBounds {
                one: config.assets.private_size.bytes(),
                all: config.assets.private.bytes(),
                wait: config.assets.timeout.0,
            },
        }
    }
}

impl Hub {
    /// An empty hub.
    #[must_use]
    pub fn new(
        config: &Config,
        clock: Clock,
        metrics: Arc<Metrics>,
        proxied: Arc<Table>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            clock,
            metrics,
            bounds: Bounds::from(config),
            visitors: DashMap::new(),
            sessions: DashMap::new(),
            visitor_secrets: DashMap::new(),
            agent_tokens: DashMap::new(),
            agent_secrets: DashMap::new(),
            capabilities: DashMap::new(),
            codes: DashMap::new(),
            proxied,
            changed: watch::Sender::new(0),
        })
    }

    /// Changes whenever a list would show something else.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// A list would show something else.
    pub fn note_change(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The visitor this secret belongs to, on this site; a new one otherwise. With it the secret for
    /// its next connection.
    #[must_use]
    pub fn admit_visitor(
        &self,
        tenant: &Arc<Tenant>,
        resume: Option<&str>,
        device: &Device,
    ) -> (Arc<Visitor>, Secret) {
        let secret = Secret::new();
        let bound = |secret: &str| Digest::bound("visitor", &tenant.site.key, secret);
        let fresh = bound(secret.reveal());
        let known = resume
            .map(bound)
            .and_then(|shown| Some((shown, self.visitor_of(shown)?)));
        let visitor = match known {
            Some((shown, visitor)) => {
                let mut state = visitor.state.lock();
                let dropped = if shown == state.secret {
                    state.older.take()
                } else {
                    Some(state.secret)
                };
                state.older = Some(shown);
                state.secret = fresh;
                state.device = device.clone();
                drop(state);
                dropped
                    .into_iter()
                    .for_each(|old| self.forget_visitor_secret(old));
                visitor
            }
            None => self.new_visitor(tenant, fresh, device, false),
        };
        self.visitor_secrets.insert(fresh, visitor.id.clone());
        (visitor, secret)
    }

    fn visitor_of(&self, secret: Digest) -> Option<Arc<Visitor>> {
        let id = self.visitor_secrets.get(&secret)?.clone();
        self.visitor(&id)
    }

    fn new_visitor(
        &self,
        tenant: &Arc<Tenant>,
        secret: Digest,
        device: &Device,
        proxied: bool,
    ) -> Arc<Visitor> {
        let visitor = Arc::new(Visitor {
            id: id(),
            short_id: short_id(),
            tenant: Arc::clone(tenant),
            proxied,
            state: Mutex::new(State {
                connection: None,
                consented: false,
                acted: false,
                page: None,
                identity: None,
                device: device.clone(),
                help: None,
                seen: self.clock.wall(),
                gone: Some(self.clock.now()),
                session: None,
                code: None,
                secret,
                older: None,
            }),
        });
        self.visitors
            .insert(visitor.id.clone(), Arc::clone(&visitor));
        visitor
    }

    /// The page has its new secret: the one before it is void.
    pub fn confirm_visitor(&self, visitor: &Visitor) {
        let older = visitor.state.lock().older.take();
        older
            .into_iter()
            .for_each(|old| self.forget_visitor_secret(old));
    }

    fn forget_visitor_secret(&self, secret: Digest) {
        self.visitor_secrets.remove(&secret);
    }

    /// A visitor by id.
    #[must_use]
    pub fn visitor(&self, id: &str) -> Option<Arc<Visitor>> {
        self.visitors.get(id).map(|found| Arc::clone(&found))
    }

    /// All visitors.
    #[must_use]
    pub fn visitors(&self) -> Vec<Arc<Visitor>> {
        self.visitors
            .iter()
            .map(|found| Arc::clone(&found))
            .collect()
    }

    // --- sessions

    // --- assets

    /// Ends and forgets what is over its time.
    pub fn tick(&self) {
        for live in self.sessions() {
            live.tick();
        }
        let now = self.clock.now();
        for (session, reason) in self.proxied.overdue(now) {
            if let Some(live) = self.session(&session) {
                live.end(reason);
            }
        }
        self.agent_tokens
            .retain(|_, pass| pass.until.is_none_or(|until| now < until));
        self.codes.retain(|_, pending| now < pending.until);
        let away = self.bounds.times.resume;
        let lost: Vec<Arc<Visitor>> = self
            .visitors()
            .into_iter()
            .filter(|visitor| {
                let state = visitor.state.lock();
                state.session.is_none() && state.gone.is_some_and(|since| since + away <= now)
            })
            .collect();
        lost.iter().for_each(|visitor| self.forget_visitor(visitor));
    }

    fn forget_visitor(&self, visitor: &Visitor) {
        let state = visitor.state.lock();
        let secrets = [Some(state.secret), state.older];
        let code = state.code.clone();
        drop(state);
        secrets
            .into_iter()
            .flatten()
            .for_each(|secret| self.forget_visitor_secret(secret));
        code.into_iter()
            .for_each(|code| drop(self.codes.remove(&code)));
        self.visitors.remove(&visitor.id);
        self.note_change();
    }

    /// How many maps hold how much, for tests that nothing stays.
    #[must_use]
    pub fn sizes(&self) -> [usize; 6] {
        [
            self.visitors.len(),
            self.sessions.len(),
            self.visitor_secrets.len(),
            self.agent_tokens.len() + self.agent_secrets.len(),
            self.capabilities.len(),
            self.codes.len(),
        ]
    }
}

/// Did the site obtain consent to share, so that no prompt is needed? A proxied visitor gave it on the
/// visit page.
#[must_use]
pub fn site_asked(visitor: &Visitor, consented: bool) -> bool {
    visitor.proxied || consented && visitor.tenant.site.consent == coview_config::Consent::Site
}
