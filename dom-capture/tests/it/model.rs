//! The visitor's end of the wire as a model: a page that knows everything and masks nothing itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::oracle::{Oracle, Reading};
use crate::patches::Change;
use crate::random::{self, Rng};
use crate::tree::{EMPTY, Element, Node, Ns, VOID, child_ns, markup};
use crate::viewer::Viewer;

/// A page: nodes by id, 0 being the document.
pub(crate) struct Model {
    nodes: HashMap<u32, Entry>,
    next: u32,
    secrets: u32,
}

#[derive(Clone)]
struct Entry {
    parent: u32,
    what: What,
    children: Vec<u32>,
}

#[derive(Clone)]
enum What {
    Document,
    /// Without children and shadow.
    Element(Element, Option<u32>),
    Root(&'static str),
    Text(String),
}

/// What marks a text as unique and traceable.
const SECRET: char = '\u{a7}';

impl Model {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let mut model = Self {
            nodes: HashMap::new(),
            next: 1,
            secrets: 0,
        };
        let document = Entry {
            parent: 0,
            what: What::Document,
            children: Vec::new(),
        };
        model.nodes.insert(0, document);
        let mut nodes = random::document(rng);
        if nodes.is_empty() {
            nodes = vec![crate::tree::element("html", &[], vec![])];
        }
        strip_placeholders(&mut nodes);
        model.grow(0, 0, &nodes, Ns::Html);
        model
    }

    pub(crate) fn next_id(&self) -> u32 {
        self.next
    }

    fn secret(&mut self) -> String {
        self.secrets += 1;
        format!("{SECRET}{}", self.secrets)
    }

    /// Puts siblings behind `at` children of a parent, with ids in their order.
    fn grow(&mut self, parent: u32, at: usize, nodes: &[Node], ns: Ns) {
        for (index, node) in nodes.iter().enumerate() {
            let id = self.add(parent, node, ns);
            let children = &mut self.nodes.get_mut(&parent).unwrap().children;
            children.insert(at + index, id);
        }
    }

    fn add(&mut self, parent: u32, node: &Node, ns: Ns) -> u32 {
        let id = self.next;
        self.next += 1;
        let what = match node {
            Node::Text(text) if text.is_empty() => What::Text(String::new()),
            Node::Text(text) => What::Text(format!("{text} {}", self.secret())),
            Node::Element(element) => {
                let mut own = Element {
                    name: element.name.clone(),
                    ns: element.ns,
                    attributes: element.attributes.clone(),
                    ..Element::default()
                };
                if own.get("aria-label").is_none() {
                    own.attributes
                        .push(("aria-label".to_owned(), self.secret()));
                }
                What::Element(own, None)
            }
        };
        let entry = Entry {
            parent,
            what,
            children: Vec::new(),
        };
        self.nodes.insert(id, entry);
        let Node::Element(element) = node else {
            return id;
        };
        if let Some((mode, nodes)) = &element.shadow {
            let root = self.next;
            self.next += 1;
            let entry = Entry {
                parent: id,
                what: What::Root(mode),
                children: Vec::new(),
            };
            self.nodes.insert(root, entry);
            if let What::Element(_, shadow) = &mut self.nodes.get_mut(&id).unwrap().what {
                *shadow = Some(root);
            }
            self.grow(root, 0, nodes, Ns::Html);
        }
        self.grow(id, 0, &element.children, child_ns(element));
        let _ = ns;
        id
    }

    /// The tree below a node, and its ids in the order of the wire.
    fn tree(&self, id: u32, order: &mut Vec<u32>) -> Node {
        order.push(id);
        let entry = &self.nodes[&id];
        match &entry.what {
            What::Text(text) => Node::Text(text.clone()),
            What::Element(own, shadow) => {
                let mut element = own.clone();
                element.shadow = shadow.map(|root| {
                    order.push(root);
                    let What::Root(mode) = self.nodes[&root].what else {
                        panic!("a shadow root is one");
                    };
                    let children = self.nodes[&root].children.clone();
                    (
                        mode,
                        children
                            .iter()
                            .map(|child| self.tree(*child, order))
                            .collect(),
                    )
                });
                element.children = entry
                    .children
                    .iter()
                    .map(|child| self.tree(*child, order))
                    .collect();
                Node::Element(Box::new(element))
            }
            What::Document | What::Root(_) => panic!("not written by itself"),
        }
    }

