//! WebSocket handshakes: web origin, site and rate are judged before anything is upgraded.

use std::sync::Arc;

use http::header::{ORIGIN, USER_AGENT};
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Incoming;
use url::form_urlencoded;

use super::{Peer, Problem, Reply, problem};
use crate::edge::Edge;
use crate::ingress::Claim;
use crate::metrics::Rejected;
use crate::socket;
use crate::visitor::Device;
use crate::{agent, ingress};

/// To a visitor go control messages only.
pub(super) const TO_VISITOR: usize = 64 << 10;

/// `GET /v1/visitor?site=KEY`
pub(super) fn visitor(edge: &Arc<Edge>, peer: &Peer, mut request: Request<Incoming>) -> Reply {
    if let Err(problem) = admit(edge, peer) {
        return problem.into();
    }
    let query = request.uri().query().unwrap_or_default();
    let site = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "site");
    let Some(tenant) = site
        .and_then(|(_, key)| edge.sites.get(&key))
        .map(Arc::clone)
    else {
        edge.metrics.rejected(Rejected::Site);
        return problem(StatusCode::FORBIDDEN, "unknown site");
    };
    if !origin(request.headers()).is_some_and(|origin| tenant.visitors_from(origin)) {
        edge.metrics.rejected(Rejected::WebOrigin);
        return problem(StatusCode::FORBIDDEN, "web origin not allowed");
    }
    let device = request
        .headers()
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let device = Device::parse(device.unwrap_or_default());
    let (reply, upgrade) = match socket::handshake(&mut request) {
        Ok(found) => found,
        Err(problem) => return problem.into(),
    };
    let (edge, slot) = (Arc::clone(edge), Arc::clone(&peer.slot));
    let tasks = edge.tasks.clone();
    tasks.spawn(async move {
        let _slot = slot;
        if let Some(socket) =
            socket::open(upgrade, edge.config.limits.frame.bytes(), TO_VISITOR).await
        {
            ingress::run(edge, socket, Claim::Site(tenant), device).await;
        }
    });
    reply
}

/// `GET /v1/agent`
pub(super) fn agent(edge: &Arc<Edge>, peer: &Peer, mut request: Request<Incoming>) -> Reply {
    if let Err(problem) = admit(edge, peer) {
        return problem.into();
    }
    // Software without a browser has no web origin; it has a token, which is what counts.
    let origin = request
        .headers()
        .get(ORIGIN)
        .map(|origin| origin.to_str().unwrap_or_default().to_owned());
    let known =
        |origin: &String| edge.origins.is_own(origin) || edge.sites.any_agent_origin(origin);
    if !origin.as_ref().is_none_or(known) {
        edge.metrics.rejected(Rejected::WebOrigin);
        return problem(StatusCode::FORBIDDEN, "web origin not allowed");
    }
    let (reply, upgrade) = match socket::handshake(&mut request) {
        Ok(found) => found,
        Err(problem) => return problem.into(),
    };
    let (edge, slot) = (Arc::clone(edge), Arc::clone(&peer.slot));
    let tasks = edge.tasks.clone();
    tasks.spawn(async move {
        let _slot = slot;
        let limits = &edge.config.limits;
        let (read, write) = (limits.agent_frame.bytes(), limits.inflated.bytes());
        if let Some(socket) = socket::open(upgrade, read, write).await {
            agent::run(edge, socket, origin).await;
        }
    });
    reply
}

/// May this address open another connection?
pub(super) fn admit(edge: &Edge, peer: &Peer) -> Result<(), Problem> {
    if edge.stopping.is_cancelled() {
        return Err(Problem(StatusCode::SERVICE_UNAVAILABLE, "the edge stops"));
    }
    if edge.rates.handshakes.take(&peer.address) {
        return Ok(());
    }
    edge.metrics.rejected(Rejected::Rate);
    Err(Problem(
        StatusCode::TOO_MANY_REQUESTS,
        "too many connections",
    ))
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(ORIGIN)?.to_str().ok()
}
