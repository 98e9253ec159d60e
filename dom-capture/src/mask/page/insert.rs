//! Markup that comes in: validated, matched, cut, and what later ops need of it remembered.

use super::{BAD_OP, Page, Ruling, Stop, bare};
use crate::mask::cut::cut;
use crate::mask::markup::{self, Element, MarkupLimits, Place};
use crate::mask::matching::matches;
use crate::mask::selector::Matcher;
use crate::mask::start_tags::StartTags;
use crate::mask::tree::{DOCUMENT, Kind};
use crate::protocol::{I, ResyncReason};

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