    fn document(&self) -> (Vec<Node>, Vec<u32>) {
        let mut order = Vec::new();
        let nodes = self.nodes[&0]
            .children
            .iter()
            .map(|child| self.tree(*child, &mut order))
            .collect();
        (nodes, order)
    }

    /// Begins a new epoch: its markup and number of ids.
    pub(crate) fn renumber(&mut self) -> (String, u32) {
        let (nodes, order) = self.document();
        let new: HashMap<u32, u32> = order
            .iter()
            .zip(1..)
            .map(|(old, new)| (*old, new))
            .collect();
        let id_of = |id: u32| if id == 0 { 0 } else { new[&id] };
        let old = std::mem::take(&mut self.nodes);
        for (id, mut entry) in old {
            if id != 0 && !new.contains_key(&id) {
                continue;
            }
            entry.parent = id_of(entry.parent);
            entry
                .children
                .iter_mut()
                .for_each(|child| *child = id_of(*child));
            if let What::Element(_, Some(root)) = &mut entry.what {
                *root = id_of(*root);
            }
            self.nodes.insert(id_of(id), entry);
        }
        let (written, next) = markup(&nodes, 1, Ns::Html);
        self.next = next;
        (written, next - 1)
    }

    /// Ids of the outermost masked elements.
    fn masked(&self, oracle: &Oracle) -> HashSet<u32> {
        let (nodes, order) = self.document();
        oracle
            .masked(&nodes, 1, &[], Reading::Edge)
            .into_iter()
            .map(|position| order[position as usize - 1])
            .collect()
    }

    /// All secrets at or below masked elements.
    pub(crate) fn masked_secrets(&self, oracle: &Oracle) -> HashSet<String> {
        let mut secrets = HashSet::new();
        for id in self.masked(oracle) {
            let mut order = Vec::new();
            self.tree(id, &mut order);
            for id in order {
                match &self.nodes[&id].what {
                    What::Text(text) => secrets.extend(secrets_in(text)),
                    What::Element(element, _) => {
                        for (_, value) in &element.attributes {
                            secrets.extend(secrets_in(value));
                        }
                    }
                    What::Document | What::Root(_) => {}
                }
            }
        }
        secrets
    }

    /// What agents must have in the end, as [`Viewer::markup`] writes it.
    pub(crate) fn masked_markup(&self, oracle: &Oracle) -> String {
        let masked = self.masked(oracle);
        let mut out = String::new();
        for child in &self.nodes[&0].children {
            self.write(*child, &masked, &mut out);
        }
        out
    }

    fn write(&self, id: u32, masked: &HashSet<u32>, out: &mut String) {
        let entry = &self.nodes[&id];
        match &entry.what {
            What::Text(text) => out.push_str(&format!("[{id} {text:?}]")),
            What::Element(..) if masked.contains(&id) => out.push_str(&format!("<{id} masked>")),
            What::Element(element, shadow) => {
                let attributes: BTreeMap<_, _> = wire_attributes(element).into_iter().collect();
                out.push_str(&format!("<{id} {attributes:?}>"));
                for child in shadow.iter().chain(&entry.children) {
                    self.write(*child, masked, out);
                }
                out.push_str("</>");
            }
            What::Root(_) => {
                out.push_str(&format!("<{id} root>"));
                for child in &entry.children {
                    self.write(*child, masked, out);
                }
                out.push_str("</>");
            }
            What::Document => {}
        }
    }

    fn pick(&self, rng: &mut Rng, fits: impl Fn(&Entry) -> bool) -> Option<u32> {
        let mut ids: Vec<u32> = self
            .nodes
            .iter()
            .filter(|(_, entry)| fits(entry))
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        (!ids.is_empty()).then(|| *rng.pick(&ids))
    }

    /// One honest change.
    pub(crate) fn change(&mut self, rng: &mut Rng) -> Vec<Change> {
        match rng.below(10) {
            0 => self.remove_some(rng),
            1 | 2 => self.insert_some(rng),
            3 => self.reorder_some(rng),
            4 => self.move_some(rng),
            5 => self.write_some(rng),
            6 => self.type_some(rng),
            _ => self.change_some(rng),
        }
        .unwrap_or_default()
    }

    /// Anything with siblings that may come and go: not the root element, not a shadow root, and
    /// nothing whose parent would be written in another way without it.
    fn loose(&self, rng: &mut Rng) -> Option<u32> {
        self.pick(rng, |entry| {
            entry.parent != 0
                && !matches!(entry.what, What::Document | What::Root(_))
                && !self.is_leaf_name(entry.parent)
        })
    }

