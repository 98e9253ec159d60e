use coview_dom_capture::protocol::*;

use crate::harness::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_that_loads_another_page_stays_in_its_session() {
    let rig = Rig::start().await;
    let (visitor, mut agent) = rig.shared().await;
    let (id, resume, epoch) = (
        visitor.welcome.visitor.clone(),
        visitor.welcome.resume.clone(),
        visitor.place.epoch,
    );
    drop(visitor);
    agent.phase(Phase::Away).await;
    let mut visitor = rig.visitor_on("shop", Some(resume)).await;
    assert_eq!(
        (visitor.welcome.visitor.as_str(), visitor.welcome.epoch),
        (id.as_str(), epoch)
    );
    assert_eq!(visitor.session().await.agents.len(), 1);
    agent.phase(Phase::Resynchronising).await;
    visitor.snapshot("second page").await;
    assert_eq!(agent.page().await, "second page");
    agent.phase(Phase::Live).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_connection_replaces_the_first_and_the_old_secret_dies() {
    let rig = Rig::start().await;
    let mut first = rig.visitor().await;
    let old = first.welcome.resume.clone();
    let mut second = rig.visitor_on("shop", Some(old.clone())).await;
    assert_eq!(second.welcome.visitor, first.welcome.visitor);
    assert_eq!(first.peer.closed().await, (4009, "replaced".to_owned()));
    // Its answer to the ping behind the welcome voids the secret it came with.
    answer_pings(&mut second).await;
    let third = rig.visitor_on("shop", Some(old)).await;
    assert_ne!(third.welcome.visitor, first.welcome.visitor);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_that_never_arrived_costs_no_session() {
    let rig = Rig::start().await;
    let first = rig.visitor().await;
    let mut lost = Peer::connect(rig.public, "/v1/visitor?site=shop", Some(ORIGIN))
        .await
        .unwrap();
    let resume = Some(first.welcome.resume.clone());
    let hello = VisitorHello {
        version: VERSION,
        resume: resume.clone(),
        consented: true,
    };
    lost.say(&VisitorOut::VisitorHello(hello)).await;
    assert!(lost.receive().await);
    drop(lost);
    let again = rig.visitor_on("shop", resume).await;
    assert_eq!(again.welcome.visitor, first.welcome.visitor);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_one_site_is_worth_nothing_on_another() {
    let rig = Rig::start().await;
    let shop = rig.visitor().await;
    let lab = rig
        .visitor_on("lab", Some(shop.welcome.resume.clone()))
        .await;
    assert_ne!(shop.welcome.visitor, lab.welcome.visitor);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_that_stays_away_ends_its_session() {
    let rig = Rig::start().await;
    let (visitor, mut agent) = rig.shared().await;
    let resume = visitor.welcome.resume.clone();
    drop(visitor);
    agent.phase(Phase::Away).await;
    rig.clock.advance(rig.edge.config.sessions.resume.0);
    assert_eq!(agent.end().await, EndReason::Left);
    rig.until(async || rig.edge.hub.sizes() == [0; 6]).await;
    let fresh = rig.visitor_on("shop", Some(resume)).await;
    assert_eq!(fresh.welcome.epoch, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_find_a_visitor_by_what_it_said() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    visitor
        .page("https://shop.example/checkout?step=2", "Checkout")
        .await;
    let identify = Identify {
        unique_id: "u-17".to_owned(),
        identities: vec!["Maria".to_owned(), "maria@example.com".to_owned()],
        tags: vec!["VIP".to_owned()],
    };
    visitor.say(VisitorOut::Identify(identify)).await;
    visitor.say(VisitorOut::Help(Help { wanted: true })).await;
    rig.until(async || {
        rig.visitors()
            .await
            .first()
            .is_some_and(|row| row["waiting_s"].is_number())
    })
    .await;
    let row = &rig.visitors().await[0];
    assert_eq!(
        (
            row["page"]["title"].as_str(),
            row["screen"]["width"].as_u64()
        ),
        (Some("Checkout"), Some(800))
    );
    for (search, found) in [
        ("maria", 1),
        ("online", 1),
        ("-online", 0),
        ("%23vip", 1),
        ("%23gold", 0),
        ("id:u-17", 1),
        ("id:u", 0),
        ("checkout+maria", 1),
        ("nobody", 0),
    ] {
        let (_, list) = rig
            .api("GET", &format!("/api/v1/visitors?search={search}"), None)
            .await;
        let rows = list["visitors"].as_array().map(Vec::len);
        assert_eq!(rows, Some(found), "{search}: {list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_be_seen_is_in_no_list() {
    let rig = Rig::start().await;
    let _quiet = rig.visitor_on("quiet", None).await;
    let mut peer = Peer::connect(rig.public, "/v1/visitor?site=shop", Some(ORIGIN))
        .await
        .unwrap();
    let hello = VisitorHello {
        version: VERSION,
        resume: None,
        consented: false,
    };
    peer.say(&VisitorOut::VisitorHello(hello)).await;
    let id = peer.until(|message: VisitorIn| match message {
        VisitorIn::VisitorWelcome(welcome) => Some(welcome.visitor),
        _ => None,
    });
    let id = id.await;
    assert!(rig.visitors().await.is_empty());
    let agent = serde_json::json!({"agent": {"id": "a", "name": "a"}});
    let (status, _) = rig
        .api(
            "POST",
            &format!("/api/v1/visitors/{id}/session"),
            Some(agent),
        )
        .await;
    assert_eq!(status, 404);
    // Whoever asks for help shows itself.
    peer.say(&VisitorOut::Help(Help { wanted: true })).await;
    rig.until(async || rig.visitors().await.len() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_never_answers_pings_is_closed() {
    let rig = Rig::with(&format!("{}\n[limits]\nping = \"50ms\"\n", settings())).await;
    let mut visitor = rig.visitor().await;
    visitor.peer.pongs = false;
    assert_eq!(
        visitor.peer.closed().await,
        (4011, "too slow to answer".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_never_says_hello_is_closed() {
    let rig = Rig::with(&format!("{}\n[limits]\nhello = \"50ms\"\n", settings())).await;
    let mut visitor = Peer::connect(rig.public, "/v1/visitor?site=shop", Some(ORIGIN))
        .await
        .unwrap();
    assert_eq!(visitor.closed().await.0, 4011);
    let mut agent = Peer::connect(rig.public, "/v1/agent", None).await.unwrap();
    assert_eq!(agent.closed().await.0, 4011);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_edge_says_so_to_everybody() {
    let rig = Rig::start().await;
    let (mut visitor, mut agent) = rig.shared().await;
    let stopping = rig.stop();
    let told = async {
        assert_eq!(agent.end().await, EndReason::EdgeStopping);
        assert_eq!(visitor.peer.closed().await.0, 4012);
    };
    tokio::join!(stopping, told);
}

/// Sends the answers to the pings that came, and waits until they were read: what is answered in order
/// says so.
async fn answer_pings(visitor: &mut Visitor) {
    for _ in 0..2 {
        visitor.say(VisitorOut::CodeRequest(CodeRequest {})).await;
        let code = |message: VisitorIn| matches!(message, VisitorIn::Code(_)).then_some(());
        visitor.peer.until(code).await;
    }
}
