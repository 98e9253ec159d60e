//! What the edge knows of one epoch of a page, and the rule for each op (docs/protocol.md, 3.4).
//! Default deny: what cannot be placed under a visible parent is dropped, what contradicts the tree
//! gives the epoch up.

use super::active::{Active, Seen};
use super::cards::looks_like_card;
use super::context::Context;
use super::cut::cut;
use super::gate::GateLimits;
use super::markup::{self, Element, MarkupError, MarkupLimits, Place, is_reserved};
use super::matching::matches;
use super::named::{BARE, StartTag};
use super::names::{is_attribute_name, is_void};
use super::selector::{Matcher, escape};
use super::start_tags::StartTags;
use super::tree::{DOCUMENT, Kind, Tree};
use crate::protocol::{A, F, G, H, I, M, Op, P, Prop, R, ResyncReason, T, WireError, X};

/// One epoch of a page.
pub(super) struct Page {
    tree: Tree,
    context: Context,
    active: Active,
    limits: GateLimits,
    /// What the frame at hand may still cost.
    budget: Budget,
    /// Nodes to ask for again.
    pub(super) resend: Vec<u32>,
    /// Elements that only the edge masked.
    pub(super) missed: u64,
    elements: Vec<Element>,
    seen: Seen,
}

/// What becomes of an op.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    Forward,
    Drop,
    /// *Mask this node* goes out instead.
    Mask(u32),
    /// The insert goes out with this markup.
    Markup(String),
    /// Focus goes out as nothing.
    Unfocus,
}

