use coview_dom_capture::protocol::*;
use serde_json::json;

use crate::harness::*;

async fn code(visitor: &mut Visitor) -> String {
    visitor.say(VisitorOut::CodeRequest(CodeRequest {})).await;
    visitor
        .peer
        .until(|message: VisitorIn| match message {
            VisitorIn::Code(code) => Some(code.code),
            _ => None,
        })
        .await
}

async fn try_code(rig: &Rig, code: &str) -> u16 {
    let body = json!({"code": code, "agent": {"id": "a", "name": "Ana"}});
    rig.api("POST", "/api/v1/codes/session", Some(body)).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_a_session_once() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor_on("quiet", None).await;
    let code = code(&mut visitor).await;
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
    let body = json!({"code": code, "agent": {"id": "a", "name": "Ana"}});
    let (status, begun) = rig.api("POST", "/api/v1/codes/session", Some(body)).await;
    assert_eq!(
        (status, begun["visitor"].as_str()),
        (201, Some(visitor.welcome.visitor.as_str()))
    );
    assert_eq!(try_code(&rig, &code).await, 404, "used");
    // A code only pairs: the visitor is still asked.
    let _agent = rig.agent(begun["token"].as_str().unwrap()).await;
    assert_eq!(visitor.asked().await.agent.name, "Ana");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_ends_after_ten_minutes() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let code = code(&mut visitor).await;
    rig.clock.advance(rig.edge.config.sessions.code.0);
    assert_eq!(try_code(&rig, &code).await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_replaces_the_old_one() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let (old, new) = (code(&mut visitor).await, code(&mut visitor).await);
    assert_eq!(try_code(&rig, &old).await, 404);
    assert_eq!(try_code(&rig, &new).await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_agent_learns_nothing_of_a_code() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let code = code(&mut visitor).await;
    let other = format!("Bearer {OTHER_KEY}");
    let attempt = async |code: &str| {
        let body = json!({"code": code, "agent": {"id": "a", "name": "Ana"}});
        rig.ask(
            "POST",
            "/api/v1/codes/session",
            &[("authorization", &other)],
            Some(body),
        )
        .await
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(
        attempt(&code).await,
        attempt(wrong).await,
        "the same answer as for a code nobody has"
    );
    assert_eq!(
        try_code(&rig, &code).await,
        201,
        "and it still works for its own site"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_runs_into_the_budget() {
    let rig = Rig::start().await;
    let mut answers = Vec::new();
    for number in 0..30 {
        answers.push(try_code(&rig, &format!("{number:06}")).await);
    }
    assert_eq!(
        answers.iter().filter(|status| **status == 404).count(),
        10,
        "{answers:?}"
    );
    assert!(answers[10..].iter().all(|status| *status == 429));
    let (status, _) = rig.api("GET", "/api/v1/visitors?search=123456", None).await;
    assert_eq!(status, 429, "a search for a code is an attempt too");
}
