//! The cookies of one proxied session, keyed by real hosts: the browser never holds them, so that
//! `Domain=` works across proxied hosts and `HttpOnly` ones never reach a script.

use std::cmp::Reverse;
use std::collections::HashMap;

use url::Host;

use super::parse::{self, Line, SameSite};
use super::site::{is_address, is_suffix, is_trustworthy, registrable};
use crate::proxied::places::RealOrigin;

/// Cookies of one registrable domain; the least recently used goes first.
const PER_SITE: usize = 180;
/// Cookies in all.
const IN_ALL: usize = 3_000;
/// So long a cookie that does not say `SameSite` goes along with a POST that navigates.
const FRESH: u64 = 120;

/// How a request stands to the site it goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::proxied) enum Relation {
    /// From the site itself, or from the visitor.
    SameSite,
    /// A navigation of the whole tab, from elsewhere, by a safe method.
    TopLevel,
    /// The same by an unsafe method.
    TopLevelUnsafe,
    /// Anything else from elsewhere.
    CrossSite,
}

#[derive(Debug, Clone)]
struct Cookie {
    line: Line,
    /// The host it was set by, or what `Domain` said.
    domain: String,
    host_only: bool,
    path: String,
    created: u64,
    order: u64,
    used: u64,
}

/// A session's cookies.
#[derive(Debug, Default)]
pub(in crate::proxied) struct Jar {
    /// By registrable domain.
    sites: HashMap<String, Vec<Cookie>>,
    count: usize,
    /// Rises with every change and every use: the order of creation, and the age for eviction.
    tick: u64,
}

impl Jar {
    /// Takes a `Set-Cookie` line of an answer from `origin` at `path`.
    pub(in crate::proxied) fn receive(
        &mut self,
        origin: &RealOrigin,
        path: &str,
        line: &str,
        relation: Relation,
        now: u64,
    ) {
        let Some(line) = parse::parse(line, now) else {
            return;
        };
        let bound = matches!(line.same_site, SameSite::None);
        if relation == Relation::CrossSite && !bound {
            return;
        }
        self.put(origin, path, line, true, now);
    }

    /// Takes an assignment to `document.cookie` by a page at `path`.
    pub(in crate::proxied) fn assign(
        &mut self,
        origin: &RealOrigin,
        path: &str,
        line: &str,
        now: u64,
    ) {
        if let Some(line) = parse::parse(line, now)
            && !line.http_only
        {
            self.put(origin, path, line, false, now);
        }
    }

    /// The `Cookie` header of a request.
    pub(in crate::proxied) fn header(
        &mut self,
        origin: &RealOrigin,
        path: &str,
        relation: Relation,
        now: u64,
    ) -> String {
        self.tick += 1;
        let tick = self.tick;
        let goes = |cookie: &Cookie| match (relation, cookie.line.same_site) {
            (Relation::SameSite, _) | (_, SameSite::None) => true,
            (Relation::TopLevel, SameSite::Lax | SameSite::Unsaid) => true,
            (Relation::TopLevelUnsafe, SameSite::Unsaid) => now < cookie.created + FRESH,
            _ => false,
        };
        let mut found: Vec<&mut Cookie> = self
            .matching(origin, path, now)
            .filter(|c| goes(c))
            .collect();
        for cookie in &mut found {
            cookie.used = tick;
        }
        joined(found.iter().map(|cookie| &**cookie).collect())
    }

    /// What `document.cookie` reads.
    pub(in crate::proxied) fn readable(
        &mut self,
        origin: &RealOrigin,
        path: &str,
        now: u64,
    ) -> String {
        joined(
            self.matching(origin, path, now)
                .filter(|cookie| !cookie.line.http_only)
                .map(|cookie| &*cookie)
                .collect(),
        )
    }

    /// Forgets the cookies of the whole site of `origin`, as `Clear-Site-Data` asks.
    pub(in crate::proxied) fn clear_site(&mut self, origin: &RealOrigin) {
        if let Some(gone) = self.sites.remove(registrable(origin.host())) {
            self.count -= gone.len();
        }
    }

    /// Forgets everything.
    pub(in crate::proxied) fn clear(&mut self) {
        *self = Self::default();
    }

