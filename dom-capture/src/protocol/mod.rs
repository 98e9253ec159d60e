//! The wire, version 1: docs/protocol.md as types. Bytes in, values out, and back; nothing here
//! knows what may be seen, only what can be said.

mod agent;
mod codes;
mod error;
pub mod frame;
mod instruction;
#[cfg(test)]
pub(crate) mod json;
mod op;
mod primitives;
mod stream;
mod table;
#[cfg(test)]
mod vectors;
mod visitor;

pub use agent::{
    Agent, AgentCustom, AgentCustomOut, AgentEnd, AgentHealth, AgentHello, AgentIn, AgentOut,
    AgentOutcome, AgentPing, AgentPong, AgentResync, AgentState, AgentWelcome, Instruct, Leave,
    Mask, Refused, Request, Resynced, Rtt, State,
};
pub use codes::{
    AssetState, Button, ConsentMode, EndReason, Grants, Mods, OutcomeCode, Phase, PointerState,
    PresenceMode, Prop, RefusedReason, ResyncReason, Where,
};
pub use error::{CloseCode, WireError};
pub use instruction::{
    Click, Focus, Go, Highlight, HighlightOff, Instruction, Key, Laser, LaserOff, Scroll, Select,
    Type,
};
pub use op::{A, C, F, G, H, I, K, M, Op, Ops, P, R, T, U, V, X};
pub use primitives::{Data, Hash, Long, Px, ReadLimits, Reader, Wire, Writer};
pub use stream::{Adopted, Doctype, Patch, Scrolled, Sheet, SheetOf, Snapshot, StreamMessage};
pub use visitor::{
    Answer, Ask, AssetPart, AssetRequest, Bye, Code, CodeRequest, Custom, Health, Help, Identify,
    Outcome, Page, Pong, Resend, ResyncRequest, Session, Stop, Unask, VisitorCustom, VisitorEnd,
    VisitorHello, VisitorIn, VisitorInstruct, VisitorOut, VisitorPing, VisitorWelcome, Withdraw,
};

/// The version of this page.
pub const VERSION: u32 = 1;

/// A set of tagged values: one direction's messages, or the ops of a patch.
pub trait Family<'a>: Sized {
    /// Reads the body that follows the tag.
    ///
    /// # Errors
    /// On a tag that is not of this set and on a body that is not canonical.
    fn read_body(code: u8, from: &mut Reader<'a>) -> Result<Self, WireError>;

    /// The tag.
    fn tag(&self) -> u8;

    /// Writes the body.
    fn write_body(&self, to: &mut Writer);
}

/// Reads one message: `kind len body`.
///
/// # Errors
/// On kinds of another set, wrong lengths, and bodies that are not canonical.
pub fn read_message<'a, M: Family<'a>>(
    from: &mut Reader<'a>,
    limits: ReadLimits,
) -> Result<M, WireError> {
    let code = from.byte().map_err(|error| error.within("message.kind"))?;
    let length = from.size().map_err(|error| error.within("message.len"))?;
    let body = from
        .raw(length)
        .map_err(|error| error.within("message.len"))?;
    let mut body = Reader::new(body, limits);
    let message = M::read_body(code, &mut body)?;
    body.finish().map_err(|error| error.within("message.end"))?;
    Ok(message)
}

/// Writes one message: `kind len body`.
pub fn write_message<'a>(message: &impl Family<'a>, to: &mut Writer) {
    let mut body = Writer::new();
    message.write_body(&mut body);
    to.byte(message.tag());
    to.size(body.bytes().len());
    to.raw(body.bytes());
}
