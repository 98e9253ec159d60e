//! What the matcher has to see of a payload: the start tags that can match, and those around them.
//! Matching costs time per tag, and few tags of a page can match. Selectors that count or look at
//! siblings are refused when they are compiled, so nothing else can matter.

use super::markup::Element;

/// Start tags and end tags, nested as in the payload, without text.
pub(super) struct Outline {
    pub(super) markup: String,
    /// Offset of each start tag, here and in the payload.
    places: Vec<(u32, u32)>,
}

impl Outline {
    /// Of these elements, as ascending indexes; `None` if the markup is not what was validated.
    pub(super) fn new(markup: &str, elements: &[Element], wanted: &[usize]) -> Option<Self> {
        let mut building = Building {
            source: markup,
            open: Vec::new(),
            written: 0,
            outline: Self {
                markup: String::new(),
                places: Vec::new(),
            },
        };
        let mut wanted = wanted.iter().peekable();
        for (index, element) in elements.iter().enumerate() {
            let Some(next) = wanted.peek() else {
                break;
            };
            building.leave(element.start)?;
            building.open.push(*element);
            if **next == index {
                building.write()?;
                wanted.next();
            }
        }
        building.leave(u32::MAX)?;
        Some(building.outline)
    }

    /// Where the start tag at this offset is in the payload.
    pub(super) fn place(&self, offset: u32) -> Option<u32> {
        let found = self.places.binary_search_by_key(&offset, |(here, _)| *here);
        self.places.get(found.ok()?).map(|(_, there)| *there)
    }
}

struct Building<'a> {
    source: &'a str,
    /// The elements around the one at hand, and itself.
    open: Vec<Element>,
    /// How many of them are in the outline: the outermost.
    written: usize,
    outline: Outline,
}

impl Building<'_> {
    /// Closes what ends before this offset.
    fn leave(&mut self, at: u32) -> Option<()> {
        while let Some(element) = self.open.pop_if(|element| element.end <= at) {
            if self.written <= self.open.len() {
                continue;
            }
            self.written = self.open.len();
            let tag = start_tag(self.source, &element)?;
            if !tag.ends_with("/>") {
                let markup = &mut self.outline.markup;
                markup.push_str("</");
                markup.push_str(tag.trim_start_matches('<').split([' ', '>']).next()?);
                markup.push('>');
            }
        }
        Some(())
    }

    /// Writes the start tags that are open and not written yet.
    fn write(&mut self) -> Option<()> {
        for element in self.open.get(self.written..)? {
            let outline = &mut self.outline;
            let here = u32::try_from(outline.markup.len()).ok()?;
            outline.places.push((here, element.start));
            outline.markup.push_str(start_tag(self.source, element)?);
        }
        self.written = self.open.len();
        Some(())
    }
}

/// A start tag of validated markup: no value holds a raw `>`.
pub(super) fn start_tag<'a>(markup: &'a str, element: &Element) -> Option<&'a str> {
    let rest = markup.get(usize::try_from(element.start).ok()?..)?;
    rest.get(..=rest.find('>')?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements of well-formed markup, by a way of their own.
    fn elements(markup: &str) -> Vec<Element> {
        let mut all: Vec<Element> = Vec::new();
        let mut open = Vec::new();
        for (at, _) in markup.match_indices('<') {
            let behind = at + markup.get(at..).and_then(|tag| tag.find('>')).unwrap() + 1;
            let behind = u32::try_from(behind).unwrap();
            if markup.get(at..).is_some_and(|tag| tag.starts_with("</")) {
                let index: usize = open.pop().unwrap();
                all.get_mut(index).unwrap().end = behind;
                continue;
            }
            let is_void = markup.get(..behind as usize).unwrap().ends_with("/>");
            if !is_void {
                open.push(all.len());
            }
            let id = u32::try_from(all.len()).unwrap() + 1;
            all.push(Element {
                start: u32::try_from(at).unwrap(),
                end: behind,
                id,
                last: id,
                placeholder: false,
                card: false,
            });
        }
        all
    }

    #[test]
    fn an_outline_has_the_wanted_tags_and_those_around_them() {
        let markup = "<a>x<b k=\"1\"><c>y</c><img/></b><d><e/></d></a><f><g></g></f>";
        let elements = elements(markup);
        let outline = |wanted: &[usize]| Outline::new(markup, &elements, wanted).unwrap().markup;
        assert_eq!(outline(&[]), "");
        assert_eq!(outline(&[2]), "<a><b k=\"1\"><c></c></b></a>");
        assert_eq!(outline(&[3, 5]), "<a><b k=\"1\"><img/></b><d><e/></d></a>");
        assert_eq!(outline(&[0, 7]), "<a></a><f><g></g></f>");
        let all: Vec<usize> = (0..elements.len()).collect();
        assert_eq!(outline(&all), markup.replace(['x', 'y'], ""));
    }

    #[test]
    fn every_start_tag_of_an_outline_knows_its_place() {
        let markup = "<a>x<b k=\"1\"><c>y</c><img/></b></a><f><g></g></f>";
        let elements = elements(markup);
        let outline = Outline::new(markup, &elements, &[3, 5]).unwrap();
        for (here, _) in outline.markup.match_indices('<') {
            let here = u32::try_from(here).unwrap();
            let tag = |markup: &str, at: u32| {
                markup
                    .get(at as usize..)
                    .map(|tag| tag.get(..2).unwrap().to_owned())
            };
            let place = outline.place(here);
            if tag(&outline.markup, here).unwrap() == "</" {
                assert_eq!(place, None);
            } else {
                assert_eq!(tag(markup, place.unwrap()), tag(&outline.markup, here));
            }
        }
    }
}
