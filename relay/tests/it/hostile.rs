//! Whatever a visitor or an agent sends, it is told which field was wrong, and nobody else notices.

use bytes::Bytes;
use coview_dom_capture::protocol::frame::{self, Head, Place};
use coview_dom_capture::protocol::*;

use crate::harness::*;

/// A session beside the attacked one goes on.
async fn undisturbed(visitor: &mut Visitor, agent: &mut Watcher) {
    visitor.patch("still here").await;
    assert_eq!(agent.page().await, "still here");
}

fn html(html: &str, count: u32) -> Bytes {
    frame::encode_stream(
        Place {
            epoch: 2,
            offset: 0,
        },
        &[snapshot_message(html, count)],
        true,
    )
}

fn bomb() -> Bytes {
    let head = Head {
        place: Some(Place {
            epoch: 2,
            offset: 0,
        }),
        inflated: Some(u32::MAX),
    };
    Bytes::from(frame::join(head, &frame::deflate(&vec![0; 1 << 20])))
}

fn understated_bomb() -> Bytes {
    let head = Head {
        place: Some(Place {
            epoch: 2,
            offset: 0,
        }),
        inflated: Some(1_000),
    };
    Bytes::from(frame::join(head, &frame::deflate(&vec![0; 64 << 20])))
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_frames_of_a_visitor_close_its_connection_and_nothing_else() {
    let rig = Rig::with(&format!("{}\n[limits]\nframe = \"1MiB\"\n", settings())).await;
    let (mut other, mut watcher) = rig.shared().await;
    let good = patch_frame(
        Place {
            epoch: 1,
            offset: 1,
        },
        &[Op::T(T { id: 4, text: "x" })],
    );
    let table: Vec<(&str, Bytes, u16)> = vec![
        ("empty", Bytes::new(), 4000),
        ("unknown flags", Bytes::from_static(&[0x80, 0]), 4000),
        ("no payload", Bytes::from_static(&[1, 1, 1]), 4000),
        ("truncated", good.slice(..good.len() - 1), 4001),
        ("left over", Bytes::from([&good[..], &[0]].concat()), 4001),
        (
            "long integer",
            Bytes::from_static(&[1, 0x81, 0x00, 1, 2, 1, 0]),
            4000,
        ),
        ("announced bomb", bomb(), 4002),
        ("hidden bomb", understated_bomb(), 4000),
        ("oversized", Bytes::from(vec![1; 2 << 20]), 4002),
        (
            "skipped offset",
            patch_frame(
                Place {
                    epoch: 1,
                    offset: 2,
                },
                &[],
            ),
            4003,
        ),
        (
            "repeated offset",
            patch_frame(
                Place {
                    epoch: 1,
                    offset: 0,
                },
                &[],
            ),
            4003,
        ),
        (
            "older epoch",
            snapshot_frame(
                Place {
                    epoch: 1,
                    offset: 0,
                },
                "x",
            ),
            4003,
        ),
        (
            "agents' op",
            patch_frame(
                Place {
                    epoch: 1,
                    offset: 1,
                },
                &[Op::K(K { id: 4 })],
            ),
            4001,
        ),
        (
            "control in a stream frame",
            Bytes::from_static(&[1, 1, 1, 0x15, 0]),
            4001,
        ),
        (
            "unknown control message",
            Bytes::from_static(&[0, 0x7e, 0]),
            4001,
        ),
        (
            "an agent's message",
            Bytes::from_static(&[0, 0x33, 1, 1]),
            4001,
        ),
        (
            "the edge's message",
            Bytes::from_static(&[0, 0x28, 1, 0]),
            4001,
        ),
        (
            "other flag byte",
            Bytes::from_static(&[0, 0x17, 1, 2]),
            4001,
        ),
        ("bad text", Bytes::from_static(&[0, 0x1a, 2, 1, 0xff]), 4001),
        (
            "a second hello",
            frame::encode(&[VisitorOut::VisitorHello(VisitorHello {
                version: 1,
                resume: None,
                consented: true,
            })]),
            4001,
        ),
    ];
    for (name, frame, code) in table {
        let (mut visitor, mut agent) = rig.shared().await;
        visitor.peer.raw(frame).await;
        let (closed, reason) = visitor.peer.closed().await;
        assert_eq!(closed, code, "{name}: {reason}");
        assert!(
            reason.contains(": ") && !reason.contains("hello world"),
            "{name}: {reason}"
        );
        agent.phase(Phase::Away).await;
        undisturbed(&mut other, &mut watcher).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_that_is_not_canonical_is_resynchronised_not_forwarded() {
    let rig = Rig::start().await;
    let (mut other, mut watcher) = rig.shared().await;
    for (name, frame) in [
        (
            "script",
            html(
                "<html><head></head><body><script></script></body></html>",
                4,
            ),
        ),
        ("unclosed", html("<html><head></head><body>", 3)),
        (
            "wrong count",
            html("<html><head></head><body>x</body></html>", 7),
        ),
        (
            "comment",
            html("<html><head></head><body><!--x--></body></html>", 3),
        ),
        (
            "edge's mark",
            html("<html><head></head><body><!--k2--></body></html>", 5),
        ),
        (
            "upper case",
            html("<html><head></head><BODY></BODY></html>", 3),
        ),
    ] {
        let (mut visitor, mut agent) = rig.shared().await;
        visitor.peer.raw(frame).await;
        visitor.resync_request().await;
        agent.phase(Phase::Resynchronising).await;
        assert!(agent.peer.stream.is_empty(), "{name}");
        visitor.place = Place {
            epoch: 2,
            offset: 0,
        };
        visitor.snapshot("good again").await;
        assert_eq!(agent.page().await, "good again", "{name}");
        undisturbed(&mut other, &mut watcher).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_never_canonical_is_given_up() {
    let rig = Rig::start().await;
    let (mut visitor, _agent) = rig.shared().await;
    for epoch in 2..=32 {
        let bad = snapshot_message("<body>", 1);
        visitor
            .peer
            .raw(frame::encode_stream(
                Place { epoch, offset: 0 },
                &[bad],
                true,
            ))
            .await;
    }
    assert_eq!(
        visitor.peer.closed().await,
        (4008, "too many resyncs".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_frames_of_an_agent_close_its_connection_and_nothing_else() {
    let rig = Rig::start().await;
    for (name, frame, code) in [
        ("empty", Bytes::new(), 4000),
        (
            "stream frame",
            snapshot_frame(
                Place {
                    epoch: 9,
                    offset: 0,
                },
                "x",
            ),
            4000,
        ),
        ("visitor's message", Bytes::from_static(&[0, 0x15, 0]), 4001),
        (
            "unknown grant",
            Bytes::from_static(&[0, 0x31, 1, 0x20]),
            4001,
        ),
        ("oversized", Bytes::from(vec![0; 1 << 20]), 4002),
        (
            "unknown instruction",
            Bytes::from_static(&[0, 0x32, 2, 1, 99]),
            4001,
        ),
    ] {
        let (mut visitor, mut ana) = rig.shared().await;
        let mut eve = rig
            .agent(&rig.invite(&visitor.welcome.visitor, "Eve").await)
            .await;
        eve.peer.raw(frame).await;
        let (closed, reason) = eve.peer.closed().await;
        assert_eq!(closed, code, "{name}: {reason}");
        undisturbed(&mut visitor, &mut ana).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_hellos_are_refused() {
    let rig = Rig::start().await;
    let path = "/v1/visitor?site=shop";
    let hello = |version| {
        VisitorOut::VisitorHello(VisitorHello {
            version,
            resume: None,
            consented: true,
        })
    };
    for (frame, code) in [
        (frame::encode(&[hello(2)]), 4004),
        (frame::encode(&[VisitorOut::Stop(Stop {})]), 4001),
        (
            snapshot_frame(
                Place {
                    epoch: 1,
                    offset: 0,
                },
                "x",
            ),
            4000,
        ),
    ] {
        let mut peer = Peer::connect(rig.public, path, Some(ORIGIN)).await.unwrap();
        peer.raw(frame).await;
        assert_eq!(peer.closed().await.0, code);
    }
    let mut peer = Peer::connect(rig.public, path, Some(ORIGIN)).await.unwrap();
    use futures_util::SinkExt;
    peer.socket
        .send(tokio_tungstenite::tungstenite::Message::text("hello"))
        .await
        .unwrap();
    assert_eq!(peer.closed().await, (4000, "bad frame: text".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_cut_off() {
    let rig = Rig::with(&settings().replace(
        "[rates]",
        "[rates]\nvisitor_frames = \"50/s\"\nagent_frames = \"50/s\"",
    ))
    .await;
    let (mut visitor, mut agent) = rig.shared().await;
    let mut flood = rig.visitor().await;
    for _ in 0..100 {
        flood.say(VisitorOut::Help(Help { wanted: false })).await;
    }
    assert_eq!(flood.peer.closed().await, (4007, "rate limited".to_owned()));
    undisturbed(&mut visitor, &mut agent).await;
    let laser = Instruction::Laser(Laser { x: Px(0), y: Px(0) });
    for seq in 0..100 {
        agent
            .say(AgentOut::Instruct(Instruct {
                seq,
                instruction: laser.clone(),
            }))
            .await;
    }
    assert_eq!(agent.peer.closed().await.0, 4007);
    assert!(visitor.peer.socket.get_ref().peer_addr().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_site_masks_never_reaches_an_agent_even_if_the_page_sends_it() {
    let rig = Rig::start().await;
    let mut visitor = rig.visitor().await;
    let mut agent = rig
        .agent(&rig.invite(&visitor.welcome.visitor, "Ana").await)
        .await;
    visitor.allow().await;
    let page = "<html><head></head><body>beside<b class=\"pii\">CANARY-MASKED</b></body></html>";
    let place = Place {
        epoch: 1,
        offset: 0,
    };
    visitor
        .peer
        .raw(frame::encode_stream(
            place,
            &[snapshot_message(page, 6)],
            true,
        ))
        .await;
    let (_, payload) = agent.peer.next_stream().await;
    let text = String::from_utf8_lossy(&payload);
    assert!(
        text.contains("beside") && !text.contains("CANARY-MASKED"),
        "{text}"
    );
    let (_, _, metrics) = rig.fetch(rig.internal, "GET", "/metrics", &[], None).await;
    assert!(String::from_utf8_lossy(&metrics).contains("coview_mask_missed_total 1"));
}