    fn put(&mut self, origin: &RealOrigin, path: &str, line: Line, http: bool, now: u64) {
        let secure = is_trustworthy(origin);
        let unsafe_none = line.same_site == SameSite::None && !line.secure;
        if (line.secure && !secure) || unsafe_none || !line.keeps_its_prefix() {
            return;
        }
        let Some((domain, host_only)) = scope(origin.host(), line.domain.as_deref()) else {
            return;
        };
        let path = match &line.path {
            Some(path) => path.clone(),
            None => default_path(path).to_owned(),
        };
        let key = registrable(origin.host()).to_owned();
        let cookies = self.sites.entry(key.clone()).or_default();
        let before = cookies.len();
        cookies.retain(|cookie| cookie.lives(now));
        let overlaid = !secure
            && cookies.iter().any(|old| {
                old.line.secure
                    && old.line.name == line.name
                    && (domain_matches(&domain, &old.domain)
                        || domain_matches(&old.domain, &domain))
                    && path_matches(&path, &old.path)
            });
        let same = |old: &Cookie| {
            old.line.name == line.name
                && old.domain == domain
                && old.host_only == host_only
                && old.path == path
        };
        let old = cookies.iter().position(same);
        let hidden = old.is_some_and(|at| !http && cookies[at].line.http_only);
        if !overlaid && !hidden {
            self.tick += 1;
            let old = old.map(|at| cookies.swap_remove(at));
            let new = Cookie {
                domain,
                host_only,
                path,
                created: old.as_ref().map_or(now, |old| old.created),
                order: old.as_ref().map_or(self.tick, |old| old.order),
                used: self.tick,
                line,
            };
            if new.lives(now) {
                cookies.push(new);
            }
            if cookies.len() > PER_SITE {
                evict(cookies);
            }
        }
        self.count = self.count + cookies.len() - before;
        if cookies.is_empty() {
            self.sites.remove(&key);
        }
        if self.count > IN_ALL {
            self.shrink();
        }
    }

    /// The least recently used of all goes.
    fn shrink(&mut self) {
        let oldest = |cookies: &Vec<Cookie>| cookies.iter().map(|cookie| cookie.used).min();
        let Some(key) = self
            .sites
            .iter()
            .min_by_key(|(_, cookies)| oldest(cookies))
            .map(|(key, _)| key.clone())
        else {
            return;
        };
        if let Some(cookies) = self.sites.get_mut(&key) {
            evict(cookies);
            self.count -= 1;
            if cookies.is_empty() {
                self.sites.remove(&key);
            }
        }
    }

    fn matching<'a>(
        &'a mut self,
        origin: &'a RealOrigin,
        path: &'a str,
        now: u64,
    ) -> impl Iterator<Item = &'a mut Cookie> {
        let secure = is_trustworthy(origin);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        self.sites
            .get_mut(registrable(origin.host()))
            .into_iter()
            .flatten()
            .filter(move |cookie| {
                let host = if cookie.host_only {
                    cookie.domain == origin.host()
                } else {
                    domain_matches(origin.host(), &cookie.domain)
                };
                host && path_matches(path, &cookie.path)
                    && (secure || !cookie.line.secure)
                    && cookie.lives(now)
            })
    }
}

impl Cookie {
    fn lives(&self, now: u64) -> bool {
        self.line.expires.is_none_or(|end| end > now)
    }
}

/// Longer paths first, then older cookies.
fn joined(mut cookies: Vec<&Cookie>) -> String {
    cookies.sort_by_key(|cookie| (Reverse(cookie.path.len()), cookie.order));
    let mut out = String::new();
    for cookie in cookies {
        if !out.is_empty() {
            out.push_str("; ");
        }
        if !cookie.line.name.is_empty() {
            out.push_str(&cookie.line.name);
            out.push('=');
        }
        out.push_str(&cookie.line.value);
    }
    out
}

fn evict(cookies: &mut Vec<Cookie>) {
    let oldest = cookies
        .iter()
        .enumerate()
        .min_by_key(|(_, cookie)| cookie.used)
        .map(|(at, _)| at);
    if let Some(at) = oldest {
        cookies.swap_remove(at);
    }
}

/// Which hosts a cookie is for; nothing when `host` may not say so.
fn scope(host: &str, domain: Option<&str>) -> Option<(String, bool)> {
    let Some(domain) = domain else {
        return Some((host.to_owned(), true));
    };
    let domain = Host::parse(domain).ok()?.to_string();
    if is_suffix(&domain) || is_address(&domain) {
        return (domain == host).then_some((domain, true));
    }
    domain_matches(host, &domain).then_some((domain, false))
}

fn domain_matches(host: &str, domain: &str) -> bool {
    host == domain
        || (!is_address(host)
            && host
                .strip_suffix(domain)
                .is_some_and(|rest| rest.ends_with('.')))
}

fn path_matches(path: &str, of_cookie: &str) -> bool {
    path.strip_prefix(of_cookie)
        .is_some_and(|rest| rest.is_empty() || of_cookie.ends_with('/') || rest.starts_with('/'))
}

fn default_path(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match path.rfind('/') {
        Some(at) if at > 0 && path.starts_with('/') => &path[..at],
        _ => "/",
    }
}
