//! Start tags that selectors may still ask about: of ancestors, when something is inserted below
//! them, and of an element whose attribute changes. Reduced, interned, and bounded in bytes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::named::BARE;
use super::tree::Tree;

/// Reduced start tags by id, and which nodes a resend is pending for.
#[derive(Default)]
pub(super) struct Context {
    tags: HashMap<u32, Arc<str>>,
    pending: HashSet<u32>,
    interned: HashSet<Arc<str>>,
    /// Bytes of the interned tags.
    bytes: usize,
    /// Entries after the last sweep.
    swept: usize,
}

/// Entries below which a sweep is not worth it.
const SWEEP_FROM: usize = 1024;

impl Context {
    pub(super) fn tag(&self, id: u32) -> Option<&Arc<str>> {
        self.tags.get(&id)
    }

    pub(super) fn set(&mut self, id: u32, reduced: Option<String>) {
        let Some(reduced) = reduced else {
            self.tags.remove(&id);
            return;
        };
        let tag = match self.interned.get(reduced.as_str()) {
            Some(tag) => Arc::clone(tag),
            None => {
                let tag: Arc<str> = reduced.into();
                self.bytes += tag.len();
                self.interned.insert(Arc::clone(&tag));
                tag
            }
        };
        self.tags.insert(id, tag);
    }

    pub(super) fn remove(&mut self, id: u32) {
        self.tags.remove(&id);
        self.pending.remove(&id);
    }

    pub(super) fn is_pending(&self, id: u32) -> bool {
        self.pending.contains(&id)
    }

    /// Notes that the page is asked for this node; false if it already was.
    pub(super) fn ask(&mut self, id: u32) -> bool {
        self.pending.insert(id)
    }

    /// Drops what is of no use any more, whenever the entries have doubled or the bytes are over
    /// the limit. False if they still are.
    pub(super) fn sweep(&mut self, tree: &Tree, deepest: u32, most_bytes: usize) -> bool {
        let entries = self.tags.len() + self.pending.len();
        let is_due = entries >= SWEEP_FROM && entries >= self.swept * 2;
        if !is_due && self.bytes <= most_bytes {
            return true;
        }
        // A masked node is kept itself, whatever is below it is not.
        let lives = |id: &u32| {
            tree.parent(*id)
                .is_some_and(|parent| tree.depth(parent, deepest).is_some())
        };
        self.tags.retain(|id, _| lives(id));
        self.pending.retain(lives);
        self.interned.retain(|tag| Arc::strong_count(tag) > 1);
        self.bytes = self.interned.iter().map(|tag| tag.len()).sum();
        self.swept = self.tags.len() + self.pending.len();
        self.bytes <= most_bytes
    }

    /// The start tags from the document's child down to `id`, as a matcher needs them before what
    /// is inserted there.
    pub(super) fn around(&self, tree: &Tree, id: u32, deepest: u32) -> String {
        let mut prefix = String::new();
        for id in tree.path(id, deepest) {
            match self.tags.get(&id) {
                Some(tag) => prefix.push_str(tag),
                None => {
                    prefix.push('<');
                    prefix.push_str(BARE);
                }
            }
            prefix.push('>');
        }
        prefix
    }
}
