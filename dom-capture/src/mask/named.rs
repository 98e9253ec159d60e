//! What a set of selectors names, and start tags reduced to that. A reduced tag matches exactly the
//! selectors that the whole tag matches, `:not()` included: a name that is absent says that the
//! element bears none of it.

use std::collections::BTreeSet;

use super::selector::{Attribute, Compound, Simple, escape};
use super::token::Token;

/// Types, attributes and classes that selectors name.
#[derive(Default)]
pub(super) struct Named {
    types: BTreeSet<String>,
    attributes: BTreeSet<String>,
    /// As the wire writes them.
    classes: BTreeSet<String>,
    /// The value of `class` is asked for as a whole.
    whole_class: bool,
    /// Classes compare without case.
    quirks: bool,
}

/// Stands for an element of which no selector asks anything. No selector may name it.
pub(super) const BARE: &str = "u-x";

impl Named {
    pub(super) fn new(quirks: bool) -> Self {
        Self {
            quirks,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, compound: &Compound) {
        for simple in compound.has.iter().chain(&compound.lacks) {
            match simple {
                Simple::Type(name) => {
                    self.types.insert(name.clone());
                }
                Simple::Class(class) => {
                    self.attributes.insert("class".to_owned());
                    self.classes.insert(escape(class));
                }
                Simple::Id(_) => {
                    self.attributes.insert("id".to_owned());
                }
                Simple::Attribute(Attribute { name, .. }) => {
                    self.whole_class |= name == "class";
                    self.attributes.insert(name.clone());
                }
            }
        }
    }

    /// Does any selector ask for this attribute?
    pub(super) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.contains(name)
    }

    /// Tokens of which one, at least, stands in every start tag that does not reduce to nothing.
    pub(super) fn tokens(&self) -> impl Iterator<Item = Token> {
        // Classes show themselves, or else the attribute does.
        let class = Token::attribute("class");
        self.all_tokens()
            .filter(move |token| self.whole_class || *token != class)
    }

    /// Those, whether or not `class` is asked for as a whole.
    pub(super) fn all_tokens(&self) -> impl Iterator<Item = Token> {
        let types = self.types.iter().map(|name| Token::element(name));
        let attributes = self.attributes.iter().map(|name| Token::attribute(name));
        let classes = self.classes.iter().map(|class| Token::word(class));
        types.chain(attributes).chain(classes)
    }

    /// Reduces a start tag, with or without its end; `None` if nothing of it is named. `change`
    /// replaces (written value) or removes one attribute.
    pub(super) fn reduce(&self, tag: &str, change: Option<(&str, Option<&str>)>) -> Option<String> {
        let mut parts = StartTag::new(tag);
        let name = if self.types.contains(parts.name) {
            parts.name
        } else {
            BARE
        };
        let mut kept: Vec<(&str, String)> = Vec::new();
        let unchanged = parts
            .by_ref()
            .filter(|(name, _)| change.is_none_or(|(changed, _)| changed != *name));
        let changed = change.and_then(|(name, value)| value.map(|value| (name, value)));
        for (name, value) in unchanged.chain(changed) {
            if let Some(value) = self.keep(name, value) {
                kept.push((name, value));
            }
        }
        if kept.is_empty() && name == BARE {
            return None;
        }
        kept.sort_unstable();
        let mut reduced = format!("<{name}");
        for (name, value) in kept {
            reduced.push(' ');
            reduced.push_str(name);
            reduced.push_str("=\"");
            reduced.push_str(&value);
            reduced.push('"');
        }
        Some(reduced)
    }

    /// What of an attribute's written value is asked for.
    fn keep(&self, name: &str, value: &str) -> Option<String> {
        if !self.attributes.contains(name) {
            return None;
        }
        if name != "class" || self.whole_class {
            return Some(value.to_owned());
        }
        let kept: BTreeSet<&str> = value
            .split(|c: char| c.is_ascii_whitespace())
            .filter(|class| self.names_class(class))
            .collect();
        if kept.is_empty() {
            return None;
        }
        Some(kept.into_iter().collect::<Vec<_>>().join(" "))
    }

    fn names_class(&self, class: &str) -> bool {
        if self.quirks {
            self.classes
                .iter()
                .any(|named| named.eq_ignore_ascii_case(class))
        } else {
            self.classes.contains(class)
        }
    }
}

/// Name and attributes of a start tag that is known to be canonical.
pub(super) struct StartTag<'a> {
    pub(super) name: &'a str,
    rest: &'a str,
}

impl<'a> StartTag<'a> {
    /// `tag` begins with `<`; it may go on behind its end.
    pub(super) fn new(tag: &'a str) -> Self {
        let tag = tag.strip_prefix('<').unwrap_or(tag);
        let end = tag.find([' ', '>', '/']).unwrap_or(tag.len());
        let (name, rest) = tag.split_at(end);
        Self { name, rest }
    }
}

impl<'a> Iterator for StartTag<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.rest.strip_prefix(' ')?.split_once("=\"")?;
        let (value, rest) = rest.split_once('"')?;
        self.rest = rest;
        Some((name, value))
    }
}
