//! Bounds: what is too large, out of place or made to cost much is refused or given up, and says
//! no more than the field.

use bytes::Bytes;
use coview_dom_capture::mask::{Gate, GateLimits, Rules, Verdict};
use coview_dom_capture::protocol::frame::{self, Head, Place};
use coview_dom_capture::protocol::{A, CloseCode, Op, ResyncReason, StreamMessage, T, VisitorOut};
use std::sync::Arc;

use crate::page::{begin, forwarded, gate, limits, masks, ops, patch, snapshot, stream};

const PAGE: &str = "<html><body><p>text</p></body></html>";

fn tight(change: impl FnOnce(&mut GateLimits)) -> Gate {
    let mut limits = limits();
    change(&mut limits);
    Gate::new(Arc::new(Rules::compile(&masks(&[])).unwrap()), limits)
}

#[track_caller]
fn refused(gate: &mut Gate, frame: Bytes, code: CloseCode, field: &str) {
    match gate.pass(frame) {
        Verdict::Refuse(refusal) => {
            assert_eq!((refusal.close_code(), refusal.field()), (code, field));
        }
        other => panic!("{other:?}"),
    }
}

fn page_frame(epoch: u32) -> Bytes {
    stream(epoch, 0, &[StreamMessage::Snapshot(snapshot(4, PAGE))])
}

#[test]
fn a_frame_beyond_the_limit_is_refused() {
    let frame = page_frame(1);
    let mut gate = tight(|limits| limits.frame = frame.len() - 1);
    refused(&mut gate, frame, CloseCode::TooLarge, "frame");
}

#[test]
fn a_frame_that_inflates_beyond_the_limit_is_refused() {
    let text = "x".repeat(1 << 20);
    let markup = format!("<html><body>{text}</body></html>");
    let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(3, &markup))]);
    assert!(frame.len() * 50 < text.len(), "it is a bomb");
    let mut gate = tight(|limits| limits.inflated = 1 << 20);
    refused(&mut gate, frame.clone(), CloseCode::TooLarge, "inflated");
    // Nor does it help to announce less.
    let (head, body) = frame::split(&frame).unwrap();
    let head = Head {
        inflated: Some(1000),
        ..head
    };
    let lie = Bytes::from(frame::join(head, body));
    refused(&mut gate, lie, CloseCode::BadFrame, "payload");
}

#[test]
fn every_cut_of_a_frame_is_refused() {
    for frame in [page_frame(1), stream_small()] {
        for length in 0..frame.len() {
            let verdict = tight(|_| ()).pass(frame.slice(..length));
            assert!(
                matches!(verdict, Verdict::Refuse(_)),
                "{length}: {verdict:?}"
            );
        }
    }
}

/// Large enough to be deflated.
fn stream_small() -> Bytes {
    let markup = format!("<html><body>{}</body></html>", "abc ".repeat(300));
    stream(1, 0, &[StreamMessage::Snapshot(snapshot(3, &markup))])
}

#[test]
fn a_text_beyond_the_limit_is_refused() {
    let mut gate = tight(|limits| limits.text = 100);
    begin(&mut gate, 4, PAGE);
    let text = "x".repeat(101);
    let op = Op::T(T { id: 4, text: &text });
    refused(&mut gate, patch(1, 1, &[op]), CloseCode::TooLarge, "T.text");
}

#[test]
fn control_messages_do_not_stand_in_a_stream_frame() {
    let place = Place {
        epoch: 1,
        offset: 0,
    };
    let pong = frame::payload(&[VisitorOut::Stop(coview_dom_capture::protocol::Stop {})]);
    let frame = frame::pack(Some(place), &pong, false);
    refused(
        &mut tight(|_| ()),
        frame,
        CloseCode::BadMessage,
        "StreamMessage.kind",
    );
    let frame = frame::pack(None, &pong, false);
    refused(&mut tight(|_| ()), frame, CloseCode::BadFrame, "flags");
}

#[test]
fn a_snapshot_stands_first_in_its_epoch_and_nowhere_else() {
    let page = || StreamMessage::Snapshot(snapshot(4, PAGE));
    let frame = stream(1, 0, &[page(), page()]);
    refused(&mut tight(|_| ()), frame, CloseCode::BadMessage, "Snapshot");
    refused(
        &mut tight(|_| ()),
        patch(1, 0, &[]),
        CloseCode::BadMessage,
        "Snapshot",
    );
    let mut gate = tight(|_| ());
    begin(&mut gate, 4, PAGE);
    refused(
        &mut gate,
        stream(1, 1, &[page()]),
        CloseCode::BadMessage,
        "Snapshot",
    );
}

