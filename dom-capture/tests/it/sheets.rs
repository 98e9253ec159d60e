//! Style sheets and the lists of a snapshot.

use coview_config::{MaskRule, Masks};
use std::sync::Arc;

use coview_dom_capture::mask::{Gate, Rules, Verdict};
use coview_dom_capture::protocol::{
    Adopted, F, G, H, Hash, Long, Op, Px, ResyncReason, Scrolled, Sheet, SheetOf, Snapshot,
    StreamMessage, U, X,
};

use crate::page::{begin, forwarded, gate, gate_of, messages, ops, patch, snapshot, stream};

const STYLED: &str = "<html><head><style></style></head><body><p class=\"pii\"></p></body></html>";

fn hash(first: u8) -> Hash {
    Hash([first; 8])
}

fn sheet(first: u8, text: &str) -> StreamMessage<'_> {
    StreamMessage::Sheet(Sheet {
        hash: hash(first),
        base: "https://shop.example/a.css",
        text: Long(text),
    })
}

fn styled(html: &str) -> Snapshot<'_> {
    let mut page = snapshot(5, html);
    page.sheets = vec![SheetOf {
        id: 3,
        hash: hash(1),
    }];
    page
}

/// Texts of the sheets in a frame.
fn sheets(verdict: &Verdict) -> Vec<String> {
    messages(&forwarded(verdict))
        .into_iter()
        .filter_map(|message| match message {
            StreamMessage::Sheet(sheet) => Some(sheet.text.0.to_owned()),
            _ => None,
        })
        .collect()
}

#[test]
fn sheets_beyond_an_epochs_limit_go_no_further() {
    let mut limits = crate::page::limits();
    limits.sheets = 10;
    let rules = Arc::new(Rules::compile(&Masks::default()).unwrap());
    let mut gate = Gate::new(rules, limits);
    let page = || StreamMessage::Snapshot(styled(STYLED));
    let verdict = gate.pass(stream(1, 0, &[page(), sheet(1, "p{}"), sheet(2, "b{}")]));
    assert_eq!(sheets(&verdict), ["p{}", "b{}"]);
    let verdict = gate.pass(stream(1, 1, &[sheet(3, "i{}"), sheet(4, "u{}")]));
    assert_eq!(sheets(&verdict), ["i{}"]);
    let verdict = gate.pass(stream(1, 2, &[sheet(5, "a{}")]));
    assert!(
        ops(&forwarded(&verdict)).is_empty(),
        "an empty patch in its place"
    );
    let verdict = gate.pass(stream(2, 0, &[page(), sheet(5, "a{}")]));
    assert_eq!(sheets(&verdict), ["a{}"], "the next epoch begins to count");
}

#[test]
fn once_capture_missed_a_mask_later_sheets_lose_their_words() {
    let words = ".pii::before{content:\"SECRET\"}";
    let mut trusted = gate(&[]);
    let page = || StreamMessage::Snapshot(styled(STYLED));
    let verdict = trusted.pass(stream(1, 0, &[page(), sheet(1, words)]));
    assert_eq!(sheets(&verdict), [words]);

    let mut gate = gate(&[".pii"]);
    let verdict = gate.pass(stream(1, 0, &[page(), sheet(1, words)]));
    assert_eq!(gate.masked_missed(), 1);
    assert_eq!(sheets(&verdict), [".pii::before{content:\"\"}"]);
    // And in later epochs.
    let verdict = gate.pass(stream(2, 0, &[page(), sheet(2, words)]));
    assert_eq!(sheets(&verdict), [".pii::before{content:\"\"}"]);
}

#[test]
fn hidden_nodes_stand_in_no_list_of_a_snapshot() {
    let mut page = styled(STYLED);
    let scrolled = |id| Scrolled {
        id,
        x: Px(0),
        y: Px(8),
    };
    page.focus = 5;
    page.scrolls = vec![scrolled(0), scrolled(4), scrolled(5), scrolled(99)];
    page.sheets.push(SheetOf {
        id: 5,
        hash: hash(9),
    });
    page.adopted = vec![Adopted {
        root: 5,
        hashes: vec![],
    }];
    let payload = forwarded(&gate(&[".pii"]).pass(stream(1, 0, &[StreamMessage::Snapshot(page)])));
    let Some(StreamMessage::Snapshot(page)) = messages(&payload).into_iter().next() else {
        panic!("no snapshot");
    };
    assert_eq!(page.focus, 0);
    assert_eq!(page.scrolls, [scrolled(0), scrolled(4)]);
    assert_eq!(page.sheets.len(), 1);
    assert!(page.adopted.is_empty());
}

#[test]
fn what_concerns_a_placeholder_is_its_size_alone() {
    let mut gate = gate(&[".pii"]);
    begin(&mut gate, 5, STYLED);
    let size = |id, w| Op::G(G { id, w, h: 9 });
    let scroll = |id| {
        Op::X(X {
            id,
            x: Px(1),
            y: Px(1),
        })
    };
    let sent = [
        size(5, 99_999),
        size(5, 100_000),
        size(4, 1),
        size(77, 1),
        scroll(5),
        scroll(0),
        Op::F(F { id: 5 }),
        Op::F(F { id: 4 }),
        Op::H(H {
            id: 5,
            hashes: vec![],
        }),
    ];
    let payload = forwarded(&gate.pass(patch(1, 1, &sent)));
    let expected = [
        size(5, 99_999),
        scroll(0),
        Op::F(F { id: 0 }),
        Op::F(F { id: 4 }),
    ];
    assert_eq!(ops(&payload), expected);
}

fn scoped() -> Gate {
    gate_of(&Masks {
        mask: vec![MaskRule {
            selector: ".pii".to_owned(),
            url: Some("https://shop.example/checkout/*".to_owned()),
        }],
        ..Masks::default()
    })
}

#[test]
fn a_scoped_mask_holds_on_its_pages_only() {
    let payload = begin(&mut scoped(), 5, STYLED);
    assert!(crate::page::html(&payload).contains("pii"));
    let mut page = styled(STYLED);
    page.url = "https://shop.example/checkout/pay?x#y";
    let mut gate = scoped();
    let payload = forwarded(&gate.pass(stream(1, 0, &[StreamMessage::Snapshot(page)])));
    assert!(!crate::page::html(&payload).contains("pii"));
}

#[test]
fn an_address_with_other_masks_begins_anew() {
    let go = |url| Op::U(U { url, base: url });
    let mut gate = scoped();
    begin(&mut gate, 5, STYLED);
    let verdict = gate.pass(patch(1, 1, &[go("https://shop.example/other")]));
    assert!(matches!(verdict, Verdict::Forward { .. }));
    let verdict = gate.pass(patch(1, 2, &[go("https://shop.example/checkout/pay")]));
    assert_eq!(verdict, Verdict::Resync(ResyncReason::MasksChanged));
}
