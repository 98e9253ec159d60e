//! Bounds on everything a peer can send or hold.

use serde::{Deserialize, Serialize};

use crate::{ByteSize, Fault, PerSecond, Seconds};

/// Sizes, counts and waits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// One frame from a visitor, on the wire.
    pub frame: ByteSize,
    /// One frame from a visitor, inflated.
    pub inflated: ByteSize,
    /// One frame from an agent.
    pub agent_frame: ByteSize,
    /// One text of a message: an attribute, a text node, an address.
    pub text: ByteSize,
    /// Ids per epoch: a page that used them all is snapshotted again.
    pub nodes: u32,
    /// Depth of the tree.
    pub depth: u16,
    /// Style sheets kept per session.
    pub sheets: ByteSize,
    /// Last snapshot and tail kept per session.
    pub ring: ByteSize,
    /// How far an agent may lag before it is given the next snapshot.
    pub lag: ByteSize,
    /// How old the oldest unsent patch of an agent may be.
    pub lag_age: Seconds,
    /// Connections in all.
    pub connections: u32,
    /// Sessions in all.
    pub sessions: u32,
    /// Request head.
    pub head: ByteSize,
    /// Body of an API request.
    pub body: ByteSize,
    /// Time for a request head or a TLS handshake.
    pub handshake: Seconds,
    /// Time from the upgrade to the hello.
    pub hello: Seconds,
    /// Time between pings; three without an answer close the connection.
    pub ping: Seconds,
    /// Time to finish when told to stop.
    pub drain: Seconds,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: ByteSize(8 << 20),
            inflated: ByteSize(32 << 20),
            agent_frame: ByteSize(64 << 10),
            text: ByteSize(4 << 20),
            nodes: 1_000_000,
            depth: 4_000,
            sheets: ByteSize(8 << 20),
            ring: ByteSize(16 << 20),
            lag: ByteSize(1 << 20),
            lag_age: Seconds::new(2),
            connections: 20_000,
            sessions: 5_000,
            head: ByteSize(16 << 10),
            body: ByteSize(64 << 10),
            handshake: Seconds::new(10),
            hello: Seconds::new(10),
            ping: Seconds::new(10),
            drain: Seconds::new(10),
        }
    }
}

impl Limits {
    pub(crate) fn check(&self, faults: &mut Vec<Fault>) {
        if self.nodes == 0 || self.nodes >= 1 << 29 {
            faults.push(Fault::new(
                "limits.nodes",
                "must be between 1 and 536870911",
            ));
        }
        if self.depth == 0 || self.depth > 4_000 {
            faults.push(Fault::new("limits.depth", "must be between 1 and 4000"));
        }
        if self.inflated < self.frame {
            faults.push(Fault::new(
                "limits.inflated",
                "must not be smaller than limits.frame",
            ));
        }
        if self.ring < self.frame {
            faults.push(Fault::new(
                "limits.ring",
                "must not be smaller than limits.frame: a snapshot has to fit",
            ));
        }
    }
}

/// Rates; what is over them is refused, nobody else notices.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// WebSocket handshakes per address.
    pub handshakes: PerSecond,
    /// Frames from one visitor.
    pub visitor_frames: PerSecond,
    /// Bytes from one visitor.
    pub visitor_bytes: ByteSize,
    /// Frames from one agent.
    pub agent_frames: PerSecond,
    /// Code attempts per address and per agent.
    pub code_attempts: PerSecond,
    /// Code attempts of all together.
    pub all_code_attempts: PerSecond,
    /// API requests per key.
    pub api: PerSecond,
    /// Asset fetches per session.
    pub assets: PerSecond,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            handshakes: PerSecond::new(20),
            visitor_frames: PerSecond::new(400),
            visitor_bytes: ByteSize(16 << 20),
            agent_frames: PerSecond::new(200),
            code_attempts: PerSecond::per_minute(10),
            all_code_attempts: PerSecond::per_minute(300),
            api: PerSecond::new(50),
            assets: PerSecond::new(400),
        }
    }
}
