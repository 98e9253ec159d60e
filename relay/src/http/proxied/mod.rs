//! Requests to proxied hosts. Each belongs to one proxied session by the word in its host; what stands
//! below `/.coview/` is the edge's, everything else an upstream's. Nothing here is logged but counts: a
//! path is what somebody reads.

mod cookies;
mod entry;
mod host;
pub(super) mod pages;
mod runtime;
mod socket;
mod standing;

use std::sync::Arc;

use coview_proxy::proxied::{Place, Places, RealOrigin, Standing, exchange, tunnel};
use http::header::UPGRADE;
use http::{Method, Request};
use hyper::body::Incoming;

pub(super) use entry::open;
pub(super) use host::{Host, from_proxied, host_of};

use super::{Peer, Reply};
use crate::edge::Edge;
use crate::metrics::Asked;
use crate::proxied::{Arrival, Proxied, Proxy};
use standing::Judged;

/// Where a request came in.
struct At<'a> {
    edge: &'a Arc<Edge>,
    proxy: &'a Proxy,
    proxied: Arc<Proxied>,
    /// `host[:port]`, as this session writes it.
    host: &'a str,
}

impl At<'_> {
    fn scheme(&self) -> &'static str {
        self.proxy.domain.scheme()
    }
}

/// Answers a request to a host under the proxy domain.
pub(super) async fn serve(
    edge: &Arc<Edge>,
    proxy: &Proxy,
    peer: &Peer,
    host: &str,
    request: Request<Incoming>,
) -> Reply {
    let named = proxy.domain.word_of(host);
    let Some(proxied) = named.and_then(|(word, _)| edge.proxied.of_word(word)) else {
        edge.metrics.asked(Asked::Gone);
        return named.map_or_else(pages::nowhere, |(word, _)| {
            pages::over(Places::new(word, &proxy.domain).host(host).as_ref())
        });
    };
    let Some(place) = proxied.visit.places().at(host) else {
        edge.metrics.asked(Asked::Gone);
        return pages::nowhere();
    };
    let places = proxied.visit.places();
    let canonical = match &place {
        Place::Lobby => Some(places.lobby()),
        Place::Origin(origin) => places.place(origin),
    };
    let at = At {
        edge,
        proxy,
        host: &canonical.unwrap_or_default(),
        proxied,
    };
    let path = request.uri().path().to_owned();
    match (path.strip_prefix("/.coview/"), place) {
        (Some(name), Place::Lobby) => lobby(&at, name, &request),
        (None, Place::Lobby) => pages::nowhere(),
        (Some(name), Place::Origin(origin)) => own(&at, peer, name, &origin, request).await,
        (None, Place::Origin(origin)) => upstream(&at, peer, &origin, request).await,
    }
}

/// The lobby gives passes and has nothing else.
fn lobby(at: &At<'_>, name: &str, request: &Request<Incoming>) -> Reply {
    let query = request.uri().query().unwrap_or_default();
    match name {
        "enter" => entry::enter(at, request.headers(), query),
        "pass" if has_pass(at, request) => entry::pass(at, query),
        "pass" => refused(at),
        _ => pages::nowhere(),
    }
}

/// What stands below `/.coview/` on a site's host.
async fn own(
    at: &At<'_>,
    peer: &Peer,
    name: &str,
    origin: &RealOrigin,
    request: Request<Incoming>,
) -> Reply {
    let query = request.uri().query().unwrap_or_default().to_owned();
    match name {
        "enter" => return entry::enter(at, request.headers(), &query),
        "knock" => return entry::knock(at, request.headers(), &query),
        _ => {}
    }
    if let Some(reply) = runtime::file(name, request.method(), request.headers()) {
        return reply;
    }
    if !has_pass(at, &request) {
        return refused(at);
    }
    at.proxied.touch(at.edge.clock.now());
    let page = entry::same_origin(at, request.method(), request.headers());
    match (request.method(), name) {
        (_, "pass") => entry::pass(at, &query),
        (_, "to") => entry::to(at, &query),
        (&Method::GET, "pass-for") if page => entry::pass_for(at, &query),
        (&Method::POST, "cookies") if page => cookies::write(at, origin, request).await,
        (&Method::GET, "v1/visitor") => socket::visitor(at, peer, request),
        (_, "pass-for" | "cookies") => refused(at),
        _ => pages::nowhere(),
    }
}

/// What is the upstream's to answer.
async fn upstream(
    at: &At<'_>,
    peer: &Peer,
    origin: &RealOrigin,
    mut request: Request<Incoming>,
) -> Reply {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let url = format!("{}://{}{path}", at.scheme(), at.host);
    let (places, passes) = (at.proxied.visit.places(), &at.proxied.passes);
    let judged = standing::judge(places, passes, at.host, request.method(), request.headers());
    let standing = match judged {
        Judged::Passed => Standing::Passed,
        // The site knows the word: without this, anybody it tells could ask anything through here.
        Judged::Anonymous if !at.proxied.knows(peer.address) => return refused(at),
        Judged::Anonymous => Standing::Anonymous,
        Judged::Knock(by) => {
            at.edge.metrics.asked(Asked::Knocked);
            return entry::knock_at(at, &by, &url, request.headers());
        }
        Judged::Frame => {
            at.edge.metrics.asked(Asked::Refused);
            return pages::strange_frame();
        }
        Judged::Refused => return refused(at),
    };
    at.proxied.touch(at.edge.clock.now());
    if standing == Standing::Passed {
        at.proxied.meet(peer.address);
        if runtime::needs_boot(request.method(), request.headers()) {
            at.edge.metrics.asked(Asked::Booted);
            let arrival = Arrival::of(request.headers());
            at.proxied.arrivals.keep(at.edge.clock.now(), &url, arrival);
            return runtime::boot_page(&at.proxied.visit);
        }
        let worker = standing::text(request.headers(), "x-coview-mode");
        let navigates = standing::navigates(request.headers())
            || worker.is_some_and(|mode| mode.starts_with("navigate"));
        if navigates && let Some(arrival) = at.proxied.arrivals.take(at.edge.clock.now(), &url) {
            arrival.put(request.headers_mut());
        }
    }
    at.edge.metrics.asked(match standing {
        Standing::Passed => Asked::Passed,
        Standing::Anonymous => Asked::Anonymous,
    });
    let (client, visit) = (&at.proxy.client, &at.proxied.visit);
    // Nothing that upgrades is a subresource: sockets always have a pass.
    if !request.headers().contains_key(UPGRADE) || standing != Standing::Passed {
        return exchange(client, visit, standing, origin, request).await;
    }
    let (reply, tunnel) = tunnel(client, visit, origin, request).await;
    if let Some(tunnel) = tunnel {
        let stopping = at.edge.stopping.clone();
        at.edge.tasks.spawn(async move {
            tokio::select! {
                () = tunnel => {}
                () = stopping.cancelled() => {}
            }
        });
    }
    reply
}

fn has_pass<B>(at: &At<'_>, request: &Request<B>) -> bool {
    standing::has_pass(&at.proxied.passes, at.host, request.headers())
}

fn refused(at: &At<'_>) -> Reply {
    at.edge.metrics.asked(Asked::Refused);
    pages::refused()
}
