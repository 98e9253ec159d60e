//! How a browser gets the pass of a host:
//!
//! ```text
//! visit page ─POST─► edge ─303─► lobby/.coview/enter?t          the lobby's pass
//! host without pass ─307─► lobby or the framing page's host/.coview/pass?to&n
//!                   ─307─► host/.coview/enter?t                 the host's pass ─307─► where it was going
//! service worker ─► /.coview/pass-for?origin ─► other host/.coview/enter?t   (fetch, 204)
//! ```
//!
//! A token opens a host only to the browser that asked: a navigation knocks first, which leaves a nonce
//! in that browser, and the press on the visit page must come from the edge. Else an agent could say yes
//! in a browser of its own and send the token to somebody who was never asked.

use coview_proxy::proxied::{Place, RealOrigin};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, LOCATION, ORIGIN, REFERER,
    REFERRER_POLICY, SET_COOKIE,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::{Url, form_urlencoded};

use super::pages;
use super::standing::{PASS, authority, cookies, text};
use super::{At, Reply};
use crate::http::{empty, json, problem};
use crate::proxied::{Arrival, Token, Way};
use crate::secrets::{Digest, Secret};

/// The nonces of knocks: one cookie each, so that frames that open at the same time do not lose theirs.
const NONCE: &str = "__Host-coview-k";
const ATTRIBUTES: &str = "; Path=/; Secure; HttpOnly; SameSite=None; Partitioned";

/// A navigation without a pass: to a host of the session that can hand one over.
pub(super) fn knock_at(at: &At<'_>, by: &str, to: &str, headers: &HeaderMap) -> Reply {
    // What the browser says of where it comes from is lost on the way; it keeps that itself.
    let arrival = Arrival::of(headers).text();
    let nonce = format!("{}.{arrival}", Secret::new().reveal());
    let hash = Digest::of(&nonce).hex();
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("to", to)
        .append_pair("n", &hash)
        .finish();
    let mut reply = redirect(&format!("{}://{by}/.coview/pass?{query}", at.scheme()));
    let cookie = format!("{NONCE}{}={nonce}{ATTRIBUTES}; Max-Age=60", &hash[..8]);
    set_cookie(&mut reply, &cookie);
    reply
}

/// `/.coview/knock?by=HOST&to=URL`: the first half of what a navigation without a pass does, for pages
/// that lead to another host of the session by themselves.
pub(super) fn knock(at: &At<'_>, headers: &HeaderMap, query: &str) -> Reply {
    let (by, to) = (field(query, "by"), field(query, "to"));
    let by = by.filter(|by| at.proxied.visit.places().at(by).is_some());
    match (by, to.and_then(|to| target(at, &to))) {
        (Some(by), Some((host, to))) if host == at.host => knock_at(at, &by, &to, headers),
        _ => pages::broken(),
    }
}

/// `/.coview/pass?to=URL&n=NONCE`: hands over the pass of another host of the session.
pub(super) fn pass(at: &At<'_>, query: &str) -> Reply {
    let Some((host, to)) = field(query, "to").and_then(|to| target(at, &to)) else {
        return pages::broken();
    };
    let Some(nonce) = field(query, "n").filter(|nonce| Digest::from_hex(nonce).is_some()) else {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("by", at.host)
            .append_pair("to", &to)
            .finish();
        return redirect(&format!("{}://{host}/.coview/knock?{query}", at.scheme()));
    };
    match token(at, &host, Way::Knock { nonce, to }) {
        Some(url) => redirect(&url),
        None => pages::busy(),
    }
}

/// `/.coview/pass-for?origin=ORIGIN`, for our service worker.
pub(super) fn pass_for(at: &At<'_>, query: &str) -> Reply {
    #[derive(serde::Serialize)]
    struct For {
        enter: String,
    }
    let origin = field(query, "origin").and_then(|origin| RealOrigin::parse(&origin));
    let Some(host) = origin.and_then(|origin| at.proxied.visit.places().place(&origin)) else {
        return problem(StatusCode::BAD_REQUEST, "origin must be a web origin");
    };
    match token(at, &host, Way::Fetch) {
        Some(enter) => json(StatusCode::OK, &For { enter }),
        None => problem(StatusCode::SERVICE_UNAVAILABLE, "too many at once"),
    }
}

/// `/.coview/to?u=URL`: on to the proxied URL of a real one, also where only the session's table has it.
pub(super) fn to(at: &At<'_>, query: &str) -> Reply {
    let places = at.proxied.visit.places();
    let url = field(query, "u").and_then(|url| Url::parse(&url).ok());
    let proxied = url.and_then(|url| {
        let direct = RealOrigin::of(&url)
            .is_some_and(|origin| at.proxied.visit.rules().direct.has(origin.host()));
        if direct {
            Some(url.into())
        } else {
            places
                .proxied(&url)
                .or_else(|| target(at, url.as_str()).map(|(_, url)| url))
        }
    });
    proxied.map_or_else(pages::broken, |url| redirect(&url))
}

