//! What the operator wrote: text in, typed settings out.
//!
//! 1. [`Config::parse`] takes the text of a TOML file and names every fault with its line.
//! 2. One module per section, in the order of the data's way; each gives its own faults.
//! 3. Each constructor of the other crates takes its section only, never the whole.
//!
//! No file but the one named, no socket, no clock: opening certificates, compiling selectors and
//! resolving names belongs to the crate that uses the section.

mod assets;
mod error;
mod limits;
mod listen;
mod log;
mod proxy;
mod sessions;
mod sites;
mod units;

use std::path::Path;

use serde::Deserialize;

pub use assets::Assets;
pub use error::{ConfigError, Fault};
pub use limits::{Limits, Rates};
pub use listen::{Listen, Tls};
pub use log::{Log, LogFormat};
pub use proxy::Proxy;
pub use sessions::Sessions;
pub use sites::{Consent, MaskRule, Masks, Presence, Preset, Site, WebOrigin};
pub use units::{ByteSize, PerSecond, Seconds};

/// Every setting with its default and one comment: what `coview default-config` prints.
pub const DEFAULT: &str = include_str!("../default.toml");

/// All settings, one field per section.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the edge listens.
    pub listen: Listen,
    /// Certificate and key; without them only loopback is served in clear.
    pub tls: Option<Tls>,
    /// The sites (tenants) this edge serves.
    pub sites: Vec<Site>,
    /// How long sessions, codes and tokens live.
    pub sessions: Sessions,
    /// Bounds on everything a peer can send or hold.
    pub limits: Limits,
    /// Rates per address, session and code.
    pub rates: Rates,
    /// Fetching of public style sheets, images and fonts for the agent's picture.
    pub assets: Assets,
    /// Co-browsing on sites that have no snippet.
    pub proxy: Proxy,
    /// Logs.
    pub log: Log,
}

impl Config {
    /// Reads settings from TOML text; `name` is what errors call the text.
    ///
    /// # Errors
    /// All faults at once, each with line and column: bad TOML, unknown keys, wrong units, and what
    /// contradicts itself.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let config: Self =
            toml::from_str(text).map_err(|error| ConfigError::from_toml(name, text, &error))?;
        let mut faults = Vec::new();
        config.check(&mut faults);
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::located(name, text, faults))
        }
    }

    /// Reads settings from a file.
    ///
    /// # Errors
    /// As [`Config::parse`], and when the file cannot be read.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::unreadable(&name, &error))?;
        Self::parse(&name, &text)
    }

    /// What no single value can show: contradictions between values.
    fn check(&self, faults: &mut Vec<Fault>) {
        self.listen.check(self.tls.is_some(), faults);
        sites::check(&self.sites, faults);
        self.limits.check(faults);
        self.sessions.check(faults);
        self.assets.check(faults);
        self.proxy.check(&self.listen, faults);
    }
}

#[cfg(test)]
mod tests;
