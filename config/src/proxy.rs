//! The universal proxy: co-browsing on sites that have no snippet. Off unless `domain` is set.

use serde::{Deserialize, Serialize};

use crate::{ByteSize, Fault, Listen, Seconds};

/// Where proxied sites live, which of them there may be, and how much one proxied session may use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// Scheme and authority under which proxied sites live, such as `https://proxy.example.net`: a
    /// registrable domain of its own, with a wildcard DNS record and certificate. Without it the proxy
    /// is off. Port 0: the port the edge was bound to, for clear text on one machine.
    pub domain: Option<String>,
    /// Hosts that may be visited, as globs such as `*.example.com`; empty: any.
    pub allow: Vec<String>,
    /// Hosts that may not, whatever `allow` says.
    pub deny: Vec<String>,
    /// Hosts whose URLs are left alone: the visitor's browser loads them itself.
    pub direct: Vec<String>,
    /// Hosts that pages ask in vain: trackers, other recorders.
    pub never: Vec<String>,
    /// Requests of one proxied session.
    pub requests: u32,
    /// Bytes of one proxied session, both ways.
    pub bytes: ByteSize,
    /// The longest a proxied session may last.
    pub time: Seconds,
    /// A proxied session without a request and without a page ends.
    pub idle: Seconds,
    /// How long a visit link waits for its visitor.
    pub wait: Seconds,
    /// Largest body of one request to an upstream.
    pub body: ByteSize,
    /// Largest head of a request or an answer.
    pub header: ByteSize,
    /// Proxied sessions at once.
    pub sessions: u32,
    /// Ports besides 80 and 443.
    pub ports: Vec<u16>,
    /// Also sites on loopback and in private networks. Only for trying Coview on one machine.
    pub allow_private: bool,
}

impl Default for Proxy {
    fn default() -> Self {
        Self {
            domain: None,
            allow: Vec::new(),
            deny: Vec::new(),
            direct: Vec::new(),
            never: Vec::new(),
            requests: 50_000,
            bytes: ByteSize(4 << 30),
            time: Seconds::new(4 * 3600),
            idle: Seconds::new(300),
            wait: Seconds::new(600),
            body: ByteSize(64 << 20),
            header: ByteSize(64 << 10),
            sessions: 500,
            ports: Vec::new(),
            allow_private: false,
        }
    }
}

const NOT_AN_ORIGIN: &str = "is not scheme and host such as https://proxy.example.net";
const CLEAR: &str = "clear text serves *.localhost only: use https, with a wildcard certificate";
const SAME_HOST: &str = "is the edge's own host: scripts of proxied sites would run beside the console. \
     Use a registrable domain of its own";
const SAME_SITE: &str = "is the same site as listen.url: proxied sites could set cookies for the console, and \
     browsers would send its cookies along. Use a registrable domain of its own";
/// The label of a proxied host may be as long as DNS allows; the rest must leave room for it.
const LONGEST: usize = 253 - 64;

impl Proxy {
    pub(crate) fn check(&self, listen: &Listen, faults: &mut Vec<Fault>) {
        if let Some(domain) = &self.domain
            && let Err(wrong) = check_domain(domain, listen)
        {
            faults.push(Fault::new("proxy.domain", wrong));
        }
        let lists = [
            ("proxy.allow", &self.allow),
            ("proxy.deny", &self.deny),
            ("proxy.direct", &self.direct),
            ("proxy.never", &self.never),
        ];
        for (key, globs) in lists {
            if !globs.iter().all(|glob| is_host_glob(glob)) {
                faults.push(Fault::new(
                    key,
                    "must be host names, each with * where anything fits, such as \"*.example.com\"",
                ));
            }
        }
        if self.sessions == 0 || self.requests == 0 {
            faults.push(Fault::new(
                "proxy.sessions",
                "and proxy.requests must be at least 1; leave domain out to switch the proxy off",
            ));
        }
    }
}

fn check_domain(domain: &str, listen: &Listen) -> Result<(), &'static str> {
    let (scheme, host) = split(domain).ok_or(NOT_AN_ORIGIN)?;
    let local = host == "localhost" || host.ends_with(".localhost");
    if scheme == "http" && !local {
        return Err(CLEAR);
    }
    // Browsers treat every host below localhost as a site of its own.
    if local {
        return Ok(());
    }
    let own = listen.url.as_deref().and_then(split).map(|(_, host)| host);
    match own {
        Some(own) if own == host => Err(SAME_HOST),
        Some(own) if site_of(own) == site_of(host) => Err(SAME_SITE),
        _ => Ok(()),
    }
}

/// Scheme and host of a web origin; nothing if it is none.
fn split(origin: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = origin.split_once("://")?;
    let (host, port) = rest.split_once(':').unwrap_or((rest, "0"));
    let name = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
    };
    let labels = host.split('.').all(|label| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    });
    // The last label of a name is never a number; those of addresses are.
    let named = host
        .rsplit('.')
        .next()
        .is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()));
    let good = matches!(scheme, "http" | "https")
        && host.len() <= LONGEST
        && host.bytes().all(name)
        && labels
        && named
        && port.parse::<u16>().is_ok();
    good.then_some((scheme, host))
}

/// What looks like the registrable domain of a host: two labels, three below the likes of `co.uk`.
/// Without the public suffix list this is a guess, and it errs towards "the same site".
fn site_of(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let (last, second, third) = (dots.next(), dots.next(), dots.next());
    let (Some(last), Some(second)) = (last, second) else {
        return host;
    };
    let country = host.len() - last - 1 == 2 && last - second - 1 <= 3;
    match third {
        Some(third) if country => &host[third + 1..],
        None if country => host,
        _ => &host[second + 1..],
    }
}

fn is_host_glob(glob: &str) -> bool {
    let host = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'-' | b'.' | b'_' | b'*' | b'?')
    };
    !glob.is_empty() && glob.len() <= 255 && glob.bytes().all(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_of_a_host_is_guessed_from_its_labels() {
        for (host, site) in [
            ("example.com", "example.com"),
            ("a.b.example.com", "example.com"),
            ("edge.example.co.uk", "example.co.uk"),
            ("example.co.uk", "example.co.uk"),
            ("edge.nordlys.se", "nordlys.se"),
            ("box", "box"),
        ] {
            assert_eq!(site_of(host), site, "{host}");
        }
    }

    #[test]
    fn an_origin_of_a_proxy_is_a_scheme_and_a_name() {
        for good in [
            "https://proxy.example.net",
            "https://proxy.example.net:8443",
            "http://localhost:7300",
            "http://localhost:0",
        ] {
            assert!(split(good).is_some(), "{good}");
        }
        for bad in [
            "proxy.example.net",
            "ftp://proxy.example.net",
            "https://proxy.example.net/",
            "https://proxy.example.net:",
            "https://proxy.example.net:99999",
            "https://*.proxy.example.net",
            "https://Proxy.example.net",
            "https://proxy..example.net",
            "https://-proxy.example.net",
            "https://203.0.113.7",
            "https://[::1]",
            "https://a@proxy.example.net",
            "https://",
        ] {
            assert!(split(bad).is_none(), "{bad}");
        }
    }
}
