//! What the edge fetches from upstreams for an agent's picture: public style sheets, images, fonts
//! and media.
//!
//! 1. [`guard`]: which addresses may be dialled at all, judged on the address that is dialled.
//! 2. [`upstream`]: one anonymous GET, redirects followed and guarded one by one, everything bounded.
//! 3. [`css`] and [`srcset`]: URLs in style text and candidate lists turned into others, token by token.
//! 4. [`assets`]: the three together; what comes out is safe to serve under the edge's own name.
//!
//! No cookies, no credentials, no referrer ever travel upstream, and none of an upstream's headers
//! but its type, range and freshness come back.

pub mod assets;
pub mod css;
pub mod guard;
pub mod srcset;
pub mod upstream;
