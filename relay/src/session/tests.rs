//! A visitor, agents and a clock in memory.

use std::time::{Duration, Instant};

use coview_dom_capture::protocol::{
    AgentIn, AgentOut, AgentOutcome, Answer, Ask, Bye, CloseCode, Custom, EndReason, Grants,
    Health, Highlight, Instruct, Instruction, Key, Laser, Leave, Mods, Outcome, OutcomeCode, Phase,
    Px, RefusedReason, Request, Session as SessionMessage, Stop, Unask, VisitorIn, VisitorOut,
    Withdraw,
};

use super::agents::REFUSALS;
use super::{FIRST, Input, Lifetimes, Output, Session};

const TIMES: Lifetimes = Lifetimes {
    resume: Duration::from_secs(60),
    agent_resume: Duration::from_secs(60),
    answer: Duration::from_secs(30),
    without_agent: Duration::from_secs(60),
    longest: Duration::from_secs(3_600),
    agent_token: Duration::from_secs(60),
};

struct Stage {
    session: Session,
    now: Instant,
}

impl Stage {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            session: Session::new("s".to_owned(), now, TIMES),
            now,
        }
    }

    /// A visitor who is here and one invited agent.
    fn with_agent() -> (Self, u32) {
        let mut stage = Self::new();
        stage.go(Input::VisitorHere { site_asked: false });
        let agent = stage.invite("Ana");
        (stage, agent)
    }

    /// One agent sees the page.
    fn live() -> (Self, u32) {
        let (mut stage, agent) = Self::with_agent();
        stage.go(Input::AgentHere(agent));
        stage.answer(1, true);
        stage.go(Input::Snapshot);
        assert_eq!(stage.session.phase(), Phase::Live);
        (stage, agent)
    }

    fn go(&mut self, input: Input) -> Vec<Output> {
        self.session.handle(self.now, input)
    }

    fn invite(&mut self, name: &str) -> u32 {
        self.session.invite(self.now, name, Grants::NONE)
    }

    fn later(&mut self, seconds: u64) -> Vec<Output> {
        self.now += Duration::from_secs(seconds);
        self.go(Input::Tick)
    }

    fn answer(&mut self, request: u32, allowed: bool) -> Vec<Output> {
        self.go(Input::Visitor(VisitorOut::Answer(Answer {
            request,
            allowed,
        })))
    }

    fn request(&mut self, agent: u32, grants: Grants) -> Vec<Output> {
        self.go(Input::Agent(agent, AgentOut::Request(Request { grants })))
    }

    fn grants(&self, agent: u32) -> Grants {
        self.session
            .roster
            .get(agent)
            .map(|member| member.grants)
            .unwrap_or_default()
    }
}

fn asked(outputs: &[Output]) -> Option<&Ask> {
    outputs.iter().find_map(|output| match output {
        Output::ToVisitor(VisitorIn::Ask(ask)) => Some(ask),
        _ => None,
    })
}

fn told_visitor(outputs: &[Output]) -> Option<&SessionMessage> {
    outputs.iter().rev().find_map(|output| match output {
        Output::ToVisitor(VisitorIn::Session(session)) => Some(session),
        _ => None,
    })
}

fn refused(outputs: &[Output]) -> Option<(Grants, RefusedReason)> {
    outputs.iter().find_map(|output| match output {
        Output::ToAgent(_, AgentIn::Refused(refused)) => Some((refused.grants, refused.reason)),
        _ => None,
    })
}

fn ended(outputs: &[Output]) -> Option<EndReason> {
    outputs.iter().find_map(|output| match output {
        Output::Ended(reason) => Some(*reason),
        _ => None,
    })
}

fn opened(outputs: &[Output]) -> Vec<u32> {
    outputs
        .iter()
        .filter_map(|output| {
            if let Output::Open(agent) = output {
                Some(*agent)
            } else {
                None
            }
        })
        .collect()
}

fn instruct(seq: u32, instruction: Instruction) -> AgentOut {
    AgentOut::Instruct(Instruct { seq, instruction })
}

fn highlight() -> Instruction {
    Instruction::Highlight(Highlight { doc: 0, id: 1 })
}

fn key() -> Instruction {
    Instruction::Key(Key {
        doc: 0,
        id: 1,
        key: "Enter".to_owned(),
        mods: Mods::default(),
    })
}

