//! Where the start tags of a payload are: what selectors look at, and all they look at.

use super::markup::Element;

/// The start tags of a validated payload, for offsets in ascending order.
pub(super) struct StartTags<'a> {
    bytes: &'a [u8],
    elements: &'a [Element],
    /// Elements that start before the last offset.
    passed: usize,
    /// Offset behind the start tag of the last of them.
    end: usize,
}

impl<'a> StartTags<'a> {
    pub(super) const fn new(markup: &'a str, elements: &'a [Element]) -> Self {
        Self {
            bytes: markup.as_bytes(),
            elements,
            passed: 0,
            end: 0,
        }
    }

    /// The element, as an index, in whose start tag the byte before this offset lies.
    pub(super) fn at(&mut self, offset: usize) -> Option<usize> {
        let before = self.passed;
        while self.start(self.passed).is_some_and(|start| start < offset) {
            self.passed += 1;
        }
        let last = self.passed.checked_sub(1)?;
        if self.passed != before {
            // Values hold no raw `>`.
            let start = self.start(last)?;
            let tag = self.bytes.get(start..).unwrap_or_default();
            let length = tag.iter().position(|byte| *byte == b'>');
            self.end = start + length.map_or(tag.len(), |length| length + 1);
        }
        (offset <= self.end).then_some(last)
    }

    fn start(&self, index: usize) -> Option<usize> {
        let element = self.elements.get(index)?;
        usize::try_from(element.start).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(start: u32) -> Element {
        Element {
            start,
            end: 0,
            id: 1,
            last: 1,
            placeholder: false,
            card: false,
        }
    }

    #[test]
    fn only_offsets_within_a_start_tag_have_one() {
        let markup = "<p class=\"a\">pii<b>x</b>pii</p><i/>";
        let elements: Vec<Element> = markup
            .match_indices('<')
            .filter(|(at, _)| markup.as_bytes().get(at + 1) != Some(&b'/'))
            .filter_map(|(at, _)| u32::try_from(at).ok())
            .map(element)
            .collect();
        let mut tags = StartTags::new(markup, &elements);
        let found: String = (1..=markup.len())
            .map(|offset| {
                tags.at(offset).map_or('.', |index| {
                    char::from(b'0' + u8::try_from(index).unwrap_or(9))
                })
            })
            .collect();
        assert_eq!(found, "0000000000000...111............2222");
    }
}
