//! Fetching of public style sheets, images and fonts for the agent's picture.

use serde::{Deserialize, Serialize};

use crate::{ByteSize, Seconds};

/// What may be fetched, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assets {
    /// Fetch at all; without it agents see pages without pictures and linked styles.
    pub enabled: bool,
    /// Also from loopback and private networks. Only for trying Coview on one machine.
    pub allow_private: bool,
    /// Ports besides 80 and 443.
    pub ports: Vec<u16>,
    /// Largest asset.
    pub size: ByteSize,
    /// Time for one fetch, redirects included.
    pub timeout: Seconds,
    /// Redirects followed.
    pub redirects: u8,
}

impl Default for Assets {
    fn default() -> Self {
        Self {
            enabled: true,
            allow_private: false,
            ports: Vec::new(),
            size: ByteSize(16 << 20),
            timeout: Seconds::new(15),
            redirects: 5,
        }
    }
}
