//! The agent's end of the wire as a model: a viewer that refuses whatever it cannot apply.

use std::collections::{BTreeMap, HashMap};

use coview_dom_capture::protocol::Op;

use crate::model::{secrets_in, set};
use crate::tree::EMPTY;

/// What agents have: nodes by id.
#[derive(Default)]
pub(crate) struct Viewer {
    nodes: HashMap<u32, Seen>,
    last: u32,
}

struct Seen {
    parent: u32,
    kind: SeenKind,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<u32>,
    masked: bool,
    is_leaf: bool,
}

#[derive(PartialEq, Clone, Copy, Debug)]
enum SeenKind {
    Element,
    Root,
    Text,
}

impl Viewer {
    pub(crate) fn fill(&mut self, html: &str, count: u32) {
        let document = Seen {
            parent: 0,
            kind: SeenKind::Element,
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
            masked: false,
            is_leaf: false,
        };
        self.nodes.insert(0, document);
        self.build(0, 0, 1, count, html);
    }

    /// Name, attributes and length of the start tag that the text begins with.
    pub(crate) fn read_tag(text: &str) -> (String, Vec<(String, String)>, usize) {
        let end = text.find('>').unwrap();
        let inside = text[1..end].trim_end_matches('/');
        let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut attributes = Vec::new();
        while let Some((key, more)) = rest.split_once("=\"") {
            let (value, more) = more.split_once('"').unwrap();
            let value = value
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&nbsp;", "\u{a0}")
                .replace("&amp;", "&");
            attributes.push((key.trim().to_owned(), value));
            rest = more;
        }
        (name.to_owned(), attributes, end + 1)
    }

