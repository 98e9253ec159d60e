//! One consented sharing as a state machine: what happened goes in with the time it happened, what
//! is to be done comes out. No I/O, no clock, no task; nothing of the page passes here.

mod agents;
mod consent;
mod live;
mod private;
mod ring;
mod roster;
#[cfg(test)]
mod tests;
mod visitor;

use std::time::{Duration, Instant};

use coview_dom_capture::protocol::{
    AgentEnd, AgentIn, AgentOut, CloseCode, EndReason, Grants, Phase, RefusedReason,
    Session as SessionMessage, State, Unask, VisitorEnd, VisitorIn, VisitorOut,
};

use consent::Questions;
pub use live::{Keeper, Live, LiveOptions, Slot};
use private::Private;
pub use private::PrivateBounds;
pub use ring::{Cursor, Ring, RingLimits, Take};
use roster::{Member, Roster};

/// Lifetimes a session keeps; see the operator's `[sessions]`.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// A visitor may be away.
    pub resume: Duration,
    /// An agent may be away.
    pub agent_resume: Duration,
    /// The visitor's time to answer.
    pub answer: Duration,
    /// Nobody looks.
    pub without_agent: Duration,
    /// All of it.
    pub longest: Duration,
    /// An invited agent may still come.
    pub agent_token: Duration,
}

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The visitor has a connection; `site_asked`: the site obtained consent to share.
    VisitorHere {
        /// The site did the asking.
        site_asked: bool,
    },
    /// The visitor's connection is gone.
    VisitorGone,
    /// The visitor said something.
    Visitor(VisitorOut),
    /// An agent has a connection.
    AgentHere(u32),
    /// An agent's connection is gone.
    AgentGone(u32),
    /// An agent said something.
    Agent(u32, AgentOut),
    /// A snapshot went into the ring.
    Snapshot,
    /// What was known of the page is lost; a snapshot has been asked for.
    Lost,
    /// Somebody else ends it.
    End(EndReason),
    /// Time passed.
    Tick,
}

/// What is to be done, in this order.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Tell the visitor.
    ToVisitor(VisitorIn),
    /// Tell an agent.
    ToAgent(u32, AgentIn),
    /// From now on this agent is sent the page.
    Open(u32),
    /// From now on it is not, and its connection closes.
    CloseAgent(u32, CloseCode),
    /// Somebody came, went, or may do other things than before.
    Changed,
    /// It is over: forget everything.
    Ended(EndReason),
}

/// The state of one session.
#[derive(Debug)]
pub struct Session {
    id: String,
    times: Lifetimes,
    roster: Roster,
    questions: Questions,
    began: Instant,
    /// The visitor agreed to share, or the site did the asking.
    agreed: bool,
    visitor: Visitor,
    /// Agents have the present picture, as far as the edge knows.
    picture: bool,
    /// Nobody was there yet: the visitor has a link, and comes or not.
    expected: bool,
    /// The visitor announced to be away until then.
    back: Option<Instant>,
    /// Nobody is connected since.
    alone: Option<Instant>,
    ended: bool,
}

#[derive(Debug, Clone, Copy)]
enum Visitor {
    Here { site_asked: bool },
    Away { until: Instant },
}

/// Grants that come with the first yes.
const FIRST: Grants = Grants::VIEW.with(Grants::POINT);

impl Session {
    /// A session nobody is in yet.
    #[must_use]
    pub fn new(id: String, now: Instant, times: Lifetimes) -> Self {
        Self {
            id,
            times,
            roster: Roster::default(),
            questions: Questions::default(),
            began: now,
            agreed: false,
            visitor: Visitor::Away {
                until: now + times.resume,
            },
            picture: false,
            expected: false,
            back: None,
            alone: Some(now),
            ended: false,
        }
    }

    /// The visitor is on its way and may take until then; nobody has to look before.
    pub fn expect(&mut self, until: Instant) {
        self.visitor = Visitor::Away { until };
        self.expected = true;
        self.alone = None;
    }

    /// Adds an agent, who is expected to connect soon.
    pub fn invite(&mut self, now: Instant, name: &str, offered: Grants) -> u32 {
        self.roster.invite(now, name, offered)
    }

    /// How many agents were invited and have not left.
    #[must_use]
    pub fn agents(&self) -> usize {
        self.roster.len()
    }

    /// Names of those who see the page, for lists.
    pub fn names(&self) -> impl Iterator<Item = (u32, &str)> {
        self.roster
            .here()
            .map(|member| (member.id, member.name.as_str()))
    }

    /// May the page's content pass the edge now?
    #[must_use]
    pub const fn shares(&self) -> bool {
        self.agreed && !self.ended
    }

    /// May this agent be sent the page now?
    #[must_use]
    pub fn views(&self, agent: u32) -> bool {
        !self.ended
            && self
                .roster
                .get(agent)
                .is_some_and(|member| member.grants.has(Grants::VIEW))
    }