#[test]
fn epochs_grow_and_offsets_count() {
    let mut gate = tight(|_| ());
    refused(&mut gate, page_frame(0), CloseCode::OutOfOrder, "epoch");
    assert!(matches!(gate.pass(page_frame(5)), Verdict::Forward { .. }));
    for (epoch, offset, field) in [
        (5, 0, "epoch"),
        (4, 0, "epoch"),
        (4, 1, "epoch"),
        (6, 1, "epoch"),
        (5, 3, "offset"),
    ] {
        let mut gate = tight(|_| ());
        assert!(matches!(gate.pass(page_frame(5)), Verdict::Forward { .. }));
        assert!(matches!(
            gate.pass(patch(5, 1, &[])),
            Verdict::Forward { .. }
        ));
        let frame = if offset == 0 {
            page_frame(epoch)
        } else {
            patch(epoch, offset, &[])
        };
        refused(&mut gate, frame, CloseCode::OutOfOrder, field);
    }
}

#[test]
fn frames_of_an_epoch_that_was_given_up_are_ignored() {
    let mut gate = gate(&[]);
    begin(&mut gate, 4, PAGE);
    let unknown = Op::R(coview_dom_capture::protocol::R { id: 99 });
    assert_eq!(
        gate.pass(patch(1, 1, &[unknown])),
        Verdict::Resync(ResyncReason::BadOp)
    );
    assert_eq!(gate.pass(patch(1, 2, &[])), Verdict::Ignore);
    assert_eq!(gate.pass(patch(1, 3, &[])), Verdict::Ignore);
    assert!(gate.is_hidden(1), "nothing is known of it");
    assert!(matches!(gate.pass(page_frame(2)), Verdict::Forward { .. }));
    gate.expect_resync();
    assert_eq!(gate.pass(patch(2, 1, &[])), Verdict::Ignore);
    assert_eq!(gate.epoch(), 2);
}

#[test]
fn a_page_that_asks_for_endless_resends_begins_anew() {
    let many = "<p class=\"pii\"></p>".repeat(300);
    let page = format!("<html><body>{many}</body></html>");
    let mut gate = gate(&[".pii"]);
    begin(&mut gate, 302, &page);
    let changes: Vec<Op<'_>> = (3..303)
        .map(|id| {
            Op::A(A {
                id,
                name: "class",
                value: None,
            })
        })
        .collect();
    assert_eq!(
        gate.pass(patch(1, 1, &changes)),
        Verdict::Resync(ResyncReason::MasksChanged)
    );
}

#[test]
fn a_payload_as_large_as_announced_comes_back_deflated_once_masked() {
    let markup = format!(
        "<html><body><p class=\"no-upscope\">SECRET</p>{}</body></html>",
        "abc ".repeat(300)
    );
    let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(5, &markup))]);
    let verdict = gate(&[]).pass(frame);
    let Verdict::Forward { masked, .. } = &verdict else {
        panic!("refused");
    };
    let (head, _) = frame::split(masked.bytes()).unwrap();
    assert!(head.inflated.is_some() && masked.bytes().len() < 400);
    assert!(!String::from_utf8_lossy(&forwarded(&verdict)).contains("SECRET"));
}

#[test]
fn debug_and_errors_say_nothing_of_the_page() {
    let secret = "SECRET<";
    let mut gate = gate(&[]);
    let page = format!("<html><body>{secret}</body></html>");
    let message = StreamMessage::Snapshot(snapshot(3, &page));
    let verdict = gate.pass(stream(1, 0, std::slice::from_ref(&message)));
    let said = format!("{message:?} {verdict:?} {:?}", snapshot(3, &page));
    assert!(
        !said.contains("SECRET") && !said.contains("shop.example"),
        "{said}"
    );
    begin(&mut gate_of_text(), 4, PAGE);
    let op = Op::T(T {
        id: 4,
        text: "SECRET",
    });
    let mut gate = gate_of_text();
    begin(&mut gate, 4, PAGE);
    let verdict = gate.pass(patch(1, 1, std::slice::from_ref(&op)));
    let said = format!("{op:?} {verdict:?} {:?}", ops(&forwarded(&verdict)));
    assert!(!said.contains("SECRET"), "{said}");
}

fn gate_of_text() -> Gate {
    gate(&[])
}

#[test]
fn ops_deep_in_a_tree_are_given_up_before_they_cost_much() {
    let deep = format!(
        "<html>{}{}</html>",
        "<p>".repeat(3_900),
        "</p>".repeat(3_900)
    );
    let mut gate = gate(&[]);
    begin(&mut gate, 3_901, &deep);
    let scroll = Op::X(coview_dom_capture::protocol::X {
        id: 3_901,
        x: coview_dom_capture::protocol::Px(1),
        y: coview_dom_capture::protocol::Px(1),
    });
    let verdict = gate.pass(patch(1, 1, &vec![scroll.clone(); 100]));
    assert!(matches!(verdict, Verdict::Forward { .. }));
    let verdict = gate.pass(patch(1, 2, &vec![scroll; 100_000]));
    assert_eq!(verdict, Verdict::Resync(ResyncReason::TooLarge));
}
