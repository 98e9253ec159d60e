//! What the edge knows of one epoch of a page, and the rule for each op (docs/protocol.md, 3.4).
//! Default deny: what cannot be placed under a visible parent is dropped, what contradicts the tree
//! gives the epoch up.

mod attribute;
mod insert;

use crate::mask::active::{Active, Seen};
use crate::mask::cards::looks_like_card;
use crate::mask::context::Context;
use crate::mask::limits::GateLimits;
use crate::mask::markup::{Element, MarkupError, Place};
use crate::mask::named::BARE;
use crate::mask::tree::{DOCUMENT, Kind, Tree};
use crate::protocol::{F, G, H, M, Op, P, Prop, R, ResyncReason, T, WireError, X};

/// One epoch of a page.
pub(in crate::mask) struct Page {
    tree: Tree,
    context: Context,
    active: Active,
    limits: GateLimits,
    /// What the frame at hand may still cost.
    budget: Budget,
    /// Nodes to ask for again.
    pub(in crate::mask) resend: Vec<u32>,
    /// Elements that only the edge masked.
    pub(in crate::mask) missed: u64,
    elements: Vec<Element>,
    seen: Seen,
    /// The same for one start tag.
    seen_in_tag: Seen,
}

/// What becomes of an op.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mask) enum Ruling {
    Forward,
    Drop,
    /// *Mask this node* goes out instead.
    Mask(u32),
    /// The insert goes out with this markup.
    Markup(String),
    /// The attribute goes out with this value.
    Value(String),
    /// Focus goes out as nothing.
    Unfocus,
}

/// Why a frame goes no further.
#[derive(Debug)]
pub(in crate::mask) enum Stop {
    Resync(ResyncReason),
    Refuse(WireError),
}

impl From<WireError> for Stop {
    fn from(error: WireError) -> Self {
        Self::Refuse(error)
    }
}

impl From<MarkupError> for Stop {
    fn from(error: MarkupError) -> Self {
        Self::Resync(match error {
            MarkupError::NotCanonical(_) => ResyncReason::NotCanonical,
            MarkupError::TooManyNodes => ResyncReason::TooLarge,
        })
    }
}

const BAD_OP: Stop = Stop::Resync(ResyncReason::BadOp);

/// What one frame may cost: a page that needs more is cheaper as a snapshot.
#[derive(Clone, Copy)]
struct Budget {
    /// Matcher runs, long prefixes counted as more.
    runs: u32,
    /// Links followed in the tree by then.
    followed: u64,
    resends: u32,
}

const MOST_RUNS: u32 = 8_192;
/// Bytes of a prefix that cost as much as a run.
const RUN_BYTES: usize = 512;
const MOST_FOLLOWED: u64 = 50_000_000;
/// Nodes asked for again: so many at once, and so many more with each frame.
const MOST_RESENDS: u32 = 256;
const RESENDS_PER_FRAME: u32 = 8;

impl Page {
    pub(in crate::mask) fn new(active: Active, limits: GateLimits) -> Self {
        Self {
            tree: Tree::new(),
            context: Context::default(),
            active,
            limits,
            budget: Budget {
                runs: MOST_RUNS,
                followed: MOST_FOLLOWED,
                resends: MOST_RESENDS,
            },
            resend: Vec::new(),
            missed: 0,
            elements: Vec::new(),
            seen: Seen::default(),
            seen_in_tag: Seen::default(),
        }
    }

    /// A new frame begins.
    pub(in crate::mask) fn begin_frame(&mut self) {
        self.budget.runs = MOST_RUNS;
        self.budget.followed = self.tree.followed() + MOST_FOLLOWED;
        self.budget.resends = (self.budget.resends + RESENDS_PER_FRAME).min(MOST_RESENDS);
    }

    /// Would the selectors of another address be others?
    pub(in crate::mask) fn leaves_its_masks(&self, url: &str) -> bool {
        self.active.differs_for(url)
    }

    fn deepest(&self) -> u32 {
        u32::from(self.limits.depth) + 2
    }

    /// Was every link from this node to the document forwarded, and is none masked?
    pub(in crate::mask) fn is_visible(&self, id: u32) -> bool {
        self.tree.depth(id, self.deepest()).is_some()
    }

    /// A visible element; the document and other nodes are none.
    pub(in crate::mask) fn is_visible_element(&self, id: u32) -> bool {
        matches!(self.tree.kind(id), Some(Kind::Element | Kind::Leaf)) && self.is_visible(id)
    }

    /// A visible shadow root.
    pub(in crate::mask) fn is_visible_root(&self, id: u32) -> bool {
        self.tree.kind(id) == Some(Kind::Root) && self.is_visible(id)
    }