    /// It is over.
    #[must_use]
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// What agents are shown above the picture.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match self.visitor {
            _ if !self.agreed => Phase::Asking,
            Visitor::Away { .. } => Phase::Away,
            Visitor::Here { .. } if self.picture => Phase::Live,
            Visitor::Here { .. } => Phase::Resynchronising,
        }
    }

    /// Takes one thing that happened; after the end nothing happens any more.
    pub fn handle(&mut self, now: Instant, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        if self.ended {
            return out;
        }
        match input {
            Input::VisitorHere { site_asked } => self.visitor_here(now, site_asked, &mut out),
            Input::VisitorGone => self.visitor_gone(now, &mut out),
            Input::Visitor(said) => self.visitor_said(now, said, &mut out),
            Input::AgentHere(agent) => self.agent_here(now, agent, &mut out),
            Input::AgentGone(agent) => self.agent_gone(now, agent, &mut out),
            Input::Agent(agent, said) => self.agent_said(now, agent, said, &mut out),
            Input::Snapshot => self.picture(true, &mut out),
            Input::Lost => self.picture(false, &mut out),
            Input::End(reason) => self.end(reason, &mut out),
            Input::Tick => self.tick(now, &mut out),
        }
        out
    }

    /// The first yes: all who are here see the page from now on.
    fn agree(&mut self, out: &mut Vec<Output>) {
        self.agreed = true;
        let here: Vec<u32> = self.roster.here().map(|member| member.id).collect();
        for agent in here {
            self.open(agent, out);
        }
        self.announce(out);
    }

    fn open(&mut self, agent: u32, out: &mut Vec<Output>) {
        let site_asked = matches!(self.visitor, Visitor::Here { site_asked: true });
        let Some(member) = self.roster.get_mut(agent) else {
            return;
        };
        if member.grants.is_empty() {
            let offered = if site_asked {
                member.offered
            } else {
                Grants::NONE
            };
            member.grants = FIRST.with(offered);
        }
        out.push(Output::Open(agent));
    }

    fn picture(&mut self, picture: bool, out: &mut Vec<Output>) {
        if self.picture != picture {
            self.picture = picture;
            self.tell_agents(out);
        }
    }

    fn tick(&mut self, now: Instant, out: &mut Vec<Output>) {
        while let Some(question) = self.questions.expired(now) {
            out.push(Output::ToVisitor(VisitorIn::Unask(Unask {
                request: question.request,
            })));
            if question.grants.has(Grants::VIEW) && !self.agreed {
                return self.end(EndReason::NoAnswer, out);
            }
            self.refuse(question, RefusedReason::NoAnswer, out);
        }
        if let Visitor::Away { until } = self.visitor
            && until <= now
        {
            let reason = if self.expected {
                EndReason::NoAnswer
            } else {
                EndReason::Left
            };
            return self.end(reason, out);
        }
        if self.began + self.times.longest <= now {
            return self.end(EndReason::Idle, out);
        }
        if self
            .alone
            .is_some_and(|since| since + self.times.without_agent <= now)
        {
            return self.end(EndReason::Idle, out);
        }
        let times = self.times;
        let lost: Vec<u32> = self
            .roster
            .all()
            .filter(|member| is_lost(member, &times, now))
            .map(|member| member.id)
            .collect();
        for agent in lost {
            self.left(now, agent, EndReason::Idle, out);
            if self.ended {
                return;
            }
        }
    }

    fn end(&mut self, reason: EndReason, out: &mut Vec<Output>) {
        let asked: Vec<u32> = self
            .questions
            .all()
            .map(|question| question.request)
            .collect();
        out.extend(
            asked
                .into_iter()
                .map(|request| Output::ToVisitor(VisitorIn::Unask(Unask { request }))),
        );
        if self.agreed {
            let none = SessionMessage {
                session: String::new(),
                agents: Vec::new(),
            };
            out.push(Output::ToVisitor(VisitorIn::Session(none)));
        }
        out.push(Output::ToVisitor(VisitorIn::VisitorEnd(VisitorEnd {
            reason,
        })));
        for member in self.roster.all() {
            out.push(Output::ToAgent(
                member.id,
                AgentIn::AgentEnd(AgentEnd { reason }),
            ));
            out.push(Output::CloseAgent(member.id, CloseCode::SessionEnded));
        }
        self.ended = true;
        out.push(Output::Ended(reason));
    }

    /// Everybody is told who sees the page and what they may do.
    fn announce(&self, out: &mut Vec<Output>) {
        if self.agreed && matches!(self.visitor, Visitor::Here { .. }) {
            let session = SessionMessage {
                session: self.id.clone(),
                agents: self.roster.shown(),
            };
            out.push(Output::ToVisitor(VisitorIn::Session(session)));
        }
        self.tell_agents(out);
    }

    fn tell_agents(&self, out: &mut Vec<Output>) {
        out.extend(
            self.roster
                .here()
                .map(|member| Output::ToAgent(member.id, self.state())),
        );
        out.push(Output::Changed);
    }

    fn state(&self) -> AgentIn {
        AgentIn::State(State {
            phase: self.phase(),
            agents: self.roster.shown(),
        })
    }

    fn to_viewers(&self, out: &mut Vec<Output>, message: impl Fn() -> AgentIn) {
        out.extend(
            self.roster
                .viewers()
                .map(|member| Output::ToAgent(member.id, message())),
        );
    }
}

fn is_lost(member: &Member, times: &Lifetimes, now: Instant) -> bool {
    let may_be_away = if member.grants.is_empty() {
        times.agent_token
    } else {
        times.agent_resume
    };
    !member.here && member.since + may_be_away <= now
}
