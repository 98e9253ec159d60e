//! Byte strings by which a payload shows that a selector can match in it at all, and the finder
//! that looks for all of them at once.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};

/// A byte string that stands in every start tag of a kind, but for ASCII case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Token {
    text: String,
    ends: Ends,
}

/// What must stand around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ends {
    /// Anything.
    Free,
    /// Blanks or quotes, as around a class.
    Word,
    /// Behind it, the end of a name.
    Name,
}

impl Token {
    /// A part of a start tag.
    pub(super) fn part(text: &str) -> Self {
        Self::new(text, Ends::Free)
    }

    /// A word of a value.
    pub(super) fn word(text: &str) -> Self {
        Self::new(text, Ends::Word)
    }

    /// The name of an element.
    pub(super) fn element(name: &str) -> Self {
        Self::new(&format!("<{name}"), Ends::Name)
    }

    /// An attribute with any value.
    pub(super) fn attribute(name: &str) -> Self {
        Self::part(&format!(" {name}=\""))
    }

    fn new(text: &str, ends: Ends) -> Self {
        Self {
            text: text.to_ascii_lowercase(),
            ends,
        }
    }
}

/// All tokens of a site, each with a number.
pub(super) struct Finder {
    numbers: HashMap<Token, usize>,
    ends: Vec<Ends>,
    automaton: AhoCorasick,
}

impl Finder {
    /// A finder for these tokens.
    pub(super) fn new(tokens: impl IntoIterator<Item = Token>) -> Result<Self, BuildError> {
        let mut numbers = HashMap::new();
        let mut texts = Vec::new();
        let mut ends = Vec::new();
        for token in tokens {
            let next = numbers.len();
            numbers.entry(token).or_insert_with_key(|token| {
                texts.push(token.text.clone());
                ends.push(token.ends);
                next
            });
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            // Its rare bytes are not rare in markup: looking for them takes longer than the automaton.
            .prefilter(false)
            .build(&texts)?;
        Ok(Self {
            numbers,
            ends,
            automaton,
        })
    }

    /// The number of a token it was made for.
    pub(super) fn number(&self, token: &Token) -> Option<usize> {
        self.numbers.get(token).copied()
    }

    /// How many tokens it looks for.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Calls `found` with the number and the end of every token in the markup, ends ascending.
    pub(super) fn find(&self, markup: &str, mut found: impl FnMut(usize, usize)) {
        let bytes = markup.as_bytes();
        for hit in self.automaton.find_overlapping_iter(markup) {
            let number = hit.pattern().as_usize();
            let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
            let behind = bytes.get(hit.end());
            let fits = match self.ends.get(number) {
                Some(Ends::Word) => {
                    before.is_none_or(is_around_word) && behind.is_none_or(is_around_word)
                }
                Some(Ends::Name) => behind.is_none_or(|byte| matches!(byte, b' ' | b'>' | b'/')),
                _ => true,
            };
            if fits {
                found(number, hit.end());
            }
        }
    }
}

const fn is_around_word(byte: &u8) -> bool {
    matches!(byte, b' ' | b'"' | b'\t' | b'\n' | b'\r' | b'\x0c')
}
