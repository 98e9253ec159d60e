//! What the edge fetches from upstreams: public assets for an agent's picture, and whole sites for a
//! visitor.
//!
//! 1. [`guard`]: which addresses may be dialled at all, judged on the address that is dialled.
//! 2. [`upstream`]: one anonymous GET, redirects followed and guarded one by one, everything bounded.
//! 3. [`css`] and [`srcset`]: URLs in style text and candidate lists turned into others, token by token.
//! 4. [`assets`]: the three together; what comes out is safe to serve under the edge's own name. No
//!    cookies, no credentials, no referrer travel upstream, and none of an upstream's headers but its
//!    type, range and freshness come back.
//! 5. [`decode`]: compressed bodies, inflated as they come.
//! 6. [`proxied`]: sites of the universal proxy, with the visitor's cookies, under the proxy domain.

pub mod assets;
pub mod css;
pub mod decode;
pub mod guard;
pub mod proxied;
pub mod srcset;
pub mod upstream;
