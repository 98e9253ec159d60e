//! What may be seen: a site's rules, and the gate every stream frame passes.

mod gate;
mod masked;
mod rules;

pub use gate::{Gate, GateLimits};
pub use masked::{Masked, MaskedKind, Refusal, Verdict};
pub use rules::{Rules, SelectorError};
