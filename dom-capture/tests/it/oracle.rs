//! What must be masked, judged on the tree itself by a matcher that shares nothing with the code
//! under test. Two readings: the edge's, which must hold exactly, and CSS's, which must be covered.

use std::collections::HashSet;

use crate::tree::{EMPTY, Element, Node, Ns, VOID};

#[derive(Debug, Clone)]
pub(crate) struct Selector {
    /// (`>` before it, what it has, what it lacks), the subject last.
    pub(crate) parts: Vec<(bool, Vec<Simple>, Vec<Simple>)>,
}

#[derive(Debug, Clone)]
pub(crate) enum Simple {
    Type(String),
    Class(String),
    Id(String),
    Attribute {
        name: String,
        op: Op,
        value: String,
        flag: Option<char>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Exists,
    Equals,
    Includes,
    Dash,
    Prefix,
    Suffix,
    Contains,
}

/// How selectors are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As the edge enforces them.
    Edge,
    /// As a browser does.
    Css,
}

/// One node on the way from the root to an element.
#[derive(Clone, Copy)]
pub(crate) enum Level<'a> {
    Element(&'a Element),
    ShadowRoot,
}

/// A set of selectors with everything that is always masked.
pub(crate) struct Oracle {
    selectors: Vec<Selector>,
    quirks: bool,
}

impl Oracle {
    pub(crate) fn new(own: &[Selector], quirks: bool) -> Self {
        let mut selectors = always();
        selectors.extend_from_slice(own);
        Self { selectors, quirks }
    }

