//! What is measured on the edge's side, and against what: a page in canonical markup, the masks of
//! a site, and bare `lol_html` doing the same masking. The browser's side is in `node/` and `page/`.

pub mod frames;
pub mod lol;
pub mod marks;
pub mod page;
pub mod selectors;
pub mod timing;