#[test]
fn the_visitor_is_asked_once_in_the_name_of_the_first_agent() {
    let (mut stage, ana) = Stage::with_agent();
    let outputs = stage.go(Input::AgentHere(ana));
    let ask = asked(&outputs).unwrap();
    assert_eq!(
        (ask.agent.name.as_str(), ask.grants, ask.seconds),
        ("Ana", FIRST, 30)
    );
    let tom = stage.invite("Tom");
    assert!(asked(&stage.go(Input::AgentHere(tom))).is_none());
    assert!(!stage.session.shares());
    let outputs = stage.answer(1, true);
    assert_eq!(opened(&outputs), [ana, tom]);
    let names: Vec<&str> = told_visitor(&outputs)
        .unwrap()
        .agents
        .iter()
        .map(|agent| agent.name.as_str())
        .collect();
    assert_eq!(names, ["Ana", "Tom"]);
}

#[test]
fn nothing_is_shared_before_the_visitor_agreed() {
    let (mut stage, ana) = Stage::with_agent();
    assert!(!stage.session.shares() && !stage.session.views(ana));
    let outputs = stage.go(Input::AgentHere(ana));
    assert!(opened(&outputs).is_empty() && told_visitor(&outputs).is_none());
    assert!(!stage.session.shares() && !stage.session.views(ana));
    assert_eq!(stage.session.phase(), Phase::Asking);
}

#[test]
fn a_no_ends_the_session() {
    let (mut stage, ana) = Stage::with_agent();
    stage.go(Input::AgentHere(ana));
    let outputs = stage.answer(1, false);
    assert_eq!(ended(&outputs), Some(EndReason::Declined));
    assert!(outputs.contains(&Output::CloseAgent(ana, CloseCode::SessionEnded)));
    assert!(stage.go(Input::Tick).is_empty() && !stage.session.shares());
}

#[test]
fn silence_is_no_yes() {
    let (mut stage, ana) = Stage::with_agent();
    stage.go(Input::AgentHere(ana));
    assert!(ended(&stage.later(29)).is_none());
    let outputs = stage.later(1);
    assert!(outputs.contains(&Output::ToVisitor(VisitorIn::Unask(Unask { request: 1 }))));
    assert_eq!(ended(&outputs), Some(EndReason::NoAnswer));
    assert!(stage.answer(1, true).is_empty());
}

#[test]
fn an_answer_to_no_question_changes_nothing() {
    let (mut stage, ana) = Stage::with_agent();
    stage.answer(1, true);
    stage.go(Input::AgentHere(ana));
    stage.answer(7, true);
    assert!(!stage.session.shares());
}

#[test]
fn a_later_agent_joins_without_a_second_question_and_is_announced() {
    let (mut stage, _) = Stage::live();
    let tom = stage.invite("Tom");
    let outputs = stage.go(Input::AgentHere(tom));
    assert!(asked(&outputs).is_none());
    assert_eq!(opened(&outputs), [tom]);
    assert_eq!(told_visitor(&outputs).unwrap().agents.len(), 2);
    assert_eq!(stage.grants(tom), FIRST);
}

#[test]
fn a_site_that_asked_is_not_doubled_by_a_prompt() {
    let mut stage = Stage::new();
    stage.go(Input::VisitorHere { site_asked: true });
    assert!(
        !stage.session.shares(),
        "sharing begins with the first agent"
    );
    let ana = stage.session.invite(stage.now, "Ana", Grants::CONTROL);
    let outputs = stage.go(Input::AgentHere(ana));
    assert!(asked(&outputs).is_none());
    assert_eq!(stage.grants(ana), FIRST.with(Grants::CONTROL));
}

#[test]
fn offered_grants_count_only_where_the_site_asked() {
    let mut stage = Stage::new();
    stage.go(Input::VisitorHere { site_asked: false });
    let ana = stage.session.invite(stage.now, "Ana", Grants::CONTROL);
    stage.go(Input::AgentHere(ana));
    stage.answer(1, true);
    assert_eq!(stage.grants(ana), FIRST);
}

#[test]
fn control_is_asked_for_each_agent() {
    let (mut stage, ana) = Stage::live();
    let tom = stage.invite("Tom");
    stage.go(Input::AgentHere(tom));
    let outputs = stage.request(tom, Grants::CONTROL);
    let ask = asked(&outputs).unwrap().clone();
    assert_eq!(
        (ask.agent.name.as_str(), ask.grants),
        ("Tom", Grants::CONTROL)
    );
    assert!(
        asked(&stage.request(tom, Grants::CONTROL)).is_none(),
        "one question at a time"
    );
    stage.answer(ask.request, true);
    assert!(stage.grants(tom).has(Grants::CONTROL) && !stage.grants(ana).has(Grants::CONTROL));
}

