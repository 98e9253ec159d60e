//! Who is here: visitors, sessions, and the secrets that lead to them. The only file with shared maps;
//! no guard of one ever leaves a function, and a map is never touched under a visitor's lock.

use std::sync::{Arc, Weak};
use std::time::Instant;

use coview_config::{Config, Seconds};
use coview_dom_capture::mask::{Gate, GateLimits};
use coview_dom_capture::protocol::{EndReason, Grants};
use dashmap::DashMap;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::rates::Budget;
use crate::secrets::{Digest, Secret, code, id, short_id};
use crate::session::{Keeper, Lifetimes, Live, LiveOptions, RingLimits};
use crate::sites::Tenant;
use crate::visitor::{Device, State, Visitor};

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
    capabilities: DashMap<Digest, String>,
    codes: DashMap<String, Pending>,
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
        }
    }
}

/// Why somebody was not invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// The visitor has no connection.
    #[error("the visitor is not here")]
    NotHere,
    /// No room for another session or agent.
    #[error("no room for another")]
    Full,
}

/// An agent's way into a session.
#[derive(Debug)]
pub struct Invitation {
    /// The session.
    pub session: String,
    /// For the agent's first connection.
    pub token: Secret,
}

impl Hub {
    /// An empty hub.
    #[must_use]
    pub fn new(config: &Config, clock: Clock, metrics: Arc<Metrics>) -> Arc<Self> {
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

    // --- visitors

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
            None => self.new_visitor(tenant, fresh, device),
        };
        self.visitor_secrets.insert(fresh, visitor.id.clone());
        (visitor, secret)
    }

    fn visitor_of(&self, secret: Digest) -> Option<Arc<Visitor>> {
        let id = self.visitor_secrets.get(&secret)?.clone();
        self.visitor(&id)
    }

    fn new_visitor(&self, tenant: &Arc<Tenant>, secret: Digest, device: &Device) -> Arc<Visitor> {
        let visitor = Arc::new(Visitor {
            id: id(),
            short_id: short_id(),
            tenant: Arc::clone(tenant),
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

    // --- codes

    /// A code for a visitor, in place of the one it had; none if there is no room for another.
    #[must_use]
    pub fn new_code(&self, visitor: &Visitor) -> Option<(String, Seconds)> {
        let before = visitor.state.lock().code.take();
        before
            .into_iter()
            .for_each(|old| drop(self.codes.remove(&old)));
        // Codes stay sparse: guessing one of few in a million is hopeless within the attempts allowed.
        if self.codes.len() > 20_000 {
            return None;
        }
        let until = self.clock.now() + self.bounds.code.0;
        let drawn = loop {
            let drawn = code();
            let free = match self.codes.entry(drawn.clone()) {
                dashmap::Entry::Vacant(entry) => {
                    entry.insert(Pending {
                        visitor: visitor.id.clone(),
                        until,
                    });
                    true
                }
                dashmap::Entry::Occupied(_) => false,
            };
            if free {
                break drawn;
            }
        };
        visitor.state.lock().code = Some(drawn.clone());
        Some((drawn, self.bounds.code))
    }

    /// The visitor who shows this code, if it is on one of `sites`. The code is used up with `take`.
    #[must_use]
    pub fn by_code(&self, code: &str, sites: &[String], take: bool) -> Option<Arc<Visitor>> {
        let now = self.clock.now();
        let id = self
            .codes
            .get(code)
            .filter(|pending| now < pending.until)
            .map(|pending| pending.visitor.clone())?;
        let visitor = self
            .visitor(&id)
            .filter(|visitor| sites.contains(&visitor.tenant.site.key))?;
        if take {
            // Whoever removes it has it: two at once do not both get in.
            self.codes.remove(code)?;
            visitor.state.lock().code = None;
        }
        Some(visitor)
    }

    // --- sessions

    /// Invites an agent to a visitor's session, which begins with the first.
    ///
    /// # Errors
    /// When the visitor is away or there is no room.
    pub fn invite(
        &self,
        visitor: &Arc<Visitor>,
        name: &str,
        offered: Grants,
    ) -> Result<Invitation, InviteError> {
        let live = self.session_of(visitor)?;
        let agent = live
            .invite(name, offered, self.bounds.agents)
            .ok_or(InviteError::Full)?;
        let token = Secret::new();
        let until = Some(self.clock.now() + self.bounds.times.agent_token);
        let pass = Pass {
            session: live.id().to_owned(),
            agent,
            until,
        };
        self.agent_tokens.insert(token.digest(), pass);
        self.note_change();
        Ok(Invitation {
            session: live.id().to_owned(),
            token,
        })
    }

    /// The visitor's running session, or a new one. Under the visitor's lock, so that it is told of
    /// the connection that is in use.
    fn session_of(&self, visitor: &Arc<Visitor>) -> Result<Arc<Live>, InviteError> {
        let mut state = visitor.state.lock();
        if let Some(live) = state.session.as_ref().filter(|live| !live.ended()) {
            return Ok(Arc::clone(live));
        }
        let Some(outbox) = state.connection.clone() else {
            return Err(InviteError::NotHere);
        };
        if self.sessions.len() >= self.bounds.sessions {
            return Err(InviteError::Full);
        }
        let live = self.begin(visitor);
        live.visitor_here(&outbox, site_asked(visitor, state.consented));
        state.session = Some(Arc::clone(&live));
        Ok(live)
    }

    fn begin(&self, visitor: &Visitor) -> Arc<Live> {
        let me: Weak<dyn Keeper> = Weak::<Self>::clone(&self.me);
        let live = Live::new(LiveOptions {
            id: id(),
            visitor: visitor.id.clone(),
            site: visitor.tenant.site.key.clone(),
            capability: Secret::new(),
            gate: Gate::new(Arc::clone(&visitor.tenant.rules), self.bounds.gate),
            ring: self.bounds.ring,
            times: self.bounds.times,
            resyncs: Budget::new(self.bounds.resync),
            resends: Budget::new(self.bounds.resend),
            clock: self.clock.clone(),
            metrics: Arc::clone(&self.metrics),
            keeper: me,
        });
        self.capabilities
            .insert(live.capability().digest(), live.id().to_owned());
        self.sessions
            .insert(live.id().to_owned(), Arc::clone(&live));
        self.metrics.session_began();
        tracing::info!(session = live.id(), site = live.site(), "session begins");
        live
    }

    /// A session by id.
    #[must_use]
    pub fn session(&self, id: &str) -> Option<Arc<Live>> {
        self.sessions.get(id).map(|found| Arc::clone(&found))
    }

    /// All sessions.
    #[must_use]
    pub fn sessions(&self) -> Vec<Arc<Live>> {
        self.sessions
            .iter()
            .map(|found| Arc::clone(&found))
            .collect()
    }

    // --- agents

    /// What this token opens; it opens it once.
    #[must_use]
    pub fn use_agent_token(&self, token: &str) -> Option<Pass> {
        let (_, pass) = self.agent_tokens.remove(&Digest::of(token))?;
        let now = self.clock.now();
        pass.until.is_none_or(|until| now < until).then_some(pass)
    }

    /// What this resume secret opens.
    #[must_use]
    pub fn resume_agent(&self, secret: &str) -> Option<Pass> {
        self.agent_secrets
            .get(&Digest::bound("agent", "", secret))
            .map(|pass| pass.clone())
    }

    /// A secret for the agent's next connection. The one it came with stays until it is confirmed.
    #[must_use]
    pub fn agent_secret(&self, pass: &Pass, shown: Option<&str>) -> Secret {
        let secret = Secret::new();
        self.keep_one_agent_secret(pass, shown.unwrap_or_default());
        let pass = Pass {
            until: None,
            ..pass.clone()
        };
        self.agent_secrets
            .insert(Digest::bound("agent", "", secret.reveal()), pass);
        secret
    }

    /// The agent has its new secret: all others of its are void.
    pub fn confirm_agent(&self, pass: &Pass, secret: &Secret) {
        self.keep_one_agent_secret(pass, secret.reveal());
    }

    fn keep_one_agent_secret(&self, pass: &Pass, secret: &str) {
        let kept = Digest::bound("agent", "", secret);
        self.agent_secrets.retain(|digest, other| {
            *digest == kept || other.session != pass.session || other.agent != pass.agent
        });
    }

    // --- assets

    /// The session whose assets this capability opens.
    #[must_use]
    pub fn by_capability(&self, presented: &str) -> Option<String> {
        self.capabilities
            .get(&Digest::of(presented))
            .map(|session| session.clone())
    }

    // --- time

    /// Ends and forgets what is over its time.
    pub fn tick(&self) {
        for live in self.sessions() {
            live.tick();
        }
        let now = self.clock.now();
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

/// Did the site obtain consent to share, so that no prompt is needed?
#[must_use]
pub fn site_asked(visitor: &Visitor, consented: bool) -> bool {
    consented && visitor.tenant.site.consent == coview_config::Consent::Site
}

impl Keeper for Hub {
    fn changed(&self) {
        self.note_change();
    }

    fn ended(&self, live: &Live, reason: EndReason) {
        live.wipe();
        let id = live.id();
        if self.sessions.remove(id).is_some() {
            self.metrics.session_ended();
            tracing::info!(session = id, ?reason, "session ended");
        }
        self.agent_tokens.retain(|_, pass| pass.session != id);
        self.agent_secrets.retain(|_, pass| pass.session != id);
        self.capabilities.retain(|_, session| session != id);
        if let Some(visitor) = self.visitor(live.visitor()) {
            let mut state = visitor.state.lock();
            if state
                .session
                .as_ref()
                .is_some_and(|current| current.id() == id)
            {
                state.session = None;
                state.help = None;
            }
            let code = state.code.take();
            drop(state);
            code.into_iter()
                .for_each(|code| drop(self.codes.remove(&code)));
        }
    }
}
