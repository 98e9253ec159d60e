//! `proxy-sessions`: co-browsing on a site that has no snippet. The visitor opens the link that comes
//! back; until then nothing of the site is fetched.

use std::sync::Arc;

use coview_dom_capture::protocol::{EndReason, Grants};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};

use super::super::auth::Who;
use super::super::reply::empty;
use super::super::{Problem, Reply, body, json, problem};
use super::sessions::{GrantName, offered};
use super::{AgentName, acting};
use crate::edge::Edge;
use crate::hub::Waiting;
use crate::proxied::{NotThere, Parts, Proxied, Proxy};
use crate::sites::Tenant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    url: String,
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    agent: Option<AgentName>,
    #[serde(default)]
    grants: Vec<GrantName>,
}

#[derive(Serialize)]
struct Begun {
    visit_url: String,
    session: String,
    token: String,
    watch_url: String,
    visitor: String,
    seconds: u64,
}

/// `POST proxy-sessions`
pub(super) async fn begin(edge: &Arc<Edge>, who: &Who, request: Request<Incoming>) -> Reply {
    let base = edge.origins.of(request.uri(), request.headers()).to_owned();
    match body::read(edge, request).await {
        Ok(asked) => match made(edge, who, asked, &base) {
            Ok(begun) => json(StatusCode::CREATED, &begun),
            Err(problem) => problem.into(),
        },
        Err(problem) => problem.into(),
    }
}

fn made(edge: &Arc<Edge>, who: &Who, asked: Asked, base: &str) -> Result<Begun, Problem> {
    const FULL: Problem = Problem(StatusCode::SERVICE_UNAVAILABLE, "no room for another");
    let proxy = proxy(edge)?;
    let tenant = tenant(edge, who, asked.site.as_deref())?;
    let agent = match (who, asked.agent) {
        // A visitor is invited by somebody: by the site, where nobody is named.
        (Who::Key { .. }, None) => AgentName::of_site(&tenant.site),
        (_, named) => acting(who, named)?,
    };
    let start = proxy.start(&asked.url).map_err(|why| match why {
        NotThere::Url => Problem(
            StatusCode::BAD_REQUEST,
            "url must be the address of a web page, such as https://example.com/",
        ),
        NotThere::Refused => Problem(StatusCode::FORBIDDEN, "this edge does not open that site"),
    })?;
    if edge.origins.is_own(&start.origin().ascii_serialization()) {
        return Err(Problem(
            StatusCode::FORBIDDEN,
            "this edge does not open that site",
        ));
    }
    if !edge.proxied.has_room() {
        return Err(FULL);
    }
    let (settings, grants) = (&edge.config.proxy, offered(&asked.grants));
    let waiting = Waiting {
        wait: settings.wait.0,
        idle: settings.idle.0,
        time: settings.time.0,
    };
    let (visitor, invitation) = edge
        .hub
        .expect_visitor(&tenant, &agent.name, grants, waiting)
        .map_err(|_| FULL)?;
    let parts = Parts {
        visit: proxy.visit(&tenant.site.key, &edge.clock),
        visitor: Arc::clone(&visitor),
        session: invitation.session.clone(),
        start,
        agent: agent.name,
        control: grants.has(Grants::CONTROL),
    };
    let Some(link) = edge.proxied.keep(edge.clock.now(), parts) else {
        if let Some(live) = edge.hub.session(&invitation.session) {
            live.end(EndReason::Error);
        }
        return Err(FULL);
    };
    let (session, token) = (invitation.session, invitation.token.reveal().to_owned());
    tracing::info!(%session, "a proxied session waits for its visitor");
    Ok(Begun {
        visit_url: format!("{base}/visit/{}", link.reveal()),
        watch_url: format!("{base}/console/watch/{session}#token={token}"),
        session,
        token,
        visitor: visitor.id.clone(),
        seconds: settings.wait.0.as_secs(),
    })
}

fn proxy(edge: &Edge) -> Result<&Proxy, Problem> {
    edge.proxy.as_ref().ok_or(Problem(
        StatusCode::NOT_FOUND,
        "this edge has no proxy: its operator set no proxy.domain",
    ))
}

/// The site it is done for: the one that is named, or the first the asker speaks for.
fn tenant(edge: &Edge, who: &Who, named: Option<&str>) -> Result<Arc<Tenant>, Problem> {
    let mut sites = who.sites().iter();
    let key = match named {
        Some(named) => sites.find(|key| *key == named),
        None => sites.next(),
    };
    key.and_then(|key| edge.sites.get(key))
        .map(Arc::clone)
        .ok_or(Problem(StatusCode::FORBIDDEN, "not your site"))
}

#[derive(Serialize)]
struct Row {
    session: String,
    visitor: String,
    site: String,
    url: String,
    agent: String,
    state: &'static str,
    requests: u64,
    bytes: u64,
}

fn row(proxied: &Proxied) -> Row {
    let here = proxied.visitor.state.lock().connection.is_some();
    let (requests, bytes) = proxied.visit.used();
    Row {
        session: proxied.session.clone(),
        visitor: proxied.visitor.id.clone(),
        site: proxied.visitor.tenant.site.key.clone(),
        url: proxied.start.to_string(),
        agent: proxied.agent.clone(),
        state: match (proxied.agreed(), here) {
            (false, _) => "waiting",
            (true, false) => "opening",
            (true, true) => "here",
        },
        requests,
        bytes,
    }
}

/// `GET proxy-sessions`
pub(super) fn list(edge: &Edge, who: &Who) -> Reply {
    #[derive(Serialize)]
    struct List {
        proxy_sessions: Vec<Row>,
    }
    let mut rows: Vec<Row> = edge
        .proxied
        .all()
        .iter()
        .filter(|proxied| may_know(who, proxied))
        .map(|proxied| row(proxied))
        .collect();
    rows.sort_by(|a, b| a.session.cmp(&b.session));
    json(
        StatusCode::OK,
        &List {
            proxy_sessions: rows,
        },
    )
}

/// `GET proxy-sessions/{id}`
pub(super) fn get(edge: &Edge, who: &Who, id: &str) -> Reply {
    match found(edge, who, id) {
        Some(proxied) => json(StatusCode::OK, &row(&proxied)),
        None => problem(StatusCode::NOT_FOUND, "no such proxied session"),
    }
}

/// `DELETE proxy-sessions/{id}`
pub(super) fn end(edge: &Edge, who: &Who, id: &str) -> Reply {
    let live = found(edge, who, id).and_then(|proxied| edge.hub.session(&proxied.session));
    let Some(live) = live else {
        return problem(StatusCode::NOT_FOUND, "no such proxied session");
    };
    live.end(match who {
        Who::Key { .. } => EndReason::Site,
        Who::Agent { .. } => EndReason::AgentEnded,
    });
    empty(StatusCode::NO_CONTENT)
}

fn found(edge: &Edge, who: &Who, id: &str) -> Option<Arc<Proxied>> {
    edge.proxied
        .of_session(id)
        .filter(|proxied| may_know(who, proxied))
}

fn may_know(who: &Who, proxied: &Proxied) -> bool {
    who.sites().contains(&proxied.visitor.tenant.site.key)
}
