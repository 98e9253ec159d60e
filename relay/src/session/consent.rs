//! Questions the visitor has not answered yet. One per agent at a time; each has an end.

use std::time::{Duration, Instant};

use coview_dom_capture::protocol::Grants;

/// The open questions of a session.
#[derive(Debug, Default)]
pub(super) struct Questions {
    open: Vec<Question>,
    asked: u32,
}

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Question {
    /// Its number; never reused within a session.
    pub request: u32,
    /// Who asks.
    pub agent: u32,
    /// For what.
    pub grants: Grants,
    /// When it counts as not answered.
    pub until: Instant,
}

impl Question {
    /// Time left, in whole seconds.
    #[must_use]
    pub(super) fn seconds(&self, now: Instant) -> u32 {
        u32::try_from(self.until.saturating_duration_since(now).as_secs()).unwrap_or(u32::MAX)
    }
}

impl Questions {
    /// Opens a question.
    pub(super) fn ask(
        &mut self,
        now: Instant,
        agent: u32,
        grants: Grants,
        answer: Duration,
    ) -> Question {
        self.asked += 1;
        let question = Question {
            request: self.asked,
            agent,
            grants,
            until: now + answer,
        };
        self.open.push(question);
        question
    }

    /// Takes the question that this answers.
    pub(super) fn answered(&mut self, request: u32) -> Option<Question> {
        let index = self
            .open
            .iter()
            .position(|question| question.request == request)?;
        Some(self.open.remove(index))
    }

    /// Takes an agent's question back.
    pub(super) fn withdraw(&mut self, agent: u32) -> Option<Question> {
        let index = self
            .open
            .iter()
            .position(|question| question.agent == agent)?;
        Some(self.open.remove(index))
    }

    /// Takes one question nobody answered in time.
    pub(super) fn expired(&mut self, now: Instant) -> Option<Question> {
        let index = self
            .open
            .iter()
            .position(|question| question.until <= now)?;
        Some(self.open.remove(index))
    }

    /// Has this agent an open question?
    #[must_use]
    pub(super) fn of(&self, agent: u32) -> bool {
        self.open.iter().any(|question| question.agent == agent)
    }

    /// Is seeing the page already asked for?
    #[must_use]
    pub(super) fn asks_to_view(&self) -> bool {
        self.open
            .iter()
            .any(|question| question.grants.has(Grants::VIEW))
    }

    /// All open questions.
    pub(super) fn all(&self) -> impl Iterator<Item = &Question> {
        self.open.iter()
    }
}
