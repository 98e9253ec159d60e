//! The web origins under which people reach this edge. Whatever a request says about its host counts
//! only if it is one of them.

use std::net::SocketAddr;

use http::header::HOST;
use http::{HeaderMap, Uri};

/// The edge's own web origins.
#[derive(Debug, Clone)]
pub struct Origins {
    public: String,
    all: Vec<String>,
}

impl Origins {
    /// From the operator's URL, or from the address that was bound; on loopback it has several names.
    #[must_use]
    pub fn new(url: Option<&str>, bound: SocketAddr, tls: bool) -> Self {
        let scheme = if tls { "https" } else { "http" };
        let port = bound.port();
        let named = |host: &str| match (scheme, port) {
            ("http", 80) | ("https", 443) => format!("{scheme}://{host}"),
            _ => format!("{scheme}://{host}:{port}"),
        };
        let mut all: Vec<String> = url
            .map(|url| url.trim_end_matches('/').to_ascii_lowercase())
            .into_iter()
            .collect();
        if bound.ip().is_loopback() {
            all.extend(["localhost", "127.0.0.1", "[::1]"].map(named));
        } else if all.is_empty() {
            all.push(named(&bound.ip().to_string()));
        }
        let public = all.first().cloned().unwrap_or_default();
        Self { public, all }
    }

    /// Where people are sent.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Is this `Origin` the edge itself?
    #[must_use]
    pub fn is_own(&self, origin: &str) -> bool {
        self.all.iter().any(|own| own == origin)
    }

    /// Is this host name one of its own, on whatever port?
    #[must_use]
    pub fn has_host(&self, name: &str) -> bool {
        self.all.iter().any(|own| {
            let authority = own.split_once("://").map_or("", |(_, rest)| rest);
            let host = match authority.rsplit_once(':') {
                Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
                _ => authority,
            };
            host == name
        })
    }

    /// The own web origin this request was sent to; the public one if it names another.
    #[must_use]
    pub fn of(&self, uri: &Uri, headers: &HeaderMap) -> &str {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = uri
            .authority()
            .map(http::uri::Authority::as_str)
            .or(host)
            .unwrap_or_default();
        let named = self
            .all
            .iter()
            .find(|own| own.split_once("://").is_some_and(|(_, own)| own == host));
        named.unwrap_or(&self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_three_names_and_nothing_else_is_own() {
        let origins = Origins::new(None, "127.0.0.1:7300".parse().unwrap(), false);
        assert_eq!(origins.public(), "http://localhost:7300");
        for own in [
            "http://localhost:7300",
            "http://127.0.0.1:7300",
            "http://[::1]:7300",
        ] {
            assert!(origins.is_own(own), "{own}");
        }
        for foreign in [
            "null",
            "",
            "http://localhost",
            "http://localhost:7301",
            "https://localhost:7300",
            "http://localhost:7300.evil.example",
            "http://evil.example/http://localhost:7300",
            "http://LOCALHOST:7300",
        ] {
            assert!(!origins.is_own(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_request_can_not_make_up_a_host() {
        let origins = Origins::new(
            Some("https://edge.example"),
            "10.0.0.1:443".parse().unwrap(),
            true,
        );
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "evil.example".parse().unwrap());
        assert_eq!(
            origins.of(&Uri::from_static("/"), &headers),
            "https://edge.example"
        );
    }
}
