//! Where the edge listens, and with which certificate.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Fault;

/// Listeners. `"…:0"` picks a free port; what was bound is printed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Visitors, agents, API and console.
    pub public: SocketAddr,
    /// Metrics and health; loopback unless you know who can reach it.
    pub internal: SocketAddr,
    /// The web origin people reach this edge by, such as `https://edge.example.com`; needed unless
    /// `public` is loopback.
    pub url: Option<String>,
    /// A proxy in front terminates TLS: clear text is accepted on any address, and only from it.
    pub behind_tls_proxy: bool,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            public: SocketAddr::from(([127, 0, 0, 1], 7300)),
            internal: SocketAddr::from(([127, 0, 0, 1], 7390)),
            url: None,
            behind_tls_proxy: false,
        }
    }
}

/// TLS by rustls, from PEM files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain, leaf first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

impl Listen {
    pub(crate) fn check(&self, tls: bool, faults: &mut Vec<Fault>) {
        let loopback = self.public.ip().is_loopback();
        if !loopback && !tls && !self.behind_tls_proxy {
            faults.push(Fault::new(
                "listen.public",
                "clear text is served on loopback only: add [tls], or say behind_tls_proxy = true",
            ));
        }
        if !loopback && self.url.is_none() {
            faults.push(Fault::new(
                "listen.url",
                "is needed, since people do not reach this edge on loopback",
            ));
        }
        if let Some(url) = &self.url {
            let host = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@', ' '])) {
                faults.push(Fault::new(
                    "listen.url",
                    "is not a web origin such as https://edge.example.com",
                ));
            }
        }
    }
}
