//! The visitor's side of a session: coming, going, answering, taking back.

use std::time::{Duration, Instant};

use coview_dom_capture::protocol::{
    AgentCustom, AgentEnd, AgentHealth, AgentIn, AgentOutcome, CloseCode, EndReason, Grants,
    Refused, RefusedReason, Unask, VisitorIn, VisitorOut,
};

use super::consent::Question;
use super::{Output, Session, Visitor};

/// An announced absence is believed for this long.
const LONGEST_BYE: Duration = Duration::from_secs(600);

impl Session {
    pub(super) fn visitor_here(&mut self, now: Instant, site_asked: bool, out: &mut Vec<Output>) {
        self.visitor = Visitor::Here { site_asked };
        self.expected = false;
        self.picture = false;
        self.back = None;
        if self.agreed {
            self.announce(out);
            self.ask_again(now, out);
            return;
        }
        if !site_asked {
            self.ask_again(now, out);
            self.ask_to_view(now, out);
        } else if self.roster.here().next().is_some() {
            self.agree(out);
        }
    }

    /// A new page of the visitor knows nothing of the questions the old one showed.
    pub(super) fn ask_again(&self, now: Instant, out: &mut Vec<Output>) {
        for question in self.questions.all() {
            out.extend(self.question(now, question));
        }
    }

    pub(super) fn visitor_gone(&mut self, now: Instant, out: &mut Vec<Output>) {
        let soon = now + self.times.resume;
        let until = self.back.take().map_or(soon, |back| back.max(soon));
        self.visitor = Visitor::Away { until };
        self.picture = false;
        self.tell_agents(out);
    }

    pub(super) fn visitor_said(&mut self, now: Instant, said: VisitorOut, out: &mut Vec<Output>) {
        match said {
            VisitorOut::Answer(answer) => {
                if let Some(question) = self.questions.answered(answer.request) {
                    self.answered(question, answer.allowed, out);
                }
            }
            VisitorOut::Withdraw(withdraw) => self.withdraw(withdraw.agent, withdraw.grants, out),
            VisitorOut::Stop(_) => self.end(EndReason::Stopped, out),
            VisitorOut::Outcome(outcome) => {
                let told = AgentOutcome {
                    seq: outcome.seq,
                    result: outcome.result,
                };
                if self.views(outcome.agent) {
                    out.push(Output::ToAgent(outcome.agent, AgentIn::AgentOutcome(told)));
                }
            }
            VisitorOut::Health(health) => self.to_viewers(out, || {
                AgentIn::AgentHealth(AgentHealth {
                    nodes: health.nodes,
                    flush_us: health.flush_us,
                    level: health.level,
                    masked: health.masked,
                })
            }),
            VisitorOut::Custom(custom) => {
                self.to_viewers(out, || {
                    AgentIn::AgentCustom(AgentCustom {
                        text: custom.text.clone(),
                    })
                });
            }
            VisitorOut::Bye(bye) => {
                let stay = Duration::from_secs(u64::from(bye.seconds)).min(LONGEST_BYE);
                self.back = Some(now + stay);
            }
            // Presence, codes, help, resources and pings are not the state machine's.
            VisitorOut::VisitorHello(_)
            | VisitorOut::Page(_)
            | VisitorOut::Identify(_)
            | VisitorOut::CodeRequest(_)
            | VisitorOut::Help(_)
            | VisitorOut::AssetPart(_)
            | VisitorOut::Pong(_) => {}
        }
    }

    pub(super) fn answered(&mut self, question: Question, allowed: bool, out: &mut Vec<Output>) {
        let to_view = question.grants.has(Grants::VIEW) && !self.agreed;
        match (allowed, to_view) {
            (true, true) => self.agree(out),
            (true, false) => {
                if let Some(member) = self.roster.get_mut(question.agent) {
                    member.grants = member.grants.with(question.grants);
                    self.announce(out);
                }
            }
            (false, true) => self.end(EndReason::Declined, out),
            (false, false) => self.refuse(question, RefusedReason::Declined, out),
        }
    }

    pub(super) fn refuse(
        &mut self,
        question: Question,
        reason: RefusedReason,
        out: &mut Vec<Output>,
    ) {
        let Some(member) = self.roster.get_mut(question.agent) else {
            return;
        };
        member.refused = member.refused.saturating_add(1);
        let refused = Refused {
            grants: question.grants,
            reason,
        };
        out.push(Output::ToAgent(question.agent, AgentIn::Refused(refused)));
    }

    pub(super) fn withdraw(&mut self, agent: u32, grants: Grants, out: &mut Vec<Output>) {
        let affected: Vec<u32> = self
            .roster
            .all()
            .filter(|member| agent == 0 || member.id == agent)
            .map(|member| member.id)
            .collect();
        for id in affected {
            self.withdraw_from(id, grants, out);
        }
        if self
            .roster
            .all()
            .all(|member| !member.grants.has(Grants::VIEW))
            && self.agreed
        {
            self.end(EndReason::Stopped, out);
        } else {
            self.announce(out);
        }
    }

    pub(super) fn withdraw_from(&mut self, id: u32, grants: Grants, out: &mut Vec<Output>) {
        if let Some(question) = self.questions.withdraw(id) {
            out.push(Output::ToVisitor(VisitorIn::Unask(Unask {
                request: question.request,
            })));
        }
        let Some(member) = self.roster.get_mut(id) else {
            return;
        };
        member.grants = member.grants.without(grants);
        if grants.has(Grants::VIEW) {
            self.roster.remove(id);
            out.push(Output::ToAgent(
                id,
                AgentIn::AgentEnd(AgentEnd {
                    reason: EndReason::Stopped,
                }),
            ));
            out.push(Output::CloseAgent(id, CloseCode::SessionEnded));
        } else {
            let refused = Refused {
                grants,
                reason: RefusedReason::Withdrawn,
            };
            out.push(Output::ToAgent(id, AgentIn::Refused(refused)));
        }
    }
}