#[test]
fn a_refused_agent_can_not_go_on_asking_for_ever() {
    let (mut stage, ana) = Stage::live();
    for _ in 0..REFUSALS {
        let request = asked(&stage.request(ana, Grants::CONTROL)).unwrap().request;
        let outputs = stage.answer(request, false);
        assert_eq!(
            refused(&outputs),
            Some((Grants::CONTROL, RefusedReason::Declined))
        );
    }
    let outputs = stage.request(ana, Grants::CONTROL);
    assert!(asked(&outputs).is_none());
    assert_eq!(
        refused(&outputs),
        Some((Grants::CONTROL, RefusedReason::Site))
    );
}

#[test]
fn what_this_version_can_not_grant_is_refused() {
    let (mut stage, ana) = Stage::live();
    for grants in [
        Grants::CONSOLE,
        Grants::SCREEN,
        Grants::CONTROL.with(Grants::SCREEN),
    ] {
        assert_eq!(
            refused(&stage.request(ana, grants)),
            Some((grants, RefusedReason::Site))
        );
    }
}

#[test]
fn an_instruction_needs_its_grant() {
    let (mut stage, ana) = Stage::live();
    let outputs = stage.go(Input::Agent(ana, instruct(1, highlight())));
    assert!(matches!(
        outputs[..],
        [Output::ToVisitor(VisitorIn::VisitorInstruct(_))]
    ));
    let no = |seq| {
        Output::ToAgent(
            ana,
            AgentIn::AgentOutcome(AgentOutcome {
                seq,
                result: OutcomeCode::NoGrant,
            }),
        )
    };
    assert_eq!(stage.go(Input::Agent(ana, instruct(2, key()))), [no(2)]);
    stage.request(ana, Grants::CONTROL);
    stage.answer(2, true);
    assert!(matches!(
        stage.go(Input::Agent(ana, instruct(3, key())))[..],
        [Output::ToVisitor(_)]
    ));
    let withdraw = Withdraw {
        agent: ana,
        grants: Grants::CONTROL,
    };
    let outputs = stage.go(Input::Visitor(VisitorOut::Withdraw(withdraw)));
    assert_eq!(
        refused(&outputs),
        Some((Grants::CONTROL, RefusedReason::Withdrawn))
    );
    assert_eq!(stage.go(Input::Agent(ana, instruct(4, key()))), [no(4)]);
}

#[test]
fn an_agent_that_was_not_invited_can_do_nothing() {
    let (mut stage, _) = Stage::live();
    assert!(stage.go(Input::AgentHere(99)).is_empty());
    let laser = Instruction::Laser(Laser { x: Px(0), y: Px(0) });
    let outputs = stage.go(Input::Agent(99, instruct(1, laser)));
    assert!(
        outputs
            .iter()
            .all(|output| !matches!(output, Output::ToVisitor(_)))
    );
    assert!(stage.request(99, Grants::CONTROL).is_empty());
}

#[test]
fn an_outcome_goes_to_the_agent_who_asked() {
    let (mut stage, ana) = Stage::live();
    let tom = stage.invite("Tom");
    stage.go(Input::AgentHere(tom));
    let outcome = Outcome {
        agent: tom,
        seq: 5,
        result: OutcomeCode::Gone,
    };
    let outputs = stage.go(Input::Visitor(VisitorOut::Outcome(outcome)));
    let wanted = AgentIn::AgentOutcome(AgentOutcome {
        seq: 5,
        result: OutcomeCode::Gone,
    });
    assert_eq!(outputs, [Output::ToAgent(tom, wanted)]);
    assert_ne!(ana, tom);
}

#[test]
fn health_and_custom_messages_go_to_those_who_see_the_page() {
    let (mut stage, ana) = Stage::live();
    let health = Health {
        nodes: 1,
        flush_us: 2,
        level: 0,
        masked: 3,
    };
    let outputs = stage.go(Input::Visitor(VisitorOut::Health(health)));
    assert!(
        matches!(outputs[..], [Output::ToAgent(agent, AgentIn::AgentHealth(_))] if agent == ana)
    );
    let custom = Custom {
        text: "x".to_owned(),
    };
    assert_eq!(
        stage.go(Input::Visitor(VisitorOut::Custom(custom))).len(),
        1
    );
    let (mut asking, ana) = Stage::with_agent();
    asking.go(Input::AgentHere(ana));
    let custom = Custom {
        text: "x".to_owned(),
    };
    assert!(
        asking
            .go(Input::Visitor(VisitorOut::Custom(custom)))
            .is_empty()
    );
}

