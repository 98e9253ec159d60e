//! What the edge knows of a page: one `u32` per id ever given. An id counts as visible only if
//! every link from it to the document was forwarded and none is masked; that is the default deny.

use std::cell::Cell;

/// Parent (29 bits), masked (1 bit), kind (2 bits). [`NONE`]: never forwarded, or removed.
pub(super) struct Tree {
    links: Vec<u32>,
    /// Links followed so far: what questions about depth have cost.
    followed: Cell<u64>,
}

/// What a node can have below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Element = 0,
    /// Void, or with an end tag but never with content.
    Leaf = 1,
    Text = 2,
    Root = 3,
}

const NONE: u32 = u32::MAX;
const MASKED: u32 = 4;

/// Id of the document.
pub(super) const DOCUMENT: u32 = 0;

impl Tree {
    /// A document without nodes.
    pub(super) fn new() -> Self {
        Self {
            links: vec![0],
            followed: Cell::new(0),
        }
    }

    /// The id the next node gets.
    pub(super) fn next(&self) -> u32 {
        u32::try_from(self.links.len()).unwrap_or(NONE)
    }

    /// Adds a node; the caller keeps ids below 2^29.
    #[inline]
    pub(super) fn push(&mut self, parent: u32, kind: Kind, masked: bool) {
        let flag = if masked { MASKED } else { 0 };
        self.links.push((parent << 3) | flag | kind as u32);
    }

    /// Forgets the nodes from `next` on: their markup was refused.
    pub(super) fn truncate(&mut self, next: u32) {
        self.links.truncate(index(next));
    }

    fn link(&self, id: u32) -> Option<u32> {
        self.links
            .get(index(id))
            .copied()
            .filter(|link| *link != NONE)
    }

    /// Was this id ever given to a node?
    pub(super) fn is_known(&self, id: u32) -> bool {
        id != DOCUMENT && index(id) < self.links.len()
    }

    /// Kind of a living node; the document is none.
    pub(super) fn kind(&self, id: u32) -> Option<Kind> {
        let link = self.link(id).filter(|_| id != DOCUMENT)?;
        Some(match link & 3 {
            0 => Kind::Element,
            1 => Kind::Leaf,
            2 => Kind::Text,
            _ => Kind::Root,
        })
    }

    /// Parent of a living node.
    pub(super) fn parent(&self, id: u32) -> Option<u32> {
        self.link(id)
            .filter(|_| id != DOCUMENT)
            .map(|link| link >> 3)
    }

    /// Is it a living node that is masked itself?
    pub(super) fn is_masked(&self, id: u32) -> bool {
        self.link(id).is_some_and(|link| link & MASKED != 0)
    }

    /// Depth of a node that agents see, the document's being 0.
    pub(super) fn depth(&self, id: u32, deepest: u32) -> Option<u32> {
        let mut at = id;
        for depth in 0..=deepest {
            if at == DOCUMENT {
                return Some(depth);
            }
            self.followed.set(self.followed.get() + 1);
            let link = self.link(at)?;
            if link & MASKED != 0 {
                return None;
            }
            at = link >> 3;
        }
        None
    }

    /// Links followed so far.
    pub(super) fn followed(&self) -> u64 {
        self.followed.get()
    }

    /// The nodes from the document's child down to `id`; empty for the document.
    pub(super) fn path(&self, id: u32, deepest: u32) -> Vec<u32> {
        let mut path = Vec::new();
        let mut at = id;
        while at != DOCUMENT && path.len() <= index(deepest) {
            path.push(at);
            at = self.parent(at).unwrap_or(DOCUMENT);
        }
        path.reverse();
        path
    }

    /// Takes a node away; what is below it dies with it.
    pub(super) fn kill(&mut self, id: u32) {
        if let Some(link) = self.links.get_mut(index(id)) {
            *link = NONE;
        }
    }

    /// Takes a range of ids away, as far as they were ever given.
    pub(super) fn kill_range(&mut self, from: u32, to: u32) {
        let length = self.links.len();
        let range = index(from).min(length)..index(to).saturating_add(1).min(length);
        if let Some(links) = self.links.get_mut(range) {
            links.fill(NONE);
        }
    }

    /// Masks a living node.
    pub(super) fn mask(&mut self, id: u32) {
        if let Some(link) = self.links.get_mut(index(id))
            && *link != NONE
        {
            *link |= MASKED;
        }
    }
}

fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}
