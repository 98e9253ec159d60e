//! Addresses that go out marked: all that an agent's browser would load, nothing else, nothing that is
//! masked, and everything around them as it was.

use std::sync::Arc;

use coview_dom_capture::mask::{Form, Gate, Resources, Rules};
use coview_dom_capture::protocol::{A, Hash, I, Long, Op, Sheet, StreamMessage, U};

use crate::page::{forwarded, html, limits, masks, messages, ops, patch, snapshot, stream};
use crate::random::{Rng, rounds};

/// Writes what it was asked beside what it was given.
struct Marker;

impl Resources for Marker {
    fn mark(&mut self, base: &str, form: Form, value: &str) -> Option<String> {
        let at = base.rsplit('/').next().unwrap_or_default();
        (!value.starts_with("data:")).then(|| format!("[{form:?} {at}]{value}"))
    }
}

fn marking() -> Gate {
    let rules = Rules::compile(&masks(&[".pii"])).unwrap_or_else(|errors| panic!("{}", errors[0]));
    Gate::new(Arc::new(rules), limits()).with_resources(Box::new(Marker))
}

fn shown(count: u32, body: &str) -> StreamMessage<'_> {
    let mut page = snapshot(count, body);
    page.base = "https://shop.example/here";
    StreamMessage::Snapshot(page)
}

const TAGS: &[&str] = &[
    "p", "a", "img", "video", "link", "use", "svg", "source", "div",
];
const VOID: &[&str] = &["img", "link", "source"];
const NAMES: &[&str] = &[
    "src",
    "href",
    "srcset",
    "poster",
    "style",
    "fill",
    "xlink:href",
    "alt",
    "data-src",
    "title",
    "background",
    "class",
];
/// Values and texts made to be taken for something else.
const VALUES: &[&str] = &[
    "a.png",
    " src=",
    "url(x)",
    "data:,x",
    "a&amp;b",
    "x src=&quot;y&quot;",
    "",
    "&gt; &lt;img src=",
    "u\\72l(x)",
    "pii",
];
const TEXTS: &[&str] = &[
    "t",
    " src=\"a\" ",
    "> href=\"b\"",
    "\" style=\"url(",
    "&lt;img src=\"c\"",
];

/// Markup, and the same as it should come out.
fn element(rng: &mut Rng, depth: usize, out: &mut (String, String), ids: &mut u32) {
    let tag = *rng.pick(TAGS);
    let mut names: Vec<&str> = NAMES.iter().copied().filter(|_| rng.once_in(3)).collect();
    names.dedup();
    let attributes: Vec<(&str, &str)> = names
        .into_iter()
        .map(|name| (name, *rng.pick(VALUES)))
        .collect();
    let masked = attributes.contains(&("class", "pii"));
    *ids += 1;
    let first = *ids;
    out.0.push_str(&format!("<{tag}"));
    let mut tag_out = format!("<{tag}");
    for (name, value) in &attributes {
        out.0.push_str(&format!(" {name}=\"{value}\""));
        let mark =
            form(tag, name, value).map_or_else(String::new, |form| format!("[{form:?} here]"));
        tag_out.push_str(&format!(" {name}=\"{mark}{value}\""));
    }
    let is_void = VOID.contains(&tag);
    let end = if is_void { "/>" } else { ">" };
    out.0.push_str(end);
    tag_out.push_str(end);
    let mut inner = (String::new(), String::new());
    if !is_void {
        for index in 0..if depth == 0 { 0 } else { rng.below(3) } {
            let is_text = index % 2 == 1;
            if is_text {
                let text = *rng.pick(TEXTS);
                *ids += 1;
                inner.0.push_str(text);
                inner.1.push_str(text);
            } else {
                element(rng, depth - 1, &mut inner, ids);
            }
        }
        let end = format!("</{tag}>");
        inner.0.push_str(&end);
        inner.1.push_str(&end);
    }
    out.0.push_str(&inner.0);
    if !masked {
        out.1.push_str(&tag_out);
        out.1.push_str(&inner.1);
    } else if is_void {
        out.1.push_str(&format!("<{tag} u:m=\"\"/>"));
    } else {
        let held = *ids - first;
        let mark = if held > 0 {
            format!("<!--k{held}-->")
        } else {
            String::new()
        };
        out.1.push_str(&format!("<{tag} u:m=\"\">{mark}</{tag}>"));
    }
}

