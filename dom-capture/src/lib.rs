//! What a page says, and what of it may be seen. The way of a message:
//!
//! 1. [`protocol::frame`] splits and inflates a frame within limits; [`protocol`] reads its
//!    messages as typed values, borrowed from the frame.
//! 2. [`mask::Rules`] are a site's masks, compiled once; [`mask::Gate`] is what one session needs
//!    to apply them: one link per node, and the start tags that selectors ask about.
//! 3. [`mask::Gate::pass`] checks the frame's place, validates its markup and numbers its nodes,
//!    cuts what a mask covers, judges every op, and answers with a [`mask::Verdict`].
//! 4. A [`mask::Masked`] frame is the only thing a session takes in, and only this crate makes one.
//!
//! No network, no clock, no task, no log: bytes in, values out. Nothing that came from a page is
//! ever in an error or in `Debug`.

pub mod mask;
pub mod protocol;
