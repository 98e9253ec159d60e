//! The crate from outside: frames in, verdicts out.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]
mod corrupt;
mod counterexamples;
mod gate;
mod limits;
mod marks;
mod markup;
mod model;
mod oracle;
mod page;
mod patches;
mod random;
mod reader;
mod rules;
mod sheets;
mod tree;
mod trees;
mod viewer;
