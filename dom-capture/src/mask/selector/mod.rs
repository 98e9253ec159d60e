//! The selectors that can be enforced while markup streams by: types, classes, ids, attributes,
//! descendants, children, `:not(simple)`. Anything else is refused with a reason, because a mask
//! that is skipped is a leak.

mod attribute;
mod parse;
mod wire;
mod write;

pub(super) use parse::{parse_list, parse_unmask};
pub(super) use wire::{Matcher, escape, exempt, is_renamed, wire_forms};

/// One member of a selector list, outermost compound first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complex {
    pub(super) first: Compound,
    pub(super) rest: Vec<(Combinator, Compound)>,
}

impl Complex {
    /// The compound that the masked element itself matches.
    pub(super) fn subject(&self) -> &Compound {
        self.rest
            .last()
            .map_or(&self.first, |(_, compound)| compound)
    }

    pub(super) fn subject_mut(&mut self) -> &mut Compound {
        match self.rest.last_mut() {
            Some((_, compound)) => compound,
            None => &mut self.first,
        }
    }

    /// All compounds, the subject last.
    pub(super) fn compounds(&self) -> impl Iterator<Item = &Compound> {
        std::iter::once(&self.first).chain(self.rest.iter().map(|(_, compound)| compound))
    }

    pub(super) fn compounds_mut(&mut self) -> impl Iterator<Item = &mut Compound> {
        std::iter::once(&mut self.first).chain(self.rest.iter_mut().map(|(_, compound)| compound))
    }

    /// All compounds but the subject.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = &Compound> {
        self.compounds().take(self.rest.len())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combinator {
    Descendant,
    Child,
}

/// What one element has to fulfil: all of `has`, none of `lacks`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Compound {
    pub(super) has: Vec<Simple>,
    pub(super) lacks: Vec<Simple>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Simple {
    /// As the operator wrote it; the wire has names in lower case.
    Type(String),
    Class(String),
    Id(String),
    Attribute(Attribute),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    /// As the wire writes names.
    pub(super) name: String,
    pub(super) test: Option<Test>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) operator: Operator,
    pub(super) operand: String,
    pub(super) case: Case,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    Includes,
    Dash,
    Prefix,
    Suffix,
    Substring,
}

/// The flag in the brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// None written: HTML decides by the attribute's name.
    Unset,
    Insensitive,
    Sensitive,
}
