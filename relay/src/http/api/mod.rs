//! `/api/v1`: what the console and a site's own software ask and do. Which sites somebody may speak
//! for follows from the credentials alone, never from the request.

mod assets;
mod proxied;
mod sessions;
mod visitors;

use std::sync::Arc;

use coview_config::Site;
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};

use super::auth::{self, Who};
use super::{Peer, Problem, Reply, body, events, json, problem};
use crate::accounts::Account;
use crate::edge::Edge;

/// Answers a request below `/api/v1`.
pub(super) async fn route(
    edge: Arc<Edge>,
    peer: &Peer,
    request: Request<Incoming>,
    rest: &[&str],
) -> Reply {
    let method = request.method().clone();
    let who = match auth::who(&edge, &method, request.headers()) {
        Ok(who) => who,
        Err(problem) => return problem.into(),
    };
    match (&method, rest) {
        (&Method::GET, ["me"]) => me(&edge, &who),
        (&Method::DELETE, ["me"]) => auth::sign_out(&edge, &who),
        (&Method::GET, ["events"]) => events::changes(&edge),
        (&Method::DELETE, ["assets"]) => assets::purge(&edge, &who, request.uri()).await,
        (&Method::GET, ["visitors"]) => visitors::list(&edge, peer, &who, request.uri()),
        (&Method::GET, ["sessions"]) => sessions::list(&edge, &who),
        (&Method::POST, ["visitors", id, "session"]) => {
            sessions::begin(&edge, &who, id, request).await
        }
        (&Method::DELETE, ["visitors", id, "session"]) => sessions::end(&edge, &who, id),
        (&Method::POST, ["codes", "session"]) => {
            sessions::begin_by_code(&edge, peer, &who, request).await
        }
        (&Method::POST, ["proxy-sessions"]) => proxied::begin(&edge, &who, request).await,
        (&Method::GET, ["proxy-sessions"]) => proxied::list(&edge, &who),
        (&Method::GET, ["proxy-sessions", id]) => proxied::get(&edge, &who, id),
        (&Method::DELETE, ["proxy-sessions", id]) => proxied::end(&edge, &who, id),
        (&Method::POST, ["sign-ins"]) => sign_in_link(&edge, &who, request).await,
        _ => problem(StatusCode::NOT_FOUND, "nothing is here"),
    }
}

/// An agent as API requests name it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentName {
    id: String,
    name: String,
}

impl AgentName {
    /// The site itself, where no agent is named.
    fn of_site(site: &Site) -> Self {
        Self {
            id: site.key.clone(),
            name: site.title().chars().take(80).collect(),
        }
    }

    /// What a visitor may be shown: some letters, no control characters, not endless.
    fn checked(self) -> Result<Self, Problem> {
        let good = |text: &str| {
            let length = text.chars().count();
            (1..=80).contains(&length)
                && !text.trim().is_empty()
                && !text.chars().any(char::is_control)
        };
        if good(&self.id) && good(&self.name) {
            Ok(self)
        } else {
            Err(Problem(
                StatusCode::BAD_REQUEST,
                "agent.id and agent.name must have 1 to 80 printable characters",
            ))
        }
    }
}

/// The agent a request acts for: the one it names, or the one who is signed in.
fn acting(who: &Who, named: Option<AgentName>) -> Result<AgentName, Problem> {
    match (who, named) {
        (Who::Agent { account, .. }, _) => Ok(AgentName {
            id: account.id.clone(),
            name: account.name.clone(),
        }),
        (Who::Key { .. }, Some(agent)) => agent.checked(),
        (Who::Key { .. }, None) => Err(Problem(
            StatusCode::BAD_REQUEST,
            "say which agent: {\"agent\":{\"id\",\"name\"}}",
        )),
    }
}

fn me(edge: &Edge, who: &Who) -> Reply {
    #[derive(Serialize)]
    struct Me<'a> {
        agent: Option<AgentName>,
        sites: Vec<Row<'a>>,
        edge: About,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        key: &'a str,
        name: &'a str,
    }
    #[derive(Serialize)]
    struct About {
        name: &'static str,
        version: &'static str,
        /// Co-browsing on sites without the snippet.
        proxy: bool,
    }
    let agent = match who {
        Who::Agent { account, .. } => Some(AgentName {
            id: account.id.clone(),
            name: account.name.clone(),
        }),
        Who::Key { .. } => None,
    };
    let tenants = who.sites().iter().filter_map(|key| edge.sites.get(key));
    let sites = tenants
        .map(|tenant| Row {
            key: &tenant.site.key,
            name: tenant.site.title(),
        })
        .collect();
    json(
        StatusCode::OK,
        &Me {
            agent,
            sites,
            edge: About {
                name: "Coview",
                version: env!("CARGO_PKG_VERSION"),
                proxy: edge.proxy.is_some(),
            },
        },
    )
}

/// A link that signs an agent in at the console, once; for sites whose agents have accounts elsewhere.
async fn sign_in_link(edge: &Edge, who: &Who, request: Request<Incoming>) -> Reply {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        agent: AgentName,
    }
    #[derive(Serialize)]
    struct Link {
        url: String,
        seconds: u64,
    }
    let Who::Key { sites, .. } = who else {
        return problem(StatusCode::FORBIDDEN, "only an API key signs others in");
    };
    let base = edge.origins.of(request.uri(), request.headers()).to_owned();
    let agent = match body::read::<Asked>(edge, request)
        .await
        .and_then(|asked| asked.agent.checked())
    {
        Ok(agent) => agent,
        Err(problem) => return problem.into(),
    };
    let account = Account {
        id: agent.id,
        name: agent.name,
        sites: sites.clone(),
    };
    match edge.accounts.link(account) {
        Some(secret) => {
            let url = format!("{base}/console/sign-in?token={}", secret.reveal());
            json(
                StatusCode::CREATED,
                &Link {
                    url,
                    seconds: crate::accounts::LINK.as_secs(),
                },
            )
        }
        None => problem(StatusCode::SERVICE_UNAVAILABLE, "too many links are open"),
    }
}