/// The table of docs/protocol.md, 3.6, a second time.
fn form(tag: &str, name: &str, value: &str) -> Option<Form> {
    let plain = value.replace("&quot;", "\"");
    if plain.starts_with("data:") {
        return None;
    }
    match name {
        "src" | "poster" | "background" => Some(Form::Url),
        "href" | "xlink:href" => (tag != "a").then_some(Form::Url),
        "srcset" => Some(Form::Srcset),
        "style" | "fill" => (plain.contains("url(") || plain.contains('\\')).then_some(Form::Css),
        _ => None,
    }
}

#[test]
fn every_address_in_random_markup_is_marked_and_nothing_else_is_touched() {
    let mut marked = 0;
    rounds(400, |seed| {
        let mut rng = Rng::new(seed);
        let (mut out, mut ids) = ((String::new(), String::new()), 2);
        element(&mut rng, 4, &mut out, &mut ids);
        let written = format!("<html><body>{}</body></html>", out.0);
        let payload = forwarded(&marking().pass(stream(1, 0, &[shown(ids, &written)])));
        let wanted = format!("<html><body>{}</body></html>", out.1);
        assert_eq!(html(&payload), wanted, "{written}");
        marked += wanted.matches(" here]").count();
    });
    assert!(marked > 400, "the search must find addresses");
}

#[test]
fn patches_mark_what_comes_in_and_follow_the_pages_base() {
    let mut gate = marking();
    let page = "<html><body><p></p></body></html>";
    let _ = gate.pass(stream(1, 0, &[shown(3, page)]));
    let changed = |ops: &[Op<'_>], gate: &mut Gate, offset| -> Vec<String> {
        let payload = forwarded(&gate.pass(patch(1, offset, ops)));
        ops_of(&payload)
    };
    let a = |name, value| {
        Op::A(A {
            id: 3,
            name,
            value: Some(value),
        })
    };
    let i = |html| {
        Op::I(I {
            parent: 3,
            prev: 0,
            first: 4,
            count: 1,
            html: Long(html),
        })
    };
    assert_eq!(
        changed(
            &[a("src", "x"), a("title", "x"), i("<img src=\"y\"/>")],
            &mut gate,
            1
        ),
        ["[Url here]x", "x", "<img src=\"[Url here]y\"/>"]
    );
    let url = Op::U(U {
        url: "https://shop.example/there",
        base: "https://shop.example/there",
    });
    assert_eq!(changed(&[url], &mut gate, 2), Vec::<String>::new());
    assert_eq!(
        changed(&[a("srcset", "x 2x")], &mut gate, 3),
        ["[Srcset there]x 2x"]
    );
}

fn ops_of(payload: &[u8]) -> Vec<String> {
    ops(payload)
        .iter()
        .filter_map(|op| match op {
            Op::A(op) => op.value.map(str::to_owned),
            Op::I(op) => Some(op.html.0.to_owned()),
            _ => None,
        })
        .collect()
}

#[test]
fn sheets_are_marked_by_their_own_base_and_those_without_addresses_stay() {
    let mut gate = marking();
    let sheet = |text| {
        StreamMessage::Sheet(Sheet {
            hash: Hash([1; 8]),
            base: "https://cdn.example/a.css",
            text: Long(text),
        })
    };
    let page = shown(1, "<html></html>");
    let frame = stream(1, 0, &[page, sheet("a{b:url(x)}"), sheet("a{color:red}")]);
    let payload = forwarded(&gate.pass(frame));
    let texts: Vec<&str> = messages(&payload)
        .into_iter()
        .filter_map(|message| match message {
            StreamMessage::Sheet(sheet) => Some(sheet.text.0),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["[Css a.css]a{b:url(x)}", "a{color:red}"]);
}
