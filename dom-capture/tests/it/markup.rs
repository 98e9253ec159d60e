//! `vectors/markup.json`: trees, their markup, the same masked, and markup that is refused. Both
//! languages read the file; `COVIEW_BLESS=1` writes it.

use coview_dom_capture::mask::Verdict;
use coview_dom_capture::protocol::{ResyncReason, StreamMessage};
use serde_json::{Value, json};

use crate::page::{begin, gate, html, snapshot, stream};
use crate::tree::{Element, Node, Ns, element, markup, text, tree_json};

struct Sample {
    name: &'static str,
    tree: Vec<Node>,
    rules: &'static [&'static str],
}

fn sample(name: &'static str, rules: &'static [&'static str], tree: Vec<Node>) -> Sample {
    Sample { name, tree, rules }
}

fn node(element: Element) -> Node {
    Node::Element(Box::new(element))
}

fn svg(name: &str, attributes: &[(&str, &str)], children: Vec<Node>) -> Node {
    let Node::Element(mut made) = element(name, attributes, children) else {
        unreachable!("element() makes elements");
    };
    made.ns = Ns::Svg;
    node(*made)
}

fn body(children: Vec<Node>) -> Vec<Node> {
    vec![element(
        "html",
        &[("lang", "en")],
        vec![element("head", &[], vec![]), element("body", &[], children)],
    )]
}

fn samples() -> Vec<Sample> {
    vec![
        sample("an empty document", &[], vec![]),
        sample("one element", &[], vec![element("html", &[], vec![])]),
        sample(
            "text with every reference",
            &[],
            body(vec![element(
                "p",
                &[("title", "<\">&\u{a0}'")],
                vec![text("<\">&\u{a0}'☃ \r\n")],
            )]),
        ),
        sample(
            "texts side by side, and empty ones",
            &[],
            body(vec![
                text("a"),
                text("b"),
                text(""),
                text("c"),
                element("i", &[], vec![text("")]),
                text(""),
                text(""),
            ]),
        ),
        sample(
            "void elements",
            &[],
            body(vec![
                element("br", &[], vec![]),
                element("img", &[("alt", "a"), ("src", "/a.png")], vec![]),
                element("input", &[("type", "checkbox"), ("u:c", "1")], vec![]),
                text("z"),
            ]),
        ),
        sample(
            "elements whose content travels as an attribute",
            &[],
            body(vec![
                element("title", &[("u:t", "A < B")], vec![]),
                element("style", &[("media", "print")], vec![]),
                element("textarea", &[("rows", "2"), ("u:v", "x\ny")], vec![]),
                element("iframe", &[], vec![]),
            ]),
        ),
        sample(
            "names the grammar cannot write",
            &[],
            body(vec![
                element("script", &[("type", "module")], vec![]),
                element("noscript", &[], vec![]),
                element("plaintext", &[], vec![text("p")]),
                element("u-el", &[("id", "own")], vec![]),
                element("my-élement", &[], vec![]),
                element("DIV", &[], vec![]),
            ]),
        ),
        sample(
            "void and empty names with content",
            &[],
            body(vec![
                element("br", &[], vec![text("in br")]),
                element("xmp", &[], vec![element("b", &[], vec![text("in xmp")])]),
            ]),
        ),
        sample(
            "attributes the grammar cannot write",
            &[],
            body(vec![element(
                "a",
                &[
                    ("@click", "go()"),
                    ("href", "/"),
                    ("[x]", ""),
                    ("dataX", "1\""),
                ],
                vec![],
            )]),
        ),
        sample(
            "SVG, with its adjusted names, and HTML in it",
            &[],
            body(vec![svg(
                "svg",
                &[("viewBox", "0 0 1 1")],
                vec![
                    svg(
                        "linearGradient",
                        &[("gradientUnits", "userSpaceOnUse")],
                        vec![],
                    ),
                    svg(
                        "foreignObject",
                        &[],
                        vec![element("div", &[], vec![text("html")])],
                    ),
                    element("p", &[], vec![text("HTML below SVG")]),
                    svg("lineargradient", &[], vec![]),
                ],
            )]),
        ),
        sample(
            "nesting no parser yields",
            &[],
            body(vec![element(
                "p",
                &[],
                vec![
                    element("p", &[], vec![element("div", &[], vec![])]),
                    element("a", &[], vec![element("a", &[], vec![])]),
                    element("tr", &[], vec![element("td", &[], vec![text("td")])]),
                    element("body", &[], vec![element("html", &[], vec![])]),
                ],
            )]),
        ),
        sample(
            "shadow roots, open and closed, and an ordinary template",
            &[],
            body(vec![
                shadow(
                    "x-a",
                    "open",
                    vec![text("in the root"), element("slot", &[], vec![])],
                    vec![text("light")],
                ),
                shadow(
                    "x-b",
                    "closed",
                    vec![shadow("x-c", "open", vec![], vec![])],
                    vec![],
                ),
                element("template", &[("id", "t")], vec![text("t")]),
            ]),
        ),
        sample(
            "placeholders of capture",
            &[".no-upscope"],
            body(vec![
                masked("div"),
                masked("input"),
                masked("script"),
                text("after"),
            ]),
        ),
        sample(
            "a masked element with what is in it",
            &[".pii"],
            body(vec![
                element(
                    "div",
                    &[("class", "a pii"), ("title", "SECRET")],
                    vec![text("SECRET"), element("b", &[], vec![text("SECRET")])],
                ),
                element("p", &[("class", "piix")], vec![text("seen")]),
            ]),
        ),
        sample(
            "masked void, empty, renamed and nested elements",
            &["[data-x]"],
            body(vec![
                element("img", &[("data-x", ""), ("alt", "SECRET")], vec![]),
                element("textarea", &[("data-x", ""), ("u:v", "SECRET")], vec![]),
                element("script", &[("data-x", "")], vec![]),
                element(
                    "div",
                    &[("data-x", "1")],
                    vec![element("p", &[("data-x", "")], vec![])],
                ),
                element("br", &[("data-x", "")], vec![text("SECRET")]),
            ]),
        ),
        sample(
            "a mask inside a shadow root, and one on its host",
            &[".pii"],
            body(vec![
                shadow(
                    "x-a",
                    "open",
                    vec![element("p", &[("class", "pii")], vec![text("SECRET")])],
                    vec![text("light")],
                ),
                host("x-b", &[("class", "pii")], vec![text("SECRET")]),
            ]),
        ),
        sample(
            "types, also of renamed elements",
            &["script", "br", "xmp"],
            body(vec![
                element("script", &[], vec![]),
                element("br", &[], vec![]),
                element("br", &[], vec![text("SECRET")]),
                element("xmp", &[], vec![text("SECRET")]),
            ]),
        ),
        sample(
            "ancestors, children and exceptions",
            &[".modal .pii:not(.ok)", "ul > li[data-y=\"a&b\"]"],
            body(vec![
                element("p", &[("class", "pii")], vec![text("seen")]),
                element(
                    "div",
                    &[("class", "modal")],
                    vec![
                        element("p", &[("class", "pii")], vec![text("SECRET")]),
                        element("p", &[("class", "pii ok")], vec![text("seen")]),
                    ],
                ),
                element(
                    "ul",
                    &[],
                    vec![element("li", &[("data-y", "a&b")], vec![text("SECRET")])],
                ),
            ]),
        ),
        sample(
            "what is always masked",
            &[],
            body(vec![
                element("div", &[("class", "x no-upscope")], vec![text("SECRET")]),
                element("div", &[("data-coview", "mask")], vec![text("SECRET")]),
                element("div", &[("data-coview", "ignore")], vec![text("SECRET")]),
                element("div", &[("data-coview", "no-control")], vec![text("seen")]),
                element(
                    "input",
                    &[("type", "PASSWORD"), ("value", "SECRET")],
                    vec![],
                ),
                element("input", &[("type", "hidden"), ("value", "SECRET")], vec![]),
                element("input", &[("type", "file")], vec![]),
                element(
                    "input",
                    &[("autocomplete", "section-a CC-number"), ("value", "SECRET")],
                    vec![],
                ),
                element("input", &[("autocomplete", "one-time-code")], vec![]),
                element(
                    "input",
                    &[("autocomplete", "email"), ("value", "seen")],
                    vec![],
                ),
                element("input", &[("value", "4111 1111 1111 1111")], vec![]),
                element(
                    "input",
                    &[("u:v", "my card is 4111-1111-1111-1111")],
                    vec![],
                ),
                element("textarea", &[("u:v", "378282246310005")], vec![]),
                element("li", &[("value", "4111111111111111")], vec![]),
                element("input", &[("value", "4111 1111 1111 1112")], vec![]),
            ]),
        ),
    ]
}

fn shadow(name: &str, mode: &'static str, root: Vec<Node>, children: Vec<Node>) -> Node {
    node(Element {
        name: name.to_owned(),
        shadow: Some((mode, root)),
        children,
        ..Element::default()
    })
}

fn host(name: &str, attributes: &[(&str, &str)], root: Vec<Node>) -> Node {
    let Node::Element(mut made) = element(name, attributes, vec![]) else {
        unreachable!("element() makes elements");
    };
    made.shadow = Some(("open", root));
    node(*made)
}

fn masked(name: &str) -> Node {
    node(Element {
        name: name.to_owned(),
        placeholder: true,
        ..Element::default()
    })
}

/// Markup that capture must not write: as a whole snapshot.
const REFUSED: &[(&str, &str)] = &[
    ("text outside the root", "x"),
    ("two roots", "<a></a><b></b>"),
    ("an empty text outside the root", "<!--0-->"),
    ("an unclosed element", "<a>"),
    ("an end tag alone", "</a>"),
    ("another end tag", "<a></b>"),
    ("a longer end tag", "<a></a ></a>"),
    ("tags that overlap", "<a><b></a></b>"),
    ("a name in upper case", "<A></A>"),
    ("an end tag in upper case", "<a></A>"),
    ("a name that begins with a digit", "<1a></1a>"),
    ("a blank before the name", "< a></a>"),
    ("a lone less-than sign", "<a>1 < 2</a>"),
    ("a less-than sign at the end", "<a></a><"),
    ("a void element without its slash", "<a><br></a>"),
    ("a void element with an end tag", "<a><br/></br></a>"),
    ("a slash on another element", "<a/>"),
    ("a blank before the slash", "<a><br /></a>"),
    ("a blank before the end", "<a ></a>"),
    ("two blanks between attributes", "<a  b=\"\"></a>"),
    ("a tab between attributes", "<a\tb=\"\"></a>"),
    ("no blank between attributes", "<a b=\"\"c=\"\"></a>"),
    ("an attribute without a value", "<a b></a>"),
    ("an attribute without quotes", "<a b=c></a>"),
    ("an attribute in single quotes", "<a b='c'></a>"),
    ("an attribute in upper case", "<a B=\"\"></a>"),
    ("an attribute without a name", "<a =\"\"></a>"),
    ("an attribute twice", "<a b=\"\" c=\"\" b=\"\"></a>"),
    ("an attribute cut short", "<a b=\"></a>"),
    ("a less-than sign in a value", "<a b=\"<\"></a>"),
    ("a greater-than sign in a value", "<a b=\">\"></a>"),
    ("a lone ampersand", "<a>& </a>"),
    ("an ampersand at the end of a value", "<a b=\"&\"></a>"),
    ("another reference", "<a>&apos;</a>"),
    ("a numeric reference", "<a b=\"&#45;\"></a>"),
    ("a reference without its semicolon", "<a>&amp</a>"),
    ("a comment", "<a><!-- x --></a>"),
    ("a doctype", "<!doctype html><html></html>"),
    ("CDATA", "<a><![CDATA[x]]></a>"),
    ("a processing instruction", "<a><?x?></a>"),
    ("a boundary at the start", "<a><!---->x</a>"),
    ("a boundary at the end", "<a>x<!----></a>"),
    ("two boundaries", "<a>x<!----><!---->y</a>"),
    ("a boundary before an element", "<a>x<!----><b></b></a>"),
    ("a boundary before an empty text", "<a>x<!----><!--0--></a>"),
    ("a boundary after an empty text", "<a><!--0--><!---->x</a>"),
    ("a mark only the edge writes", "<a u:m=\"\"><!--k2--></a>"),
    ("the same elsewhere", "<a><!--k1--></a>"),
    ("script", "<script></script>"),
    ("noscript", "<a><noscript></noscript></a>"),
    ("plaintext", "<a><plaintext></plaintext></a>"),
    ("text in style", "<a><style>p{}</style></a>"),
    (
        "an element in textarea",
        "<a><textarea><b></b></textarea></a>",
    ),
    ("an empty text in title", "<a><title><!--0--></title></a>"),
    ("text in iframe", "<a><iframe>x</iframe></a>"),
    ("an unknown u: attribute", "<a u:x=\"\"></a>"),
    ("u:css, of an older draft", "<a u:css=\"\"></a>"),
    ("u:n on another element", "<a u:n=\"b\"></a>"),
    ("u-el without u:n", "<u-el></u-el>"),
    ("an empty u:n", "<u-el u:n=\"\"></u-el>"),
    (
        "u:n for a name that needs none",
        "<u-el u:n=\"div\"></u-el>",
    ),
    ("a placeholder with text", "<a u:m=\"\">x</a>"),
    (
        "a placeholder with an empty text",
        "<a u:m=\"\"><!--0--></a>",
    ),
    ("a placeholder with an element", "<a u:m=\"\"><b></b></a>"),
    (
        "a placeholder with another attribute",
        "<a u:m=\"\" class=\"x\"></a>",
    ),
    (
        "a placeholder with a namespace",
        "<a u:ns=\"s\" u:m=\"\"></a>",
    ),
    (
        "a placeholder with a real name",
        "<u-el u:n=\"script\" u:m=\"\"></u-el>",
    ),
    ("a placeholder with a value", "<a u:m=\"x\"></a>"),
    (
        "a size that is no number",
        "<a u:m=\"\" u:w=\"4711-SECRET\" u:h=\"1\"></a>",
    ),
    ("a size of six digits", "<a u:m=\"\" u:w=\"123456\"></a>"),
    ("an empty size", "<a u:m=\"\" u:w=\"\"></a>"),
    ("a size on another element", "<a u:w=\"1\"></a>"),
    (
        "a shadow root at the top",
        "<template shadowrootmode=\"open\"></template>",
    ),
    (
        "a shadow root behind text",
        "<a>x<template shadowrootmode=\"open\"></template></a>",
    ),
    (
        "a shadow root behind an empty text",
        "<a><!--0--><template shadowrootmode=\"open\"></template></a>",
    ),
    (
        "a shadow root behind an element",
        "<a><b></b><template shadowrootmode=\"open\"></template></a>",
    ),
    (
        "a shadow root in a shadow root",
        "<a><template shadowrootmode=\"open\"><template shadowrootmode=\"open\"></template></template></a>",
    ),
    (
        "a shadow root of another mode",
        "<a><template shadowrootmode=\"\"></template></a>",
    ),
    (
        "a shadow root with an attribute",
        "<a><template shadowrootmode=\"open\" id=\"x\"></template></a>",
    ),
    (
        "a shadow root with a size",
        "<a><template shadowrootmode=\"open\" u:m=\"\" u:w=\"1\"></template></a>",
    ),
    (
        "shadowrootmode on another element",
        "<a shadowrootmode=\"open\"></a>",
    ),
];

#[test]
fn markup_is_what_the_vectors_say() {
    let accepted: Vec<Value> = samples().iter().map(accepted).collect();
    let refused: Vec<Value> = REFUSED
        .iter()
        .map(|(name, html)| json!({ "name": name, "html": html }))
        .collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/markup.json");
    let lines = |cases: &[Value]| {
        let lines: Vec<String> = cases.iter().map(|case| format!("    {case}")).collect();
        lines.join(",\n")
    };
    let text = format!(
        "{{\n  \"accepted\": [\n{}\n  ],\n  \"refused\": [\n{}\n  ]\n}}\n",
        lines(&accepted),
        lines(&refused)
    );
    if std::env::var_os("COVIEW_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let file = std::fs::read_to_string(path).unwrap();
    assert!(file == text, "{path} is not what the code yields");
}

fn accepted(sample: &Sample) -> Value {
    let (written, next) = markup(&sample.tree, 1, Ns::Html);
    let mut gate = gate(sample.rules);
    let payload = begin(&mut gate, next - 1, &written);
    let masked = html(&payload);
    assert!(!masked.contains("SECRET"), "{}", sample.name);
    assert!(!masked.contains("4111 1111 1111 1111"), "{}", sample.name);
    let hidden: Vec<u32> = (1..next).filter(|id| gate.is_hidden(*id)).collect();
    json!({
        "name": sample.name,
        "tree": tree_json(&sample.tree, Ns::Html),
        "html": written,
        "count": next - 1,
        "rules": sample.rules,
        "masked": masked,
        "hidden": hidden,
    })
}

#[test]
fn markup_that_is_not_canonical_resynchronises() {
    for (name, html) in REFUSED {
        for count in 0..5 {
            let frame = stream(1, 0, &[StreamMessage::Snapshot(snapshot(count, html))]);
            assert_eq!(
                gate(&[]).pass(frame),
                Verdict::Resync(ResyncReason::NotCanonical),
                "{name}"
            );
        }
    }
}
