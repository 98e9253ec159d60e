//! What all connections of one edge share.

use std::net::SocketAddr;
use std::sync::Arc;

use coview_config::Config;
use coview_dom_capture::protocol::CloseCode;
use coview_proxy::assets::{Assets as PublicAssets, CacheBounds};
use coview_proxy::guard::Policy;
use coview_proxy::upstream::{Bounds, Upstream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::hub::Hub;
use crate::metrics::{Metrics, Rejected};
use crate::origins::Origins;
use crate::outbox::Close;
use crate::proxied::{Proxy, Table};
use crate::rates::EdgeRates;
use crate::sites::Sites;

/// One running edge.
pub struct Edge {
    /// What the operator wrote.
    pub config: Config,
    /// The sites with their masks compiled.
    pub sites: Sites,
    /// Who is here.
    pub hub: Arc<Hub>,
    /// Proxied sessions.
    pub proxied: Arc<Table>,
    /// Co-browsing on sites without the snippet; none if the operator set no domain for it.
    pub proxy: Option<Proxy>,
    /// Agents who are signed in.
    pub accounts: Accounts,
    /// Web origins that are the edge itself.
    pub origins: Origins,
    /// The time.
    pub clock: Clock,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Rates.
    pub rates: EdgeRates,
    /// Public assets; none if the operator does not want it.
    pub assets: Option<PublicAssets>,
    /// Frames masked at once off the async workers: bounds the memory of what is inflated.
    pub masking: Arc<Semaphore>,
    /// Every task is counted, so that a stop can wait for it.
    pub tasks: TaskTracker,
    /// Told to stop.
    pub stopping: CancellationToken,
}

impl Edge {
    /// Puts the parts together; `own` are the addresses it listens at.
    #[must_use]
    pub fn new(
        config: Config,
        sites: Sites,
        origins: Origins,
        clock: Clock,
        own: Vec<SocketAddr>,
        proxy: Option<Proxy>,
    ) -> Arc<Self> {
        let metrics = Arc::new(Metrics::default());
        let proxied = Arc::new(Table::new(&config.proxy, Arc::clone(&metrics)));
        let hub = Hub::new(
            &config,
            clock.clone(),
            Arc::clone(&metrics),
            Arc::clone(&proxied),
        );
        Arc::new(Self {
            hub,
            proxied,
            proxy,
            accounts: Accounts::new(clock.clone()),
            rates: EdgeRates::new(&config.rates),
            assets: config.assets.enabled.then(|| assets(&config, own)),
            config,
            sites,
            origins,
            clock,
            metrics,
            masking: Arc::new(Semaphore::new(masking())),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        })
    }

    /// Counts a connection that was closed for what its peer sent.
    pub fn count_close(&self, why: Close) {
        match why.code {
            CloseCode::BadFrame
            | CloseCode::BadMessage
            | CloseCode::TooLarge
            | CloseCode::OutOfOrder => {
                self.metrics.rejected(Rejected::Wire);
            }
            CloseCode::TooManyResyncs => self.metrics.rejected(Rejected::Rate),
            _ => {}
        }
    }
}

fn masking() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn assets(config: &Config, own: Vec<SocketAddr>) -> PublicAssets {
    let assets = &config.assets;
    let policy = Policy {
        allow_private: assets.allow_private,
        ports: assets.ports.clone(),
        own,
        own_hosts: own_host(config).into_iter().collect(),
    };
    let bounds = Bounds {
        size: assets.size.bytes(),
        timeout: assets.timeout.0,
        redirects: assets.redirects,
    };
    let cache = CacheBounds {
        all: assets.cache.0,
        entry: assets.entry.bytes(),
        age: assets.age.0,
    };
    PublicAssets::new(Upstream::new(policy, bounds), cache, assets.entry.bytes())
}

/// The name people reach this edge by; loopback has addresses enough.
pub(crate) fn own_host(config: &Config) -> Option<String> {
    let url = config.listen.url.as_deref()?;
    let host = url::Url::parse(url).ok()?.host_str()?.to_owned();
    (host != "localhost").then_some(host)
}
