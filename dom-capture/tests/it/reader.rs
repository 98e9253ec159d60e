//! A second reader of canonical markup, written from docs/protocol.md by recursive descent. It
//! keeps how things were written, so that it can write them back.

use std::collections::HashSet;

use crate::tree::{EMPTY, Element, Node, Ns, VOID};

/// Markup that was read: a tree of pieces with their source.
pub(crate) struct Written {
    nodes: Vec<Piece>,
}

enum Piece {
    /// Source of a text, with the boundary mark before it if there is one.
    Text {
        source: String,
        boundary: bool,
    },
    Element(Box<Tag>),
}

struct Tag {
    /// Source of the start tag.
    source: String,
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Piece>,
    is_void: bool,
}

/// Reads a snapshot's markup; `None` if it is not canonical.
pub(crate) fn read(text: &str) -> Option<Written> {
    let mut reader = Reader { rest: text };
    let nodes = reader.nodes(None, 1)?;
    let elements = nodes
        .iter()
        .filter(|piece| matches!(piece, Piece::Element(_)))
        .count();
    (reader.rest.is_empty() && elements == nodes.len() && elements <= 1)
        .then_some(Written { nodes })
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, what: &str) -> bool {
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Content up to an end tag or the end of the input.
    fn nodes(&mut self, parent: Option<&Tag>, depth: usize) -> Option<Vec<Piece>> {
        if depth > 4000 {
            return None;
        }
        let mut nodes: Vec<Piece> = Vec::new();
        loop {
            if self.rest.is_empty() || self.rest.starts_with("</") {
                return Some(nodes);
            }
            if self.rest.starts_with("<!") {
                let after_text = matches!(nodes.last(), Some(Piece::Text { source, .. }) if source != "<!--0-->");
                if self.eat("<!--0-->") {
                    nodes.push(Piece::Text {
                        source: "<!--0-->".to_owned(),
                        boundary: false,
                    });
                } else if after_text && self.eat("<!---->") {
                    let source = self.text()?;
                    nodes.push(Piece::Text {
                        source,
                        boundary: true,
                    });
                } else {
                    return None;
                }
            } else if self.rest.starts_with('<') {
                let tag = self.element(parent, nodes.is_empty(), depth)?;
                nodes.push(Piece::Element(Box::new(tag)));
            } else {
                let source = self.text()?;
                nodes.push(Piece::Text {
                    source,
                    boundary: false,
                });
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        let text = self.take_while(|c| c != '<');
        (!text.is_empty() && references_are_known(text)).then(|| text.to_owned())
    }

    fn element(&mut self, parent: Option<&Tag>, is_first: bool, depth: usize) -> Option<Tag> {
        let before = self.rest;
        let mut tag = self.start()?;
        let length = before.len() - self.rest.len();
        tag.source = before[..length].to_owned();
        if !is_well_formed(&tag, parent, is_first) {
            return None;
        }
        if tag.is_void {
            return Some(tag);
        }
        let children = self.nodes(Some(&tag), depth + 1)?;
        let is_sealed = EMPTY.contains(&tag.name.as_str()) || tag.has("u:m");
        if is_sealed && !children.is_empty() {
            return None;
        }
        tag.children = children;
        let end = format!("</{}>", tag.name);
        self.eat(&end).then_some(tag)
    }

    fn start(&mut self) -> Option<Tag> {
        self.eat("<");
        let name = self.take_while(is_name).to_owned();
        let mut attributes: Vec<(String, String)> = Vec::new();
        while self.eat(" ") {
            let key = self.take_while(is_name).to_owned();
            if key.is_empty()
                || !self.eat("=\"")
                || attributes.iter().any(|(other, _)| *other == key)
            {
                return None;
            }
            let value = self.take_while(|c| !"<>\"".contains(c)).to_owned();
            if !self.eat("\"") || !references_are_known(&value) {
                return None;
            }
            attributes.push((key, value));
        }
        let is_void = self.eat("/>");
        (is_void || self.eat(">")).then_some(Tag {
            source: String::new(),
            name,
            attributes,
            children: Vec::new(),
            is_void,
        })
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || ":_.-".contains(c)
}

fn references_are_known(text: &str) -> bool {
    text.split('&').skip(1).all(|rest| {
        ["amp;", "lt;", "gt;", "quot;", "nbsp;"]
            .iter()
            .any(|known| rest.starts_with(known))
    })
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn is_root(&self) -> bool {
        self.has("shadowrootmode")
    }
}

fn is_well_formed(tag: &Tag, parent: Option<&Tag>, is_first: bool) -> bool {
    let names: Vec<&str> = tag
        .attributes
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let only = |allowed: &[&str]| names.iter().all(|name| allowed.contains(name));
    let known = "u:n u:ns u:px u:v u:c u:ind u:s u:t u:a u:modal u:media u:m u:w u:h";
    let name_is_fine = tag.name.starts_with(|c: char| c.is_ascii_lowercase())
        && tag.name.len() <= 255
        && !["script", "noscript", "plaintext"].contains(&tag.name.as_str())
        && tag.is_void == VOID.contains(&tag.name.as_str());
    let reserved_is_fine = names
        .iter()
        .all(|name| !name.starts_with("u:") || known.split(' ').any(|known| known == *name));
    let size = |name| {
        tag.get(name).is_none_or(|value| {
            (1..=5).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let placeholder_is_fine = if tag.has("u:m") {
        let allowed: &[&str] = if tag.is_root() {
            &["u:m", "shadowrootmode"]
        } else {
            &["u:m", "u:w", "u:h"]
        };
        tag.get("u:m") == Some("") && only(allowed) && size("u:w") && size("u:h")
    } else {
        !tag.has("u:w") && !tag.has("u:h")
    };
    let real_name_is_fine = match tag.get("u:n") {
        Some(real) => tag.name == "u-el" && needs_real_name(real),
        None => tag.name != "u-el" || tag.has("u:m"),
    };
    let root_is_fine = !tag.is_root()
        || (tag.name == "template"
            && matches!(tag.get("shadowrootmode"), Some("open" | "closed"))
            && only(&["u:m", "shadowrootmode"])
            && is_first
            && parent.is_some_and(|parent| !parent.is_root()));
    name_is_fine
        && names.len() <= 64
        && reserved_is_fine
        && placeholder_is_fine
        && real_name_is_fine
        && root_is_fine
}

/// Names that have no other way to travel.
fn needs_real_name(name: &str) -> bool {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_name)
        && name.len() <= 255;
    !name.is_empty()
        && (!plain
            || VOID.contains(&name)
            || EMPTY.contains(&name)
            || "script noscript plaintext listing u-el foreignobject lineargradient clippath"
                .split(' ')
                .any(|other| other == name))
}

impl Written {
    /// Number of ids.
    pub(crate) fn count(&self) -> u32 {
        count(&self.nodes)
    }

    /// As a tree the oracle can judge: written names are taken for real ones.
    pub(crate) fn tree(&self) -> Vec<Node> {
        self.nodes.iter().map(node).collect()
    }

    /// The source again, without what is masked.
    pub(crate) fn masked(&self, masked: &HashSet<u32>) -> String {
        let mut out = String::new();
        let mut next = 1;
        write(&self.nodes, masked, &mut next, &mut out);
        out
    }
}

fn count(pieces: &[Piece]) -> u32 {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text { .. } => 1,
            Piece::Element(tag) => 1 + count(&tag.children),
        })
        .sum()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

fn node(piece: &Piece) -> Node {
    let tag = match piece {
        Piece::Text { source, .. } => return Node::Text(source.clone()),
        Piece::Element(tag) => tag,
    };
    let (root, children) = match tag.children.split_first() {
        Some((Piece::Element(root), rest)) if root.is_root() => (Some(root), rest),
        _ => (None, tag.children.as_slice()),
    };
    Node::Element(Box::new(Element {
        name: tag.get("u:n").map_or_else(|| tag.name.clone(), unescape),
        // Neither reading of the edge's depends on it, but for names written in camel case.
        ns: Ns::Html,
        attributes: tag
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), unescape(value)))
            .collect(),
        shadow: root.map(|root| ("open", root.children.iter().map(node).collect())),
        children: children.iter().map(node).collect(),
        placeholder: tag.has("u:m"),
    }))
}

fn write(pieces: &[Piece], masked: &HashSet<u32>, next: &mut u32, out: &mut String) {
    for piece in pieces {
        let id = *next;
        *next += 1;
        match piece {
            Piece::Text { source, boundary } => {
                if *boundary {
                    out.push_str("<!---->");
                }
                out.push_str(source);
            }
            Piece::Element(tag) if masked.contains(&id) => {
                let held = count(&tag.children);
                *next += held;
                let skip = if held > 0 {
                    format!("<!--k{held}-->")
                } else {
                    String::new()
                };
                let end = if tag.is_void {
                    "/>".to_owned()
                } else {
                    format!(">{skip}</{}>", tag.name)
                };
                out.push_str(&format!("<{} u:m=\"\"{end}", tag.name));
            }
            Piece::Element(tag) => {
                out.push_str(&tag.source);
                write(&tag.children, masked, next, out);
                if !tag.is_void {
                    out.push_str(&format!("</{}>", tag.name));
                }
            }
        }
    }
}
