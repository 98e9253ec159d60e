//! Patches against a page whose whole truth is known: an honest page that answers every `Resend`
//! must end up at the agent as the oracle has it; whatever a page sends, nothing masked gets out and
//! nothing is forwarded that a strict viewer could not apply.

use std::sync::Arc;

use coview_dom_capture::mask::{Gate, GateLimits, Rules, Verdict};
use coview_dom_capture::protocol::{
    A, F, G, H, Hash, I, K, Long, M, Op, P, Prop, Px, R, StreamMessage, T, X,
};

use crate::model::Model;
use crate::oracle::Oracle;
use crate::page::{forwarded, limits, masks, messages, patch, snapshot, stream};
use crate::random::{self, Rng, rounds};
use crate::viewer::Viewer;

/// What a search saw.
#[derive(Default, Debug)]
struct Tally {
    documents: u64,
    patches: u64,
    ops: u64,
    hostile: u64,
    masks: u64,
    resends: u64,
    resyncs: u64,
}

struct Session<'r> {
    gate: Gate,
    model: Model,
    viewer: Viewer,
    oracle: &'r Oracle,
    epoch: u32,
    offset: u32,
    asked: Vec<u32>,
}

impl<'r> Session<'r> {
    fn new(rules: &Arc<Rules>, oracle: &'r Oracle, model: Model, limits: GateLimits) -> Self {
        let mut session = Self {
            gate: Gate::new(Arc::clone(rules), limits),
            model,
            viewer: Viewer::default(),
            oracle,
            epoch: 0,
            offset: 0,
            asked: Vec::new(),
        };
        session.snapshot();
        session
    }

    fn snapshot(&mut self) {
        self.epoch += 1;
        self.offset = 0;
        let (written, count) = self.model.renumber();
        let verdict = self.gate.pass(stream(
            self.epoch,
            0,
            &[StreamMessage::Snapshot(snapshot(count, &written))],
        ));
        let payload = forwarded(&verdict);
        self.viewer = Viewer::default();
        self.take(&payload);
        let Verdict::Forward { resend, .. } = verdict else {
            unreachable!("forwarded() has seen to it");
        };
        self.asked.extend(resend);
    }

