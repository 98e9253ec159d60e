//! What may be seen: a site's rules, and the gate every stream frame passes.
//!
//! The way of a frame: [`gate`](Gate) → `page` (one epoch: the rule for each op) → `markup` (the
//! validator, which numbers the nodes in `tree`) → `active` (which selectors can match at all) →
//! `outline` (where) → `matching` (lol_html) → `cut` → `resources` (addresses that may be loaded are
//! marked) → back out as [`Masked`].

mod active;
mod cards;
mod context;
mod cut;
mod gate;
mod glob;
mod limits;
mod markup;
mod masked;
mod matching;
mod named;
mod names;
mod outline;
mod output;
mod page;
mod presets;
mod resources;
mod rewrite;
mod rules;
mod selector;
mod start_tags;
mod styles;
mod token;
mod tree;

pub use gate::Gate;
pub use limits::GateLimits;
pub use masked::{Masked, MaskedKind, Refusal, Verdict};
pub use resources::{Form, Resources};
pub use rules::{Rules, SelectorError};
