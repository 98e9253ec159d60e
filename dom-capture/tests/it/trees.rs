//! Random trees under random selectors: what the gate yields is, byte for byte, what the tree's own
//! writer yields when it leaves out what the oracle masks.

use crate::oracle::{Oracle, Reading};
use crate::page::{forwarded, gate, html, limits, masks, snapshot, stream};
use crate::random::{self, Rng, rounds};
use crate::tree::{Ns, markup, masked_markup};
use coview_dom_capture::mask::{Gate, Rules};
use coview_dom_capture::protocol::StreamMessage;
use std::sync::Arc;

#[test]
fn random_trees_are_masked_exactly() {
    let (mut trees, mut nodes, mut masked_trees) = (0u64, 0u64, 0u64);
    rounds(60, |seed| {
        let mut rng = Rng::new(seed);
        let selectors = random::selectors(&mut rng);
        let texts: Vec<String> = selectors.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rules = match Rules::compile(&masks(&texts)) {
            Ok(rules) => Arc::new(rules),
            Err(errors) => panic!("{}", errors[0]),
        };
        for _ in 0..20 {
            let quirks = rng.once_in(3);
            let oracle = Oracle::new(&selectors, quirks);
            let document = random::document(&mut rng);
            let (written, next) = markup(&document, 1, Ns::Html);
            let masked = oracle.masked(&document, 1, &[], Reading::Edge);
            let mut page = snapshot(next - 1, &written);
            page.quirks = quirks;
            let mut gate = Gate::new(Arc::clone(&rules), limits());
            let payload = forwarded(&gate.pass(stream(1, 0, &[StreamMessage::Snapshot(page)])));
            let (expected, _) = masked_markup(&document, 1, Ns::Html, &|id| masked.contains(&id));
            assert_eq!(html(&payload), expected, "{texts:?} on {written}");
            assert_eq!(gate.masked_missed(), masked.len() as u64);
            // A browser masks nothing that is still there.
            for id in oracle.masked(&document, 1, &[], Reading::Css) {
                assert!(gate.is_hidden(id), "{texts:?} leave {id} of {written}");
            }
            trees += 1;
            nodes += u64::from(next - 1);
            masked_trees += u64::from(!masked.is_empty());
        }
    });
    eprintln!("{trees} trees, {nodes} nodes, {masked_trees} trees with masks");
    assert!(masked_trees * 5 > trees, "the search must find masks");
}

#[test]
fn an_empty_page_and_a_page_of_voids_pass() {
    for (count, written) in [(0, ""), (1, "<img alt=\"x\"/>"), (1, "<html></html>")] {
        let mut gate = gate(&["p"]);
        let payload = forwarded(&gate.pass(stream(
            1,
            0,
            &[StreamMessage::Snapshot(snapshot(count, written))],
        )));
        assert_eq!(html(&payload), written);
    }
}
