//! Damaged markup: either it is refused, or a tokenizer of our own reads a tree from it whose
//! masked writing is exactly what the gate yields.

use std::sync::Arc;

use coview_dom_capture::mask::{Gate, Rules, Verdict};
use coview_dom_capture::protocol::{ResyncReason, StreamMessage};

use crate::oracle::{Oracle, Reading};
use crate::page::{forwarded, html, limits, masks, snapshot, stream};
use crate::random::{self, Rng, rounds};
use crate::reader::{self, Written};
use crate::tree::{Ns, markup};

const INJECTED: &[&str] = &[
    "<",
    ">",
    "\"",
    "&",
    "&amp;",
    "/",
    " ",
    "=",
    "<!---->",
    "<!--0-->",
    "<!--k3-->",
    "<br/>",
    "<b>",
    "</b>",
    "</div>",
    " u:m=\"\"",
    " u:n=\"br\"",
    " u:w=\"1\"",
    " class=\"pii\"",
    "x",
    "<u-el>",
    "<template shadowrootmode=\"open\">",
    "</template>",
    "<script>",
    "<textarea>",
    " u:x=\"\"",
    "\u{a0}",
];

#[test]
fn damaged_markup_is_refused_or_read_alike() {
    let (mut refused, mut accepted, mut with_masks) = (0u64, 0u64, 0u64);
    rounds(60, |seed| {
        let mut rng = Rng::new(seed ^ 0xc0);
        let selectors = random::selectors(&mut rng);
        let texts: Vec<String> = selectors.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rules = Arc::new(Rules::compile(&masks(&texts)).unwrap());
        for _ in 0..40 {
            let document = random::document(&mut rng);
            let (mut written, next) = markup(&document, 1, Ns::Html);
            for _ in 0..=usize::from(rng.once_in(4)) {
                written = damage(&written, &mut rng);
            }
            let read = reader::read(&written);
            let count = read.as_ref().map_or(next - 1, Written::count);
            let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(count, &written))]);
            let mut gate = Gate::new(Arc::clone(&rules), limits());
            let verdict = gate.pass(frame);
            let Some(read) = read else {
                assert_eq!(
                    verdict,
                    Verdict::Resync(ResyncReason::NotCanonical),
                    "{written}"
                );
                refused += 1;
                continue;
            };
            let tree = read.tree();
            let masked = Oracle::new(&selectors, false).masked(&tree, 1, &[], Reading::Edge);
            let payload = forwarded(&verdict);
            assert_eq!(
                html(&payload),
                read.masked(&masked),
                "{texts:?} on {written}"
            );
            accepted += 1;
            with_masks += u64::from(!masked.is_empty());
        }
    });
    eprintln!("{refused} refused, {accepted} accepted, {with_masks} of them with masks");
    assert!(
        with_masks > 50,
        "the search must find damage that is accepted"
    );
}

/// One deletion, insertion, replacement, cut or copy.
fn damage(text: &str, rng: &mut Rng) -> String {
    let places: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    let mut pair = [*rng.pick(&places), *rng.pick(&places)];
    pair.sort_unstable();
    let [from, far] = pair;
    let near = places.iter().copied().find(|at| *at > from).unwrap_or(from);
    match rng.below(6) {
        0 => format!("{}{}", &text[..from], &text[near..]),
        1 | 2 => format!("{}{}{}", &text[..from], rng.pick(INJECTED), &text[from..]),
        3 => format!("{}{}{}", &text[..from], rng.pick(INJECTED), &text[near..]),
        4 => format!("{}{}", &text[..from], &text[far..]),
        _ => format!("{}{}{}", &text[..far], &text[from..far], &text[far..]),
    }
}