    /// Ids of the outermost masked elements, ids numbered from `first`.
    pub(crate) fn masked(
        &self,
        nodes: &[Node],
        first: u32,
        around: &[Level<'_>],
        reading: Reading,
    ) -> HashSet<u32> {
        let mut walk = Walk {
            oracle: self,
            reading,
            next: first,
            masked: HashSet::new(),
            path: around.to_vec(),
        };
        walk.nodes(nodes, false);
        walk.masked
    }

    /// Does the last element of the path match?
    pub(crate) fn matches(&self, path: &[Level<'_>], reading: Reading) -> bool {
        let Some(Level::Element(element)) = path.last() else {
            return false;
        };
        is_card_field(element)
            || self
                .selectors
                .iter()
                .any(|selector| self.selector(selector, selector.parts.len(), path, reading))
    }

    /// Do the first `parts` of the selector match this path?
    fn selector(
        &self,
        selector: &Selector,
        parts: usize,
        path: &[Level<'_>],
        reading: Reading,
    ) -> bool {
        let (_, has, lacks) = &selector.parts[parts - 1];
        let (last, above) = path.split_last().unwrap();
        if !self.compound(has, lacks, *last, reading) {
            return false;
        }
        if parts == 1 {
            return true;
        }
        // The combinator is noted at the part behind it.
        let is_child = selector.parts[parts - 1].0;
        let mut above = above;
        while let Some((level, rest)) = above.split_last() {
            if reading == Reading::Css && matches!(level, Level::ShadowRoot) {
                return false; // selectors do not leave their tree
            }
            if self.selector(selector, parts - 1, above, reading) {
                return true;
            }
            if is_child {
                return false;
            }
            above = rest;
        }
        false
    }

    fn compound(
        &self,
        has: &[Simple],
        lacks: &[Simple],
        level: Level<'_>,
        reading: Reading,
    ) -> bool {
        match level {
            // Written as an element that bears nothing.
            Level::ShadowRoot => has.is_empty(),
            Level::Element(element) => {
                has.iter()
                    .all(|simple| self.simple(simple, element, reading, false))
                    && !lacks
                        .iter()
                        .any(|simple| self.simple(simple, element, reading, true))
            }
        }
    }

    fn simple(&self, simple: &Simple, element: &Element, reading: Reading, negated: bool) -> bool {
        match simple {
            Simple::Type(name) => match reading {
                Reading::Edge => edge_type(name, element),
                Reading::Css if element.ns == Ns::Html => element.name == name.to_ascii_lowercase(),
                Reading::Css => element.name == *name,
            },
            Simple::Class(class) => element.get("class").is_some_and(|value| {
                value
                    .split_ascii_whitespace()
                    .any(|token| same(token, class, self.quirks))
            }),
            Simple::Id(id) => element
                .get("id")
                .is_some_and(|value| same(value, id, self.quirks)),
            Simple::Attribute {
                name,
                op,
                value,
                flag,
            } => {
                let listed = matches!(name.as_str(), "type" | "lang");
                let insensitive = match (flag, reading) {
                    (Some(flag), _) => *flag == 'i',
                    (None, Reading::Css) => listed && element.ns == Ns::Html,
                    (None, Reading::Edge) => listed && !negated,
                };
                element.get(name).is_some_and(|actual| {
                    if reading == Reading::Edge {
                        let actual = crate::tree::escape(actual, true);
                        let value = crate::tree::escape(value, true);
                        test(&actual, *op, &value, insensitive)
                    } else {
                        test(actual, *op, value, insensitive)
                    }
                })
            }
        }
    }
}

fn same(a: &str, b: &str, insensitive: bool) -> bool {
    a == b || (insensitive && a.eq_ignore_ascii_case(b))
}

fn test(actual: &str, op: Op, operand: &str, insensitive: bool) -> bool {
    let fold = |text: &str| {
        if insensitive {
            text.to_ascii_lowercase()
        } else {
            text.to_owned()
        }
    };
    let (actual, operand) = (fold(actual), fold(operand));
    match op {
        Op::Exists => true,
        Op::Equals => actual == operand,
        Op::Includes => actual.split_ascii_whitespace().any(|word| word == operand),
        Op::Dash => actual == operand || actual.starts_with(&format!("{operand}-")),
        Op::Prefix => actual.starts_with(&operand),
        Op::Suffix => actual.ends_with(&operand),
        Op::Contains => actual.contains(&operand),
    }
}

/// A type as the edge sees it: by the written name, or by the real one of a renamed element.
fn edge_type(selector: &str, element: &Element) -> bool {
    let lower = selector.to_ascii_lowercase();
    match element.wire_name() {
        Some(wire) => wire == lower,
        None => {
            (selector != lower || is_renamed(&lower)) && element.name.eq_ignore_ascii_case(&lower)
        }
    }
}

fn is_renamed(name: &str) -> bool {
    let plain = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ":_.-".contains(c));
    !plain
        || VOID.contains(&name)
        || EMPTY.contains(&name)
        || matches!(
            name,
            "script"
                | "noscript"
                | "plaintext"
                | "u-el"
                | "listing"
                | "lineargradient"
                | "foreignobject"
                | "clippath"
        )
}

fn is_card_field(element: &Element) -> bool {
    let is_field = match element.wire_name() {
        Some(name) => name == "input" || name == "textarea",
        None => element.name == "input" || element.name == "textarea",
    };
    is_field
        && ["value", "u:v"]
            .iter()
            .any(|name| element.get(name).is_some_and(holds_card))
}

/// Any part between non-digits of 13 to 19 digits, blanks and dashes between them, that sums up.
fn holds_card(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    (0..chars.len()).any(|from| {
        (from..chars.len()).any(|to| {
            let apart = !digit(from.checked_sub(1)) && !digit(Some(to + 1));
            let within = chars[from..=to]
                .iter()
                .all(|c| c.is_ascii_digit() || " -\u{a0}".contains(*c));
            let digits: Vec<u32> = chars[from..=to]
                .iter()
                .filter_map(|c| c.to_digit(10))
                .collect();
            let edges = digit(Some(from)) && digit(Some(to));
            apart && within && edges && (13..=19).contains(&digits.len()) && sums_up(&digits)
        })
    })
}

fn sums_up(digits: &[u32]) -> bool {
    let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(digit, double)| {
            if double {
                doubled[*digit as usize]
            } else {
                *digit
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

struct Walk<'a, 'o> {
    oracle: &'o Oracle,
    reading: Reading,
    next: u32,
    masked: HashSet<u32>,
    path: Vec<Level<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn nodes(&mut self, nodes: &'a [Node], hidden: bool) {
        for node in nodes {
            let id = self.next;
            self.next += 1;
            let Node::Element(element) = node else {
                continue;
            };
            self.path.push(Level::Element(element));
            let matches = !element.placeholder && self.oracle.matches(&self.path, self.reading);
            if matches && !hidden {
                self.masked.insert(id);
            }
            let hidden = hidden || matches;
            if !element.placeholder {
                if let Some((_, nodes)) = &element.shadow {
                    self.next += 1;
                    self.path.push(Level::ShadowRoot);
                    self.nodes(nodes, hidden);
                    self.path.pop();
                }
                self.nodes(&element.children, hidden);
            }
            self.path.pop();
        }
    }
}

/// What every page masks.
fn always() -> Vec<Selector> {
    let equals = |name: &str, value: &str, flag| Simple::Attribute {
        name: name.to_owned(),
        op: Op::Equals,
        value: value.to_owned(),
        flag,
    };
    let word = |op, value: &str| Simple::Attribute {
        name: "autocomplete".to_owned(),
        op,
        value: value.to_owned(),
        flag: Some('i'),
    };
    let input = |kind| {
        vec![
            Simple::Type("input".to_owned()),
            equals("type", kind, Some('i')),
        ]
    };
    [
        vec![Simple::Class("no-upscope".to_owned())],
        vec![equals("data-coview", "mask", None)],
        vec![equals("data-coview", "ignore", None)],
        input("password"),
        input("hidden"),
        input("file"),
        vec![word(Op::Includes, "one-time-code")],
        vec![word(Op::Includes, "current-password")],
        vec![word(Op::Includes, "new-password")],
        vec![word(Op::Contains, "cc-")],
    ]
    .into_iter()
    .map(|has| Selector {
        parts: vec![(false, has, Vec::new())],
    })
    .collect()
}

impl std::fmt::Display for Selector {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (is_child, has, lacks)) in self.parts.iter().enumerate() {
            if index > 0 {
                out.write_str(if *is_child { " > " } else { " " })?;
            }
            if has.is_empty() && lacks.is_empty() {
                out.write_str("*")?;
            }
            for simple in has {
                write!(out, "{simple}")?;
            }
            for simple in lacks {
                write!(out, ":not({simple})")?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for Simple {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Type(name) => out.write_str(&identifier(name)),
            Self::Class(class) => write!(out, ".{}", identifier(class)),
            Self::Id(id) => write!(out, "#{}", identifier(id)),
            Self::Attribute {
                name,
                op: Op::Exists,
                ..
            } => write!(out, "[{name}]"),
            Self::Attribute {
                name,
                op,
                value,
                flag,
            } => {
                let op = match op {
                    Op::Exists | Op::Equals => "=",
                    Op::Includes => "~=",
                    Op::Dash => "|=",
                    Op::Prefix => "^=",
                    Op::Suffix => "$=",
                    Op::Contains => "*=",
                };
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                let flag = flag.map(|flag| format!(" {flag}")).unwrap_or_default();
                write!(out, "[{name}{op}\"{value}\"{flag}]")
            }
        }
    }
}

/// Escapes what cannot stand in an identifier.
fn identifier(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' || !c.is_ascii() {
                c.to_string()
            } else {
                format!("\\{c}")
            }
        })
        .collect()
}
