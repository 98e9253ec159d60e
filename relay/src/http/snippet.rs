//! What pages of sites load: the snippet and the agent module, for everybody, without a cookie.

use data_encoding::BASE64;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rust_embed::EmbeddedFile;
use serde::Serialize;
use sha2::{Digest as _, Sha384};

use coview_config::{Consent, Presence};

use super::files::{Keep, Snippet, Viewer, not_built, reply, short_hash};
use super::{Reply, json, problem};
use crate::edge::Edge;

const SNIPPET: &str = "coview.js";
const AGENT: &str = "coview-agent.js";

/// `/coview.js`, `/coview-HASH.js`, `/coview.js.json`, `/coview-agent.js`
pub(super) fn file(name: &str, headers: &HeaderMap) -> Reply {
    let mut reply = match name {
        SNIPPET => with(Snippet::get(SNIPPET), "snippet", |file| {
            reply(SNIPPET, file, Keep::Short, headers)
        }),
        AGENT => with(Viewer::get(AGENT), "agent module", |file| {
            reply(AGENT, file, Keep::Short, headers)
        }),
        "coview.js.json" => with(Snippet::get(SNIPPET), "snippet", integrity),
        _ => with(Snippet::get(SNIPPET), "snippet", |file| {
            if name == hashed_name(file) {
                reply(SNIPPET, file, Keep::Forever, headers)
            } else {
                problem(StatusCode::NOT_FOUND, "no such version of the snippet")
            }
        }),
    };
    open(reply.headers_mut());
    reply
}

fn with(
    file: Option<EmbeddedFile>,
    part: &str,
    reply: impl FnOnce(&EmbeddedFile) -> Reply,
) -> Reply {
    file.map_or_else(|| not_built(part), |file| reply(&file))
}

fn hashed_name(file: &EmbeddedFile) -> String {
    format!("coview-{}.js", short_hash(file))
}

/// Where the present version stays for ever, and its SRI value.
fn integrity(file: &EmbeddedFile) -> Reply {
    #[derive(Serialize)]
    struct Version {
        file: String,
        integrity: String,
    }
    let integrity = format!("sha384-{}", BASE64.encode(&Sha384::digest(&file.data)));
    json(
        StatusCode::OK,
        &Version {
            file: format!("/{}", hashed_name(file)),
            integrity,
        },
    )
}

/// What a page must know before it opens any connection.
pub(super) fn site(edge: &Edge, key: &str) -> Reply {
    #[derive(Serialize)]
    struct About<'a> {
        key: &'a str,
        name: &'a str,
        consent: &'static str,
        presence: &'static str,
    }
    let mut reply = match edge.sites.get(key) {
        None => problem(StatusCode::NOT_FOUND, "unknown site"),
        Some(tenant) => {
            let consent = match tenant.site.consent {
                Consent::Ask => "ask",
                Consent::Site => "site",
            };
            let presence = match tenant.site.presence {
                Presence::Consent => "consent",
                Presence::Always => "always",
                Presence::Never => "never",
            };
            json(
                StatusCode::OK,
                &About {
                    key,
                    name: tenant.site.title(),
                    consent,
                    presence,
                },
            )
        }
    };
    reply.headers_mut().insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    open(reply.headers_mut());
    reply
}

/// Any page may load it; nothing in it is of anybody.
fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let anywhere = HeaderValue::from_static("cross-origin");
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        anywhere,
    );
}
