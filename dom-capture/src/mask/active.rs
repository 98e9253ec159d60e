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
    /// By number of the token: is it one of `named`?
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
        let mut features = vec![false; rules.finder().count()];
        for token in named.tokens() {
            let number = rules.finder().number(&token);
            if let Some(feature) = number.and_then(|number| features.get_mut(number)) {
                *feature = true;
            }
        }
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

    /// Looks for the tokens of all selectors. Only what stands in a start tag counts: no selector
    /// looks at text. `tag_at` says in which tag, if any, an offset lies; it is asked for ascending
    /// ones. `at_token` gets the tags that have one, in ascending order, and whether it makes them
    /// worth keeping.
    pub(super) fn scan(
        &self,
        markup: &str,
        seen: &mut Seen,
        mut tag_at: impl FnMut(usize) -> Option<usize>,
        mut at_token: impl FnMut(usize, bool),
    ) {
        seen.reset(self.rules.finder().count());
        self.rules.finder().find(markup, |number, end| {
            // A token has no `<` but as its first byte, and no `>`: one that ends in a tag is in it.
            let Some(tag) = tag_at(end) else {
                return;
            };
            seen.add(number);
            at_token(tag, self.features.get(number).copied().unwrap_or(false));
        });
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

    /// Can one of the selectors match this start tag?
    pub(super) fn may_match(&self, tag: &str, seen: &mut Seen) -> bool {
        seen.reset(self.rules.finder().count());
        self.rules.finder().find(tag, |number, _| seen.add(number));
        self.possible(seen).next().is_some()
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

/// Which tokens occur in a payload.
#[derive(Default)]
pub(super) struct Seen(Vec<u64>);

impl Seen {
    fn reset(&mut self, tokens: usize) {
        self.0.clear();
        self.0.resize(tokens.div_ceil(64), 0);
    }

    fn add(&mut self, token: usize) {
        if let Some(word) = self.0.get_mut(token / 64) {
            *word |= 1 << (token % 64);
        }
    }

    fn has(&self, token: usize) -> bool {
        self.0
            .get(token / 64)
            .is_some_and(|word| word & (1 << (token % 64)) != 0)
    }
}