    /// Sends a patch; false if the epoch was given up.
    fn send(&mut self, ops: &[Op<'_>]) -> bool {
        self.offset += 1;
        let verdict = self.gate.pass(patch(self.epoch, self.offset, ops));
        match &verdict {
            Verdict::Resync(_) => return false,
            Verdict::Forward { resend, .. } => self.asked.extend(resend),
            other => panic!("{other:?}"),
        }
        self.take(&forwarded(&verdict));
        true
    }

    fn take(&mut self, payload: &[u8]) {
        for message in messages(payload) {
            match message {
                StreamMessage::Snapshot(snapshot) => {
                    self.viewer.fill(snapshot.html.0, snapshot.count);
                }
                StreamMessage::Patch(patch) => {
                    for op in patch.ops {
                        self.viewer.apply(&op.unwrap());
                    }
                }
                StreamMessage::Sheet(_) => {}
            }
        }
    }

    /// Nothing the oracle masks now is at the agent.
    fn check_leaks(&self) {
        let masked = self.model.masked_secrets(self.oracle);
        for secret in self.viewer.secrets() {
            assert!(
                !masked.contains(&secret),
                "{secret} is masked and at the agent"
            );
        }
    }
}

#[test]
fn honest_pages_converge_and_nothing_masked_gets_out() {
    let mut tally = Tally::default();
    rounds(40, |seed| {
        let mut rng = Rng::new(seed ^ 0x9a);
        let selectors = random::selectors(&mut rng);
        let texts: Vec<String> = selectors.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rules = Arc::new(Rules::compile(&masks(&texts)).unwrap());
        let oracle = Oracle::new(&selectors, false);
        for _ in 0..4 {
            let model = Model::new(&mut rng);
            let mut session = Session::new(&rules, &oracle, model, limits());
            session.check_leaks();
            tally.documents += 1;
            for _ in 0..12 {
                honest_patch(&mut session, &mut rng, &mut tally);
            }
            settle(&mut session, &mut tally);
            let expected = session.model.masked_markup(&oracle);
            assert_eq!(session.viewer.markup(), expected, "{texts:?}");
        }
    });
    eprintln!("{tally:?}");
    assert!(tally.masks > 20 && tally.resends > 20, "{tally:?}");
}

/// A few random changes of the page, sent as one patch.
fn honest_patch(session: &mut Session<'_>, rng: &mut Rng, tally: &mut Tally) {
    let mut changes = Vec::new();
    for _ in 0..1 + rng.below(4) {
        changes.extend(session.model.change(rng));
    }
    tally.patches += 1;
    tally.ops += changes.len() as u64;
    let ops: Vec<Op<'_>> = changes.iter().map(Change::op).collect();
    if session.send(&ops) {
        session.check_leaks();
        answer(session, tally);
    } else {
        tally.resyncs += 1;
        session.snapshot();
        session.check_leaks();
    }
}

/// The page sends again what it was asked for, if it is still there.
fn answer(session: &mut Session<'_>, tally: &mut Tally) {
    let asked = std::mem::take(&mut session.asked);
    for id in asked {
        tally.resends += 1;
        let changes = session.model.resend(id);
        let ops: Vec<Op<'_>> = changes.iter().map(Change::op).collect();
        if !session.send(&ops) {
            tally.resyncs += 1;
            session.snapshot();
        }
        session.check_leaks();
    }
}

fn settle(session: &mut Session<'_>, tally: &mut Tally) {
    for _ in 0..8 {
        if session.asked.is_empty() {
            break;
        }
        answer(session, tally);
    }
    assert!(session.asked.is_empty(), "the page is asked for ever");
    tally.masks += session.gate.masked_missed();
}

#[test]
fn hostile_patches_leak_nothing_and_stay_applicable() {
    let mut tally = Tally::default();
    rounds(40, |seed| {
        let mut rng = Rng::new(seed ^ 0x77);
        let selectors = random::selectors(&mut rng);
        let texts: Vec<String> = selectors.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rules = Arc::new(Rules::compile(&masks(&texts)).unwrap());
        let oracle = Oracle::new(&selectors, false);
        let model = Model::new(&mut rng);
        let mut session = Session::new(&rules, &oracle, model, limits());
        tally.documents += 1;
        for _ in 0..60 {
            if rng.once_in(3) {
                honest_patch(&mut session, &mut rng, &mut tally);
                continue;
            }
            let hostile = hostile(&session.model, &mut rng);
            tally.hostile += 1;
            // The viewer panics on what it cannot apply; the page's truth does not follow a lie, so
            // what it shows is compared by secrets that lies do not contain.
            if session.send(&[hostile.op()]) {
                session.check_leaks();
                session.asked.clear();
                // Whether it was dropped or applied, the page begins anew.
                session.snapshot();
            } else {
                tally.resyncs += 1;
                session.snapshot();
            }
        }
    });
    eprintln!("{tally:?}");
}

/// An op with its own texts.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    R(u32),
    I(u32, u32, u32, u32, String),
    M(u32, u32, u32),
    T(u32, String),
    A(u32, String, Option<String>),
    P(u32, String),
    X(u32),
    G(u32, u32),
    H(u32),
    F(u32),
}

impl Change {
    pub(crate) fn op(&self) -> Op<'_> {
        match self {
            Self::R(id) => Op::R(R { id: *id }),
            Self::I(parent, prev, first, count, html) => Op::I(I {
                parent: *parent,
                prev: *prev,
                first: *first,
                count: *count,
                html: Long(html),
            }),
            Self::M(parent, prev, id) => Op::M(M {
                parent: *parent,
                prev: *prev,
                id: *id,
            }),
            Self::T(id, text) => Op::T(T { id: *id, text }),
            Self::A(id, name, value) => Op::A(A {
                id: *id,
                name,
                value: value.as_deref(),
            }),
            Self::P(id, value) => Op::P(P {
                id: *id,
                what: Prop::Value,
                value,
            }),
            Self::X(id) => Op::X(X {
                id: *id,
                x: Px(1),
                y: Px(2),
            }),
            Self::G(id, w) => Op::G(G {
                id: *id,
                w: *w,
                h: 1,
            }),
            Self::H(id) => Op::H(H {
                id: *id,
                hashes: vec![Hash([1; 8])],
            }),
            Self::F(id) => Op::F(F { id: *id }),
        }
    }
}

