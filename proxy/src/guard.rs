//! Which addresses may be dialled. An allow-list of what is public, never a deny-list of what is
//! known to be private: a range nobody thought of stays shut.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What the operator allows beyond public addresses on the web's own ports.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Loopback and private networks too, on any port. Metadata services stay refused.
    pub allow_private: bool,
    /// Ports besides 80 and 443.
    pub ports: Vec<u16>,
    /// Addresses of this edge: fetching from itself would be a loop.
    pub own: Vec<SocketAddr>,
    /// Names of this edge, in lower case.
    pub own_hosts: Vec<String>,
}

impl Policy {
    /// May this address be dialled?
    #[must_use]
    pub fn allows(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        if self.is_own(ip, address.port()) {
            return false;
        }
        if public_ip(ip) {
            matches!(address.port(), 80 | 443) || self.ports.contains(&address.port())
        } else {
            self.allow_private && private_ip(ip)
        }
    }

    /// May this host be asked for at all? Addresses are judged when they are dialled.
    #[must_use]
    pub fn allows_host(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        !self
            .own_hosts
            .iter()
            .any(|own| own.eq_ignore_ascii_case(host))
    }

    /// Does a connection between these addresses end at this edge? One that listens at every address
    /// of its machine can't list them; but who dials an address of its own machine does so from it.
    #[must_use]
    pub fn leads_home(&self, from: SocketAddr, to: SocketAddr) -> bool {
        from.ip().to_canonical() == to.ip().to_canonical()
            && self
                .own
                .iter()
                .any(|own| own.ip().is_unspecified() && own.port() == to.port())
    }

    fn is_own(&self, ip: IpAddr, port: u16) -> bool {
        self.own.iter().any(|own| {
            let here = own.ip().to_canonical();
            let is_machine = here.is_loopback() || here.is_unspecified();
            own.port() == port && (here == ip || (is_machine && ip.is_loopback()))
        })
    }
}

/// Is this a globally reachable unicast address?
#[must_use]
pub fn public_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => public_v6(ip),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224.., ..)
    )
}

fn public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    match s {
        [0, 0, 0, 0, 0, 0xffff, ..] => public_v4(embedded_v4(s[6], s[7])), // IPv4-mapped
        [0, 0, 0, 0, 0, 0, ..] => false,
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => public_v4(embedded_v4(s[6], s[7])), // NAT64
        [0x64, 0xff9b, ..] => false,
        [0x2002, ..] => public_v4(embedded_v4(s[1], s[2])), // 6to4
        [0x2001, 0 | 2 | 0xdb8, ..] => false,               // Teredo, benchmarking, documentation
        [0x2001, 0x10..=0x2f, ..] => false,                 // ORCHID
        [0x3fff, 0..=0xfff, ..] => false,                   // documentation
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn embedded_v4(high: u16, low: u16) -> Ipv4Addr {
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

/// Loopback and private networks, which an operator may open; link-local (metadata services),
/// unspecified and multicast addresses are in no list.
fn private_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() && !is_cloud_metadata(ip),
    }
}

/// AWS answers metadata on this unique local address.
fn is_cloud_metadata(ip: Ipv6Addr) -> bool {
    matches!(ip.segments(), [0xfd00, 0xec2, 0, 0, 0, 0, 0, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn public_addresses_pass() {
        for text in [
            "8.8.8.8",
            "64:ff9b::808:808",
            "2606:4700::1",
            "168.63.129.16",
            "2001:4860:4860::8888",
        ] {
            assert!(public_ip(ip(text)), "{text}");
        }
    }

    #[test]
    fn addresses_that_lead_inside_do_not_pass() {
        let inside = [
            "169.254.169.254",
            "::ffff:10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "fd00:ec2::254",
            "fe80::1",
            "::1",
            "::",
            "2002:7f00:1::",
            "2001:0:1::",
            "100.64.1.1",
            "192.0.0.192",
            "::7f00:1",
            "255.255.255.255",
            "ff02::1",
            "0.0.0.0",
            "127.9.9.9",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.1",
            "224.0.0.1",
            "2001:db8::1",
            "3fff::1",
            "2001:2::1",
            "2001:10::1",
            "2001:2f::1",
            "4000::1",
        ];
        for text in inside {
            assert!(!public_ip(ip(text)), "{text}");
        }
    }

    #[test]
    fn ports_of_the_web_only_unless_named() {
        let policy = Policy {
            ports: vec![8443],
            ..Policy::default()
        };
        let at = |port| SocketAddr::new(ip("8.8.8.8"), port);
        assert!(policy.allows(at(80)) && policy.allows(at(443)) && policy.allows(at(8443)));
        assert!(!policy.allows(at(22)) && !policy.allows(at(6379)));
    }

    #[test]
    fn private_networks_open_only_when_told_and_metadata_never() {
        let shut = Policy::default();
        let open = Policy {
            allow_private: true,
            ..Policy::default()
        };
        for text in ["127.0.0.1", "10.0.0.1", "::1", "fd12::1"] {
            let at = SocketAddr::new(ip(text), 8080);
            assert!(!shut.allows(at) && open.allows(at), "{text}");
        }
        for text in [
            "169.254.169.254",
            "fd00:ec2::254",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "fe80::1",
            "100.64.0.1",
        ] {
            assert!(!open.allows(SocketAddr::new(ip(text), 80)), "{text}");
        }
    }

    #[test]
    fn the_edge_never_fetches_from_itself() {
        let open = Policy {
            allow_private: true,
            own: vec![
                "127.0.0.1:7300".parse().unwrap(),
                "0.0.0.0:7390".parse().unwrap(),
            ],
            ..Policy::default()
        };
        for text in [
            "127.0.0.1:7300",
            "127.0.0.2:7300",
            "[::1]:7300",
            "[::ffff:127.0.0.1]:7300",
            "127.0.0.1:7390",
        ] {
            assert!(!open.allows(text.parse().unwrap()), "{text}");
        }
        assert!(open.allows("127.0.0.1:7301".parse().unwrap()));
        // Listening at every address shuts out this machine, not the port everywhere.
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert!(open.allows(at("10.0.0.9:7390")));
        assert!(open.leads_home(at("10.0.0.9:40000"), at("10.0.0.9:7390")));
        assert!(!open.leads_home(at("10.0.0.8:40000"), at("10.0.0.9:7390")));
        assert!(!open.leads_home(at("10.0.0.9:40000"), at("10.0.0.9:443")));
    }

    #[test]
    fn the_edge_is_not_asked_by_its_name_either() {
        let policy = Policy {
            own_hosts: vec!["edge.example".to_owned()],
            ..Policy::default()
        };
        for host in ["edge.example", "EDGE.example", "edge.example."] {
            assert!(!policy.allows_host(host), "{host}");
        }
        assert!(policy.allows_host("shop.edge.example"));
    }
}
