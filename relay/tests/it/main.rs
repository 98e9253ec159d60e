//! The edge on real sockets, with a visitor and agents that speak the wire.
//!
//! - `consent`: nothing before a yes, nothing after a no
//! - `agents`: several, late, slow, coming back
//! - `visitors`: coming back, being replaced, leaving
//! - `codes`: what a lookup code opens, and for how long
//! - `doors`: web origins, API keys, cookies
//! - `hostile`: bytes the wire does not allow
//! - `assets`: what is fetched for an agent's picture
//! - `proxied`: whose host, whose pass, and what a proxied site can never reach
//! - `privacy`: what stays, and what is logged
//! - `command`: the binary, its settings and exit codes; TLS

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test fails as the test does"
)]

mod agents;
mod assets;
mod codes;
mod command;
mod consent;
mod doors;
mod harness;
mod hostile;
mod privacy;
mod proxied;
mod upstream;
mod visitors;
