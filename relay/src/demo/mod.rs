//! `coview demo`: an edge in memory, a shop on another web origin with the snippet in it, and an agent
//! who is signed in by a link. No settings, nothing kept, nobody called.

mod shop;

use std::net::SocketAddr;
use std::sync::Arc;

use coview_config::{Config, PerSecond};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::accounts::Account;
use crate::clock::Clock;
use crate::listen::Listener;
use crate::relay::{Relay, StartError};
use crate::secrets::{Digest, Secret};

/// An edge and a shop that have their addresses.
pub struct Demo {
    relay: Relay,
    shop: TcpListener,
    ready: Ready,
}

/// What to open: the line that `--json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Ready {
    /// The edge.
    pub edge: String,
    /// The shop.
    pub shop: String,
    /// The console, signing in once.
    pub console: String,
    /// The site of the shop.
    pub site: &'static str,
    /// The site for one's own pages.
    pub lab: &'static str,
    /// Speaks for both sites.
    pub api_key: String,
    /// This process.
    pub pid: u32,
    /// Metrics and health.
    pub internal: String,
}

const SETTINGS: &str = r#"
[listen]
internal = "127.0.0.1:0"

[[sites]]
key = "demo"
name = "Nordlys"
web_origins = ["http://localhost:*", "http://127.0.0.1:*", "http://*.localhost:*"]
consent = "ask"
presence = "consent"

[[sites]]
key = "lab"
name = "Lab"
web_origins = ["http://localhost:*", "http://127.0.0.1:*", "http://*.localhost:*"]
consent = "site"
presence = "consent"

[assets]
allow_private = true

[proxy]
domain = "http://localhost:0"
allow_private = true
"#;

impl Demo {
    /// Binds the edge at `port` and the shop at the next one; 0: wherever there is room.
    ///
    /// # Errors
    /// When a port is taken.
    pub async fn bind(port: u16, clock: Clock) -> Result<Self, StartError> {
        let key = format!("coview_{}", Secret::new().reveal());
        let mut config = Config::parse("demo", SETTINGS)?;
        let port = if port == 0 { free_pair() } else { port };
        config.listen.public = SocketAddr::from(([127, 0, 0, 1], port));
        for site in &mut config.sites {
            site.api_keys_sha256 = vec![Digest::of(&key).hex()];
        }
        // Everybody is at one address here.
        config.rates.handshakes = PerSecond::new(200);
        config.rates.api = PerSecond::new(500);
        let relay = Relay::bind("demo", config, clock).await?;
        let shop = bind_beside(relay.addresses().public).await?;
        let ready = ready(&relay, &shop, key);
        Ok(Self { relay, shop, ready })
    }

    /// What to open.
    #[must_use]
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Serves until `stop`.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { relay, shop, ready } = self;
        let listener = Listener {
            tls: None,
            ..relay.listener().clone()
        };
        let edge: Arc<str> = ready.edge.into();
        relay
            .listener()
            .tasks
            .spawn(listener.run(shop, move |_, request| {
                let edge = Arc::clone(&edge);
                async move { shop::serve(&edge, request.uri().path(), request.headers()) }
            }));
        relay.run(stop).await;
    }
}

/// A free port whose next one is free too; 0 if luck has it that there is none.
fn free_pair() -> u16 {
    let pair = || {
        let first = std::net::TcpListener::bind(("127.0.0.1", 0)).ok()?;
        let port = first.local_addr().ok()?.port();
        std::net::TcpListener::bind(("127.0.0.1", port.checked_add(1)?)).ok()?;
        Some(port)
    };
    (0..64).find_map(|_| pair()).unwrap_or(0)
}

async fn bind_beside(edge: SocketAddr) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(edge.ip(), edge.port().checked_add(1).unwrap_or(0));
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Bind { address, source })
}

fn ready(relay: &Relay, shop: &TcpListener, api_key: String) -> Ready {
    let edge = relay.edge();
    let base = edge.origins.public().to_owned();
    let ana = Account {
        id: "demo-agent".to_owned(),
        name: "Ana".to_owned(),
        sites: edge.sites.keys(),
    };
    let link = edge
        .accounts
        .link(ana)
        .map(|secret| secret.reveal().to_owned())
        .unwrap_or_default();
    let port = shop
        .local_addr()
        .map(|address| address.port())
        .unwrap_or_default();
    Ready {
        shop: format!("http://localhost:{port}"),
        console: format!("{base}/console/sign-in?token={link}"),
        edge: base,
        site: "demo",
        lab: "lab",
        api_key,
        pid: std::process::id(),
        internal: format!("http://{}", relay.addresses().internal),
    }
}
