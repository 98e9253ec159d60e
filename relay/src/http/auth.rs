//! Who asks: an API key of a site, or an agent's cookie. What a cookie may change needs a header no
//! foreign page can send, from the edge's own web origin.

use http::header::{AUTHORIZATION, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use url::form_urlencoded;

use super::{Problem, Reply, empty, html, problem};
use crate::accounts::Account;
use crate::edge::Edge;
use crate::metrics::Rejected;
use crate::secrets::Digest;

/// Who asks.
pub(super) enum Who {
    /// A site's own software.
    Key {
        /// The sites it speaks for.
        sites: Vec<String>,
        /// For rates.
        label: String,
    },
    /// An agent at the console.
    Agent {
        /// Who.
        account: Account,
        /// For rates.
        label: String,
        /// To sign out.
        cookie: String,
    },
}

impl Who {
    /// The sites it speaks for.
    pub(super) fn sites(&self) -> &[String] {
        match self {
            Self::Key { sites, .. } => sites,
            Self::Agent { account, .. } => &account.sites,
        }
    }

    /// For rates.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Key { label, .. } | Self::Agent { label, .. } => label,
        }
    }
}

/// Finds out who asks.
pub(super) fn who(edge: &Edge, method: &Method, headers: &HeaderMap) -> Result<Who, Problem> {
    let refused = |detail| {
        edge.metrics.rejected(Rejected::Auth);
        Problem(StatusCode::UNAUTHORIZED, detail)
    };
    let who = if let Some(value) = headers.get(AUTHORIZATION) {
        let key = value
            .to_str()
            .ok()
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        let sites = edge.sites.of_api_key(key);
        if sites.is_empty() {
            return Err(refused("this API key is of no site here"));
        }
        Who::Key {
            sites,
            label: Digest::of(key).hex(),
        }
    } else {
        let cookie = cookie(headers).ok_or_else(|| refused("not signed in"))?;
        let account = edge
            .accounts
            .of_cookie(cookie)
            .ok_or_else(|| refused("not signed in"))?;
        check_own(edge, method, headers)?;
        Who::Agent {
            account,
            label: Digest::of(cookie).hex(),
            cookie: cookie.to_owned(),
        }
    };
    if edge.rates.api.take(&who.label().to_owned()) {
        Ok(who)
    } else {
        edge.metrics.rejected(Rejected::Rate);
        Err(Problem(StatusCode::TOO_MANY_REQUESTS, "too many requests"))
    }
}

/// A browser sends the cookie by itself: whatever changes something must show that our page asked.
fn check_own(edge: &Edge, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let own = headers
        .get(ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .is_some_and(|origin| edge.origins.is_own(origin));
    if own && headers.get("x-coview").is_some_and(|value| value == "1") {
        return Ok(());
    }
    edge.metrics.rejected(Rejected::WebOrigin);
    Err(Problem(
        StatusCode::FORBIDDEN,
        "only the console may do this with a cookie",
    ))
}

const NAME: &str = "__Host-coview";

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))
}

/// Signs an agent in by a link that works once.
pub(super) fn sign_in(edge: &Edge, uri: &Uri) -> Reply {
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let token = query
        .into_owned()
        .find_map(|(name, value)| (name == "token").then_some(value));
    let Some(cookie) = token.and_then(|token| edge.accounts.sign_in(&token)) else {
        edge.metrics.rejected(Rejected::Auth);
        let page = "<!doctype html><html lang=\"en\"><title>Coview</title>\
            <p>This sign-in link was used already or is too old. Ask for a new one.\n";
        return html(StatusCode::UNAUTHORIZED, page.to_owned());
    };
    let mut reply = empty(StatusCode::SEE_OTHER);
    let value = format!(
        "{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Strict",
        cookie.reveal()
    );
    if let Ok(mut value) = HeaderValue::try_from(value) {
        value.set_sensitive(true);
        reply.headers_mut().insert(SET_COOKIE, value);
    }
    reply
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static("/console/"));
    reply
}

/// Signs out.
pub(super) fn sign_out(edge: &Edge, who: &Who) -> Reply {
    let Who::Agent { cookie, .. } = who else {
        return problem(StatusCode::CONFLICT, "an API key does not sign out");
    };
    edge.accounts.sign_out(cookie);
    let mut reply = empty(StatusCode::NO_CONTENT);
    let gone = HeaderValue::from_static(
        "__Host-coview=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
    );
    reply.headers_mut().insert(SET_COOKIE, gone);
    reply
}