    fn is_leaf_name(&self, id: u32) -> bool {
        match &self.nodes[&id].what {
            What::Element(element, _) => {
                let name = element.name.as_str();
                VOID.contains(&name)
                    || EMPTY.contains(&name)
                    || matches!(name, "script" | "noscript")
            }
            _ => false,
        }
    }

    fn remove_some(&mut self, rng: &mut Rng) -> Option<Vec<Change>> {
        let id = self.loose(rng)?;
        self.cut(id);
        Some(vec![Change::R(id)])
    }

    fn cut(&mut self, id: u32) {
        let parent = self.nodes[&id].parent;
        let siblings = &mut self.nodes.get_mut(&parent).unwrap().children;
        siblings.retain(|child| *child != id);
        let mut order = Vec::new();
        self.tree(id, &mut order);
        for id in order {
            self.nodes.remove(&id);
        }
    }

    fn place(&self, rng: &mut Rng) -> Option<(u32, usize)> {
        let parent = self.pick(rng, |entry| {
            matches!(entry.what, What::Element(..) | What::Root(_))
        })?;
        if self.is_leaf_name(parent) {
            return None;
        }
        let at = rng.below(self.nodes[&parent].children.len() + 1);
        Some((parent, at))
    }

    fn ns_below(&self, parent: u32) -> Ns {
        match &self.nodes[&parent].what {
            What::Element(element, _) => child_ns(element),
            _ => Ns::Html,
        }
    }

    fn insert_some(&mut self, rng: &mut Rng) -> Option<Vec<Change>> {
        let (parent, at) = self.place(rng)?;
        let mut nodes = random::siblings(rng, self.ns_below(parent), 8);
        strip_placeholders(&mut nodes);
        Some(vec![self.insert(parent, at, &nodes)])
    }

    fn insert(&mut self, parent: u32, at: usize, nodes: &[Node]) -> Change {
        let first = self.next;
        let ns = self.ns_below(parent);
        let prev = at
            .checked_sub(1)
            .map_or(0, |before| self.nodes[&parent].children[before]);
        self.grow(parent, at, nodes, ns);
        let mut order = Vec::new();
        let added: Vec<u32> = self.nodes[&parent].children[at..at + nodes.len()].to_vec();
        let written: Vec<Node> = added.iter().map(|id| self.tree(*id, &mut order)).collect();
        let (html, next) = markup(&written, first, ns);
        assert_eq!(next, self.next);
        Change::I(parent, prev, first, next - first, html)
    }

    fn reorder_some(&mut self, rng: &mut Rng) -> Option<Vec<Change>> {
        let id = self.loose(rng)?;
        let parent = self.nodes[&id].parent;
        let children = &mut self.nodes.get_mut(&parent).unwrap().children;
        children.retain(|child| *child != id);
        let at = rng.below(children.len() + 1);
        let prev = at.checked_sub(1).map_or(0, |before| children[before]);
        children.insert(at, id);
        Some(vec![Change::M(parent, prev, id)])
    }

    fn move_some(&mut self, rng: &mut Rng) -> Option<Vec<Change>> {
        let id = self.loose(rng)?;
        let node = self.tree(id, &mut Vec::new());
        self.cut(id);
        let Some((parent, at)) = self.place(rng) else {
            return Some(vec![Change::R(id)]);
        };
        Some(vec![Change::R(id), self.put(parent, at, node)])
    }

    /// Inserts a tree as it is, its texts unchanged.
    fn put(&mut self, parent: u32, at: usize, node: Node) -> Change {
        let first = self.next;
        let prev = at
            .checked_sub(1)
            .map_or(0, |before| self.nodes[&parent].children[before]);
        let ns = self.ns_below(parent);
        self.adopt(parent, at, &node);
        let (html, next) = markup(&[node], first, ns);
        assert_eq!(next, self.next);
        Change::I(parent, prev, first, next - first, html)
    }

    fn adopt(&mut self, parent: u32, at: usize, node: &Node) {
        let kept = self.secrets;
        self.grow(parent, at, std::slice::from_ref(node), Ns::Html);
        self.secrets = kept;
        // grow() made new secrets: put the old texts back.
        let id = self.nodes[&parent].children[at];
        let mut order = Vec::new();
        self.tree(id, &mut order);
        let mut order = order.into_iter();
        self.restore(node, &mut order);
    }

