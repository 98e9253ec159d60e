//! The agents' side of a session: joining, asking, instructing, leaving.

use std::time::Instant;

use coview_dom_capture::protocol::{
    AgentIn, AgentOut, AgentOutcome, Ask, CloseCode, EndReason, Grants, OutcomeCode, Refused,
    RefusedReason, Unask, VisitorCustom, VisitorIn, VisitorInstruct,
};

use super::consent::Question;
use super::{FIRST, Output, Session, Visitor};

/// What an agent may ask for in this version.
const ASKABLE: Grants = FIRST.with(Grants::CONTROL);
/// After so many noes an agent is not let through to the visitor any more.
pub(super) const REFUSALS: u8 = 5;

impl Session {
    pub(super) fn agent_here(&mut self, now: Instant, agent: u32, out: &mut Vec<Output>) {
        let Some(member) = self.roster.get_mut(agent) else {
            return;
        };
        member.here = true;
        self.alone = None;
        if self.agreed {
            self.open(agent, out);
            self.announce(out);
            return;
        }
        match self.visitor {
            Visitor::Here { site_asked: true } => self.agree(out),
            Visitor::Here { site_asked: false } => {
                self.ask_to_view(now, out);
                self.tell_agents(out);
            }
            Visitor::Away { .. } => self.tell_agents(out),
        }
    }

    pub(super) fn ask_to_view(&mut self, now: Instant, out: &mut Vec<Output>) {
        let first = self.roster.here().next().map(|member| member.id);
        if let Some(agent) = first
            && !self.questions.asks_to_view()
        {
            self.ask(now, agent, FIRST, out);
        }
    }

    pub(super) fn ask(&mut self, now: Instant, agent: u32, grants: Grants, out: &mut Vec<Output>) {
        let question = self.questions.ask(now, agent, grants, self.times.answer);
        out.extend(self.question(now, &question));
    }

    pub(super) fn question(&self, now: Instant, question: &Question) -> Option<Output> {
        let agent = self.roster.get(question.agent)?.card();
        let (request, grants, seconds) = (question.request, question.grants, question.seconds(now));
        Some(Output::ToVisitor(VisitorIn::Ask(Ask {
            request,
            agent,
            grants,
            seconds,
        })))
    }

    pub(super) fn agent_gone(&mut self, now: Instant, agent: u32, out: &mut Vec<Output>) {
        if let Some(member) = self.roster.get_mut(agent) {
            member.here = false;
            member.since = now;
        }
        if self.roster.here().next().is_none() {
            self.alone = Some(now);
        }
        self.announce(out);
    }

    pub(super) fn agent_said(
        &mut self,
        now: Instant,
        agent: u32,
        said: AgentOut,
        out: &mut Vec<Output>,
    ) {
        match said {
            AgentOut::Request(request) => self.requested(now, agent, request.grants, out),
            AgentOut::Instruct(instruct) => {
                let member = self.roster.get(agent);
                let allowed =
                    member.is_some_and(|member| member.grants.has(instruct.instruction.needs()));
                let refusal = match self.visitor {
                    _ if !allowed || !self.agreed => Some(OutcomeCode::NoGrant),
                    Visitor::Away { .. } => Some(OutcomeCode::Gone),
                    Visitor::Here { .. } => None,
                };
                let seq = instruct.seq;
                out.push(match refusal {
                    Some(result) => {
                        Output::ToAgent(agent, AgentIn::AgentOutcome(AgentOutcome { seq, result }))
                    }
                    None => {
                        let instruction = instruct.instruction;
                        Output::ToVisitor(VisitorIn::VisitorInstruct(VisitorInstruct {
                            agent,
                            seq,
                            instruction,
                        }))
                    }
                });
            }
            AgentOut::Leave(leave) if leave.end => self.end(EndReason::AgentEnded, out),
            AgentOut::Leave(_) => {
                self.left(now, agent, EndReason::AgentEnded, out);
            }
            AgentOut::AgentCustomOut(custom) if self.views(agent) => {
                out.push(Output::ToVisitor(VisitorIn::VisitorCustom(VisitorCustom {
                    text: custom.text,
                })));
            }
            // Hello and pings are the connection's, resyncs the ring's.
            AgentOut::AgentCustomOut(_)
            | AgentOut::AgentHello(_)
            | AgentOut::AgentResync(_)
            | AgentOut::AgentPong(_) => {}
        }
    }

    pub(super) fn requested(
        &mut self,
        now: Instant,
        agent: u32,
        wanted: Grants,
        out: &mut Vec<Output>,
    ) {
        let Some(member) = self.roster.get(agent) else {
            return;
        };
        let missing = wanted.without(member.grants);
        let impossible =
            !missing.without(ASKABLE).is_empty() || !self.agreed || member.refused >= REFUSALS;
        if missing.is_empty() {
            out.push(Output::ToAgent(agent, self.state()));
        } else if impossible {
            let refused = Refused {
                grants: missing,
                reason: RefusedReason::Site,
            };
            out.push(Output::ToAgent(agent, AgentIn::Refused(refused)));
        } else if !self.questions.of(agent) {
            self.ask(now, agent, missing, out);
        }
    }

    /// An agent leaves for good; with the last one the session ends.
    pub(super) fn left(
        &mut self,
        now: Instant,
        agent: u32,
        reason: EndReason,
        out: &mut Vec<Output>,
    ) {
        let to_view = self.questions.withdraw(agent).map(|question| {
            out.push(Output::ToVisitor(VisitorIn::Unask(Unask {
                request: question.request,
            })));
            question.grants.has(Grants::VIEW)
        });
        self.roster.remove(agent);
        out.push(Output::CloseAgent(agent, CloseCode::SessionEnded));
        if self.roster.is_empty() {
            self.end(reason, out);
            return;
        }
        self.announce(out);
        if to_view == Some(true) && !self.agreed {
            // The others still wait for an answer: the question goes on in the next one's name.
            self.ask_to_view(now, out);
        }
    }
}
