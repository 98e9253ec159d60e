//! What opens a session to an agent: a token once, a resume secret after that, and a capability for
//! the page's assets.

use std::sync::Arc;

use super::{Hub, Pass};
use crate::secrets::{Digest, Secret};
use crate::session::Live;

impl Hub {
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

    /// The session whose assets this capability opens.
    #[must_use]
    pub fn by_capability(&self, presented: &str) -> Option<Arc<Live>> {
        let found = self.capabilities.get(&Digest::of(presented))?;
        Some(Arc::clone(&found))
    }
}
