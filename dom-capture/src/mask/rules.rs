//! A site's masks, compiled once and shared by its sessions.

use coview_config::Masks;

use crate::protocol::Mask;

/// A site's masks, compiled.
pub struct Rules {
    masks: Vec<Mask>,
    ignore: Vec<Mask>,
    no_control: Vec<Mask>,
}

impl Rules {
    /// Compiles what the operator wrote.
    ///
    /// # Errors
    /// Every selector that cannot be enforced, with the reason.
    pub fn compile(masks: &Masks) -> Result<Self, Vec<SelectorError>> {
        let _ = masks;
        Ok(Self {
            masks: Vec::new(),
            ignore: Vec::new(),
            no_control: Vec::new(),
        })
    }

    /// The site's masks for the welcome; what is always masked is not in it.
    #[must_use]
    pub fn masks(&self) -> &[Mask] {
        &self.masks
    }

    /// What is left out, for the welcome.
    #[must_use]
    pub fn ignore(&self) -> &[Mask] {
        &self.ignore
    }

    /// Where agents may not act, for the welcome.
    #[must_use]
    pub fn no_control(&self) -> &[Mask] {
        &self.no_control
    }
}

/// A selector that cannot be enforced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{list} {number} {selector:?}: {reason}")]
pub struct SelectorError {
    /// `mask`, `unmask`, `ignore` or `no_control`.
    pub list: &'static str,
    /// Place in the list, from 1.
    pub number: usize,
    /// As written by the operator.
    pub selector: String,
    /// Why not, and what to write instead.
    pub reason: String,
}
