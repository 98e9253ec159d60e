//! The selectors that hold for one page: chosen by its address and its mode when its snapshot
//! comes, and what they name.

use std::sync::Arc;

use super::named::Named;
use super::rules::{Chosen, Rules};
use super::selector::Matcher;

/// The selectors of one page.
pub(super) struct Active {
    rules: Arc<Rules>,
    chosen: Chosen,
    quirks: bool,
    /// Indexes of the matchers that hold.
    matchers: Vec<usize>,
    /// Everything that is named.
    pub(super) named: Named,
    /// What ancestor parts name.
    pub(super) around: Named,
    /// By pattern: is it a token of `named`?
    features: Vec<bool>,
}

impl Active {
    pub(super) fn new(rules: Arc<Rules>, url: &str, quirks: bool) -> Self {
        let chosen = rules.choose(url);
        let matchers: Vec<usize> = rules.matchers_of(&chosen).collect();
        let mut named = Named::new(quirks);
        let mut around = Named::new(quirks);
        for matcher in matchers.iter().filter_map(|index| rules.matcher(*index)) {
            matcher
                .form
                .compounds()
                .for_each(|compound| named.add(compound));
            matcher
                .form
                .ancestors()
                .for_each(|compound| around.add(compound));
        }
        let features = rules.patterns_of(&named.tokens());
        Self {
            rules,
            chosen,
            quirks,
            matchers,
            named,
            around,
            features,
        }
    }

    /// Would another address choose other selectors?
    pub(super) fn differs_for(&self, url: &str) -> bool {
        self.rules.choose(url) != self.chosen
    }

    /// Looks for the tokens of all selectors. `at_feature` gets the offset behind each byte string
    /// that may make a start tag worth keeping, in ascending order.
    pub(super) fn scan(&self, markup: &str, seen: &mut Seen, mut at_feature: impl FnMut(usize)) {
        seen.reset(self.rules.patterns());
        for found in self.rules.find(markup) {
            let pattern = found.pattern().as_usize();
            seen.add(pattern);
            if self.features.get(pattern).copied().unwrap_or(false) {
                at_feature(found.end());
            }
        }
    }

    /// The matchers that can match something in a payload with these tokens.
    pub(super) fn possible<'a>(&'a self, seen: &'a Seen) -> impl Iterator<Item = &'a Matcher> {
        self.matchers
            .iter()
            .filter(|index| {
                self.rules
                    .tokens_of(**index)
                    .iter()
                    .all(|token| seen.has(*token))
            })
            .filter_map(|index| self.rules.matcher(*index))
    }

    /// The matchers whose subject names this attribute, or all.
    pub(super) fn naming<'a>(
        &'a self,
        attribute: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Matcher> {
        self.matchers
            .iter()
            .filter(move |index| {
                attribute.is_none_or(|name| self.rules.subject_names(**index, name))
            })
            .filter_map(|index| self.rules.matcher(*index))
    }

    /// The compiled selector for this document's mode.
    pub(super) const fn compiled<'a>(&self, matcher: &'a Matcher) -> &'a lol_html::Selector {
        if self.quirks {
            &matcher.quirks
        } else {
            &matcher.standard
        }
    }
}

/// Which patterns occur in a payload.
#[derive(Default)]
pub(super) struct Seen(Vec<u64>);

impl Seen {
    fn reset(&mut self, patterns: usize) {
        self.0.clear();
        self.0.resize(patterns.div_ceil(64), 0);
    }

    fn add(&mut self, pattern: usize) {
        if let Some(word) = self.0.get_mut(pattern / 64) {
            *word |= 1 << (pattern % 64);
        }
    }

    fn has(&self, pattern: usize) -> bool {
        self.0
            .get(pattern / 64)
            .is_some_and(|word| word & (1 << (pattern % 64)) != 0)
    }
}
