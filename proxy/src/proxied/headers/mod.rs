//! Which headers travel, and what they say on the other side.

mod down;
mod link;
mod up;

use http::HeaderMap;
use http::header::{CONNECTION, HeaderName, TRANSFER_ENCODING, UPGRADE};

pub(super) use down::{Down, down};
pub(super) use up::{Up, up};

/// Does this header speak about one connection only?
fn is_hop(name: &HeaderName) -> bool {
    name == CONNECTION
        || name == TRANSFER_ENCODING
        || name == UPGRADE
        || matches!(
            name.as_str(),
            "keep-alive" | "te" | "trailer" | "http2-settings" | "proxy-connection"
        )
        || name.as_str().starts_with("proxy-")
}

/// What `Connection` names, which is for this connection only too.
fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect()
}

/// Belongs this header to the answer of a WebSocket's handshake?
pub(super) fn answers_handshake(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "sec-websocket-accept" | "sec-websocket-protocol" | "sec-websocket-extensions"
    )
}