#[test]
fn taking_the_view_from_one_agent_leaves_the_others() {
    let (mut stage, ana) = Stage::live();
    let tom = stage.invite("Tom");
    stage.go(Input::AgentHere(tom));
    let withdraw = |agent| {
        Input::Visitor(VisitorOut::Withdraw(Withdraw {
            agent,
            grants: Grants::ALL,
        }))
    };
    let outputs = stage.go(withdraw(ana));
    assert!(outputs.contains(&Output::CloseAgent(ana, CloseCode::SessionEnded)));
    assert!(ended(&outputs).is_none() && stage.session.views(tom) && !stage.session.views(ana));
    assert_eq!(ended(&stage.go(withdraw(tom))), Some(EndReason::Stopped));
}

#[test]
fn withdrawing_from_all_ends_it() {
    let (mut stage, _) = Stage::live();
    let withdraw = Withdraw {
        agent: 0,
        grants: Grants::VIEW,
    };
    assert_eq!(
        ended(&stage.go(Input::Visitor(VisitorOut::Withdraw(withdraw)))),
        Some(EndReason::Stopped)
    );
}

#[test]
fn the_visitor_stops_it_at_once() {
    let (mut stage, ana) = Stage::live();
    let outputs = stage.go(Input::Visitor(VisitorOut::Stop(Stop {})));
    assert_eq!(told_visitor(&outputs).unwrap().session, "");
    assert_eq!(ended(&outputs), Some(EndReason::Stopped));
    assert!(!stage.session.shares() && !stage.session.views(ana));
}

#[test]
fn a_visitor_may_be_away_for_a_while_and_comes_back_to_the_same_session() {
    let (mut stage, _) = Stage::live();
    stage.go(Input::VisitorGone);
    assert_eq!(stage.session.phase(), Phase::Away);
    assert!(ended(&stage.later(59)).is_none());
    let outputs = stage.go(Input::VisitorHere { site_asked: false });
    assert_eq!(told_visitor(&outputs).unwrap().session, "s");
    assert!(asked(&outputs).is_none());
    assert_eq!(stage.session.phase(), Phase::Resynchronising);
    stage.go(Input::Snapshot);
    assert_eq!(stage.session.phase(), Phase::Live);
    stage.go(Input::VisitorGone);
    assert_eq!(ended(&stage.later(60)), Some(EndReason::Left));
}

#[test]
fn an_announced_absence_may_be_longer_but_not_endless() {
    let (mut stage, _) = Stage::live();
    stage.go(Input::Visitor(VisitorOut::Bye(Bye { seconds: 300 })));
    assert_eq!(stage.session.phase(), Phase::Live, "it is still here");
    stage.go(Input::VisitorGone);
    assert!(ended(&stage.later(299)).is_none());
    assert_eq!(ended(&stage.later(1)), Some(EndReason::Left));
    let (mut stage, _) = Stage::live();
    stage.go(Input::Visitor(VisitorOut::Bye(Bye { seconds: u32::MAX })));
    stage.go(Input::VisitorGone);
    assert_eq!(ended(&stage.later(600)), Some(EndReason::Left));
}

#[test]
fn a_question_is_shown_again_on_the_visitors_next_page() {
    let (mut stage, ana) = Stage::with_agent();
    stage.go(Input::AgentHere(ana));
    stage.go(Input::VisitorGone);
    stage.now += Duration::from_secs(10);
    let outputs = stage.go(Input::VisitorHere { site_asked: false });
    let ask = asked(&outputs).unwrap();
    assert_eq!((ask.request, ask.seconds), (1, 20));
    assert_eq!(
        outputs
            .iter()
            .filter(|output| matches!(output, Output::ToVisitor(VisitorIn::Ask(_))))
            .count(),
        1
    );
}

#[test]
fn an_agent_may_be_away_for_a_while() {
    let (mut stage, ana) = Stage::live();
    let tom = stage.invite("Tom");
    stage.go(Input::AgentHere(tom));
    let outputs = stage.go(Input::AgentGone(ana));
    assert_eq!(
        told_visitor(&outputs).unwrap().agents.len(),
        1,
        "the visitor sees who is here"
    );
    stage.later(59);
    assert_eq!(opened(&stage.go(Input::AgentHere(ana))), [ana]);
    stage.go(Input::AgentGone(ana));
    stage.later(60);
    assert!(
        opened(&stage.go(Input::AgentHere(ana))).is_empty(),
        "too late"
    );
    assert!(!stage.session.ended());
}

