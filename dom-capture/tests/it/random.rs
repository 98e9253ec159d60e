//! Random pages and selectors. A failing round prints its seed; `COVIEW_FUZZ_SEED` starts there,
//! `COVIEW_FUZZ_ROUNDS` multiplies how long each search runs.

use crate::oracle::{Op, Selector, Simple};
use crate::tree::{Element, Node, Ns, child_ns};

/// Splitmix64: small, fast, good enough to choose with.
#[derive(Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// Once in `n`.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Runs `search` for many seeds.
pub(crate) fn rounds(default: u64, mut search: impl FnMut(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first: u64 = number("COVIEW_FUZZ_SEED").unwrap_or(0);
    let times: u64 = number("COVIEW_FUZZ_ROUNDS").unwrap_or(1);
    for seed in first..first + default * times {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| search(seed)));
        if let Err(panic) = result {
            eprintln!("failed with seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

const NAMES: &[&str] = &[
    "div",
    "div",
    "div",
    "p",
    "span",
    "a",
    "b",
    "ul",
    "li",
    "table",
    "tr",
    "td",
    "tbody",
    "form",
    "button",
    "select",
    "option",
    "h1",
    "h2",
    "body",
    "html",
    "head",
    "template",
    "frame",
    "frameset",
    "image",
    "nobr",
    "ruby",
    "rt",
    "dl",
    "dt",
    "dd",
    "details",
    "summary",
    "video",
    "object",
    "label",
    "math",
    "mi",
    "annotation-xml",
    "svg",
    "svg",
    "g",
    "path",
    "foreignObject",
    "linearGradient",
    "desc",
    "lineargradient",
    "x-a",
    "x-b",
    "u-el",
    "script",
    "noscript",
    "plaintext",
    "listing",
    "pre",
    "DIV",
    "my-é",
    "x:y",
    "font",
    "center",
];
const LEAVES: &[&str] = &[
    "br", "img", "input", "input", "input", "hr", "meta", "link", "source", "wbr", "style",
    "textarea", "title", "iframe", "xmp", "noembed", "noframes",
];
const CLASSES: &[&str] = &[
    "pii",
    "PII",
    "pi",
    "piii",
    "modal",
    "ok",
    "a&b",
    "no-upscope",
    "x",
    "y",
    "é",
];
const ATTRIBUTES: &[&str] = &[
    "id",
    "title",
    "data-x",
    "type",
    "lang",
    "href",
    "data-coview",
    "autocomplete",
    "value",
    "u:v",
    "@odd",
    "viewBox",
    "aria-label",
];
const VALUES: &[&str] = &[
    "pii",
    "PII",
    "a b",
    "en",
    "EN-us",
    "a&b",
    "x\"y",
    "<z>",
    "amp",
    "lt;",
    "password",
    "PASSWORD",
    "hidden",
    "text",
    "mask",
    "ignore",
    "cc-number",
    "one-time-code",
    "",
    "secret",
    "a-b",
    "4111 1111 1111 1111",
    "4111111111111112",
    "x y z",
    "=\"pii",
    " class=",
];
const TEXTS: &[&str] = &[
    "hello",
    "",
    "pii",
    "<p class=\"pii\">x</p>",
    "</div>",
    "a & b",
    "\u{a0}",
    "é\u{1f600}",
    "-->",
    "&amp;",
    "\"",
    "'",
    "4111 1111 1111 1111",
    "no-upscope",
    "\n\t ",
];

pub(crate) fn document(rng: &mut Rng) -> Vec<Node> {
    if rng.once_in(40) {
        return Vec::new();
    }
    let mut left = 2 + rng.below(40);
    let mut root = random_element(rng, &mut left, 0, Ns::Html);
    root.placeholder = false;
    vec![Node::Element(Box::new(root))]
}

/// A run of siblings for an insert.
pub(crate) fn siblings(rng: &mut Rng, ns: Ns, size: usize) -> Vec<Node> {
    let mut left = size;
    nodes(rng, &mut left, 1, ns)
}

fn nodes(rng: &mut Rng, left: &mut usize, depth: usize, ns: Ns) -> Vec<Node> {
    let mut nodes = Vec::new();
    for _ in 0..rng.below(6) {
        if *left == 0 {
            break;
        }
        *left -= 1;
        if rng.once_in(3) {
            nodes.push(Node::Text((*rng.pick(TEXTS)).to_owned()));
        } else {
            nodes.push(Node::Element(Box::new(random_element(
                rng, left, depth, ns,
            ))));
        }
    }
    nodes
}

fn random_element(rng: &mut Rng, left: &mut usize, depth: usize, parent: Ns) -> Element {
    let is_leaf = depth > 12 || rng.once_in(4);
    let name = if is_leaf {
        *rng.pick(LEAVES)
    } else {
        *rng.pick(NAMES)
    };
    let ns = match (name, rng.below(12)) {
        ("svg", _) => Ns::Svg,
        ("math", _) => Ns::MathMl,
        (_, 0) => *rng.pick(&[Ns::Html, Ns::Svg, Ns::MathMl]),
        _ => parent,
    };
    let mut element = Element {
        name: name.to_owned(),
        ns,
        attributes: attributes(rng),
        placeholder: rng.once_in(25),
        ..Element::default()
    };
    let wants_content = !is_leaf || rng.once_in(6);
    if element.placeholder {
        element.attributes.clear();
    } else if wants_content && !is_sealed(name) {
        if ns == Ns::Html && rng.once_in(8) {
            let mode = *rng.pick(&["open", "closed"]);
            element.shadow = Some((mode, nodes(rng, left, depth + 1, Ns::Html)));
        }
        element.children = nodes(rng, left, depth + 1, child_ns(&element));
    }
    element
}

/// Content of these travels as an attribute or not at all.
fn is_sealed(name: &str) -> bool {
    matches!(
        name,
        "style" | "textarea" | "title" | "iframe" | "script" | "noscript"
    )
}

pub(crate) fn attributes(rng: &mut Rng) -> Vec<(String, String)> {
    let mut attributes: Vec<(String, String)> = Vec::new();
    if rng.once_in(2) {
        attributes.push(("class".to_owned(), class_value(rng)));
    }
    for _ in 0..rng.below(4) {
        let name = *rng.pick(ATTRIBUTES);
        if attributes.iter().all(|(other, _)| other != name) {
            attributes.push((name.to_owned(), value(rng)));
        }
    }
    attributes
}

pub(crate) fn class_value(rng: &mut Rng) -> String {
    let blank = *rng.pick(&[" ", "  ", "\t", "\n"]);
    let classes: Vec<&str> = (0..rng.below(4)).map(|_| *rng.pick(CLASSES)).collect();
    classes.join(blank)
}

pub(crate) fn value(rng: &mut Rng) -> String {
    (*rng.pick(VALUES)).to_owned()
}

/// Name and value of an attribute change.
pub(crate) fn change(rng: &mut Rng) -> (String, Option<String>) {
    if rng.once_in(2) {
        ("class".to_owned(), Some(class_value(rng)))
    } else {
        let names = [
            "id",
            "title",
            "data-x",
            "type",
            "lang",
            "data-coview",
            "autocomplete",
            "href",
        ];
        let value = (!rng.once_in(4)).then(|| value(rng));
        ((*rng.pick(&names)).to_owned(), value)
    }
}

pub(crate) fn selectors(rng: &mut Rng) -> Vec<Selector> {
    (0..1 + rng.below(4)).map(|_| selector(rng)).collect()
}

fn selector(rng: &mut Rng) -> Selector {
    let mut parts = Vec::new();
    let ancestors = [0, 0, 0, 1, 1, 2][rng.below(6)];
    for index in 0..=ancestors {
        let mut has = Vec::new();
        let is_subject = index == ancestors;
        if rng.once_in(4) {
            let names = if rng.once_in(3) { LEAVES } else { NAMES };
            let name = rng.pick(names);
            has.push(Simple::Type((*name).to_owned()));
        }
        for _ in 0..rng.below(3) {
            has.push(simple(rng));
        }
        if is_subject && has.is_empty() {
            has.push(simple(rng));
        }
        let mut lacks = Vec::new();
        while rng.once_in(4) {
            lacks.push(denied(rng));
        }
        let is_child = rng.once_in(2);
        parts.push((is_child, has, lacks));
    }
    Selector { parts }
}

fn simple(rng: &mut Rng) -> Simple {
    match rng.below(6) {
        0..3 => Simple::Class((*rng.pick(CLASSES)).to_owned()),
        3 => Simple::Id((*rng.pick(&["pii", "PII", "a&b", "secret"])).to_owned()),
        _ => attribute(rng),
    }
}

fn attribute(rng: &mut Rng) -> Simple {
    let names = [
        "title", "data-x", "type", "lang", "href", "id", "class", "value",
    ];
    let name = (*rng.pick(&names)).to_owned();
    let operators = [
        Op::Exists,
        Op::Equals,
        Op::Includes,
        Op::Dash,
        Op::Prefix,
        Op::Suffix,
        Op::Contains,
    ];
    let op = *rng.pick(&operators);
    let operands: Vec<&str> = VALUES
        .iter()
        .chain(CLASSES)
        .copied()
        .filter(|value| !value.is_empty() && (op != Op::Includes || !value.contains(' ')))
        .collect();
    let value = (*rng.pick(&operands)).to_owned();
    let flag = *rng.pick(&[None, None, Some('i'), Some('s')]);
    Simple::Attribute {
        name,
        op,
        value,
        flag,
    }
}

fn denied(rng: &mut Rng) -> Simple {
    if rng.once_in(4) {
        let name = *rng.pick(NAMES);
        let is_plain = name.chars().all(|c| !c.is_ascii_uppercase()) && name != "lineargradient";
        return Simple::Type(if is_plain { name } else { "p" }.to_owned());
    }
    loop {
        let simple = simple(rng);
        // What a reference could be taken for is refused within :not().
        let is_inexact = matches!(&simple, Simple::Attribute { op: Op::Suffix | Op::Contains, value, .. }
            if value.contains(';') || ["amp", "lt", "gt", "quot", "nbsp"].iter().any(|r| r.contains(value.as_str())));
        if !is_inexact {
            return simple;
        }
    }
}
