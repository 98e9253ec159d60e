//! The universal proxy as the edge runs it: which proxied sessions there are ([`Table`]), what opens
//! their hosts to a browser ([`Passes`]), and the client that asks upstreams. What passes between a
//! visitor and an upstream is `coview_proxy::proxied`'s; requests come in by `http`.

mod arrivals;
mod passes;
mod table;

use std::net::SocketAddr;
use std::sync::Arc;

use coview_config::{ConfigError, Fault};
use coview_proxy::guard::Policy;
use coview_proxy::proxied::{Client, Domain, Hosts, Places, RealOrigin, Rules, Verdict, Visit};
use url::Url;

use crate::clock::Clock;

pub use arrivals::{Arrival, Arrivals};
pub use passes::{Passes, TOKEN, Token, Way};
pub use table::{Parts, Proxied, Table};

/// The proxy of an edge that has one.
pub struct Proxy {
    /// Where proxied sites live.
    pub domain: Domain,
    /// Asks upstreams.
    pub client: Client,
    rules: Rules,
}

/// Why a proxied session does not begin at a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// No web address.
    #[error("url must be the address of a web page, such as https://example.com/")]
    Url,
    /// The operator does not allow it.
    #[error("this edge does not open that site")]
    Refused,
}

impl Proxy {
    /// As the operator wrote; none without a domain. `own` are the addresses the edge listens at, the
    /// first of which people reach it by.
    ///
    /// # Errors
    /// What cannot be enforced.
    pub fn new(
        name: &str,
        settings: &coview_config::Proxy,
        own: Vec<SocketAddr>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(domain) = &settings.domain else {
            return Ok(None);
        };
        let wrong = |key: &str| ConfigError {
            name: name.to_owned(),
            faults: vec![Fault {
                key: format!("proxy.{key}"),
                line: 0,
                message: "cannot be used".to_owned(),
            }],
        };
        let hosts = |key: &str, globs: &[String]| Hosts::new(globs).map_err(|_| wrong(key));
        let rules = Rules {
            allow: hosts("allow", &settings.allow)?,
            deny: hosts("deny", &settings.deny)?,
            direct: hosts("direct", &settings.direct)?,
            never: hosts("never", &settings.never)?,
            requests: u64::from(settings.requests),
            bytes: settings.bytes.0,
            body: settings.body.0,
            ..Rules::default()
        };
        let domain = Domain::parse(&with_port(domain, &own)).map_err(|_| wrong("domain"))?;
        let policy = Policy {
            allow_private: settings.allow_private,
            ports: settings.ports.clone(),
            own,
        };
        let client = Client::new(&policy, settings.header.bytes());
        Ok(Some(Self {
            domain,
            client,
            rules,
        }))
    }

    /// Where a proxied session at this address begins: a web page that the operator lets agents open.
    ///
    /// # Errors
    /// Why it does not begin.
    pub fn start(&self, url: &str) -> Result<Url, NotThere> {
        let mut url = Url::parse(url).map_err(|_| NotThere::Url)?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none();
        let origin = RealOrigin::of(&url)
            .filter(|_| plain)
            .ok_or(NotThere::Url)?;
        let own = self.domain.covers(&origin.authority());
        if own || self.rules.judge(&origin) != Verdict::Fetch {
            return Err(NotThere::Refused);
        }
        url.set_fragment(None);
        Ok(url)
    }

    /// A proxied session of a site, with a word nobody had before.
    #[must_use]
    pub fn visit(&self, site: &str, clock: &Clock) -> Arc<Visit> {
        let rules = Rules {
            site_key: Some(site.to_owned()),
            ..self.rules.clone()
        };
        let places = Places::new(&Places::fresh_word(), &self.domain);
        let clock = clock.clone();
        let date: coview_proxy::proxied::Clock = Arc::new(move || clock.wall());
        Arc::new(Visit::new(places, Arc::new(rules), date))
    }
}

/// Port 0 is the port that was bound.
fn with_port(domain: &str, own: &[SocketAddr]) -> String {
    match (domain.strip_suffix(":0"), own.first()) {
        (Some(host), Some(address)) => format!("{host}:{}", address.port()),
        _ => domain.to_owned(),
    }
}