    fn restore(&mut self, node: &Node, order: &mut impl Iterator<Item = u32>) {
        let id = order.next().unwrap();
        match node {
            Node::Text(text) => self.nodes.get_mut(&id).unwrap().what = What::Text(text.clone()),
            Node::Element(element) => {
                if let What::Element(own, _) = &mut self.nodes.get_mut(&id).unwrap().what {
                    own.attributes.clone_from(&element.attributes);
                }
                if let Some((_, nodes)) = &element.shadow {
                    order.next();
                    nodes.iter().for_each(|node| self.restore(node, order));
                }
                element
                    .children
                    .iter()
                    .for_each(|node| self.restore(node, order));
            }
        }
    }

    fn write_some(&mut self, rng: &mut Rng) -> Option<Vec<Change>> {
        let id = self.pick(rng, |entry| matches!(entry.what, What::Text(_)))?;
        let text = format!("now {}", self.secret());
        self.nodes.get_mut(&id).unwrap().what = What::Text(text.clone());
        Some(vec![Change::T(id, text)])
    }

    fn type_some(&mut self, rng: &mut Rng) -> Option<Vec<Change>> {
        let is_field = |entry: &Entry| matches!(&entry.what, What::Element(element, _) if element.name == "input");
        let id = self.pick(rng, is_field)?;
        let card = "4111 1111 1111 1111";
        let value = if rng.once_in(3) {
            card.to_owned()
        } else {
            format!("typed {}", self.secret())
        };
        let What::Element(element, _) = &mut self.nodes.get_mut(&id).unwrap().what else {
            return None;
        };
        let was_card = element.get("u:v") == Some(card) || element.get("value") == Some(card);
        set(&mut element.attributes, "u:v", Some(&value));
        // A page that had masked the field would send it again when that ends.
        Some(if was_card {
            self.resend(id)
        } else {
            vec![Change::P(id, value)]
        })
    }

    fn change_some(&mut self, rng: &mut Rng) -> Option<Vec<Change>> {
        let id = self.pick(rng, |entry| matches!(entry.what, What::Element(..)))?;
        let (name, value) = random::change(rng);
        let What::Element(element, _) = &mut self.nodes.get_mut(&id).unwrap().what else {
            return None;
        };
        // A field that was a password stays masked: what the oracle says of it has no memory.
        let is_password = |value: &str| value.eq_ignore_ascii_case("password");
        if name == "type" && element.get("type").is_some_and(is_password) {
            return None;
        }
        set(&mut element.attributes, &name, value.as_deref());
        Some(vec![Change::A(id, name, value)])
    }

    /// The node again under new ids; nothing if it is gone.
    pub(crate) fn resend(&mut self, id: u32) -> Vec<Change> {
        let Some(entry) = self.nodes.get(&id) else {
            return Vec::new();
        };
        let parent = entry.parent;
        let at = self.nodes[&parent]
            .children
            .iter()
            .position(|child| *child == id)
            .unwrap();
        let node = self.tree(id, &mut Vec::new());
        self.cut(id);
        vec![Change::R(id), self.put(parent, at, node)]
    }
}

pub(crate) fn set(attributes: &mut Vec<(String, String)>, name: &str, value: Option<&str>) {
    let place = attributes.iter().position(|(other, _)| other == name);
    match (place, value) {
        (Some(at), Some(value)) => value.clone_into(&mut attributes[at].1),
        (Some(at), None) => drop(attributes.remove(at)),
        (None, Some(value)) => attributes.push((name.to_owned(), value.to_owned())),
        (None, None) => {}
    }
}

fn strip_placeholders(nodes: &mut [Node]) {
    for node in nodes {
        if let Node::Element(element) = node {
            element.placeholder = false;
            if let Some((_, nodes)) = &mut element.shadow {
                strip_placeholders(nodes);
            }
            strip_placeholders(&mut element.children);
        }
    }
}

pub(crate) fn secrets_in(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| word.starts_with(SECRET))
        .map(str::to_owned)
        .collect()
}

/// Attributes as they come back from the wire; odd ones as one list.
fn wire_attributes(element: &Element) -> Vec<(String, String)> {
    let alone = Element {
        // Its name, namespace and content are not compared.
        name: "p".to_owned(),
        ns: element.ns,
        attributes: element.attributes.clone(),
        ..Element::default()
    };
    let ns = element.ns;
    let (written, _) = markup(&[Node::Element(Box::new(alone))], 1, ns);
    Viewer::read_tag(&written).1
}
