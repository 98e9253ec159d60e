//! Binds all parts in the one order that works: sites compiled and certificates read before a socket
//! is opened, addresses known before anything that needs them is made, and ends them in reverse.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use coview_config::{Config, ConfigError};
use coview_dom_capture::protocol::EndReason;
use http::Request;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::edge::Edge;
use crate::http::{self as web, Peer};
use crate::listen::{Listener, TlsError, acceptor};
use crate::origins::Origins;
use crate::proxied::Proxy;
use crate::sites::Sites;

/// Sessions, codes and tokens are looked at this often.
const TICK: Duration = Duration::from_millis(250);
/// Rates forget who was quiet this often.
const TIDY: Duration = Duration::from_secs(60);
/// Connections to the internal listener.
const INTERNAL: usize = 64;

/// An edge that has its addresses and is about to serve.
pub struct Relay {
    edge: Arc<Edge>,
    public: TcpListener,
    internal: TcpListener,
    listener: Listener,
    addresses: Addresses,
}

/// What was bound.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// Visitors, agents, API and console.
    pub public: SocketAddr,
    /// Metrics and health.
    pub internal: SocketAddr,
}

/// Why an edge did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings name something that cannot be enforced.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An address cannot be listened at.
    #[error("cannot listen at {address}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// TLS cannot be offered.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Clear text beyond this machine.
    #[error("{0} is not loopback: clear text needs [tls], or behind_tls_proxy = true")]
    ClearText(SocketAddr),
}

impl Relay {
    /// Binds everything; nothing is served before [`Relay::run`]. `name` is what errors call the
    /// settings.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn bind(name: &str, config: Config, clock: Clock) -> Result<Self, StartError> {
        let sites = Sites::compile(name, &config)?;
        let tls = config
            .tls
            .as_ref()
            .map(|tls| acceptor(&tls.certificate, &tls.key))
            .transpose()?;
        let (wanted, loopback) = (
            config.listen.public,
            config.listen.public.ip().is_loopback(),
        );
        if !loopback && tls.is_none() && !config.listen.behind_tls_proxy {
            return Err(StartError::ClearText(wanted));
        }
        let (public, internal) = (bind(wanted).await?, bind(config.listen.internal).await?);
        let addresses = Addresses {
            public: address(&public, wanted)?,
            internal: address(&internal, wanted)?,
        };
        let origins = Origins::new(
            config.listen.url.as_deref(),
            addresses.public,
            tls.is_some(),
        );
        let own = vec![addresses.public, addresses.internal];
        let limits = config.limits.clone();
        let proxy = Proxy::new(name, &config, own.clone())?;
        // What browsers send to any web site has to pass.
        let head = match &proxy {
            Some(_) => limits.head.bytes().max(config.proxy.header.bytes()),
            None => limits.head.bytes(),
        };
        let edge = Edge::new(config, sites, origins, clock, own, proxy);
        let listener = Listener {
            tls,
            head,
            handshake: limits.handshake.0,
            room: Arc::new(Semaphore::new(
                usize::try_from(limits.connections).unwrap_or(Semaphore::MAX_PERMITS),
            )),
            tasks: TaskTracker::new(),
            stopping: edge.stopping.clone(),
        };
        Ok(Self {
            edge,
            public,
            internal,
            listener,
            addresses,
        })
    }

    /// What was bound.
    #[must_use]
    pub const fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The shared state, for whoever starts an edge inside another program.
    #[must_use]
    pub const fn edge(&self) -> &Arc<Edge> {
        &self.edge
    }

    /// How connections are treated, for further listeners beside the edge's own.
    #[must_use]
    pub const fn listener(&self) -> &Listener {
        &self.listener
    }

    /// Serves until `stop`, then ends every session, says so to everybody, and waits for what is
    /// under way, but not longer than the operator allows.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self {
            edge,
            public,
            internal,
            listener,
            ..
        } = self;
        let tasks = listener.tasks.clone();
        let for_public = Arc::clone(&edge);
        tasks.spawn(listener.clone().run(public, move |peer, request| {
            web::public(Arc::clone(&for_public), peer, request)
        }));
        let for_internal = Arc::clone(&edge);
        let inner = Listener {
            tls: None,
            room: Arc::new(Semaphore::new(INTERNAL)),
            ..listener
        };
        tasks.spawn(
            inner.run(internal, move |_: Peer, request: Request<Incoming>| {
                let edge = Arc::clone(&for_internal);
                async move { web::internal(&edge, &request) }
            }),
        );
        let for_time = Arc::clone(&edge);
        tasks.spawn(async move { keep_time(&for_time).await });
        stop.await;
        tracing::info!("stopping");
        drain(&edge, &tasks).await;
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Bind { address, source })
}

fn address(listener: &TcpListener, wanted: SocketAddr) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|source| StartError::Bind {
        address: wanted,
        source,
    })
}

async fn keep_time(edge: &Edge) {
    let mut tidied = edge.clock.now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            () = edge.clock.moved() => {}
            () = edge.stopping.cancelled() => return,
        }
        edge.hub.tick();
        if edge.clock.now().saturating_duration_since(tidied) >= TIDY {
            edge.rates.tidy();
            tidied = edge.clock.now();
        }
    }
}

async fn drain(edge: &Edge, tasks: &TaskTracker) {
    for live in edge.hub.sessions() {
        live.end(EndReason::EdgeStopping);
    }
    edge.stopping.cancel();
    edge.tasks.close();
    tasks.close();
    let all = async {
        edge.tasks.wait().await;
        tasks.wait().await;
    };
    if tokio::time::timeout(edge.config.limits.drain.0, all)
        .await
        .is_err()
    {
        tracing::warn!("some connections did not finish in time");
    }
}
