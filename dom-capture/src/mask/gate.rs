//! The gate every stream frame of one session passes.

use std::sync::Arc;

use bytes::Bytes;
use coview_config::Limits;

use super::{Rules, Verdict};
use crate::protocol::ResyncReason;

/// Bounds on what a session's page can send and hold.
#[derive(Debug, Clone, Copy)]
pub struct GateLimits {
    /// A frame on the wire, in bytes.
    pub frame: usize,
    /// A frame after inflation, in bytes.
    pub inflated: usize,
    /// One text but markup and style sheets, in bytes.
    pub text: usize,
    /// Items of one list.
    pub items: usize,
    /// Ids of an epoch.
    pub nodes: u32,
    /// Depth of the tree.
    pub depth: u16,
    /// Style sheets kept, in bytes.
    pub sheets: usize,
}

impl From<&Limits> for GateLimits {
    fn from(limits: &Limits) -> Self {
        Self {
            frame: limits.frame.bytes(),
            inflated: limits.inflated.bytes(),
            text: limits.text.bytes(),
            items: 100_000,
            nodes: limits.nodes,
            depth: limits.depth,
            sheets: limits.sheets.bytes(),
        }
    }
}

/// What one session needs to mask its stream.
pub struct Gate {
    rules: Arc<Rules>,
    limits: GateLimits,
}

impl Gate {
    /// A gate that waits for the first snapshot.
    #[must_use]
    pub fn new(rules: Arc<Rules>, limits: GateLimits) -> Self {
        Self { rules, limits }
    }

    /// Judges one stream frame of the visitor.
    #[must_use]
    pub fn pass(&mut self, frame: Bytes) -> Verdict {
        let _ = (frame, &self.rules, &self.limits);
        Verdict::Resync(ResyncReason::NewEpoch)
    }

    /// A new epoch has been asked for: what is known of the page is freed, and frames are ignored
    /// until it begins.
    pub fn expect_resync(&mut self) {}

    /// The last epoch seen, for the welcome of the next connection.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        0
    }

    /// Elements that only the edge masked: capture should have.
    #[must_use]
    pub fn masked_missed(&self) -> u64 {
        0
    }

    /// Is this node masked, or under a mask, or unknown?
    #[must_use]
    pub fn is_hidden(&self, id: u32) -> bool {
        let _ = id;
        true
    }
}
