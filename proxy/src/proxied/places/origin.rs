//! The web origin of an upstream: what a proxied host stands for.

use std::fmt;

use url::{Host, Origin, Url};

/// An `http` or `https` origin. Its host is as the URL standard writes it: lower case, punycode,
/// IPv6 in brackets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RealOrigin {
    secure: bool,
    host: String,
    port: u16,
}

impl RealOrigin {
    /// The origin of an `http(s)` or `ws(s)` URL; others have none that could be proxied.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let secure = match url.scheme() {
            "https" | "wss" => true,
            "http" | "ws" => false,
            _ => return None,
        };
        let host = url.host_str().filter(|host| !host.is_empty())?.to_owned();
        let port = url.port_or_known_default()?;
        Some(Self { secure, host, port })
    }

    /// Reads `https://shop.example`, as an `Origin` header writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let origin = Self::of(&url)?;
        (url.path() == "/" && url.query().is_none() && url.fragment().is_none()).then_some(origin)
    }

    /// From its parts; the host must already be in the URL standard's form.
    pub(super) fn from_parts(secure: bool, host: &str, port: Option<u16>) -> Option<Self> {
        let parsed = Host::parse(host).ok()?;
        (parsed.to_string() == host).then(|| Self {
            secure,
            host: host.to_owned(),
            port: port.unwrap_or_else(|| Self::default_port(secure)),
        })
    }

    /// Is it `https`?
    #[must_use]
    pub const fn secure(&self) -> bool {
        self.secure
    }

    /// `https` or `http`.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The host without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, default or not.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The port where it is not the scheme's default.
    #[must_use]
    pub fn own_port(&self) -> Option<u16> {
        (self.port != Self::default_port(self.secure)).then_some(self.port)
    }

    /// `host[:port]`, the default port left out.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.own_port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// The same host on `https`; a default port becomes the default port there.
    #[must_use]
    pub fn upgraded(&self) -> Self {
        Self {
            secure: true,
            host: self.host.clone(),
            port: if self.port == 80 { 443 } else { self.port },
        }
    }

    /// The URL of a path (with query) here.
    #[must_use]
    pub fn join(&self, path: &str) -> Option<Url> {
        let url = Url::parse(&format!("{self}{path}")).ok()?;
        (Self::of(&url).as_ref() == Some(self)).then_some(url)
    }

    /// Is this the origin of `url`?
    #[must_use]
    pub fn is_of(&self, url: &Url) -> bool {
        matches!(url.origin(), Origin::Tuple(..)) && Self::of(url).as_ref() == Some(self)
    }

    const fn default_port(secure: bool) -> u16 {
        if secure { 443 } else { 80 }
    }
}

/// As an `Origin` header writes it.
impl fmt::Display for RealOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}
