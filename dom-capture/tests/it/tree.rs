//! A page of our own: a simple DOM with the writer of canonical markup, and nothing shared with
//! the code under test. What the gate must yield is written from here.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Box<Element>),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    /// Real local name.
    pub(crate) name: String,
    pub(crate) ns: Ns,
    /// Real names; `u:v` and the like are live state, as the wire writes it.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) shadow: Option<(&'static str, Vec<Node>)>,
    pub(crate) children: Vec<Node>,
    /// Masked by capture: agents and the edge get nothing but its place.
    pub(crate) placeholder: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Ns {
    #[default]
    Html,
    Svg,
    MathMl,
}

impl Ns {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Html => "h",
            Self::Svg => "s",
            Self::MathMl => "m",
        }
    }
}

/// An element without anything.
pub(crate) fn element(name: &str, attributes: &[(&str, &str)], children: Vec<Node>) -> Node {
    Node::Element(Box::new(Element {
        name: name.to_owned(),
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        children,
        ..Element::default()
    }))
}

pub(crate) fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// How it is written: `Some` name, or `None` as `u-el`.
    pub(crate) fn wire_name(&self) -> Option<String> {
        let adjusted = self.ns == Ns::Svg && CAMEL_ELEMENTS.contains(&self.name.as_str());
        let wire = if adjusted {
            self.name.to_ascii_lowercase()
        } else {
            self.name.clone()
        };
        let is_plain = wire.starts_with(|c: char| c.is_ascii_lowercase())
            && wire.chars().all(is_name_char)
            && !NEVER.contains(&wire.as_str());
        let is_lower_svg = self.ns == Ns::Svg
            && !adjusted
            && CAMEL_ELEMENTS
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&self.name));
        let has_content = !self.children.is_empty() || self.shadow.is_some();
        let is_leaf = VOID.contains(&wire.as_str()) || EMPTY.contains(&wire.as_str());
        (is_plain && !is_lower_svg && !(is_leaf && has_content && !self.placeholder))
            .then_some(wire)
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || ":_.-".contains(c)
}

pub(crate) const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "hr", "img", "input", "keygen",
    "link", "meta", "param", "source", "track", "wbr",
];
pub(crate) const EMPTY: &[&str] = &[
    "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes",
];
const NEVER: &[&str] = &["script", "noscript", "plaintext", "u-el"];
const CAMEL_ELEMENTS: &[&str] = &["foreignObject", "linearGradient", "clipPath"];
const CAMEL_ATTRIBUTES: &[&str] = &["viewBox", "gradientUnits"];

/// Writes markup and counts ids. `is_masked` says of an element (by its path) what the edge masks.
pub(crate) struct MarkupWriter<'a> {
    pub(crate) out: String,
    pub(crate) next: u32,
    is_masked: &'a dyn Fn(u32) -> bool,
}

/// Markup of siblings below a parent of this namespace, as capture writes it, and the id behind.
pub(crate) fn markup(nodes: &[Node], first: u32, ns: Ns) -> (String, u32) {
    masked_markup(nodes, first, ns, &|_| false)
}

/// The same as agents get it, where the edge masks the elements with these ids.
pub(crate) fn masked_markup(
    nodes: &[Node],
    first: u32,
    ns: Ns,
    is_masked: &dyn Fn(u32) -> bool,
) -> (String, u32) {
    let mut writer = MarkupWriter {
        out: String::new(),
        next: first,
        is_masked,
    };
    writer.nodes(nodes, ns);
    (writer.out, writer.next)
}

