//! Sessions: begun by the first invitation, forgotten with everything that led to them.

use std::sync::{Arc, Weak};
use std::time::Duration;

use coview_dom_capture::mask::Gate;
use coview_dom_capture::protocol::{EndReason, Grants};
use coview_proxy::assets::{Key, Marker};

use super::{Hub, Pass, site_asked};
use crate::rates::Budget;
use crate::secrets::{Secret, id};
use crate::session::{Keeper, Lifetimes, Live, LiveOptions};
use crate::visitor::Visitor;

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
        self.invite_into(&live, name, offered, self.bounds.times.agent_token)
    }

    /// Invites an agent to a session, and waits so long for it.
    pub(super) fn invite_into(
        &self,
        live: &Live,
        name: &str,
        offered: Grants,
        wait: Duration,
    ) -> Result<Invitation, InviteError> {
        let agent = live
            .invite(name, offered, self.bounds.agents)
            .ok_or(InviteError::Full)?;
        let token = Secret::new();
        let until = Some(self.clock.now() + wait);
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
        let live = self
            .begin(visitor, self.bounds.times)
            .ok_or(InviteError::Full)?;
        live.visitor_here(&outbox, site_asked(visitor, state.consented));
        state.session = Some(Arc::clone(&live));
        Ok(live)
    }

    /// None if the operating system has no randomness for its key.
    pub(super) fn begin(&self, visitor: &Visitor, times: Lifetimes) -> Option<Arc<Live>> {
        let key = Arc::new(Key::new()?);
        let mut gate = Gate::new(Arc::clone(&visitor.tenant.rules), self.bounds.gate);
        if self.bounds.assets {
            gate = gate.with_resources(Box::new(Marker::new(Arc::clone(&key))));
        }
        let me: Weak<dyn Keeper> = Weak::<Self>::clone(&self.me);
        let live = Live::new(LiveOptions {
            id: id(),
            visitor: visitor.id.clone(),
            site: visitor.tenant.site.key.clone(),
            capability: Secret::new(),
            key,
            gate,
            private: self.bounds.private,
            ring: self.bounds.ring,
            times,
            resyncs: Budget::new(self.bounds.resync),
            resends: Budget::new(self.bounds.resend),
            assets: Budget::new(self.bounds.asset),
            clock: self.clock.clone(),
            metrics: Arc::clone(&self.metrics),
            keeper: me,
        });
        self.capabilities
            .insert(live.capability().digest(), Arc::clone(&live));
        self.sessions
            .insert(live.id().to_owned(), Arc::clone(&live));
        self.metrics.session_began();
        tracing::info!(session = live.id(), site = live.site(), "session begins");
        Some(live)
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
        self.capabilities.retain(|_, other| other.id() != id);
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
            if visitor.proxied {
                self.forget_proxied(live, &visitor);
            }
        }
    }
}
