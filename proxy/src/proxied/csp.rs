//! The policy the edge gives to proxied documents in place of the site's own: whatever a page does,
//! it stays inside the proxy.

use super::places::Domain;
use super::rules::Rules;

/// The header's value. Through the service worker, which maps every request it sees, a document may
/// name any host; what the worker does not see is held to the proxy domain in any case.
#[must_use]
pub(super) fn policy(domain: &Domain, rules: &Rules, through_worker: bool) -> String {
    let (places, sockets) = sources(domain);
    let (direct, direct_sockets) = (direct(rules, "http"), direct(rules, "ws"));
    let anywhere = if through_worker {
        "http: https:".to_owned()
    } else {
        format!("{places}{direct}")
    };
    let content = format!("'self' {anywhere} data: blob:");
    let scripts = format!("{content} 'unsafe-inline' 'unsafe-eval'");
    [
        format!("default-src {scripts}"),
        format!("script-src {scripts}"),
        format!("style-src {scripts}"),
        format!("img-src {content}"),
        format!("font-src {content}"),
        format!("media-src {content}"),
        format!("connect-src {content} {sockets}{direct_sockets}"),
        format!("frame-src 'self' {places}{direct} data: blob: about:"),
        format!("object-src 'self' {places}"),
        format!("form-action 'self' {places}{direct}"),
        format!("manifest-src 'self' {places}"),
        // Static imports of module workers count as workers too.
        format!("worker-src 'self' {anywhere} blob: data:"),
        format!("base-uri 'self' {places}"),
        format!("frame-ancestors 'self' {places}"),
    ]
    .join("; ")
}

/// All hosts of the domain, and their WebSockets.
fn sources(domain: &Domain) -> (String, String) {
    let all = |scheme: &str| format!("{scheme}://*.{}", domain.authority());
    (all(domain.scheme()), all(domain.socket_scheme()))
}

/// Hosts that are left alone, on any port; in a policy `http` covers `https`, and `ws` covers `wss`.
fn direct(rules: &Rules, scheme: &str) -> String {
    rules
        .direct
        .globs()
        .iter()
        .filter(|glob| is_source(glob))
        .map(|glob| format!(" {scheme}://{glob}:*"))
        .collect()
}

/// A policy knows a star only as the whole first label.
fn is_source(glob: &str) -> bool {
    let name = glob.strip_prefix("*.").unwrap_or(glob);
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxied::rules::Hosts;

    #[test]
    fn what_the_worker_cannot_see_stays_under_the_domain() {
        let domain = Domain::parse("https://proxy.example.net").unwrap();
        let rules = Rules {
            direct: Hosts::new(&["*.pay.example", "a?b.example", "x; script-src *"]).unwrap(),
            ..Rules::default()
        };
        for through_worker in [true, false] {
            let policy = policy(&domain, &rules, through_worker);
            let of = |name: &str| {
                let mut directives = policy.split("; ");
                let found = directives.find(|directive| directive.starts_with(name));
                found.unwrap().to_owned()
            };
            for name in [
                "frame-src",
                "object-src",
                "form-action",
                "manifest-src",
                "base-uri",
            ] {
                assert!(
                    !of(name).contains(" https: ")
                        && of(name).contains("https://*.proxy.example.net")
                );
            }
            assert!(of("connect-src").ends_with("wss://*.proxy.example.net ws://*.pay.example:*"));
            assert_eq!(of("img-src").contains(" https: "), through_worker);
            assert_eq!(policy.matches("script-src").count(), 1);
            assert!(!policy.contains("a?b"));
        }
    }
}
