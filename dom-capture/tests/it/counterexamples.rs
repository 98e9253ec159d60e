//! Ways in which masks at the edge were once broken, each with what closes it.

use coview_dom_capture::mask::Verdict;
use coview_dom_capture::protocol::{A, I, K, Long, Op, P, Prop, R, ResyncReason, StreamMessage};

use crate::page::{begin, forwarded, gate, html, ops, patch, snapshot, stream};

fn body(inner: &str) -> String {
    format!("<html><body>{inner}</body></html>")
}

fn insert<'a>(parent: u32, first: u32, count: u32, html: &'a str) -> Op<'a> {
    Op::I(I {
        parent,
        prev: 0,
        first,
        count,
        html: Long(html),
    })
}

fn attribute<'a>(id: u32, name: &'a str, value: Option<&'a str>) -> Op<'a> {
    Op::A(A { id, name, value })
}

#[test]
fn nothing_is_inserted_below_void_and_empty_elements() {
    // The matcher has no such parent on its stack: `.modal .pii` would miss.
    for parent in [
        "<input class=\"modal\"/>",
        "<textarea class=\"modal\"></textarea>",
    ] {
        let mut gate = gate(&[".modal .pii"]);
        begin(&mut gate, 3, &body(parent));
        let op = insert(3, 4, 2, "<p class=\"pii\">SECRET</p>");
        let verdict = gate.pass(patch(1, 1, &[op]));
        assert_eq!(verdict, Verdict::Resync(ResyncReason::BadOp));
    }
}

#[test]
fn a_type_in_capitals_is_a_password_also_below_svg() {
    let page = body("<svg><input type=\"PASSWORD\" value=\"SECRET\"/></svg>");
    let payload = begin(&mut gate(&[]), 4, &page);
    assert_eq!(html(&payload), body("<svg><input u:m=\"\"/></svg>"));

    let mut gate = gate(&[]);
    begin(&mut gate, 3, &body("<svg></svg>"));
    let op = insert(3, 4, 1, "<input type=\"PassWord\" value=\"SECRET\"/>");
    let payload = forwarded(&gate.pass(patch(1, 1, &[op])));
    assert!(matches!(ops(&payload).as_slice(), [Op::I(op)] if op.html.0 == "<input u:m=\"\"/>"));
}

#[test]
fn operands_match_values_that_are_written_with_references() {
    let selector = "[data-x=\"a&b<\\\"\"]";
    let page = body("<p data-x=\"a&amp;b&lt;&quot;\">SECRET</p>");
    let payload = begin(&mut gate(&[selector]), 4, &page);
    assert_eq!(html(&payload), body("<p u:m=\"\"><!--k1--></p>"));

    let mut gate = gate(&[selector]);
    begin(&mut gate, 4, &body("<p>SECRET</p>"));
    let payload = forwarded(&gate.pass(patch(1, 1, &[attribute(3, "data-x", Some("a&b<\""))])));
    assert_eq!(ops(&payload), [Op::K(K { id: 3 })]);
}

#[test]
fn quirks_mode_compares_classes_and_ids_without_case() {
    let page = body("<p class=\"PII\">SECRET</p><p id=\"Acc\">SECRET</p>");
    let mut quirky = snapshot(6, &page);
    quirky.quirks = true;
    let mut gate = gate(&[".pii", "#acc"]);
    let payload = forwarded(&gate.pass(stream(1, 0, &[StreamMessage::Snapshot(quirky)])));
    assert!(!html(&payload).contains("SECRET"));

    let mut gate = crate::page::gate(&[".pii", "#acc"]);
    let payload = begin(&mut gate, 6, &page);
    assert!(html(&payload).contains("PII"), "standards mode does not");
}

#[test]
fn a_mask_that_ends_is_asked_for_once() {
    let mut gate = gate(&[".pii"]);
    begin(&mut gate, 4, &body("<p class=\"pii\">SECRET</p>"));
    let changes = ["a pii", "b pii", "a", "b", "pii", ""];
    let mut asked = Vec::new();
    for (offset, class) in (1..).zip(changes) {
        let verdict = gate.pass(patch(1, offset, &[attribute(3, "class", Some(class))]));
        assert!(ops(&forwarded(&verdict)).is_empty());
        let Verdict::Forward { resend, .. } = verdict else {
            unreachable!("it was forwarded");
        };
        asked.extend(resend);
    }
    assert_eq!(asked, [3]);
}

#[test]
fn a_changed_ancestor_hides_what_it_may_concern_until_it_is_sent_again() {
    let mut gate = gate(&[".modal .pii"]);
    begin(
        &mut gate,
        5,
        &body("<div><p class=\"pii\">SECRET</p></div>"),
    );
    let verdict = gate.pass(patch(1, 1, &[attribute(3, "class", Some("modal"))]));
    assert_eq!(ops(&forwarded(&verdict)), [Op::K(K { id: 3 })]);
    assert!(matches!(verdict, Verdict::Forward { resend, .. } if resend == [3]));
    assert_eq!(gate.masked_missed(), 0, "nothing was missed by capture");

    let again = "<div class=\"modal\"><p class=\"pii\">SECRET</p>seen</div>";
    let answer = [Op::R(R { id: 3 }), insert(2, 6, 4, again)];
    let payload = forwarded(&gate.pass(patch(1, 2, &answer)));
    let masked = "<div class=\"modal\"><p u:m=\"\"><!--k1--></p>seen</div>";
    assert!(matches!(ops(&payload).as_slice(), [Op::R(_), Op::I(op)] if op.html.0 == masked));
}

