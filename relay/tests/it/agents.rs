use std::time::Duration;

use coview_dom_capture::protocol::frame::Place;
use coview_dom_capture::protocol::*;

use crate::harness::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_joins_late_and_sees_the_same() {
    let rig = Rig::start().await;
    let (mut visitor, mut ana) = rig.shared().await;
    visitor.patch("one").await;
    visitor.patch("two").await;
    assert_eq!(
        (ana.page().await, ana.page().await),
        ("one".to_owned(), "two".to_owned())
    );
    let mut tom = rig
        .agent(&rig.invite(&visitor.welcome.visitor, "Tom").await)
        .await;
    assert_eq!(
        visitor.session().await.agents.len(),
        2,
        "the visitor is told, not asked"
    );
    for wanted in ["hello", "one", "two"] {
        assert_eq!(tom.page().await, wanted);
    }
    visitor.patch("three").await;
    assert_eq!(
        (ana.page().await, tom.page().await),
        ("three".to_owned(), "three".to_owned())
    );
    let agents = ana.phase(Phase::Live).await;
    assert!(agents.len() <= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_resumes_exactly_where_it_was() {
    let rig = Rig::start().await;
    let (mut visitor, mut agent) = rig.shared().await;
    visitor.patch("one").await;
    assert_eq!(agent.page().await, "one");
    let (resume, place) = (agent.welcome.resume.clone(), visitor.place);
    drop(agent);
    visitor.patch("two").await;
    visitor.patch("three").await;
    let mut agent = rig.agent_hello(resumed(&resume, place)).await;
    assert_eq!(
        (agent.page().await, agent.page().await),
        ("two".to_owned(), "three".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_away_for_an_epoch_starts_again() {
    let rig = Rig::start().await;
    let (mut visitor, agent) = rig.shared().await;
    let (resume, place) = (agent.welcome.resume.clone(), visitor.place);
    drop(agent);
    visitor.snapshot("another page").await;
    visitor.patch("its patch").await;
    let live = rig.edge.hub.sessions().pop().unwrap();
    rig.until(async || live.epoch() == visitor.place.epoch)
        .await;
    let mut agent = rig.agent_hello(resumed(&resume, place)).await;
    assert_eq!(resynced(&mut agent).await, ResyncReason::Lost);
    assert_eq!(
        (agent.page().await, agent.page().await),
        ("another page".to_owned(), "its patch".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_secret_replaces_the_connection_and_then_works_no_more() {
    let rig = Rig::start().await;
    let (visitor, mut first) = rig.shared().await;
    let old = first.welcome.resume.clone();
    let mut second = rig.agent_hello(resumed(&old, visitor.place)).await;
    assert_eq!(first.peer.closed().await, (4009, "replaced".to_owned()));
    // The answered ping shows that the new secret arrived: the old one is void from then on.
    second
        .peer
        .until(|message: AgentIn| matches!(message, AgentIn::Rtt(_)).then_some(()))
        .await;
    assert_eq!(
        refused_hello(&rig, resumed(&old, visitor.place)).await,
        4005
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_once_and_not_for_ever() {
    let rig = Rig::start().await;
    let visitor = rig.visitor().await;
    let used = rig.invite(&visitor.welcome.visitor, "Ana").await;
    let _agent = rig.agent(&used).await;
    assert_eq!(refused_hello(&rig, hello(&used)).await, 4005);
    let late = rig.invite(&visitor.welcome.visitor, "Tom").await;
    rig.clock.advance(rig.edge.config.sessions.agent_token.0);
    assert_eq!(refused_hello(&rig, hello(&late)).await, 4005);
    assert_eq!(refused_hello(&rig, hello("")).await, 4005);
    assert_eq!(
        refused_hello(
            &rig,
            resumed(
                "made up",
                Place {
                    epoch: 1,
                    offset: 0
                }
            )
        )
        .await,
        4005
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitors_secret_is_no_agents() {
    let rig = Rig::start().await;
    let (visitor, agent) = rig.shared().await;
    assert_eq!(
        refused_hello(&rig, resumed(&visitor.welcome.resume, visitor.place)).await,
        4005
    );
    let other = rig
        .visitor_on("shop", Some(agent.welcome.resume.clone()))
        .await;
    assert_ne!(other.welcome.visitor, visitor.welcome.visitor);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_picture_broke_gets_a_fresh_one() {
    let rig = Rig::start().await;
    let (mut visitor, mut agent) = rig.shared().await;
    rig.clock.advance(Duration::from_secs(10));
    agent
        .say(AgentOut::AgentResync(AgentResync {
            doc: 0,
            reason: ResyncReason::BadOp,
        }))
        .await;
    visitor.resync_request().await;
    visitor.snapshot("fresh").await;
    assert_eq!(resynced(&mut agent).await, ResyncReason::BadOp);
    assert_eq!(agent.page().await, "fresh");
}

/// One agent stops reading while the page goes on: the other sees every patch, the edge's memory stays
/// within the session's cap, and when the slow one reads again it ends with the newest picture.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_agent_costs_the_others_nothing_and_ends_with_a_snapshot() {
    const PATCHES: u32 = 300;
    let rig = Rig::with(&format!(
        "{}\n[limits]\nring = \"8MiB\"\nlag = \"512KiB\"\nlag_age = \"500ms\"\n",
        settings().replace(
            "[rates]",
            "[rates]\nvisitor_frames = \"10000/s\"\nvisitor_bytes = \"256MiB\""
        )
    ))
    .await;
    let (mut visitor, mut quick) = rig.shared().await;
    let token = rig.invite(&visitor.welcome.visitor, "Slow").await;
    let mut slow = slow_agent(&rig, &token).await;
    visitor.session().await;
    let live = rig.edge.hub.sessions().pop().unwrap();
    // 64 KiB that do not deflate, thirty times what kernel buffers and the lag hold together.
    let noise = noise(64 << 10);
    for number in 0..PATCHES {
        let text = format!("{number} {noise}");
        visitor.patch(&text).await;
        assert_eq!(quick.page().await, text, "the quick one misses nothing");
        assert!(
            live.held() <= 8 << 20,
            "memory is the session's, not the slow agent's"
        );
    }
    // It reads again, and finds a marker, a snapshot, and what is newest. Both sides go on meanwhile.
    let ends = async {
        let resynced = slow
            .peer
            .until(|message: AgentIn| match message {
                AgentIn::Resynced(resynced) => Some(resynced.reason),
                _ => None,
            })
            .await;
        assert_eq!(resynced, ResyncReason::Lagging);
        while slow.page().await != "newest" {}
        slow.peer.stream.is_empty()
    };
    let asked = async {
        visitor.resync_request().await;
        visitor.snapshot("newest").await;
    };
    let (alone, ()) = tokio::join!(ends, asked);
    assert!(alone);
    assert_eq!(quick.page().await, "newest");
}

async fn slow_agent(rig: &Rig, token: &str) -> Watcher {
    let mut peer = Peer::connect_with(rig.public, "/v1/agent", None, Some(4_096))
        .await
        .unwrap();
    peer.say(&AgentOut::AgentHello(hello(token))).await;
    let welcome = peer.until(|message: AgentIn| match message {
        AgentIn::AgentWelcome(welcome) => Some(welcome),
        _ => None,
    });
    let welcome = welcome.await;
    let mut agent = Watcher { welcome, peer };
    assert_eq!(agent.page().await, "hello");
    agent
}

fn noise(length: usize) -> String {
    let mut state = 1u64;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
        })
        .map(|c| {
            if c == '<' || c == '&' || c == '>' {
                'x'
            } else {
                c
            }
        })
        .collect()
}

fn hello(token: &str) -> AgentHello {
    AgentHello {
        version: VERSION,
        token: token.to_owned(),
        resume: None,
        epoch: 0,
        offset: 0,
    }
}

fn resumed(secret: &str, place: Place) -> AgentHello {
    let Place { epoch, offset } = place;
    AgentHello {
        version: VERSION,
        token: String::new(),
        resume: Some(secret.to_owned()),
        epoch,
        offset,
    }
}

async fn refused_hello(rig: &Rig, hello: AgentHello) -> u16 {
    let mut peer = Peer::connect(rig.public, "/v1/agent", None).await.unwrap();
    peer.say(&AgentOut::AgentHello(hello)).await;
    peer.closed().await.0
}

async fn resynced(agent: &mut Watcher) -> ResyncReason {
    agent
        .peer
        .until(|message: AgentIn| match message {
            AgentIn::Resynced(resynced) => Some(resynced.reason),
            _ => None,
        })
        .await
}
