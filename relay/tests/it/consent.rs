use std::time::Duration;

use coview_dom_capture::protocol::*;

use crate::harness::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_seen_only_after_the_visitor_said_yes() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let mut agent = rig
        .agent(&rig.invite(&visitor.welcome.visitor, "Ana").await)
        .await;
    agent.phase(Phase::Asking).await;
    let ask = visitor.asked().await;
    assert_eq!(
        (ask.agent.name.as_str(), ask.grants),
        ("Ana", Grants::VIEW.with(Grants::POINT))
    );
    // A page that sends anyway is not forwarded, and what it sent is not kept either.
    visitor.snapshot("too early").await;
    visitor
        .say(VisitorOut::Answer(Answer {
            request: ask.request,
            allowed: true,
        }))
        .await;
    let session = visitor.session().await;
    assert_eq!(session.agents.len(), 1);
    visitor.snapshot("now").await;
    visitor.patch("and now").await;
    assert_eq!(agent.page().await, "now");
    assert_eq!(agent.page().await, "and now");
}

/// A visitor who thinks for a while was once asked for a second snapshot directly behind the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_takes_its_time_is_snapshotted_once() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let mut agent = rig
        .agent(&rig.invite(&visitor.welcome.visitor, "Ana").await)
        .await;
    let request = visitor.asked().await.request;
    rig.clock.advance(Duration::from_secs(20));
    visitor
        .say(VisitorOut::Answer(Answer {
            request,
            allowed: true,
        }))
        .await;
    agent.phase(Phase::Resynchronising).await;
    visitor.snapshot("once").await;
    assert_eq!(agent.page().await, "once");
    visitor.say(VisitorOut::CodeRequest(CodeRequest {})).await;
    let asked_again = visitor.peer.until(|message: VisitorIn| match message {
        VisitorIn::ResyncRequest(_) => Some(true),
        VisitorIn::Code(_) => Some(false),
        _ => None,
    });
    assert!(!asked_again.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_ends_it_for_the_agent() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let mut agent = rig
        .agent(&rig.invite(&visitor.welcome.visitor, "Ana").await)
        .await;
    visitor.answer(false).await;
    assert_eq!(agent.end().await, EndReason::Declined);
    assert_eq!(agent.peer.closed().await.0, 4010);
    rig.until(async || rig.edge.hub.sessions().is_empty()).await;
    // The visitor stays online and may be asked again.
    rig.invite(&visitor.welcome.visitor, "Tom").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_in_time_is_a_no() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let mut agent = rig
        .agent(&rig.invite(&visitor.welcome.visitor, "Ana").await)
        .await;
    visitor.asked().await;
    rig.clock.advance(rig.edge.config.sessions.answer.0);
    assert_eq!(agent.end().await, EndReason::NoAnswer);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_site_asked_the_agent_sees_the_page_at_once() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor_on("lab", None).await;
    let body =
        serde_json::json!({"agent": {"id": "a", "name": "Ana"}, "grants": ["view", "control"]});
    let path = format!("/api/v1/visitors/{}/session", visitor.welcome.visitor);
    let (_, begun) = rig.api("POST", &path, Some(body)).await;
    let _agent = rig.agent(begun["token"].as_str().unwrap()).await;
    let grants = visitor.session().await.agents[0].grants;
    assert_eq!(
        grants,
        Grants::VIEW.with(Grants::POINT).with(Grants::CONTROL)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn control_is_asked_for_granted_used_and_taken_back() {
    let rig = Rig::start().await;
    let (mut visitor, mut agent) = rig.shared().await;
    let key = || {
        Instruction::Key(Key {
            doc: 0,
            id: 3,
            key: "Enter".to_owned(),
            mods: Mods::default(),
        })
    };
    agent
        .say(AgentOut::Instruct(Instruct {
            seq: 1,
            instruction: key(),
        }))
        .await;
    assert_eq!(outcome(&mut agent).await, (1, OutcomeCode::NoGrant));
    agent
        .say(AgentOut::Request(Request {
            grants: Grants::CONTROL,
        }))
        .await;
    assert!(visitor.allow().await.agents[0].grants.has(Grants::CONTROL));
    agent
        .say(AgentOut::Instruct(Instruct {
            seq: 2,
            instruction: key(),
        }))
        .await;
    let instruct = instructed(&mut visitor).await;
    assert_eq!(
        (instruct.agent, instruct.seq, instruct.instruction),
        (agent.welcome.agent, 2, key())
    );
    let done = Outcome {
        agent: instruct.agent,
        seq: 2,
        result: OutcomeCode::Done,
    };
    visitor.say(VisitorOut::Outcome(done)).await;
    assert_eq!(outcome(&mut agent).await, (2, OutcomeCode::Done));
    let withdraw = Withdraw {
        agent: agent.welcome.agent,
        grants: Grants::CONTROL,
    };
    visitor.say(VisitorOut::Withdraw(withdraw)).await;
    visitor.session().await;
    agent
        .say(AgentOut::Instruct(Instruct {
            seq: 3,
            instruction: key(),
        }))
        .await;
    assert_eq!(outcome(&mut agent).await, (3, OutcomeCode::NoGrant));
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_takes_effect_on_the_next_frame() {
    let rig = Rig::start().await;
    let (mut visitor, mut agent) = rig.shared().await;
    visitor.say(VisitorOut::Stop(Stop {})).await;
    visitor.patch("after the end").await;
    assert_eq!(agent.end().await, EndReason::Stopped);
    assert_eq!(
        agent.peer.closed().await,
        (4010, "session ended".to_owned())
    );
    assert!(agent.peer.stream.is_empty());
    let end = visitor.peer.until(|message: VisitorIn| match message {
        VisitorIn::VisitorEnd(end) => Some(end.reason),
        _ => None,
    });
    assert_eq!(end.await, EndReason::Stopped);
}

async fn outcome(agent: &mut Watcher) -> (u32, OutcomeCode) {
    agent
        .peer
        .until(|message: AgentIn| match message {
            AgentIn::AgentOutcome(outcome) => Some((outcome.seq, outcome.result)),
            _ => None,
        })
        .await
}

async fn instructed(visitor: &mut Visitor) -> VisitorInstruct {
    visitor
        .peer
        .until(|message: VisitorIn| match message {
            VisitorIn::VisitorInstruct(instruct) => Some(instruct),
            _ => None,
        })
        .await
}
