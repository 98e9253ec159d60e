//! The proxy domain: everything under it is a proxied host.

use url::Url;

use super::label;

/// Scheme and authority that proxied hosts are made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    secure: bool,
    authority: String,
}

/// A text that names no proxy domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proxy domain is an http or https URL with a host name, and nothing after it")]
pub struct NotADomain;

impl Domain {
    /// Reads `https://proxy.example.net` or `http://localhost:7300`.
    ///
    /// # Errors
    /// When it is anything else; addresses cannot have subdomains.
    pub fn parse(url: &str) -> Result<Self, NotADomain> {
        let url = Url::parse(url).map_err(|_| NotADomain)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(NotADomain),
        };
        let host = url.domain().ok_or(NotADomain)?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !host.ends_with('.');
        if !bare {
            return Err(NotADomain);
        }
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self { secure, authority })
    }

    /// `http` or `https`.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The scheme of WebSockets there.
    #[must_use]
    pub const fn socket_scheme(&self) -> &'static str {
        if self.secure { "wss" } else { "ws" }
    }

    /// `host[:port]`, the default port left out.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Splits the `Host` of a request under this domain into the session's word and the whole
    /// label.
    #[must_use]
    pub fn word_of<'a>(&self, host: &'a str) -> Option<(&'a str, &'a str)> {
        let label = self.label_of(host)?;
        let word = label.get(..label::WORD)?;
        let dashed = label.as_bytes().get(label::WORD) == Some(&b'-');
        (label::is_word(word) && dashed).then_some((word, label))
    }

    /// Is this authority the domain itself or anything under it?
    #[must_use]
    pub fn covers(&self, authority: &str) -> bool {
        let authority = self.without_default_port(authority);
        let below = authority.len() > self.authority.len()
            && authority
                .get(authority.len() - self.authority.len() - 1..)
                .and_then(|end| end.strip_prefix('.'))
                .is_some_and(|end| end.eq_ignore_ascii_case(&self.authority));
        below || authority.eq_ignore_ascii_case(&self.authority)
    }

    fn label_of<'a>(&self, host: &'a str) -> Option<&'a str> {
        let host = self.without_default_port(host);
        let cut = host.len().checked_sub(self.authority.len() + 1)?;
        let (label, domain) = host.split_at_checked(cut)?;
        let domain = domain.strip_prefix('.')?;
        (domain.eq_ignore_ascii_case(&self.authority) && !label.contains('.')).then_some(label)
    }

    fn without_default_port<'a>(&self, host: &'a str) -> &'a str {
        let default = if self.secure { ":443" } else { ":80" };
        host.strip_suffix(default).unwrap_or(host)
    }
}
