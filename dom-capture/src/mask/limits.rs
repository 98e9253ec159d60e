//! Bounds on what a session's page can send and hold.

use coview_config::Limits;

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
    /// Ids of an epoch; below 2^29.
    pub nodes: u32,
    /// Depth of the tree.
    pub depth: u16,
    /// Style sheets of an epoch, in bytes.
    pub sheets: usize,
}

impl From<&Limits> for GateLimits {
    fn from(limits: &Limits) -> Self {
        Self {
            frame: limits.frame.bytes(),
            inflated: limits.inflated.bytes(),
            text: limits.text.bytes(),
            items: 100_000,
            nodes: limits.nodes.min((1 << 29) - 1),
            depth: limits.depth,
            sheets: limits.sheets.bytes(),
        }
    }
}
