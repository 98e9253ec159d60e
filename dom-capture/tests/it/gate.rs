//! Single facts about the gate.

use coview_dom_capture::mask::Verdict;
use coview_dom_capture::protocol::{A, CloseCode, Op, ResyncReason, StreamMessage, T};

use crate::page::{begin, forwarded, gate, html, ops, patch, snapshot, stream};

const PAGE: &str = "<html><head></head><body><p class=\"pii\">Anna</p><p>Bob</p></body></html>";

#[test]
fn what_has_no_mask_passes_as_the_senders_own_bytes() {
    let mut gate = gate(&[".other"]);
    let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(7, PAGE))]);
    let Verdict::Forward { masked, resend } = gate.pass(frame.clone()) else {
        panic!("refused");
    };
    assert_eq!(masked.bytes(), &frame);
    assert!(resend.is_empty());
    assert_eq!(gate.masked_missed(), 0);
}

#[test]
fn a_masked_element_is_an_empty_placeholder_with_its_ids() {
    let mut gate = gate(&[".pii"]);
    let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(7, PAGE))]);
    let payload = forwarded(&gate.pass(frame));
    assert_eq!(
        html(&payload),
        "<html><head></head><body><p u:m=\"\"><!--k1--></p><p>Bob</p></body></html>"
    );
    assert_eq!(gate.masked_missed(), 1);
    assert!(gate.is_hidden(4) && gate.is_hidden(5) && !gate.is_hidden(7));
}

#[test]
fn a_wrong_count_resynchronises() {
    let mut gate = gate(&[]);
    let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(6, PAGE))]);
    assert_eq!(
        gate.pass(frame),
        Verdict::Resync(ResyncReason::NotCanonical)
    );
}

#[test]
fn ops_on_masked_nodes_are_dropped_and_the_patch_stays() {
    let mut gate = gate(&[".pii"]);
    begin(&mut gate, 7, PAGE);
    let secret = Op::T(T {
        id: 5,
        text: "Anna Meier",
    });
    let other = Op::T(T {
        id: 7,
        text: "Bobby",
    });
    let payload = forwarded(&gate.pass(patch(1, 1, &[secret.clone(), other.clone()])));
    assert_eq!(ops(&payload), [other]);
    let payload = forwarded(&gate.pass(patch(1, 2, &[secret])));
    assert!(ops(&payload).is_empty());
}

#[test]
fn a_class_that_starts_to_match_masks_the_node() {
    let mut gate = gate(&[".pii"]);
    begin(&mut gate, 7, PAGE);
    let change = Op::A(A {
        id: 6,
        name: "class",
        value: Some("a pii"),
    });
    let payload = forwarded(&gate.pass(patch(1, 1, &[change])));
    assert!(matches!(ops(&payload).as_slice(), [Op::K(k)] if k.id == 6));
    assert!(gate.is_hidden(7));
}

#[test]
fn a_field_that_was_a_password_stays_masked() {
    let mut gate = gate(&[]);
    let page = "<html><head></head><body><input type=\"password\"/></body></html>";
    begin(&mut gate, 4, page);
    let change = Op::A(A {
        id: 4,
        name: "type",
        value: Some("text"),
    });
    let Verdict::Forward { masked: _, resend } = gate.pass(patch(1, 1, &[change])) else {
        panic!("refused");
    };
    assert!(resend.is_empty());
    assert!(gate.is_hidden(4));
}

#[test]
fn a_gap_in_the_offsets_is_refused() {
    let mut gate = gate(&[]);
    begin(&mut gate, 7, PAGE);
    let Verdict::Refuse(refusal) = gate.pass(patch(1, 2, &[])) else {
        panic!("passed");
    };
    assert_eq!(refusal.close_code(), CloseCode::OutOfOrder);
    assert_eq!(refusal.to_string(), "out of order: offset");
}
