//! Sessions through the API: begin one, by visitor or by code, end one, list them.

use std::sync::Arc;

use coview_dom_capture::protocol::{EndReason, Grants};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};

use super::super::auth::Who;
use super::super::reply::empty;
use super::super::{Peer, Reply, body, json, problem};
use super::{AgentName, acting};
use crate::agent::phase_name;
use crate::clock::rfc3339;
use crate::edge::Edge;
use crate::hub::InviteError;
use crate::metrics::Rejected;
use crate::visitor::Visitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    agent: Option<AgentName>,
    #[serde(default)]
    grants: Vec<GrantName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedByCode {
    code: String,
    #[serde(default)]
    agent: Option<AgentName>,
    #[serde(default)]
    grants: Vec<GrantName>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum GrantName {
    View,
    Point,
    Control,
}

impl GrantName {
    const fn grants(self) -> Grants {
        match self {
            Self::View => Grants::VIEW,
            Self::Point => Grants::POINT,
            Self::Control => Grants::CONTROL,
        }
    }
}

/// What these names stand for together.
pub(super) fn offered(names: &[GrantName]) -> Grants {
    names
        .iter()
        .fold(Grants::NONE, |all, grant| all.with(grant.grants()))
}

#[derive(Serialize)]
struct Begun {
    session: String,
    token: String,
    watch_url: String,
    visitor: String,
}

/// `POST visitors/{id}/session`
pub(super) async fn begin(
    edge: &Arc<Edge>,
    who: &Who,
    id: &str,
    request: Request<Incoming>,
) -> Reply {
    let base = edge.origins.of(request.uri(), request.headers()).to_owned();
    let asked: Asked = match body::read(edge, request).await {
        Ok(asked) => asked,
        Err(problem) => return problem.into(),
    };
    match found(edge, who, id) {
        Some(visitor) => invite(edge, who, &visitor, asked, &base),
        None => problem(StatusCode::NOT_FOUND, "no such visitor"),
    }
}

/// `POST codes/session`
pub(super) async fn begin_by_code(
    edge: &Arc<Edge>,
    peer: &Peer,
    who: &Who,
    request: Request<Incoming>,
) -> Reply {
    let base = edge.origins.of(request.uri(), request.headers()).to_owned();
    let AskedByCode {
        code,
        agent,
        grants,
    } = match body::read(edge, request).await {
        Ok(asked) => asked,
        Err(problem) => return problem.into(),
    };
    if !edge.rates.code_attempt(peer.address, who.label()) {
        edge.metrics.rejected(Rejected::Rate);
        return problem(
            StatusCode::TOO_MANY_REQUESTS,
            "too many codes tried; wait a minute",
        );
    }
    let asked = Asked { agent, grants };
    if let Err(problem) = acting(who, asked.agent.clone()) {
        return problem.into();
    }
    let code: String = code.chars().filter(char::is_ascii_digit).take(7).collect();
    match edge.hub.by_code(&code, who.sites(), true) {
        Some(visitor) => invite(edge, who, &visitor, asked, &base),
        None => {
            edge.metrics.rejected(Rejected::Code);
            // The same words for a code that is wrong, used, too old or another site's.
            problem(StatusCode::NOT_FOUND, "this code is not valid (any more)")
        }
    }
}

fn invite(edge: &Edge, who: &Who, visitor: &Arc<Visitor>, asked: Asked, base: &str) -> Reply {
    let agent = match acting(who, asked.agent) {
        Ok(agent) => agent,
        Err(problem) => return problem.into(),
    };
    match edge
        .hub
        .invite(visitor, &agent.name, offered(&asked.grants))
    {
        Ok(invitation) => {
            let token = invitation.token.reveal().to_owned();
            let watch_url = format!("{base}/console/watch/{}#token={token}", invitation.session);
            let begun = Begun {
                session: invitation.session,
                token,
                watch_url,
                visitor: visitor.id.clone(),
            };
            json(StatusCode::CREATED, &begun)
        }
        Err(InviteError::NotHere) => problem(StatusCode::CONFLICT, "the visitor is not here"),
        Err(InviteError::Full) => problem(StatusCode::SERVICE_UNAVAILABLE, "no room for another"),
    }
}

/// `DELETE visitors/{id}/session`
pub(super) fn end(edge: &Edge, who: &Who, id: &str) -> Reply {
    let live = found(edge, who, id).and_then(|visitor| visitor.state.lock().session.clone());
    let Some(live) = live else {
        return problem(StatusCode::NOT_FOUND, "no such session");
    };
    live.end(match who {
        Who::Key { .. } => EndReason::Site,
        Who::Agent { .. } => EndReason::AgentEnded,
    });
    empty(StatusCode::NO_CONTENT)
}

/// A visitor the asker may know of.
fn found(edge: &Edge, who: &Who, id: &str) -> Option<Arc<Visitor>> {
    let visitor = edge
        .hub
        .visitor(id)
        .filter(|visitor| who.sites().contains(&visitor.tenant.site.key))?;
    let listed = visitor.is_listed(&visitor.state.lock());
    listed.then_some(visitor)
}

/// `GET sessions`
pub(super) fn list(edge: &Edge, who: &Who) -> Reply {
    #[derive(Serialize)]
    struct List {
        sessions: Vec<Row>,
    }
    #[derive(Serialize)]
    struct Row {
        id: String,
        visitor: String,
        visitor_name: String,
        site: String,
        phase: &'static str,
        since: String,
        agents: Vec<Agent>,
    }
    #[derive(Serialize)]
    struct Agent {
        id: u32,
        name: String,
    }
    let mut sessions: Vec<Row> = edge
        .hub
        .sessions()
        .into_iter()
        .filter(|live| who.sites().iter().any(|site| site == live.site()) && !live.ended())
        .map(|live| {
            let (phase, agents) = live.summary();
            Row {
                id: live.id().to_owned(),
                visitor: live.visitor().to_owned(),
                visitor_name: edge
                    .hub
                    .visitor(live.visitor())
                    .map(|visitor| visitor.name())
                    .unwrap_or_default(),
                site: live.site().to_owned(),
                phase: phase_name(phase),
                since: rfc3339(live.since()),
                agents: agents
                    .into_iter()
                    .map(|(id, name)| Agent { id, name })
                    .collect(),
            }
        })
        .collect();
    sessions.sort_by(|a, b| a.since.cmp(&b.since).then_with(|| a.id.cmp(&b.id)));
    json(StatusCode::OK, &List { sessions })
}