impl MarkupWriter<'_> {
    fn nodes(&mut self, nodes: &[Node], ns: Ns) {
        let mut after_text = false;
        for node in nodes {
            match node {
                Node::Text(text) if text.is_empty() => {
                    self.out.push_str("<!--0-->");
                    self.next += 1;
                    after_text = false;
                }
                Node::Text(text) => {
                    if after_text {
                        self.out.push_str("<!---->");
                    }
                    self.out.push_str(&escape(text, false));
                    self.next += 1;
                    after_text = true;
                }
                Node::Element(element) => {
                    self.element(element, ns);
                    after_text = false;
                }
            }
        }
    }

    fn element(&mut self, element: &Element, parent: Ns) {
        let id = self.next;
        self.next += 1;
        let wire = element.wire_name();
        let name = wire.clone().unwrap_or_else(|| "u-el".to_owned());
        let is_void = VOID.contains(&name.as_str());
        if element.placeholder {
            let end = if is_void {
                "/>".to_owned()
            } else {
                format!("></{name}>")
            };
            self.out.push_str(&format!("<{name} u:m=\"\"{end}"));
            return;
        }
        if (self.is_masked)(id) {
            let kept = self.out.len();
            self.inside(element);
            self.out.truncate(kept);
            let count = self.next - id - 1;
            let skip = if count > 0 {
                format!("<!--k{count}-->")
            } else {
                String::new()
            };
            let end = if is_void {
                "/>".to_owned()
            } else {
                format!(">{skip}</{name}>")
            };
            self.out.push_str(&format!("<{name} u:m=\"\"{end}"));
            return;
        }
        self.out.push_str(&format!("<{name}"));
        if wire.is_none() {
            self.attribute("u:n", &element.name);
        }
        if element.ns != implied(element, parent) {
            self.attribute("u:ns", element.ns.code());
        }
        self.attributes(element);
        if is_void {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        self.inside(element);
        self.out.push_str(&format!("</{name}>"));
    }

    fn inside(&mut self, element: &Element) {
        if let Some((mode, nodes)) = &element.shadow {
            let id = self.next;
            self.next += 1;
            let is_masked = (self.is_masked)(id);
            let mask = if is_masked { " u:m=\"\"" } else { "" };
            self.out
                .push_str(&format!("<template shadowrootmode=\"{mode}\"{mask}>"));
            let kept = self.out.len();
            self.nodes(nodes, Ns::Html);
            if is_masked {
                self.out.truncate(kept);
                let count = self.next - id - 1;
                if count > 0 {
                    self.out.push_str(&format!("<!--k{count}-->"));
                }
            }
            self.out.push_str("</template>");
        }
        self.nodes(&element.children, child_ns(element));
    }

    fn attributes(&mut self, element: &Element) {
        let mut odd = Vec::new();
        for (name, value) in &element.attributes {
            let adjusted = element.ns == Ns::Svg && CAMEL_ATTRIBUTES.contains(&name.as_str());
            let wire = if adjusted {
                name.to_ascii_lowercase()
            } else {
                name.clone()
            };
            if wire.chars().all(is_name_char) {
                self.attribute(&wire, value);
            } else {
                odd.push(format!("{name}\u{1f}{value}"));
            }
        }
        if !odd.is_empty() {
            self.attribute("u:a", &odd.join("\u{1e}"));
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out
            .push_str(&format!(" {name}=\"{}\"", escape(value, true)));
    }
}

fn implied(element: &Element, parent: Ns) -> Ns {
    match element.name.as_str() {
        "svg" => Ns::Svg,
        "math" => Ns::MathMl,
        _ => parent,
    }
}

/// Namespace that children have unless they say otherwise.
pub(crate) fn child_ns(element: &Element) -> Ns {
    match (element.ns, element.name.as_str()) {
        (Ns::Svg, "foreignObject" | "desc" | "title") | (Ns::MathMl, "annotation-xml") => Ns::Html,
        (ns, _) => ns,
    }
}

pub(crate) fn escape(text: &str, quotes: bool) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\u{a0}', "&nbsp;");
    if quotes {
        text.replace('"', "&quot;")
    } else {
        text
    }
}

/// The tree as the vectors write it.
pub(crate) fn tree_json(nodes: &[Node], parent: Ns) -> Value {
    nodes
        .iter()
        .map(|node| match node {
            Node::Text(text) => Value::from(text.as_str()),
            Node::Element(element) => element_json(element, parent),
        })
        .collect()
}

fn element_json(element: &Element, parent: Ns) -> Value {
    let mut value = json!({ "e": element.name });
    if element.ns != implied(element, parent) {
        value["ns"] = element.ns.code().into();
    }
    if element.placeholder {
        value["masked"] = true.into();
        return value;
    }
    if !element.attributes.is_empty() {
        value["a"] = json!(element.attributes);
    }
    if let Some((mode, nodes)) = &element.shadow {
        value["mode"] = (*mode).into();
        value["shadow"] = tree_json(nodes, Ns::Html);
    }
    if !element.children.is_empty() {
        value["c"] = tree_json(&element.children, child_ns(element));
    }
    value
}
