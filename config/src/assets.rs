//! Fetching of public style sheets, images and fonts for the agent's picture.

use serde::{Deserialize, Serialize};

use crate::{ByteSize, Fault, Seconds};

/// The user's promise: public assets are cached for at most a day.
const OLDEST: Seconds = Seconds::new(24 * 60 * 60);

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
    /// Public assets kept in memory, all sites together.
    pub cache: ByteSize,
    /// Largest asset that is kept in memory; parts of media are as large.
    pub entry: ByteSize,
    /// The oldest asset that is served; a day at most, whatever its upstream says.
    pub age: Seconds,
    /// Largest asset that a visitor's page is asked for, where the edge cannot fetch it.
    pub private_size: ByteSize,
    /// What is kept of those for a session.
    pub private: ByteSize,
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
            cache: ByteSize(256 << 20),
            entry: ByteSize(8 << 20),
            age: OLDEST,
            private_size: ByteSize(4 << 20),
            private: ByteSize(32 << 20),
        }
    }
}

impl Assets {
    pub(crate) fn check(&self, faults: &mut Vec<Fault>) {
        if self.age > OLDEST {
            faults.push(Fault::new(
                "assets.age",
                "may only be shortened: a day at most",
            ));
        }
    }
}
