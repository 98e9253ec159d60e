//! Visitors who are expected: an agent made a proxied session for them, and they come by its link.

use std::sync::Arc;
use std::time::Duration;

use coview_dom_capture::protocol::{CloseCode, Grants};

use super::{Hub, Invitation, InviteError};
use crate::secrets::Secret;
use crate::session::{Lifetimes, Live};
use crate::sites::Tenant;
use crate::visitor::{Device, Visitor};

/// Times of a proxied session.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// The visitor has so long to come.
    pub wait: Duration,
    /// And may be away so long later: not every page it opens can be shared.
    pub idle: Duration,
    /// The longest it may last.
    pub time: Duration,
}

impl Hub {
    /// A visitor who is expected, in a session of its own, and the agent who made it. The agent's token
    /// waits as long as the visitor may.
    ///
    /// # Errors
    /// When there is no room for another session.
    pub fn expect_visitor(
        &self,
        tenant: &Arc<Tenant>,
        agent: &str,
        offered: Grants,
        waiting: Waiting,
    ) -> Result<(Arc<Visitor>, Invitation), InviteError> {
        if self.sessions.len() >= self.bounds.sessions {
            return Err(InviteError::Full);
        }
        // Nobody ever has this secret: the visitor is known by its passes.
        let nobody = Secret::new().digest();
        let visitor = self.new_visitor(tenant, nobody, &Device::default(), true);
        let token = self.bounds.times.agent_token + waiting.wait;
        let times = Lifetimes {
            resume: waiting.idle,
            agent_token: token,
            longest: self.bounds.times.longest.min(waiting.time + waiting.wait),
            ..self.bounds.times
        };
        let live = self.begin(&visitor, times).ok_or(InviteError::Full)?;
        live.expect(self.clock.now() + waiting.wait);
        visitor.state.lock().session = Some(Arc::clone(&live));
        let invitation = self.invite_into(&live, agent, offered, token)?;
        Ok((visitor, invitation))
    }

    /// The proxied session, its hosts and its visitor end with the session.
    pub(super) fn forget_proxied(&self, live: &Live, visitor: &Visitor) {
        self.proxied.end_of(live.id());
        if let Some(connection) = visitor.state.lock().connection.take() {
            connection.close(CloseCode::SessionEnded.into());
        }
        self.forget_visitor(visitor);
    }
}
