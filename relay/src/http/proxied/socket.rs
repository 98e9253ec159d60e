//! `/.coview/v1/visitor?site=KEY`: the snippet of a proxied page. The pass says which visitor it is, the
//! web origin that it is this host's own page; a later page of the same session takes the place of the
//! one before.

use std::sync::Arc;

use http::header::{ORIGIN, USER_AGENT};
use http::{Request, StatusCode};
use hyper::body::Incoming;

use super::entry::field;
use super::standing::text;
use super::{At, Reply};
use crate::http::{Peer, problem, sockets};
use crate::ingress::{self, Claim};
use crate::metrics::Rejected;
use crate::socket;
use crate::visitor::Device;

/// Connects the visitor of the session; the request has the pass of this host.
pub(super) fn visitor(at: &At<'_>, peer: &Peer, mut request: Request<Incoming>) -> Reply {
    if let Err(problem) = sockets::admit(at.edge, peer) {
        return problem.into();
    }
    let visitor = Arc::clone(&at.proxied.visitor);
    let own = format!("{}://{}", at.scheme(), at.host);
    if text(request.headers(), ORIGIN.as_str()) != Some(own.as_str()) {
        at.edge.metrics.rejected(Rejected::WebOrigin);
        return problem(StatusCode::FORBIDDEN, "web origin not allowed");
    }
    let site = field(request.uri().query().unwrap_or_default(), "site");
    if site.as_ref() != Some(&visitor.tenant.site.key) {
        at.edge.metrics.rejected(Rejected::Site);
        return problem(StatusCode::FORBIDDEN, "not the site of this session");
    }
    let device = Device::parse(text(request.headers(), USER_AGENT.as_str()).unwrap_or_default());
    let (reply, upgrade) = match socket::handshake(&mut request) {
        Ok(found) => found,
        Err(problem) => return problem.into(),
    };
    let (edge, slot) = (Arc::clone(at.edge), Arc::clone(&peer.slot));
    let tasks = edge.tasks.clone();
    tasks.spawn(async move {
        let _slot = slot;
        let frame = edge.config.limits.frame.bytes();
        if let Some(socket) = socket::open(upgrade, frame, sockets::TO_VISITOR).await {
            ingress::run(edge, socket, Claim::Known(visitor), device).await;
        }
    });
    reply
}