/// `/.coview/enter?t=TOKEN`: sets the pass of this host.
pub(super) fn enter(at: &At<'_>, headers: &HeaderMap, query: &str) -> Reply {
    let shown = field(query, "t").unwrap_or_default();
    let now = at.edge.clock.now();
    let mut reply = match at.proxied.passes.redeem(now, at.host, &shown) {
        Some(Way::Visit(to)) if comes_from_edge(at, headers) => redirect(&to),
        Some(Way::Visit(_)) => return pages::not_from_edge(),
        Some(Way::Knock { nonce, to }) => {
            let name = format!("{NONCE}{}", &nonce[..8]);
            let own = cookies(headers)
                .find(|(key, value)| *key == name && Digest::of(value).hex() == nonce);
            let Some((_, kept)) = own else {
                return pages::no_cookies();
            };
            let arrival = kept
                .split_once('.')
                .and_then(|(_, text)| Arrival::parse(text));
            if let Some(arrival) = arrival {
                at.proxied.arrivals.keep(now, &to, arrival);
            }
            let mut reply = redirect(&to);
            set_cookie(&mut reply, &format!("{name}={ATTRIBUTES}; Max-Age=0"));
            reply
        }
        Some(Way::Fetch) => match page_of_session(at, headers) {
            Some(origin) => fetched(origin),
            None => return problem(StatusCode::FORBIDDEN, "not from this session"),
        },
        None => return pages::stale(),
    };
    let pass = format!("{PASS}={}{ATTRIBUTES}", at.proxied.passes.of(at.host));
    set_cookie(&mut reply, &pass);
    reply
}

/// The visitor agreed: through the lobby to where the session begins.
pub(in crate::http) fn open(
    edge: &crate::edge::Edge,
    proxied: &crate::proxied::Proxied,
) -> Option<Reply> {
    let places = proxied.visit.places();
    let (lobby, scheme) = (places.lobby(), places.domain().scheme());
    let way = Way::Visit(places.proxied(&proxied.start)?);
    let token = proxied.passes.token(
        edge.clock.now(),
        Token {
            host: lobby.clone(),
            way,
        },
    )?;
    let mut reply = redirect(&format!(
        "{scheme}://{lobby}/.coview/enter?t={}",
        token.reveal()
    ));
    *reply.status_mut() = StatusCode::SEE_OTHER;
    Some(reply)
}

/// Does the press on the visit page lead here, and nothing else?
fn comes_from_edge(at: &At<'_>, headers: &HeaderMap) -> bool {
    text(headers, REFERER.as_str())
        .and_then(|from| Url::parse(from).ok())
        .is_some_and(|from| at.edge.origins.is_own(&from.origin().ascii_serialization()))
}

/// The `Origin` of a page of this session.
fn page_of_session<'a>(at: &At<'_>, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    at.proxied
        .visit
        .places()
        .real_origin(origin.to_str().ok()?)?;
    Some(origin)
}

fn fetched(origin: &HeaderValue) -> Reply {
    let mut reply = empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let yes = HeaderValue::from_static("true");
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    headers.insert(http::header::VARY, HeaderValue::from_name(ORIGIN));
    reply
}

/// A URL on an upstream's host of this session, with that host.
fn target(at: &At<'_>, url: &str) -> Option<(String, String)> {
    let places = at.proxied.visit.places();
    let mut url = Url::parse(url).ok()?;
    if url.scheme() != at.scheme() {
        return None;
    }
    let host = authority(&url)?;
    let Some(Place::Origin(_)) = places.at(&host) else {
        return None;
    };
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some((host, url.into()))
}

fn token(at: &At<'_>, host: &str, way: Way) -> Option<String> {
    let token = Token {
        host: host.to_owned(),
        way,
    };
    let secret = at.proxied.passes.token(at.edge.clock.now(), token)?;
    Some(format!(
        "{}://{host}/.coview/enter?t={}",
        at.scheme(),
        secret.reveal()
    ))
}

/// 307 keeps method and body: a form that is sent to another host arrives there. No referrer policy:
/// who linked here is the site's to know.
pub(super) fn redirect(to: &str) -> Reply {
    let mut reply = empty(StatusCode::TEMPORARY_REDIRECT);
    reply.headers_mut().remove(REFERRER_POLICY);
    match HeaderValue::try_from(to) {
        Ok(to) => {
            reply.headers_mut().insert(LOCATION, to);
            reply
        }
        Err(_) => pages::broken(),
    }
}

fn set_cookie(reply: &mut Reply, cookie: &str) {
    if let Ok(mut value) = HeaderValue::try_from(cookie) {
        value.set_sensitive(true);
        reply.headers_mut().append(SET_COOKIE, value);
    }
}

/// A field of a query.
pub(super) fn field(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

/// May this be answered to a page of the host itself only? Browsers that do not say where a request
/// comes from are held to its `Origin`.
pub(super) fn same_origin(at: &At<'_>, method: &Method, headers: &HeaderMap) -> bool {
    let own = format!("{}://{}", at.scheme(), at.host);
    let origin = text(headers, ORIGIN.as_str());
    let site = text(headers, "sec-fetch-site");
    let reads = *method == Method::GET && origin.is_none();
    site.is_none_or(|site| site == "same-origin") && (reads || origin == Some(own.as_str()))
}
