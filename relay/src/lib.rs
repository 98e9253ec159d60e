//! The edge. The way of a visitor's frame to an agent:
//!
//! 1. [`listen`] accepts a connection, [`http`] judges its web origin, site and rate, [`socket`]
//!    upgrades it.
//! 2. [`ingress`] reads a visitor's frames; control messages go to whom they concern.
//! 3. [`session`] masks stream frames by its gate, decides in its state machine who may have them, and
//!    remembers the last snapshot and its tail in its ring.
//! 4. [`agent`] sends an agent what the ring has, at the agent's pace, and takes its instructions, which
//!    the session checks against the visitor's grants before they go to the visitor's [`outbox`].
//!
//! A site without the snippet comes through [`proxied`] sessions: [`http`] judges the pass of the browser
//! that asks, and `coview_proxy::proxied` fetches for it.
//!
//! Beside the way: [`hub`] (who is here), [`accounts`], [`secrets`], [`rates`], [`metrics`], [`clock`],
//! [`relay`] (binds it all) and [`demo`]. The only crate with sockets, tasks and shared state. What it
//! promises not to do: keep, log or count anything of a page's content.

pub mod accounts;
pub mod agent;
pub mod clock;
pub mod demo;
pub mod edge;
pub mod http;
pub mod hub;
pub mod ingress;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod origins;
pub mod outbox;
pub mod proxied;
pub mod rates;
pub mod relay;
pub mod secrets;
pub mod session;
pub mod sites;
pub mod socket;
pub mod visitor;