#[test]
fn what_an_ancestor_lacks_counts_too() {
    let mut gate = gate(&["div:not(.ok) > .pii"]);
    let payload = begin(
        &mut gate,
        5,
        &body("<div class=\"ok\"><p class=\"pii\">seen</p></div>"),
    );
    assert!(html(&payload).contains("seen"));
    let payload = forwarded(&gate.pass(patch(1, 1, &[attribute(3, "class", Some(""))])));
    assert_eq!(ops(&payload), [Op::K(K { id: 3 })]);

    let mut gate = crate::page::gate(&["div:not(.ok) > .pii"]);
    begin(&mut gate, 4, &body("<div class=\"ok\"></div><div></div>"));
    let op = |parent, first| insert(parent, first, 2, "<p class=\"pii\">x</p>");
    let payload = forwarded(&gate.pass(patch(1, 1, &[op(3, 5), op(4, 7)])));
    let inserts = ops(&payload);
    let [Op::I(seen), Op::I(masked)] = inserts.as_slice() else {
        panic!("two inserts");
    };
    assert!(seen.html.0.contains('x') && !masked.html.0.contains('x'));
}

#[test]
fn a_moved_node_cannot_leave_or_enter_a_mask() {
    let mut gate = gate(&[".pii"]);
    begin(
        &mut gate,
        6,
        &body("<div class=\"pii\"><p>SECRET</p></div><i></i>"),
    );
    // Its new ids are those of an insert below a mask: they stay dead.
    let into = insert(3, 7, 2, "<b>SECRET</b>");
    let payload = forwarded(&gate.pass(patch(1, 1, &[into])));
    assert!(ops(&payload).is_empty());
    assert!(gate.is_hidden(7) && gate.is_hidden(8));
    let below = insert(7, 9, 1, "SECRET");
    let payload = forwarded(&gate.pass(patch(1, 2, &[below])));
    assert!(ops(&payload).is_empty());
    // An id that was used cannot come again under a visible parent.
    let again = insert(6, 7, 1, "SECRET");
    let verdict = gate.pass(patch(1, 3, &[again]));
    assert_eq!(verdict, Verdict::Resync(ResyncReason::BadOp));
}

#[test]
fn a_renamed_element_is_masked_by_its_type_and_by_what_else_it_bears() {
    let page = body("<u-el u:n=\"INPUT\" type=\"password\" u:v=\"SECRET\">SECRET</u-el>");
    let payload = begin(&mut gate(&[]), 4, &page);
    assert_eq!(html(&payload), body("<u-el u:m=\"\"><!--k1--></u-el>"));
}

#[test]
fn a_card_number_typed_into_a_field_masks_it() {
    let mut gate = gate(&[]);
    begin(&mut gate, 3, &body("<input name=\"note\"/>"));
    let typed = |value| {
        Op::P(P {
            id: 3,
            what: Prop::Value,
            value,
        })
    };
    let verdict = gate.pass(patch(1, 1, &[typed("4111 1111 1111 111")]));
    assert_eq!(ops(&forwarded(&verdict)).len(), 1, "not yet a card");
    let verdict = gate.pass(patch(1, 2, &[typed("4111 1111 1111 1111")]));
    assert_eq!(ops(&forwarded(&verdict)), [Op::K(K { id: 3 })]);
    assert!(matches!(verdict, Verdict::Forward { resend, .. } if resend == [3]));
    let verdict = gate.pass(patch(1, 3, &[typed("4111 1111 1111 1111 ")]));
    assert!(ops(&forwarded(&verdict)).is_empty(), "it is hidden now");
}

#[test]
fn tokens_in_texts_and_in_other_words_mask_nothing() {
    let page = body("<p class=\"piix xpii\" title=\"pii\">pii class=\"pii\"</p>");
    let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(4, &page))]);
    let mut gate = gate(&[".pii"]);
    let Verdict::Forward { masked, .. } = gate.pass(frame.clone()) else {
        panic!("refused");
    };
    assert_eq!(masked.bytes(), &frame);
}

#[test]
fn a_mask_on_templates_leaves_shadow_roots_alone() {
    let page = body(
        "<x-a><template shadowrootmode=\"open\"><b>seen</b></template></x-a><template>SECRET</template>",
    );
    let payload = begin(&mut gate(&["template", "template b"]), 8, &page);
    let masked = "<x-a><template shadowrootmode=\"open\"><b>seen</b></template></x-a>\
        <template u:m=\"\"><!--k1--></template>";
    assert_eq!(html(&payload), body(masked));
}
