//! What the same site is: scheme and registrable domain, by the public suffix list.

use std::net::IpAddr;

use crate::proxied::places::RealOrigin;

/// The registrable domain of a host; the host itself where there is none (addresses, suffixes).
#[must_use]
pub(super) fn registrable(host: &str) -> &str {
    let bare = host.strip_suffix('.').unwrap_or(host);
    if is_address(bare) {
        return host;
    }
    match psl::domain_str(bare) {
        Some(domain) => &host[bare.len() - domain.len()..],
        None => host,
    }
}

/// Is this a public suffix, which nobody may set cookies for?
#[must_use]
pub(super) fn is_suffix(host: &str) -> bool {
    !is_address(host) && psl::domain_str(host).is_none()
}

/// Are these the same site? The scheme counts, as it does in browsers.
#[must_use]
pub(in crate::proxied) fn same_site(one: &RealOrigin, other: &RealOrigin) -> bool {
    one.secure() == other.secure() && registrable(one.host()) == registrable(other.host())
}

/// An IP address, IPv6 in brackets.
#[must_use]
pub(in crate::proxied) fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<IpAddr>().is_ok()
}

/// May secure cookies be used here? Browsers take this machine for safe.
#[must_use]
pub(super) fn is_trustworthy(origin: &RealOrigin) -> bool {
    let host = origin.host();
    origin.secure()
        || host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
