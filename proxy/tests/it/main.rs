//! Proxied sessions over real sockets: origins on loopback, an edge's front as the relay has it, and
//! clients that speak HTTP or raw bytes.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail the test that uses them"
)]

mod assets;
mod cookies;
mod headers;
mod limits;
mod pages;
mod smuggling;
mod sockets;
mod streams;
mod world;