#[test]
fn a_session_without_agents_ends() {
    let (mut stage, ana) = Stage::live();
    stage.go(Input::AgentGone(ana));
    assert!(ended(&stage.later(59)).is_none());
    assert_eq!(ended(&stage.later(1)), Some(EndReason::Idle));
    let (mut stage, _) = Stage::with_agent();
    assert_eq!(
        ended(&stage.later(60)),
        Some(EndReason::Idle),
        "the agent never came"
    );
}

#[test]
fn the_last_agent_who_leaves_ends_it_and_anyone_may_end_it_for_all() {
    let (mut stage, ana) = Stage::live();
    let tom = stage.invite("Tom");
    stage.go(Input::AgentHere(tom));
    let leave = |end| AgentOut::Leave(Leave { end });
    assert!(ended(&stage.go(Input::Agent(ana, leave(false)))).is_none());
    assert_eq!(
        ended(&stage.go(Input::Agent(tom, leave(false)))),
        Some(EndReason::AgentEnded)
    );
    let (mut stage, ana) = Stage::live();
    assert_eq!(
        ended(&stage.go(Input::Agent(ana, leave(true)))),
        Some(EndReason::AgentEnded)
    );
}

#[test]
fn the_question_goes_on_in_the_next_agents_name() {
    let (mut stage, ana) = Stage::with_agent();
    stage.go(Input::AgentHere(ana));
    let tom = stage.invite("Tom");
    stage.go(Input::AgentHere(tom));
    let outputs = stage.go(Input::Agent(ana, AgentOut::Leave(Leave { end: false })));
    assert!(outputs.contains(&Output::ToVisitor(VisitorIn::Unask(Unask { request: 1 }))));
    assert_eq!(
        asked(&outputs).map(|ask| (ask.request, ask.agent.id)),
        Some((2, tom))
    );
}

#[test]
fn no_session_lasts_for_ever() {
    let (mut stage, _) = Stage::live();
    assert_eq!(ended(&stage.later(3_600)), Some(EndReason::Idle));
}

#[test]
fn agents_are_told_when_the_picture_is_lost_and_when_it_is_back() {
    let (mut stage, ana) = Stage::live();
    let phase = |outputs: &[Output]| match outputs {
        [
            Output::ToAgent(agent, AgentIn::State(state)),
            Output::Changed,
        ] if *agent == ana => Some(state.phase),
        _ => None,
    };
    assert_eq!(phase(&stage.go(Input::Lost)), Some(Phase::Resynchronising));
    assert!(stage.go(Input::Lost).is_empty());
    assert_eq!(phase(&stage.go(Input::Snapshot)), Some(Phase::Live));
}

#[test]
fn while_the_visitor_is_away_instructions_are_answered_as_gone() {
    let (mut stage, ana) = Stage::live();
    stage.go(Input::VisitorGone);
    let gone = AgentIn::AgentOutcome(AgentOutcome {
        seq: 1,
        result: OutcomeCode::Gone,
    });
    assert_eq!(
        stage.go(Input::Agent(ana, instruct(1, highlight()))),
        [Output::ToAgent(ana, gone)]
    );
}

#[test]
fn an_expected_visitor_may_take_its_time_and_is_not_asked_again() {
    let mut stage = Stage::new();
    let agent = stage.invite("Ana");
    stage.session.expect(stage.now + Duration::from_secs(50));
    stage.go(Input::AgentHere(agent));
    assert_eq!(stage.session.phase(), Phase::Asking);
    assert_eq!(ended(&stage.later(49)), None);
    let outputs = stage.go(Input::VisitorHere { site_asked: true });
    assert!(asked(&outputs).is_none() && outputs.contains(&Output::Open(agent)));
    assert!(told_visitor(&outputs).is_some());
}

#[test]
fn an_expected_visitor_who_does_not_come_has_not_answered() {
    let mut stage = Stage::new();
    stage.invite("Ana");
    stage.session.expect(stage.now + Duration::from_secs(50));
    assert_eq!(ended(&stage.later(50)), Some(EndReason::NoAnswer));
}

#[test]
fn nobody_has_to_look_while_a_visitor_is_expected() {
    let mut stage = Stage::new();
    stage.session.times.agent_token = Duration::from_secs(600);
    stage.invite("Ana");
    stage.session.expect(stage.now + Duration::from_secs(500));
    assert_eq!(ended(&stage.later(499)), None);
}