/// Why a frame goes no further.
#[derive(Debug)]
pub(super) enum Stop {
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

/// Matcher runs that one frame may cause: a page that needs more is cheaper as a snapshot.
#[derive(Clone, Copy)]
struct Budget {
    runs: u32,
    resends: u32,
}

const MOST_RUNS: u32 = 8_192;
/// Nodes asked for again: so many at once, and so many more with each frame.
const MOST_RESENDS: u32 = 256;
const RESENDS_PER_FRAME: u32 = 8;

impl Page {
    pub(super) fn new(active: Active, limits: GateLimits) -> Self {
        Self {
            tree: Tree::new(),
            context: Context::default(),
            active,
            limits,
            budget: Budget {
                runs: MOST_RUNS,
                resends: MOST_RESENDS,
            },
            resend: Vec::new(),
            missed: 0,
            elements: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// A new frame begins.
    pub(super) fn begin_frame(&mut self) {
        self.budget.runs = MOST_RUNS;
        self.budget.resends = (self.budget.resends + RESENDS_PER_FRAME).min(MOST_RESENDS);
    }

    /// Would the selectors of another address be others?
    pub(super) fn leaves_its_masks(&self, url: &str) -> bool {
        self.active.differs_for(url)
    }

    fn deepest(&self) -> u32 {
        u32::from(self.limits.depth) + 2
    }

    /// Was every link from this node to the document forwarded, and is none masked?
    pub(super) fn is_visible(&self, id: u32) -> bool {
        self.tree.depth(id, self.deepest()).is_some()
    }

    /// A visible element; the document and other nodes are none.
    pub(super) fn is_visible_element(&self, id: u32) -> bool {
        matches!(self.tree.kind(id), Some(Kind::Element | Kind::Leaf)) && self.is_visible(id)
    }

    /// A visible shadow root.
    pub(super) fn is_visible_root(&self, id: u32) -> bool {
        self.tree.kind(id) == Some(Kind::Root) && self.is_visible(id)
    }

    /// The markup of a snapshot: its number of ids, and the markup to send if it has masks.
    pub(super) fn fill(&mut self, markup: &str) -> Result<(u32, Option<String>), Stop> {
        let place = Place {
            parent: DOCUMENT,
            depth: 0,
            is_document: true,
        };
        self.take_in(markup, place)
    }

    /// The rule for one op. `U`, which concerns the whole frame, and `K` are the gate's.
    pub(super) fn judge(&mut self, op: &Op<'_>) -> Result<Ruling, Stop> {
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

    fn insert(&mut self, op: &I<'_>) -> Result<Ruling, Stop> {
        if op.first != self.tree.next() {
            return Err(BAD_OP);
        }
        let Some(depth) = self.tree.depth(op.parent, self.deepest()) else {
            return self.count_only(op);
        };
        if matches!(self.tree.kind(op.parent), Some(Kind::Leaf | Kind::Text)) {
            return Err(BAD_OP);
        }
        self.check_prev(op.parent, op.prev)?;
        let place = Place {
            parent: op.parent,
            depth,
            is_document: op.parent == DOCUMENT,
        };
        let (count, markup) = self.take_in(op.html.0, place)?;
        if count != op.count {
            return Err(BAD_OP);
        }
        Ok(markup.map_or(Ruling::Forward, Ruling::Markup))
    }

    /// Something below a hidden node: its ids are taken, nothing else is known of it.
    fn count_only(&mut self, op: &I<'_>) -> Result<Ruling, Stop> {
        let place = Place {
            parent: DOCUMENT,
            depth: 0,
            is_document: false,
        };
        let count = self.validate(op.html.0, place)?;
        if count != op.count {
            return Err(BAD_OP);
        }
        self.tree.kill_range(op.first, u32::MAX);
        Ok(Ruling::Drop)
    }

    /// `prev` is 0, or a child of `parent` that is no shadow root.
    fn check_prev(&self, parent: u32, prev: u32) -> Result<(), Stop> {
        let is_child =
            || self.tree.parent(prev) == Some(parent) && self.tree.kind(prev) != Some(Kind::Root);
        if prev == 0 || is_child() {
            Ok(())
        } else {
            Err(BAD_OP)
        }
    }

    fn validate(&mut self, markup: &str, place: Place) -> Result<u32, Stop> {
        let limits = MarkupLimits {
            nodes: self.limits.nodes,
            depth: u32::from(self.limits.depth),
        };
        let elements = &mut self.elements;
        Ok(markup::validate(
            markup,
            place,
            limits,
            &mut self.tree,
            elements,
        )?)
    }

    /// Validates markup, masks it, and keeps what later ops need of it.
    fn take_in(&mut self, markup: &str, place: Place) -> Result<(u32, Option<String>), Stop> {
        let count = self.validate(markup, place)?;
        let kept = self.scan(markup);
        let hits = self.hits(markup, place.parent)?;
        let cut = cut(markup, &self.elements, &hits, &mut self.tree)
            .map_err(|_| Stop::Resync(ResyncReason::NotCanonical))?;
        self.missed += cut.as_ref().map_or(0, |cut| cut.missed);
        self.remember(markup, &kept, &hits)?;
        Ok((count, cut.map(|cut| cut.markup)))
    }

    /// Finds the selectors' tokens; returns the elements that may be worth keeping, as indexes.
    fn scan(&mut self, markup: &str) -> Vec<usize> {
        let mut kept: Vec<usize> = Vec::new();
        let mut tags = StartTags::new(markup, &self.elements);
        let tag_at = |offset| tags.at(offset);
        self.active.scan(markup, &mut self.seen, tag_at, |index| {
            if kept.last() != Some(&index) {
                kept.push(index);
            }
        });
        kept
    }

    /// Where elements start that a mask covers, ascending.
    fn hits(&mut self, markup: &str, parent: u32) -> Result<Vec<u32>, Stop> {
        let possible: Vec<&Matcher> = self.active.possible(&self.seen).collect();
        let mut hits = Vec::new();
        if !possible.is_empty() {
            self.budget.spend()?;
            let asks_around = possible.iter().any(|matcher| !matcher.form.rest.is_empty());
            let prefix = if asks_around {
                self.context.around(&self.tree, parent, self.deepest())
            } else {
                String::new()
            };
            let selectors = possible.iter().map(|matcher| self.active.compiled(matcher));
            hits = matches(selectors, &prefix, markup)
                .map_err(|_| Stop::Resync(ResyncReason::TooLarge))?;
        }
        let cards = self.elements.iter().filter(|element| element.card);
        let before = hits.len();
        hits.extend(cards.map(|element| element.start));
        if hits.len() > before {
            hits.sort_unstable();
            hits.dedup();
        }
        Ok(hits)
    }

    /// Keeps the reduced start tags of what was forwarded, and of what the edge masked: to see
    /// when that ends.
    fn remember(&mut self, markup: &str, kept: &[usize], hits: &[u32]) -> Result<(), Stop> {
        let reduce = |element: &Element| {
            let tag = usize::try_from(element.start)
                .ok()
                .and_then(|start| markup.get(start..))
                .unwrap_or_default();
            self.active.named.reduce(tag, None)
        };
        for element in kept.iter().filter_map(|index| self.elements.get(*index)) {
            if element.placeholder || self.tree.kind(element.id).is_none() {
                continue;
            }
            if let Some(tag) = reduce(element) {
                self.context.set(element.id, Some(tag));
            }
        }
        for hit in hits {
            let found = self
                .elements
                .binary_search_by_key(hit, |element| element.start);
            let Some(element) = found.ok().and_then(|index| self.elements.get(index)) else {
                continue;
            };
            if !element.placeholder && self.tree.is_masked(element.id) {
                let tag = reduce(element).unwrap_or_else(bare);
                self.context.set(element.id, Some(tag));
            }
        }
        self.sweep()
    }

    fn sweep(&mut self) -> Result<(), Stop> {
        let deepest = self.deepest();
        if self
            .context
            .sweep(&self.tree, deepest, self.limits.inflated)
        {
            Ok(())
        } else {
            Err(Stop::Resync(ResyncReason::TooLarge))
        }
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

    fn attribute(&mut self, op: &A<'_>) -> Result<Ruling, Stop> {
        if !self.is_under_visible(op.id) {
            return Ok(Ruling::Drop);
        }
        if matches!(self.tree.kind(op.id), Some(Kind::Text | Kind::Root)) || !may_change(op.name) {
            return Err(BAD_OP);
        }
        let is_masked = self.tree.is_masked(op.id);
        let is_known = self.context.tag(op.id).is_some() && !self.context.is_pending(op.id);
        if is_masked && !is_known {
            return Ok(Ruling::Drop); // capture's own placeholder, or it is being sent again
        }
        let is_value = matches!(op.name, "value" | "u:v");
        if !is_masked && is_value && op.value.is_some_and(looks_like_card) {
            return self.mask_and_ask(op.id, true);
        }
        let unconcerned = if is_masked {
            Ruling::Drop
        } else {
            Ruling::Forward
        };
        if !self.active.named.has_attribute(op.name) {
            return Ok(unconcerned);
        }
        let old = self
            .context
            .tag(op.id)
            .map_or_else(bare, ToString::to_string);
        let value = op.value.map(escape);
        let change = Some((op.name, value.as_deref()));
        let new = self.active.named.reduce(&old, change).unwrap_or_else(bare);
        if new == old || (is_masked && op.name == "type" && was_password(&old)) {
            return Ok(unconcerned);
        }
        self.reconsider(op, is_masked, &old, new)
    }

    /// An attribute that selectors name has changed.
    fn reconsider(
        &mut self,
        op: &A<'_>,
        is_masked: bool,
        old: &str,
        new: String,
    ) -> Result<Ruling, Stop> {
        // A visible element can only start to match where its own part names the attribute.
        let naming = if is_masked { None } else { Some(op.name) };
        let is_match = self.is_match(op.id, &new, naming)?;
        let around = &self.active.around;
        let concerns_below = around.reduce(old, None) != around.reduce(&new, None);
        let kept = (new != bare() || is_masked || is_match).then_some(new);
        self.context.set(op.id, kept);
        self.sweep()?;
        match (is_masked, is_match) {
            (true, true) => Ok(Ruling::Drop),
            (true, false) => {
                self.ask(op.id)?;
                Ok(Ruling::Drop)
            }
            (false, true) => {
                self.tree.mask(op.id);
                self.missed += 1;
                Ok(Ruling::Mask(op.id))
            }
            (false, false) if concerns_below => self.mask_and_ask(op.id, false),
            (false, false) => Ok(Ruling::Forward),
        }
    }

    /// Would an element with this reduced start tag match, where `id` stands?
    fn is_match(&mut self, id: u32, tag: &str, naming: Option<&str>) -> Result<bool, Stop> {
        let matchers: Vec<&Matcher> = self.active.naming(naming).collect();
        if matchers.is_empty() {
            return Ok(false);
        }
        self.budget.spend()?;
        let parent = self.tree.parent(id).unwrap_or(DOCUMENT);
        let prefix = self.context.around(&self.tree, parent, self.deepest());
        let name = tag.split([' ', '<']).nth(1).unwrap_or_default();
        let end = if is_void(name.as_bytes()) { "/>" } else { ">" };
        let selectors = matchers.iter().map(|matcher| self.active.compiled(matcher));
        let hits = matches(selectors, &prefix, &format!("{tag}{end}"))
            .map_err(|_| Stop::Resync(ResyncReason::TooLarge))?;
        Ok(!hits.is_empty())
    }

    /// Masks a node and asks the page for it again: what of it may be seen is not known here.
    fn mask_and_ask(&mut self, id: u32, missed: bool) -> Result<Ruling, Stop> {
        self.tree.mask(id);
        self.missed += u64::from(missed);
        self.ask(id)?;
        Ok(Ruling::Mask(id))
    }

    fn ask(&mut self, id: u32) -> Result<(), Stop> {
        if !self.context.ask(id) {
            return Ok(());
        }
        let Some(left) = self.budget.resends.checked_sub(1) else {
            return Err(Stop::Resync(ResyncReason::MasksChanged));
        };
        self.budget.resends = left;
        self.resend.push(id);
        Ok(())
    }
}

impl Budget {
    fn spend(&mut self) -> Result<(), Stop> {
        self.runs = self
            .runs
            .checked_sub(1)
            .ok_or(Stop::Resync(ResyncReason::TooLarge))?;
        Ok(())
    }
}

/// The reduced start tag of an element that bears nothing of interest.
fn bare() -> String {
    format!("<{BARE}")
}

/// May an attribute of this name change on a living element?
fn may_change(name: &str) -> bool {
    if name.starts_with("u:") {
        is_reserved(name.as_bytes()) && !matches!(name, "u:ns" | "u:px")
    } else {
        is_attribute_name(name.as_bytes()) && name != "shadowrootmode"
    }
}

/// Is this the reduced start tag of a field whose content was hidden from the visitor too? Such a
/// field stays masked whatever its type becomes: "show my password" shows it to the visitor alone.
fn was_password(tag: &str) -> bool {
    StartTag::new(tag).any(|(name, value)| name == "type" && value.eq_ignore_ascii_case("password"))
}
