//! Markup that comes in: validated, matched, cut, and what later ops need of it remembered.

use super::{BAD_OP, Page, Ruling, Stop, bare};
use crate::mask::cut::cut;
use crate::mask::markup::{self, Element, MarkupLimits, Place};
use crate::mask::matching::matches;
use crate::mask::outline::{Outline, start_tag};
use crate::mask::selector::Matcher;
use crate::mask::start_tags::StartTags;
use crate::mask::tree::{DOCUMENT, Kind};
use crate::protocol::{I, ResyncReason};

/// The elements, as ascending indexes, in whose start tags tokens stand.
#[derive(Default)]
struct Tagged {
    all: Vec<usize>,
    /// Those that may be worth keeping.
    kept: Vec<usize>,
}

/// Two readings of the same markup differ, so nothing may pass.
const DISAGREEMENT: Stop = Stop::Resync(ResyncReason::NotCanonical);

impl Page {
    pub(super) fn insert(&mut self, op: &I<'_>) -> Result<Ruling, Stop> {
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
    pub(super) fn check_prev(&self, parent: u32, prev: u32) -> Result<(), Stop> {
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
    pub(super) fn take_in(
        &mut self,
        markup: &str,
        place: Place,
    ) -> Result<(u32, Option<String>), Stop> {
        let count = self.validate(markup, place)?;
        let tagged = self.scan(markup);
        let hits = self.hits(markup, place.parent, &tagged.all)?;
        let cut = cut(markup, &self.elements, &hits, &mut self.tree).map_err(|_| DISAGREEMENT)?;
        self.missed += cut.as_ref().map_or(0, |cut| cut.missed);
        self.remember(markup, &tagged.kept, &hits)?;
        Ok((count, cut.map(|cut| cut.markup)))
    }

    /// Finds the selectors' tokens.
    fn scan(&mut self, markup: &str) -> Tagged {
        let mut tagged = Tagged::default();
        let mut tags = StartTags::new(markup, &self.elements);
        let tag_at = |offset| tags.at(offset);
        let push = |list: &mut Vec<usize>, index| {
            if list.last() != Some(&index) {
                list.push(index);
            }
        };
        self.active
            .scan(markup, &mut self.seen, tag_at, |index, is_feature| {
                push(&mut tagged.all, index);
                if is_feature {
                    push(&mut tagged.kept, index);
                }
            });
        tagged
    }

    /// Where elements start that a mask covers, ascending.
    fn hits(&mut self, markup: &str, parent: u32, tagged: &[usize]) -> Result<Vec<u32>, Stop> {
        let mut hits = self.matches(markup, parent, tagged)?;
        let cards = self.elements.iter().filter(|element| element.card);
        let before = hits.len();
        hits.extend(cards.map(|element| element.start));
        if hits.len() > before {
            hits.sort_unstable();
            hits.dedup();
        }
        Ok(hits)
    }

    /// Where elements start that a selector matches, ascending.
    fn matches(&mut self, markup: &str, parent: u32, tagged: &[usize]) -> Result<Vec<u32>, Stop> {
        if self.active.possible(&self.seen).next().is_none() {
            return Ok(Vec::new());
        }
        let wanted = self.candidates(markup, tagged);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let outline = Outline::new(markup, &self.elements, &wanted).ok_or(DISAGREEMENT)?;
        let possible: Vec<&Matcher> = self.active.possible(&self.seen).collect();
        let asks_around = possible.iter().any(|matcher| !matcher.form.rest.is_empty());
        let prefix = if asks_around {
            self.context.around(&self.tree, parent, self.deepest())
        } else {
            String::new()
        };
        self.budget.spend(&prefix)?;
        let selectors = possible.iter().map(|matcher| self.active.compiled(matcher));
        matches(selectors, &prefix, &outline.markup)
            .map_err(|_| Stop::Resync(ResyncReason::TooLarge))?
            .into_iter()
            .map(|offset| outline.place(offset).ok_or(DISAGREEMENT))
            .collect()
    }

    /// The elements that a selector can match, by their start tags alone.
    fn candidates(&mut self, markup: &str, tagged: &[usize]) -> Vec<usize> {
        let mut possible = self.active.possible(&self.seen);
        if possible.any(|matcher| matcher.tokens.is_empty()) {
            return (0..self.elements.len()).collect();
        }
        let (active, elements, seen) = (&self.active, &self.elements, &mut self.seen_in_tag);
        tagged
            .iter()
            .copied()
            .filter(|index| {
                let element = elements.get(*index);
                let tag = element.and_then(|element| start_tag(markup, element));
                // Without its tag it has to be looked at.
                tag.is_none_or(|tag| active.may_match(tag, seen))
            })
            .collect()
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

    pub(super) fn sweep(&mut self) -> Result<(), Stop> {
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
}
