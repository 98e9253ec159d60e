//! The connections of every upstream client: names are resolved, what the guard refuses is dropped, and
//! the addresses that were judged are the ones that are dialled.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::guard::Policy;

/// Connects to upstreams that `policy` allows, with TLS where the URL says so.
#[must_use]
pub fn connector(policy: Policy) -> HttpsConnector<Dial> {
    HttpsConnectorBuilder::new()
        .with_tls_config(tls())
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(Dial {
            policy: Arc::new(policy),
        })
}

/// As [`connector`], for connections that will be upgraded: HTTP/1.1 alone.
#[must_use]
pub fn connector_http1(policy: Policy) -> HttpsConnector<Dial> {
    HttpsConnectorBuilder::new()
        .with_tls_config(tls())
        .https_or_http()
        .enable_http1()
        .wrap_connector(Dial {
            policy: Arc::new(policy),
        })
}

fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Did the guard refuse to dial? Its refusal travels inside the client's error.
#[must_use]
pub fn was_refused(error: &hyper_util::client::legacy::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let refused = error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        if refused {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Resolves, drops what the guard refuses, and dials the addresses that were judged.
#[derive(Debug, Clone)]
pub struct Dial {
    policy: Arc<Policy>,
}

impl tower_service::Service<Uri> for Dial {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let policy = Arc::clone(&self.policy);
        Box::pin(async move { dial(&policy, &uri).await.map(TokioIo::new) })
    }
}

async fn dial(policy: &Policy, uri: &Uri) -> io::Result<TcpStream> {
    let host = uri.host().unwrap_or_default();
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    if !policy.allows_host(host) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let default = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let port = uri.port_u16().unwrap_or(default);
    let found = resolve(host, port).await?;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    if found.is_empty() {
        return Err(last);
    }
    last = io::Error::from(io::ErrorKind::PermissionDenied);
    for address in found
        .into_iter()
        .filter(|address| policy.allows(*address))
        .take(4)
    {
        match tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                if policy.leads_home(stream.local_addr()?, stream.peer_addr()?) {
                    last = io::ErrorKind::PermissionDenied.into();
                    continue;
                }
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            // The kernel's own "permission denied" is no refusal of the guard.
            Ok(Err(_)) => last = io::Error::from(io::ErrorKind::ConnectionRefused),
            Err(_) => last = io::Error::from(io::ErrorKind::TimedOut),
        }
    }
    Err(last)
}

/// Names below `localhost` are this machine, as browsers take them (RFC 6761); no resolver is asked.
async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let bare = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    if bare == "localhost" || bare.ends_with(".localhost") {
        return Ok(vec![
            SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
        ]);
    }
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}
