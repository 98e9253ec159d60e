//! Requests: which part answers what. Nothing here logs a path below `/v1/assets` or `/visit`, a
//! query, a header or a body: tokens travel in them. Nothing of a proxied site is logged at all.

mod api;
mod assets;
mod auth;
mod body;
mod events;
mod files;
mod packed;
mod plain;
mod proxied;
mod reply;
mod snippet;
mod sockets;
mod visit;

use std::net::IpAddr;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::Incoming;

pub use files::{Shop as ShopFiles, file_reply, page_reply};
pub use reply::{Body, Problem, Reply, empty, html, json, problem, text};

use crate::edge::Edge;
use crate::metrics::Rejected;
use proxied::Host;

/// Where a request came from.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The address rates are counted for.
    pub address: IpAddr,
    /// Held as long as the connection counts.
    pub slot: Arc<tokio::sync::OwnedSemaphorePermit>,
}

/// Answers a request on the public listener.
pub async fn public(edge: Arc<Edge>, peer: Peer, request: Request<Incoming>) -> Reply {
    let peer = Peer {
        address: client_address(&edge, &peer, &request),
        ..peer
    };
    if let Some(proxy) = &edge.proxy {
        let host = proxied::host_of(&proxy.domain, &edge.origins, &request);
        match host {
            Host::Own if proxied::from_proxied(&proxy.domain, &edge.origins, request.headers()) => {
                edge.metrics.rejected(Rejected::WebOrigin);
                return problem(StatusCode::FORBIDDEN, "not for pages of proxied sites");
            }
            Host::Own => {}
            Host::Proxied(host) => {
                return proxied::serve(&edge, proxy, &peer, &host, request).await;
            }
            Host::Confused => return problem(StatusCode::BAD_REQUEST, "which host?"),
        }
    }
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let reply = route(edge, &peer, request, &path).await;
    tracing::debug!(%method, path = shown(&path), status = reply.status().as_u16(), "request");
    reply
}

async fn route(edge: Arc<Edge>, peer: &Peer, request: Request<Incoming>, path: &str) -> Reply {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        ["v1", "visitor"] => sockets::visitor(&edge, peer, request),
        ["v1", "agent"] => sockets::agent(&edge, peer, request),
        ["v1", "sites", key] => only_get(request.method(), || snippet::site(&edge, key)),
        ["v1", "assets", token, code] => assets::get(&edge, token, code, request).await,
        // In a place of its own: every request would move the room it needs.
        ["api", "v1", rest @ ..] => Box::pin(api::route(edge, peer, request, rest)).await,
        ["visit", secret] => visit::serve(&edge, secret, request).await,
        ["console", "sign-in"] => {
            only_get(request.method(), || auth::sign_in(&edge, request.uri()))
        }
        ["console"] => redirect("/console/"),
        ["console", ..] => {
            let base = edge.origins.of(request.uri(), request.headers()).to_owned();
            only_get(request.method(), || {
                files::console(&base, path, request.headers())
            })
        }
        [""] => redirect("/console/"),
        [name] if name.starts_with("coview") => {
            only_get(request.method(), || snippet::file(name, request.headers()))
        }
        _ => problem(StatusCode::NOT_FOUND, "nothing is here"),
    }
}

/// Answers a request on the internal listener.
pub fn internal(edge: &Edge, request: &Request<Incoming>) -> Reply {
    match request.uri().path() {
        "/healthz" => text(StatusCode::OK, "ok\n".to_owned()),
        "/readyz" if edge.stopping.is_cancelled() => {
            text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned())
        }
        "/readyz" => text(StatusCode::OK, "ready\n".to_owned()),
        "/metrics" => {
            if let Some(assets) = &edge.assets {
                edge.metrics.assets_held(assets.held());
            }
            let mut reply = text(StatusCode::OK, edge.metrics.text());
            let prometheus = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            reply.headers_mut().insert(CONTENT_TYPE, prometheus);
            reply
        }
        _ => problem(StatusCode::NOT_FOUND, "nothing is here"),
    }
}

/// Behind a proxy that terminates TLS, the address it saw last; nobody else's word counts.
fn client_address(edge: &Edge, peer: &Peer, request: &Request<Incoming>) -> IpAddr {
    if !edge.config.listen.behind_tls_proxy {
        return peer.address;
    }
    let given = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .next_back();
    let last = given
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok())
        .unwrap_or(peer.address)
}

/// A path as logs may hold it.
fn shown(path: &str) -> &str {
    ["/v1/assets/", "/visit/"]
        .into_iter()
        .find(|secret| path.starts_with(secret))
        .unwrap_or(path)
}

fn only_get(method: &Method, reply: impl FnOnce() -> Reply) -> Reply {
    if matches!(*method, Method::GET | Method::HEAD) {
        reply()
    } else {
        problem(StatusCode::METHOD_NOT_ALLOWED, "only GET here")
    }
}

fn redirect(to: &'static str) -> Reply {
    let mut reply = empty(StatusCode::SEE_OTHER);
    reply
        .headers_mut()
        .insert(http::header::LOCATION, HeaderValue::from_static(to));
    reply
}
