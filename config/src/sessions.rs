//! How long sessions, codes and tokens live.

use serde::{Deserialize, Serialize};

use crate::{Fault, Seconds};

/// Lifetimes around a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// How long a visitor may be away (reload, network) before the session ends.
    pub resume: Seconds,
    /// How long an agent may be away before it leaves the session.
    pub agent_resume: Seconds,
    /// How long the visitor has to answer a question.
    pub answer: Seconds,
    /// A session without any agent ends after this time.
    pub without_agent: Seconds,
    /// The longest a session may last.
    pub longest: Seconds,
    /// How long a lookup code may be used; at most 10 minutes.
    pub code: Seconds,
    /// How long an agent's token waits for its first use.
    pub agent_token: Seconds,
    /// Longest time between a change in a busy page and its patch.
    pub flush: Seconds,
    /// How many agents may be in one session.
    pub agents: u16,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            resume: Seconds::new(60),
            agent_resume: Seconds::new(60),
            answer: Seconds::new(60),
            without_agent: Seconds::new(60),
            longest: Seconds::new(4 * 3600),
            code: Seconds::new(600),
            agent_token: Seconds::new(60),
            flush: Seconds(std::time::Duration::from_millis(100)),
            agents: 16,
        }
    }
}

impl Sessions {
    pub(crate) fn check(&self, faults: &mut Vec<Fault>) {
        if self.code > Seconds::new(600) {
            faults.push(Fault::new(
                "sessions.code",
                "may be at most 10m: a code is guessable for as long as it lives",
            ));
        }
        if self.agents == 0 {
            faults.push(Fault::new("sessions.agents", "must be at least 1"));
        }
    }
}
