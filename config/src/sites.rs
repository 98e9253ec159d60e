//! Sites: one tenant each, with its key, web origins, masks and features.

use serde::Deserialize;

use crate::Fault;

/// One site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Stands in the page's tag (`data-site`): 1–64 of `a-z 0-9 - _`. Not a secret.
    pub key: String,
    /// What visitors and agents call it; the key if absent.
    #[serde(default)]
    pub name: String,
    /// Where its pages may come from.
    pub web_origins: Vec<WebOrigin>,
    /// Who asks the visitor before the page is shared.
    #[serde(default)]
    pub consent: Consent,
    /// Which visitors agents see online.
    #[serde(default)]
    pub presence: Presence,
    /// What never leaves the page, beyond what is always masked.
    #[serde(default)]
    pub masks: Masks,
    /// Web origins besides the edge's own whose pages may connect agents (embedders).
    #[serde(default)]
    pub agent_origins: Vec<WebOrigin>,
    /// API keys of this site, each as the SHA-256 of the key in hex.
    #[serde(default)]
    pub api_keys_sha256: Vec<String>,
}

impl Site {
    /// Name for people: the name, else the key.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.name.is_empty() {
            &self.key
        } else {
            &self.name
        }
    }
}

/// `https://shop.example`, `http://localhost:*` (any port), `https://*.shop.example` (any subdomain).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct WebOrigin {
    scheme: String,
    /// Without a leading `*.`.
    host: String,
    subdomains: bool,
    port: Port,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Port {
    Default,
    Any,
    One(u16),
}

impl WebOrigin {
    /// Does the value of an `Origin` header name this web origin? Compared exactly (RFC 6454); the
    /// browser sends scheme and host in lower case and leaves the default port out.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        let Some(rest) = origin
            .strip_prefix(self.scheme.as_str())
            .and_then(|rest| rest.strip_prefix("://"))
        else {
            return false;
        };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port))
                if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                (host, Some(port))
            }
            _ => (rest, None),
        };
        let host_fits = if self.subdomains {
            host.strip_suffix(self.host.as_str())
                .and_then(|label| label.strip_suffix('.'))
                .is_some_and(|label| !label.is_empty() && label.bytes().all(is_host_byte))
        } else {
            host == self.host
        };
        let port_fits = match (&self.port, port) {
            (Port::Any, _) | (Port::Default, None) => true,
            (Port::One(wanted), Some(port)) => port.parse() == Ok(*wanted),
            _ => false,
        };
        host_fits && port_fits
    }
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
}

impl TryFrom<String> for WebOrigin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || {
            "expected a web origin such as \"https://shop.example\" or \"http://localhost:*\""
                .to_owned()
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        if scheme != "http" && scheme != "https" {
            return Err(wrong());
        }
        let bracket = rest.rfind(']').unwrap_or(0);
        let (host, port) = match rest.rfind(':').filter(|colon| *colon > bracket) {
            None => (rest, Port::Default),
            Some(colon) => match &rest[colon + 1..] {
                "*" => (&rest[..colon], Port::Any),
                digits => {
                    let port = digits.parse::<u16>().map_err(|_| wrong())?;
                    let default = if scheme == "https" { 443 } else { 80 };
                    (
                        &rest[..colon],
                        if port == default {
                            Port::Default
                        } else {
                            Port::One(port)
                        },
                    )
                }
            },
        };
        let (host, subdomains) = host
            .strip_prefix("*.")
            .map_or((host, false), |host| (host, true));
        let v6 = host.starts_with('[') && host.ends_with(']');
        if host.is_empty() || (!v6 && !host.bytes().all(is_host_byte)) {
            return Err(wrong());
        }
        Ok(Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            subdomains,
            port,
        })
    }
}

/// Who asks the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// Coview's prompt, each session.
    #[default]
    Ask,
    /// The site did, and says so with `data-consent="granted"`.
    Site,
}

/// Which visitors agents see online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Those who agreed, or who act themselves: show their code, ask for help.
    #[default]
    Consent,
    /// Everyone; the site has another legal basis.
    Always,
    /// Nobody; sessions start by code only.
    Never,
}

/// What is hidden, besides what always is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Masks {
    /// Elements that never leave the page.
    pub mask: Vec<MaskRule>,
    /// Simple selectors exempt from `mask` (never from markers or automatic masks).
    pub unmask: Vec<MaskRule>,
    /// Elements left out; shown as empty boxes, as masks are.
    pub ignore: Vec<MaskRule>,
    /// Elements an agent may see but never act in.
    pub no_control: Vec<MaskRule>,
    /// Markers of other tools that are honoured too.
    pub presets: Vec<Preset>,
}

/// A selector, optionally only on pages whose URL fits a glob:
/// `".pii"` or `{ selector = ".pii", url = "https://shop.example/checkout/*" }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct MaskRule {
    /// CSS selector; what the edge cannot enforce is refused when it is compiled.
    pub selector: String,
    /// URL glob: `*` any run of characters, `?` one (docs/protocol.md, 4).
    pub url: Option<String>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a selector, or { selector = \"…\", url = \"…\" }"
)]
enum Written {
    Plain(String),
    Scoped(Scoped),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scoped {
    selector: String,
    url: Option<String>,
}

impl From<Written> for MaskRule {
    fn from(written: Written) -> Self {
        match written {
            Written::Plain(selector) => Self {
                selector,
                url: None,
            },
            Written::Scoped(Scoped { selector, url }) => Self { selector, url },
        }
    }
}

/// Another tool's markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// `.rr-block`, `.rr-mask`, `.rr-ignore`.
    Rrweb,
    /// `data-openreplay-obscured`, `-masked`, `-hidden`.
    Openreplay,
    /// `surfly_private` and its like.
    Surfly,
    /// `.sentry-mask`, `.sentry-block` and their attributes.
    Sentry,
    /// `.fs-mask`, `.fs-exclude`.
    Fullstory,
}

pub(crate) fn check(sites: &[Site], faults: &mut Vec<Fault>) {
    for (index, site) in sites.iter().enumerate() {
        let at = |key: &str| format!("sites[{index}].{key}");
        let good = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        };
        if site.key.is_empty() || site.key.len() > 64 || !site.key.bytes().all(good) {
            faults.push(Fault::new(
                at("key"),
                "must be 1 to 64 of a-z, 0-9, - and _",
            ));
        }
        if sites[..index].iter().any(|earlier| earlier.key == site.key) {
            faults.push(Fault::new(at("key"), "is the key of an earlier site"));
        }
        if site.web_origins.is_empty() {
            faults.push(Fault::new(
                at("web_origins"),
                "must name at least one web origin",
            ));
        }
        for key in &site.api_keys_sha256 {
            if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                faults.push(Fault::new(
                    at("api_keys_sha256"),
                    "must be SHA-256 sums of 64 hex digits",
                ));
            }
        }
    }
}
