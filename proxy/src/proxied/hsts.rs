//! Hosts that asked for `https` alone (RFC 6797), remembered for the session: the browser never hears
//! of it, because its hosts are not theirs.

use std::collections::HashMap;

use super::places::RealOrigin;

/// Hosts remembered; past that, no more are.
const HOSTS: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Strict {
    hosts: HashMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    until: u64,
    subdomains: bool,
}

impl Strict {
    /// Takes a `Strict-Transport-Security` header that came over TLS.
    pub(super) fn learn(&mut self, origin: &RealOrigin, header: &str, now: u64) {
        if !origin.secure() || super::cookies::is_address(origin.host()) {
            return;
        }
        let mut age = None;
        let mut subdomains = false;
        for directive in header.split(';') {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "max-age" => age = value.trim().trim_matches('"').parse::<u64>().ok(),
                "includesubdomains" => subdomains = true,
                _ => {}
            }
        }
        match age {
            None => {}
            Some(0) => {
                self.hosts.remove(origin.host());
            }
            Some(age) if self.hosts.len() < HOSTS || self.hosts.contains_key(origin.host()) => {
                let until = now.saturating_add(age);
                let entry = Entry { until, subdomains };
                self.hosts.insert(origin.host().to_owned(), entry);
            }
            Some(_) => {}
        }
    }

    /// Must this host be asked over TLS?
    pub(super) fn holds(&self, host: &str, now: u64) -> bool {
        let mut name = host;
        loop {
            let applies = |entry: &Entry| entry.until > now && (entry.subdomains || name == host);
            if self.hosts.get(name).is_some_and(applies) {
                return true;
            }
            match name.split_once('.') {
                Some((_, parent)) => name = parent,
                None => return false,
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.hosts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_strict_while_they_say_so() {
        let at = |text: &str| RealOrigin::parse(text).unwrap();
        let mut strict = Strict::default();
        strict.learn(
            &at("https://a.example"),
            "max-age=10; includeSubDomains",
            100,
        );
        strict.learn(&at("https://b.example"), "Max-Age=\"10\"", 100);
        strict.learn(&at("http://c.example"), "max-age=10", 100);
        strict.learn(&at("https://1.2.3.4"), "max-age=10", 100);
        strict.learn(&at("https://d.example"), "includeSubDomains", 100);
        for (host, now, wanted) in [
            ("a.example", 109, true),
            ("x.y.a.example", 109, true),
            ("a.example", 110, false),
            ("b.example", 109, true),
            ("x.b.example", 109, false),
            ("c.example", 101, false),
            ("1.2.3.4", 101, false),
            ("d.example", 101, false),
            ("ba.example", 101, false),
        ] {
            assert_eq!(strict.holds(host, now), wanted, "{host} {now}");
        }
        strict.learn(&at("https://a.example"), "max-age=0", 101);
        assert!(!strict.holds("a.example", 101));
    }
}
