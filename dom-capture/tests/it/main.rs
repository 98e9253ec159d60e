//! The crate from outside: frames in, verdicts out.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]
mod gate;
mod markup;
mod page;
mod tree;
