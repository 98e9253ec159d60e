//! `GET visitors?search=&site=`: who is here and may be seen.

use std::sync::Arc;

use http::{StatusCode, Uri};
use serde::Serialize;
use url::form_urlencoded;

use super::super::auth::Who;
use super::super::{Peer, Problem, Reply, json, problem};
use crate::clock::rfc3339;
use crate::edge::Edge;
use crate::metrics::Rejected;
use crate::visitor::{State, Visitor};

#[derive(Serialize)]
struct Row {
    id: String,
    short_id: String,
    site: String,
    online: bool,
    page: Option<Page>,
    device: Device,
    screen: Option<Screen>,
    unique_id: String,
    identities: Vec<String>,
    tags: Vec<String>,
    waiting_s: Option<u64>,
    session: Option<Session>,
    seen: String,
}

#[derive(Serialize)]
struct Page {
    url: String,
    title: String,
}

#[derive(Serialize)]
struct Device {
    browser: String,
    os: String,
    mobile: bool,
}

#[derive(Serialize)]
struct Screen {
    width: u32,
    height: u32,
}

#[derive(Serialize)]
struct Session {
    id: String,
    agents: Vec<String>,
}

/// All visitors of the asker's sites that fit the search.
pub(super) fn list(edge: &Edge, peer: &Peer, who: &Who, uri: &Uri) -> Reply {
    #[derive(Serialize)]
    struct List {
        visitors: Vec<Row>,
    }
    let (mut search, mut site) = (String::new(), None);
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match &*name {
            "search" => search = value.into_owned(),
            "site" if !value.is_empty() => site = Some(value.into_owned()),
            _ => {}
        }
    }
    if search.len() > 200 {
        return problem(StatusCode::BAD_REQUEST, "the search is too long");
    }
    let terms = match terms(edge, peer, who, &search) {
        Ok(terms) => terms,
        Err(problem) => return problem.into(),
    };
    let mut found: Vec<(Option<u64>, Row)> = edge
        .hub
        .visitors()
        .into_iter()
        .filter(|visitor| who.sites().contains(&visitor.tenant.site.key))
        .filter(|visitor| {
            site.as_ref()
                .is_none_or(|site| *site == visitor.tenant.site.key)
        })
        .filter_map(|visitor| row(edge, &visitor, &terms))
        .map(|row| (row.waiting_s, row))
        .collect();
    // Who waits longest comes first, then the newest.
    found.sort_by(|(a, left), (b, right)| {
        b.cmp(a)
            .then_with(|| right.seen.cmp(&left.seen))
            .then_with(|| left.id.cmp(&right.id))
    });
    found.truncate(1_000);
    json(
        StatusCode::OK,
        &List {
            visitors: found.into_iter().map(|(_, row)| row).collect(),
        },
    )
}

enum Term {
    Online(bool),
    Id(String),
    Tag(String),
    /// Whose code it is; `None`: nobody's.
    Code(Option<String>),
    Words(String),
}

fn terms(edge: &Edge, peer: &Peer, who: &Who, search: &str) -> Result<Vec<Term>, Problem> {
    search
        .split_whitespace()
        .map(|word| term(edge, peer, who, word))
        .collect()
}

fn term(edge: &Edge, peer: &Peer, who: &Who, word: &str) -> Result<Term, Problem> {
    if word == "online" || word == "-online" {
        return Ok(Term::Online(word == "online"));
    }
    if let Some(id) = word.strip_prefix("id:") {
        return Ok(Term::Id(id.to_owned()));
    }
    if let Some(tag) = word.strip_prefix('#') {
        return Ok(Term::Tag(tag.to_lowercase()));
    }
    if word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        // A search for a code is an attempt at it.
        if !edge.rates.code_attempt(peer.address, who.label()) {
            edge.metrics.rejected(Rejected::Rate);
            return Err(Problem(
                StatusCode::TOO_MANY_REQUESTS,
                "too many codes tried; wait a minute",
            ));
        }
        let visitor = edge.hub.by_code(word, who.sites(), false);
        return Ok(Term::Code(visitor.map(|visitor| visitor.id.clone())));
    }
    Ok(Term::Words(word.to_lowercase()))
}

fn row(edge: &Edge, visitor: &Arc<Visitor>, terms: &[Term]) -> Option<Row> {
    let session = visitor.state.lock().session.clone();
    // Asked for outside the visitor's lock.
    let session = session.filter(|live| !live.ended()).map(|live| {
        let (_, agents) = live.summary();
        Session {
            id: live.id().to_owned(),
            agents: agents.into_iter().map(|(_, name)| name).collect(),
        }
    });
    let state = visitor.state.lock();
    let by_code = terms
        .iter()
        .any(|term| matches!(term, Term::Code(Some(id)) if *id == visitor.id));
    if !visitor.is_listed(&state) && !by_code {
        return None;
    }
    let fits = terms.iter().all(|term| fits(visitor, &state, term));
    fits.then(|| Row {
        id: visitor.id.clone(),
        short_id: visitor.short_id.clone(),
        site: visitor.tenant.site.key.clone(),
        online: state.connection.is_some(),
        page: state.page.as_ref().map(|page| Page {
            url: page.url.clone(),
            title: page.title.clone(),
        }),
        device: Device {
            browser: state.device.browser.clone(),
            os: state.device.os.clone(),
            mobile: state.device.mobile,
        },
        screen: state.page.as_ref().map(|page| Screen {
            width: page.width,
            height: page.height,
        }),
        unique_id: state
            .identity
            .as_ref()
            .map(|identity| identity.unique_id.clone())
            .unwrap_or_default(),
        identities: state
            .identity
            .as_ref()
            .map(|identity| identity.identities.clone())
            .unwrap_or_default(),
        tags: state
            .identity
            .as_ref()
            .map(|identity| identity.tags.clone())
            .unwrap_or_default(),
        waiting_s: state
            .help
            .map(|since| edge.clock.now().saturating_duration_since(since).as_secs()),
        session,
        seen: rfc3339(state.seen),
    })
}

fn fits(visitor: &Visitor, state: &State, term: &Term) -> bool {
    let identity = state.identity.as_ref();
    match term {
        Term::Online(wanted) => state.connection.is_some() == *wanted,
        Term::Id(id) => {
            let own = identity.is_some_and(|identity| identity.unique_id == *id);
            visitor.id == *id || visitor.short_id.eq_ignore_ascii_case(id) || own
        }
        Term::Tag(tag) => identity
            .is_some_and(|identity| identity.tags.iter().any(|own| own.to_lowercase() == *tag)),
        Term::Code(owner) => owner.as_ref().is_some_and(|owner| *owner == visitor.id),
        Term::Words(words) => {
            let page = state.page.as_ref().map(|page| [&page.url, &page.title]);
            let names = identity.map(|identity| {
                std::iter::once(&identity.unique_id)
                    .chain(&identity.identities)
                    .chain(&identity.tags)
            });
            std::iter::once(&visitor.short_id)
                .chain(page.into_iter().flatten())
                .chain(names.into_iter().flatten())
                .any(|text| text.to_lowercase().contains(words))
        }
    }
}