    /// The markup of a snapshot: its number of ids, and the markup to send if it has masks.
    pub(in crate::mask) fn fill(&mut self, markup: &str) -> Result<(u32, Option<String>), Stop> {
        let place = Place {
            parent: DOCUMENT,
            depth: 0,
            is_document: true,
        };
        self.take_in(markup, place)
    }

    /// The rule for one op. `U`, which concerns the whole frame, and `K` are the gate's.
    pub(in crate::mask) fn judge(&mut self, op: &Op<'_>) -> Result<Ruling, Stop> {
        if self.tree.followed() > self.budget.followed {
            return Err(Stop::Resync(ResyncReason::TooLarge));
        }
        match op {
            Op::R(op) => self.remove(op),
            Op::I(op) => self.insert(op),
            Op::M(op) => self.reorder(op),
            Op::T(op) => self.text(op),
            Op::A(op) => self.attribute(op),
            Op::P(op) => self.property(op),
            Op::X(op) => self.scroll(op),
            Op::G(op) => Ok(self.size(op)),
            Op::H(op) => Ok(self.sheets(op)),
            Op::F(op) => Ok(self.focus(op)),
            Op::V(_) | Op::U(_) | Op::C(_) => Ok(Ruling::Forward),
            Op::K(_) => Err(WireError::message("Patch.K").into()),
        }
    }

    fn remove(&mut self, op: &R) -> Result<Ruling, Stop> {
        if !self.tree.is_known(op.id) {
            return Err(BAD_OP);
        }
        if !self.is_under_visible(op.id) {
            return Ok(Ruling::Drop);
        }
        if self.tree.kind(op.id) == Some(Kind::Root) {
            return Err(BAD_OP);
        }
        self.tree.kill(op.id);
        self.context.remove(op.id);
        Ok(Ruling::Forward)
    }

    /// A living node whose parent is visible; it may be masked itself.
    fn is_under_visible(&self, id: u32) -> bool {
        self.tree
            .parent(id)
            .is_some_and(|parent| self.is_visible(parent))
    }

    fn reorder(&self, op: &M) -> Result<Ruling, Stop> {
        if !self.is_under_visible(op.id) {
            return Ok(Ruling::Drop);
        }
        let is_root = self.tree.kind(op.id) == Some(Kind::Root);
        if self.tree.parent(op.id) != Some(op.parent) || op.id == op.prev || is_root {
            return Err(BAD_OP);
        }
        self.check_prev(op.parent, op.prev)?;
        Ok(Ruling::Forward)
    }

    fn text(&self, op: &T<'_>) -> Result<Ruling, Stop> {
        if !self.is_visible(op.id) {
            return Ok(Ruling::Drop);
        }
        if self.tree.kind(op.id) == Some(Kind::Text) {
            Ok(Ruling::Forward)
        } else {
            Err(BAD_OP)
        }
    }

    fn property(&mut self, op: &P<'_>) -> Result<Ruling, Stop> {
        if !self.is_visible(op.id) {
            return Ok(Ruling::Drop);
        }
        if !self.is_visible_element(op.id) {
            return Err(BAD_OP);
        }
        if op.what == Prop::Value && looks_like_card(op.value) {
            return self.mask_and_ask(op.id, true);
        }
        Ok(Ruling::Forward)
    }

    fn scroll(&self, op: &X) -> Result<Ruling, Stop> {
        if op.id == DOCUMENT {
            return Ok(Ruling::Forward);
        }
        if !self.is_visible(op.id) {
            return Ok(Ruling::Drop);
        }
        if self.is_visible_element(op.id) {
            Ok(Ruling::Forward)
        } else {
            Err(BAD_OP)
        }
    }

    fn size(&self, op: &G) -> Ruling {
        let is_small = op.w < 100_000 && op.h < 100_000;
        if is_small && self.tree.is_masked(op.id) && self.is_under_visible(op.id) {
            Ruling::Forward
        } else {
            Ruling::Drop
        }
    }

    fn sheets(&self, op: &H) -> Ruling {
        if op.id == DOCUMENT || self.is_visible_element(op.id) || self.is_visible_root(op.id) {
            Ruling::Forward
        } else {
            Ruling::Drop
        }
    }

    fn focus(&self, op: &F) -> Ruling {
        if op.id == DOCUMENT || self.is_visible_element(op.id) {
            Ruling::Forward
        } else {
            Ruling::Unfocus
        }
    }
}

impl Budget {
    /// One matcher run behind this prefix.
    fn spend(&mut self, prefix: &str) -> Result<(), Stop> {
        let cost = u32::try_from(prefix.len() / RUN_BYTES).unwrap_or(u32::MAX);
        self.runs = self
            .runs
            .checked_sub(cost.saturating_add(1))
            .ok_or(Stop::Resync(ResyncReason::TooLarge))?;
        Ok(())
    }
}

/// The reduced start tag of an element that bears nothing of interest.
fn bare() -> String {
    format!("<{BARE}")
}
