//! The edge with one session whose agents may load one asset, the argument. Prints as one JSON object
//! where it listens and the path an agent's browser asks for; serves until it is killed.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use coview_config::Config;
use coview_dom_capture::protocol::Grants;
use coview_proxy::assets::address;
use coview_relay::clock::Clock;
use coview_relay::edge::Edge;
use coview_relay::logging;
use coview_relay::outbox::Outbox;
use coview_relay::relay::Relay;
use coview_relay::visitor::Device;
use serde_json::json;
use url::Url;

/// As an operator would write it, but for one that has its shop on loopback, a load that is far over
/// the rate of one session, and a session that nobody answers and nobody joins.
const SETTINGS: &str = r#"
[listen]
public = "127.0.0.1:0"
internal = "127.0.0.1:0"
[log]
level = "warn"
[[sites]]
key = "shop"
web_origins = ["https://shop.example"]
[assets]
allow_private = true
[rates]
assets = "1000000000/s"
[sessions]
answer = "24h"
without_agent = "24h"
longest = "24h"
agent_token = "24h"
"#;

fn main() -> anyhow::Result<()> {
    let asset = std::env::args().nth(1).context("which asset?")?;
    let config = Config::parse("benches", SETTINGS)?;
    logging::start(&config.log);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(config, &Url::parse(&asset)?))
}

async fn serve(config: Config, asset: &Url) -> anyhow::Result<()> {
    let relay = Relay::bind("benches", config, Clock::system()).await?;
    // Whoever holds the other end of the visitor's queue is its connection.
    let (outbox, _queue) = Outbox::new();
    let says = json!({
        "public": relay.addresses().public.to_string(),
        "internal": relay.addresses().internal.to_string(),
        "path": shown(relay.edge(), outbox, asset)?,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{says}")?;
    drop(out);
    relay.run(std::future::pending()).await;
    Ok(())
}

/// Begins a session and gives the path at which its agents find the asset.
fn shown(edge: &Arc<Edge>, outbox: Outbox, asset: &Url) -> anyhow::Result<String> {
    let tenant = edge.sites.get("shop").context("no such site")?;
    let (visitor, _) = edge.hub.admit_visitor(tenant, None, &Device::default());
    visitor.state.lock().connection = Some(outbox);
    let invitation = edge.hub.invite(&visitor, "agent", Grants::VIEW)?;
    let live = edge
        .hub
        .session(&invitation.session)
        .context("no session")?;
    let prefix = format!("/v1/assets/{}", live.capability().reveal());
    Ok(address(&prefix, live.key(), asset, ""))
}