/// An op that lies: dead, hidden or huge ids, wrong counts, markup where none belongs.
fn hostile(model: &Model, rng: &mut Rng) -> Change {
    let next = model.next_id();
    let id = |rng: &mut Rng| match rng.below(8) {
        0 => 0,
        1 => next,
        2 => next + 5,
        3 => u32::MAX,
        4 => 1 << 29,
        _ => u32::try_from(rng.below(next as usize + 1)).unwrap(),
    };
    let some = |rng: &mut Rng, list: &[&str]| (*rng.pick(list)).to_owned();
    match rng.below(10) {
        0 => Change::R(id(rng)),
        1 | 2 => {
            let first = if rng.once_in(4) { id(rng) } else { next };
            let (html, count) = hostile_markup(rng);
            let count = if rng.once_in(6) { count + 1 } else { count };
            Change::I(
                id(rng),
                if rng.once_in(2) { 0 } else { id(rng) },
                first,
                count,
                html,
            )
        }
        3 => Change::M(id(rng), id(rng), id(rng)),
        4 => Change::T(id(rng), "lie".to_owned()),
        5 | 6 => {
            let names = [
                "class",
                "u:m",
                "u:w",
                "u:n",
                "u:ns",
                "u:x",
                "u:v",
                "shadowrootmode",
                "A",
                "a b",
                "",
                "id",
                "title",
                "data-x",
                "value",
            ];
            let values = [
                "pii",
                "\" class=\"",
                "<b>",
                "no-upscope",
                "",
                "4111 1111 1111 1111",
            ];
            let value = (!rng.once_in(5)).then(|| some(rng, &values));
            Change::A(id(rng), some(rng, &names), value)
        }
        7 => Change::P(id(rng), some(rng, &["lie", "4111111111111111"])),
        8 => match rng.below(4) {
            0 => Change::X(id(rng)),
            1 => Change::F(id(rng)),
            2 => Change::H(id(rng)),
            _ => Change::X(id(rng)),
        },
        _ => Change::G(id(rng), if rng.once_in(2) { 100_000 } else { 10 }),
    }
}

fn hostile_markup(rng: &mut Rng) -> (String, u32) {
    let samples = [
        ("<b>lie</b>", 2),
        ("lie", 1),
        ("<b>", 1),
        ("</b>", 0),
        ("<!--k3-->", 3),
        ("<b u:m=\"\"></b>", 1),
        ("<b u:m=\"\">lie</b>", 2),
        ("<template shadowrootmode=\"open\"></template>", 1),
        (
            "<div><template shadowrootmode=\"open\">lie</template></div>",
            3,
        ),
        ("<input value=\"lie\"/>", 1),
        ("<script></script>", 1),
        ("", 0),
        ("<p class=\"no-upscope\">lie</p><i></i>", 3),
    ];
    let (html, count) = *rng.pick(&samples);
    (html.to_owned(), count)
}

#[test]
fn a_page_that_fills_its_ids_begins_anew() {
    let rules = Arc::new(Rules::compile(&masks(&[])).unwrap());
    let small = GateLimits {
        nodes: 100,
        ..limits()
    };
    let mut gate = Gate::new(rules, small);
    let page = snapshot(2, "<html><body></body></html>");
    let begun = gate.pass(stream(1, 0, &[StreamMessage::Snapshot(page)]));
    assert!(matches!(begun, Verdict::Forward { .. }));
    let mut next = 3;
    for offset in 1.. {
        let insert = Change::I(2, 0, next, 1, "<p></p>".to_owned());
        let remove = Change::R(next);
        match gate.pass(patch(1, offset, &[insert.op(), remove.op()])) {
            Verdict::Forward { .. } => next += 1,
            Verdict::Resync(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(next, 101, "each id is given once");
    assert!(gate.is_hidden(1), "the state is freed");
}

#[test]
fn a_tree_grown_by_patches_stops_at_the_depth_limit() {
    let rules = Arc::new(Rules::compile(&masks(&[".modal .pii"])).unwrap());
    let mut gate = Gate::new(rules, limits());
    let page = snapshot(2, "<html><body></body></html>");
    let begun = gate.pass(stream(1, 0, &[StreamMessage::Snapshot(page)]));
    assert!(matches!(begun, Verdict::Forward { .. }));
    let mut depth = 2;
    for offset in 1.. {
        let html = "<p>".repeat(100) + &"</p>".repeat(100);
        match gate.pass(patch(
            1,
            offset,
            &[Change::I(depth, 0, depth + 1, 100, html).op()],
        )) {
            Verdict::Forward { .. } => depth += 100,
            Verdict::Resync(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(depth, 3902);
}

#[test]
fn a_mask_op_from_a_visitor_is_refused() {
    let rules = Arc::new(Rules::compile(&masks(&[])).unwrap());
    let mut gate = Gate::new(rules, limits());
    let page = snapshot(2, "<html><body></body></html>");
    let _ = gate.pass(stream(1, 0, &[StreamMessage::Snapshot(page)]));
    let verdict = gate.pass(patch(1, 1, &[Op::K(K { id: 1 })]));
    assert!(matches!(verdict, Verdict::Refuse(refusal) if refusal.close_code().code() == 4001));
}
