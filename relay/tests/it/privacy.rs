//! What was said in a session is gone with it, and was never in a log.

use coview_dom_capture::protocol::*;
use serde_json::json;

use crate::harness::*;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_page_a_query_or_a_secret_is_ever_logged() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    visitor
        .page(
            "https://shop.example/CANARY-PATH?q=CANARY-QUERY#CANARY-FRAGMENT",
            "CANARY-TITLE",
        )
        .await;
    let identify = Identify {
        unique_id: "CANARY-ID".to_owned(),
        identities: vec!["CANARY-NAME".to_owned()],
        tags: vec!["CANARY-TAG".to_owned()],
    };
    visitor.say(VisitorOut::Identify(identify)).await;
    let token = rig.invite(&visitor.welcome.visitor, "CANARY-AGENT").await;
    let mut agent = rig.agent(&token).await;
    visitor.allow().await;
    visitor.snapshot("CANARY-TEXT").await;
    visitor.patch("CANARY-PATCH").await;
    // The positive control: it was there.
    assert_eq!(
        (agent.page().await, agent.page().await),
        ("CANARY-TEXT".to_owned(), "CANARY-PATCH".to_owned())
    );
    agent
        .say(AgentOut::AgentCustomOut(AgentCustomOut {
            text: "CANARY-CUSTOM".to_owned(),
        }))
        .await;
    let live = rig.edge.hub.sessions().pop().unwrap();
    let code = live.key().code("http://localhost:1/CANARY-ASSET");
    for code in [code.as_str(), "CANARY-SIGNATURE"] {
        let asset = format!(
            "{}/{code}?url=http%3A%2F%2Flocalhost%3A1%2FCANARY-ASSET",
            agent.welcome.assets
        );
        let refusing = async {
            let picked = |message: VisitorIn| match message {
                VisitorIn::AssetRequest(request) => Some(request.request),
                _ => None,
            };
            let part = AssetPart {
                request: visitor.peer.until(picked).await,
                state: AssetState::Refused,
                mime: "CANARY-MIME".to_owned(),
                data: Data(b"CANARY-DATA".to_vec()),
            };
            visitor.say(VisitorOut::AssetPart(part)).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            (status, _) = rig.ask("GET", &asset, &[], None) => assert_eq!(status, 403),
            () = refusing => {}
        }
    }
    rig.api("GET", "/api/v1/visitors?search=CANARY-SEARCH", None)
        .await;
    rig.api(
        "POST",
        "/api/v1/codes/session",
        Some(json!({"code": "CANARY-CODE"})),
    )
    .await;
    rig.ask("GET", "/console/sign-in?token=CANARY-SIGN-IN", &[], None)
        .await;
    rig.ask(
        "GET",
        "/api/v1/me",
        &[
            ("authorization", "Bearer CANARY-KEY"),
            ("cookie", "__Host-coview=CANARY-COOKIE"),
        ],
        None,
    )
    .await;
    // An error path: what could not be read is not shown.
    visitor
        .peer
        .raw(patch_frame(
            visitor.place,
            &[Op::T(T {
                id: 4,
                text: "CANARY-ERROR",
            })],
        ))
        .await;
    let (_, reason) = visitor.peer.closed().await;
    assert!(!reason.contains("CANARY"));
    let secrets = [
        token,
        agent.welcome.resume.clone(),
        visitor.welcome.resume.clone(),
        KEY.to_owned(),
    ];
    let capability = agent.welcome.assets.rsplit('/').next().unwrap().to_owned();
    rig.stop().await;
    let logs = String::from_utf8(LOGS.lock().clone()).unwrap();
    assert!(logs.contains("session begins"), "the log was read at all");
    let line = |found: &str| {
        logs.lines()
            .find(|line| line.contains(found))
            .map(str::to_owned)
    };
    assert_eq!(line("CANARY"), None);
    for secret in secrets.iter().chain([&capability]) {
        assert_eq!(line(secret), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_session_leaves_nothing_behind() {
    let rig = Rig::start().await;
    let (mut visitor, agent) = rig.shared().await;
    visitor.say(VisitorOut::CodeRequest(CodeRequest {})).await;
    visitor
        .peer
        .until(|message: VisitorIn| matches!(message, VisitorIn::Code(_)).then_some(()))
        .await;
    let _second = rig.invite(&visitor.welcome.visitor, "Tom").await;
    let live = rig.edge.hub.sessions().pop().unwrap();
    let code = live.key().code("http://x.example/");
    let path = format!(
        "{}/{code}?url=http%3A%2F%2Fx.example%2F",
        agent.welcome.assets
    );
    assert_eq!(
        rig.api(
            "DELETE",
            &format!("/api/v1/visitors/{}/session", visitor.welcome.visitor),
            None
        )
        .await
        .0,
        204
    );
    let [visitors, sessions, _, agents, capabilities, codes] = rig.edge.hub.sizes();
    assert_eq!(
        (visitors, sessions, agents, capabilities, codes),
        (1, 0, 0, 0, 0)
    );
    assert_eq!(live.held(), 0, "the ring is empty");
    assert_eq!(
        rig.ask("GET", &path, &[], None).await.0,
        403,
        "the capability is void"
    );
    drop(visitor);
    rig.until(async || !rig.visitors().await.iter().any(|row| row["online"] == true))
        .await;
    rig.clock.advance(rig.edge.config.sessions.resume.0);
    rig.until(async || rig.edge.hub.sizes() == [0; 6]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cycles_of_sessions_leave_no_task_and_no_entry() {
    let rig = Rig::start().await;
    let before = rig.edge.tasks.len();
    for _ in 0..20 {
        let (mut visitor, mut agent) = rig.shared().await;
        visitor.say(VisitorOut::Stop(Stop {})).await;
        agent.peer.closed().await;
    }
    rig.until(async || rig.edge.tasks.len() == before).await;
    rig.clock.advance(rig.edge.config.sessions.resume.0);
    rig.until(async || rig.edge.hub.sizes() == [0; 6]).await;
}
