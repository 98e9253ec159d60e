//! Whole web sites, fetched for a visitor and given to them under the proxy domain.
//!
//! 1. [`Places`]: where a real URL lives in a proxied session, and back.
//! 2. [`Rules`]: what may be reached and what it may cost; [`Visit`]: one proxied session's memory.
//! 3. [`exchange`]: one request up and its answer down, streamed; [`tunnel`]: one WebSocket.
//! 4. [`set_cookies`], [`take_writes`], [`readable_cookies`]: `document.cookie` of scripts.
//!
//! The caller knows the session, has judged the pass ([`Standing`]) and answers `/.coview/`; what
//! comes here is for an upstream. Nothing here fails: faults of upstreams are small pages for
//! documents and empty replies for everything else.

mod answer;
mod body;
mod change;
mod charset;
mod client;
mod cookies;
mod csp;
mod errand;
mod exchange;
mod fault;
mod headers;
mod hsts;
mod html;
mod intent;
mod links;
mod places;
mod rules;
mod tunnel;
mod visit;
mod writes;

pub use client::Client;
pub use exchange::{Body, Broken, Standing, exchange};
pub use html::{Page, Unwritable, rewrite_whole};
pub use intent::through_worker;
pub use places::{Domain, NotADomain, Place, Places, RealOrigin};
pub use rules::{Hosts, NotAGlob, Rules, Verdict};
pub use tunnel::{Tunnel, tunnel};
pub use visit::{Clock, Visit};
pub use writes::{cookies_header, readable_cookies, set_cookies, take_writes};
