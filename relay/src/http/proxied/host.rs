//! Whose host a request names. It is asked before anything else: what lies under the proxy domain never
//! reaches the edge's own routes, and the edge's own host never reaches a site.

use coview_proxy::proxied::Domain;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Request};

use crate::origins::Origins;

/// Whose host it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// The edge's own, or one nobody knows.
    Own,
    /// Under the proxy domain: `host[:port]` in lower case.
    Proxied(String),
    /// It names several, one of them under the proxy domain.
    Confused,
}

/// Judges everything in a request that names a host.
pub(crate) fn host_of<B>(domain: &Domain, origins: &Origins, request: &Request<B>) -> Host {
    let named = request
        .headers()
        .get_all(HOST)
        .iter()
        .map(|host| host.to_str().unwrap_or_default())
        .chain(request.uri().authority().map(http::uri::Authority::as_str));
    let mut all: Vec<String> = named.map(normal).collect();
    if !all.iter().any(|host| is_proxied(domain, origins, host)) {
        return Host::Own;
    }
    let first = all.pop().unwrap_or_default();
    if all.iter().all(|host| *host == first) {
        Host::Proxied(first)
    } else {
        Host::Confused
    }
}

/// Does a page of a proxied site ask? None has any business at the edge's own routes.
pub(crate) fn from_proxied(domain: &Domain, origins: &Origins, headers: &HeaderMap) -> bool {
    headers
        .get_all(ORIGIN)
        .iter()
        .filter_map(|origin| origin.to_str().ok()?.split_once("://"))
        .any(|(_, host)| is_proxied(domain, origins, &normal(host)))
}

fn normal(host: &str) -> String {
    let host = host.rsplit('@').next().unwrap_or_default();
    host.to_ascii_lowercase()
}

/// On whatever port and with or without the root's dot: it must not depend on how somebody writes it.
fn is_proxied(domain: &Domain, origins: &Origins, host: &str) -> bool {
    let (host, own) = (name(host), name(domain.authority()));
    let below = host
        .strip_suffix(own)
        .is_some_and(|label| label.ends_with('.'));
    below || (host == own && !origins.has_host(host))
}

fn name(authority: &str) -> &str {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    host.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(domain: &str, hosts: &[&str], uri: &str) -> Host {
        let origins = match domain {
            "http://localhost:7300" => Origins::new(None, "127.0.0.1:7300".parse().unwrap(), false),
            _ => Origins::new(
                Some("https://edge.example"),
                "10.0.0.1:443".parse().unwrap(),
                true,
            ),
        };
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let domain = Domain::parse(domain).unwrap();
        host_of(&domain, &origins, &request.body(()).unwrap())
    }

    #[test]
    fn however_it_is_written_a_host_under_the_domain_is_never_the_edge() {
        for host in [
            "a.localhost:7300",
            "A.LocalHost:7300",
            "a.localhost",
            "a.localhost.:7300",
            "a.b.localhost:1",
            "edge@a.localhost:7300",
        ] {
            let found = judged("http://localhost:7300", &[host], "/");
            assert!(matches!(found, Host::Proxied(_)), "{host}: {found:?}");
            let found = judged("http://localhost:7300", &[], &format!("http://{host}/"));
            assert!(matches!(found, Host::Proxied(_)), "{host}: {found:?}");
        }
        for host in [
            "localhost:7300",
            "127.0.0.1:7300",
            "edge.example",
            "alocalhost:7300",
            "",
        ] {
            assert_eq!(
                judged("http://localhost:7300", &[host], "/"),
                Host::Own,
                "{host}"
            );
        }
    }

    #[test]
    fn the_domain_itself_is_nobody_unless_it_is_the_edge() {
        let found = judged("https://proxy.example.net", &["proxy.example.net"], "/");
        assert!(matches!(found, Host::Proxied(_)));
        let found = judged("https://proxy.example.net", &["edge.example"], "/");
        assert_eq!(found, Host::Own);
    }

    #[test]
    fn a_request_with_two_hosts_is_nobodys() {
        for (hosts, uri) in [
            (&["localhost:7300", "a.localhost:7300"][..], "/"),
            (&["a.localhost:7300", "localhost:7300"], "/"),
            (&["a.localhost:7300", "b.localhost:7300"], "/"),
            (&["localhost:7300"], "http://a.localhost:7300/"),
            (&["a.localhost:7300"], "http://localhost:7300/console/"),
        ] {
            assert_eq!(judged("http://localhost:7300", hosts, uri), Host::Confused);
        }
    }
}