    fn build(&mut self, parent: u32, at: usize, first: u32, count: u32, html: &str) {
        assert!(first > self.last, "ids grow");
        let mut next = first;
        let mut open = vec![(parent, at)];
        let mut rest = html;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("</") {
                open.pop();
                rest = &after[after.find('>').unwrap() + 1..];
            } else if let Some(after) = rest.strip_prefix("<!--k") {
                let (skip, after) = after.split_once("-->").unwrap();
                next += skip.parse::<u32>().unwrap();
                rest = after;
            } else if let Some(after) = rest.strip_prefix("<!---->") {
                rest = after;
            } else if let Some(after) = rest.strip_prefix("<!--0-->") {
                self.add(
                    &mut open,
                    &mut next,
                    SeenKind::Text,
                    String::new(),
                    Vec::new(),
                    true,
                );
                rest = after;
            } else if rest.starts_with('<') {
                let (name, attributes, length) = Self::read_tag(rest);
                let is_void = rest[..length].ends_with("/>");
                let is_root = attributes.iter().any(|(name, _)| name == "shadowrootmode");
                let kind = if is_root {
                    SeenKind::Root
                } else {
                    SeenKind::Element
                };
                let is_leaf = is_void || EMPTY.contains(&name.as_str());
                let id = self.add(
                    &mut open,
                    &mut next,
                    kind,
                    String::new(),
                    attributes,
                    is_leaf,
                );
                if !is_void {
                    open.push((id, 0));
                }
                rest = &rest[length..];
            } else {
                let end = rest.find('<').unwrap_or(rest.len());
                let text = rest[..end]
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&quot;", "\"")
                    .replace("&nbsp;", "\u{a0}")
                    .replace("&amp;", "&");
                self.add(&mut open, &mut next, SeenKind::Text, text, Vec::new(), true);
                rest = &rest[end..];
            }
        }
        assert_eq!(next - first, count, "ids and count agree");
        self.last = (next - 1).max(self.last);
    }

    fn add(
        &mut self,
        open: &mut [(u32, usize)],
        next: &mut u32,
        kind: SeenKind,
        text: String,
        attributes: Vec<(String, String)>,
        is_leaf: bool,
    ) -> u32 {
        let id = *next;
        *next += 1;
        let (parent, at) = open.last_mut().unwrap();
        let children = &mut self.nodes.get_mut(parent).unwrap().children;
        children.insert(*at, id);
        *at += 1;
        let seen = Seen {
            parent: *parent,
            kind,
            masked: attributes.iter().any(|(name, _)| name == "u:m"),
            attributes,
            text,
            children: Vec::new(),
            is_leaf,
        };
        assert!(self.nodes.insert(id, seen).is_none(), "an id is given once");
        id
    }

    /// Applies an op; panics where a strict viewer would ask for a resync.
    pub(crate) fn apply(&mut self, op: &Op<'_>) {
        match op {
            Op::R(op) => {
                assert!(self.nodes[&op.id].kind != SeenKind::Root);
                self.detach(op.id);
                self.forget(op.id);
            }
            Op::I(op) => {
                let parent = &self.nodes[&op.parent];
                assert!(!parent.masked && !parent.is_leaf, "a place for children");
                let at = self.behind(op.parent, op.prev);
                self.build(op.parent, at, op.first, op.count, op.html.0);
            }
            Op::M(op) => {
                assert_eq!(self.nodes[&op.id].parent, op.parent);
                assert!(self.nodes[&op.id].kind != SeenKind::Root && op.id != op.prev);
                self.detach(op.id);
                let at = self.behind(op.parent, op.prev);
                self.nodes
                    .get_mut(&op.parent)
                    .unwrap()
                    .children
                    .insert(at, op.id);
            }
            Op::T(op) => {
                let node = self.nodes.get_mut(&op.id).unwrap();
                assert_eq!(node.kind, SeenKind::Text);
                op.text.clone_into(&mut node.text);
            }
            Op::A(op) => set(&mut self.element(op.id).attributes, op.name, op.value),
            Op::P(op) => set(&mut self.element(op.id).attributes, "u:v", Some(op.value)),
            Op::K(op) => {
                for child in std::mem::take(&mut self.element(op.id).children) {
                    self.forget(child);
                }
                let node = self.element(op.id);
                node.attributes.clear();
                node.masked = true;
            }
            Op::G(op) => assert!(self.nodes[&op.id].masked),
            Op::X(op) => assert!(op.id == 0 || self.nodes[&op.id].kind == SeenKind::Element),
            Op::H(op) => assert!(self.nodes[&op.id].kind != SeenKind::Text),
            Op::F(op) => assert!(self.nodes[&op.id].kind == SeenKind::Element),
            Op::V(_) | Op::U(_) | Op::C(_) => {}
        }
    }

    fn element(&mut self, id: u32) -> &mut Seen {
        let node = self.nodes.get_mut(&id).unwrap();
        assert!(node.kind == SeenKind::Element && !node.masked && id != 0);
        node
    }

    fn behind(&self, parent: u32, prev: u32) -> usize {
        let children = &self.nodes[&parent].children;
        if prev == 0 {
            let has_root = children
                .first()
                .is_some_and(|child| self.nodes[child].kind == SeenKind::Root);
            return usize::from(has_root);
        }
        assert!(self.nodes[&prev].kind != SeenKind::Root);
        children.iter().position(|child| *child == prev).unwrap() + 1
    }

    fn detach(&mut self, id: u32) {
        let parent = self.nodes[&id].parent;
        let children = &mut self.nodes.get_mut(&parent).unwrap().children;
        children.retain(|child| *child != id);
    }

    fn forget(&mut self, id: u32) {
        if let Some(node) = self.nodes.remove(&id) {
            node.children.iter().for_each(|child| self.forget(*child));
        }
    }

    /// All secrets that agents have.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.nodes
            .values()
            .flat_map(|node| {
                let values = node.attributes.iter().map(|(_, value)| value);
                values
                    .chain([&node.text])
                    .flat_map(|text| secrets_in(text))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    pub(crate) fn markup(&self) -> String {
        let mut out = String::new();
        for child in &self.nodes[&0].children {
            self.write(*child, &mut out);
        }
        out
    }

    fn write(&self, id: u32, out: &mut String) {
        let node = &self.nodes[&id];
        match node.kind {
            SeenKind::Text => return out.push_str(&format!("[{id} {:?}]", node.text)),
            _ if node.masked => return out.push_str(&format!("<{id} masked>")),
            SeenKind::Root => out.push_str(&format!("<{id} root>")),
            SeenKind::Element => {
                let own = |(name, _): &&(String, String)| !matches!(name.as_str(), "u:n" | "u:ns");
                let attributes: BTreeMap<_, _> =
                    node.attributes.iter().filter(own).cloned().collect();
                out.push_str(&format!("<{id} {attributes:?}>"));
            }
        }
        for child in &node.children {
            self.write(*child, out);
        }
        out.push_str("</>");
    }
}
