//! Frames (docs/protocol.md, 2): one WebSocket message each, deflated once by its sender.
//! Inflating stops at a cap, so that a small frame cannot become a large one.

use std::borrow::Cow;

use bytes::Bytes;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::{Family, ReadLimits, Reader, WireError, Writer, read_message, write_message};

/// Payloads from this size on are worth deflating, in bytes.
pub const DEFLATE_FROM: usize = 512;

const STREAM: u8 = 1;
const DEFLATED: u8 = 2;

/// What a frame may hold.
#[derive(Debug, Clone, Copy)]
pub struct FrameLimits {
    /// Bytes on the wire.
    pub frame: usize,
    /// Bytes after inflation.
    pub inflated: usize,
    /// Of the values in it.
    pub read: ReadLimits,
}

/// Place of a frame in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Counts snapshots.
    pub epoch: u32,
    /// Counts frames behind the snapshot, which is 0.
    pub offset: u32,
}

/// What stands before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Place in the stream; control frames have none.
    pub place: Option<Place>,
    /// Size after inflation, if the payload is deflated.
    pub inflated: Option<u32>,
}

/// Is it a stream frame, as far as its first byte says?
#[must_use]
pub fn is_stream(frame: &[u8]) -> bool {
    frame.first().is_some_and(|flags| flags & STREAM != 0)
}

/// Splits a frame into head and payload, which is still deflated if the head says so.
///
/// # Errors
/// On unknown flags, bad numbers and an empty payload.
pub fn split(frame: &[u8]) -> Result<(Head, &[u8]), WireError> {
    let any = ReadLimits { text: 0, items: 0 };
    let mut from = Reader::new(frame, any);
    let flags = from.byte().map_err(|_| WireError::frame("flags"))?;
    if flags > (STREAM | DEFLATED) {
        return Err(WireError::frame("flags"));
    }
    let place = if flags & STREAM == 0 {
        None
    } else {
        Some(Place {
            epoch: from.uint().map_err(|_| WireError::frame("epoch"))?,
            offset: from.uint().map_err(|_| WireError::frame("offset"))?,
        })
    };
    let inflated = if flags & DEFLATED == 0 {
        None
    } else {
        Some(from.uint().map_err(|_| WireError::frame("inflated"))?)
    };
    if from.left() == 0 {
        return Err(WireError::frame("payload"));
    }
    Ok((Head { place, inflated }, from.rest()))
}

/// Puts a head before a payload.
#[must_use]
pub fn join(head: Head, payload: &[u8]) -> Vec<u8> {
    let mut to = Writer::new();
    let place = head.place.map_or(0, |_| STREAM);
    to.byte(place | head.inflated.map_or(0, |_| DEFLATED));
    if let Some(Place { epoch, offset }) = head.place {
        to.uint(epoch);
        to.uint(offset);
    }
    if let Some(inflated) = head.inflated {
        to.uint(inflated);
    }
    to.raw(payload);
    to.finish()
}

/// The payload as it was before it was deflated.
///
/// # Errors
/// Beyond the limit, and when the stream is not exactly as long as the head says.
pub fn inflate<'a>(
    head: Head,
    payload: &'a [u8],
    limit: usize,
) -> Result<Cow<'a, [u8]>, WireError> {
    let Some(inflated) = head.inflated else {
        return if payload.len() > limit {
            Err(WireError::too_large("payload"))
        } else {
            Ok(Cow::Borrowed(payload))
        };
    };
    let size = usize::try_from(inflated).unwrap_or(usize::MAX);
    if size > limit {
        return Err(WireError::too_large("inflated"));
    }
    // Deflate can't do better than about 1032:1, so an honest size bounds what is allocated.
    if size / 1100 > payload.len() {
        return Err(WireError::frame("inflated"));
    }
    // One byte more than announced: a longer stream shows itself.
    let mut out = Vec::with_capacity(size + 1);
    let mut engine = Decompress::new(false);
    let status = engine.decompress_vec(payload, &mut out, FlushDecompress::Finish);
    let read = usize::try_from(engine.total_in()).unwrap_or(usize::MAX);
    if !matches!(status, Ok(Status::StreamEnd)) || out.len() != size || read != payload.len() {
        return Err(WireError::frame("payload"));
    }
    if out.is_empty() {
        return Err(WireError::frame("payload"));
    }
    Ok(Cow::Owned(out))
}

/// Deflates a payload, once, for all who read it.
#[must_use]
pub fn deflate(payload: &[u8]) -> Vec<u8> {
    let mut engine = Compress::new(Compression::fast(), false);
    let mut out = Vec::with_capacity(payload.len() / 2 + 64);
    loop {
        let done = usize::try_from(engine.total_in()).unwrap_or(usize::MAX);
        let rest = payload.get(done..).unwrap_or_default();
        match engine.compress_vec(rest, &mut out, FlushCompress::Finish) {
            Ok(Status::StreamEnd) => return out,
            // Out of room: double it and go on. Deflate has no other way to fail.
            _ => out.reserve(out.capacity().max(1024)),
        }
    }
}

/// A frame of this payload: deflated if `small` asks for it and the payload is worth it.
#[must_use]
pub fn pack(place: Option<Place>, payload: &[u8], small: bool) -> Bytes {
    let deflated = (small && payload.len() >= DEFLATE_FROM).then(|| deflate(payload));
    let inflated = deflated
        .as_ref()
        .and_then(|_| u32::try_from(payload.len()).ok());
    let body = deflated.as_deref().unwrap_or(payload);
    Bytes::from(join(Head { place, inflated }, body))
}

/// A control frame of these messages, never deflated: they are small.
#[must_use]
pub fn encode<'a, M: Family<'a>>(messages: &[M]) -> Bytes {
    pack(None, &payload(messages), false)
}

/// A stream frame of these messages.
#[must_use]
pub fn encode_stream<'a, M: Family<'a>>(place: Place, messages: &[M], small: bool) -> Bytes {
    pack(Some(place), &payload(messages), small)
}

/// Messages one after the other.
#[must_use]
pub fn payload<'a, M: Family<'a>>(messages: &[M]) -> Vec<u8> {
    let mut to = Writer::new();
    for message in messages {
        write_message(message, &mut to);
    }
    to.finish()
}

/// All messages of an inflated payload.
///
/// # Errors
/// As [`read_message`].
pub fn read_payload<'a, M: Family<'a>>(
    payload: &'a [u8],
    limits: ReadLimits,
) -> Result<Vec<M>, WireError> {
    let mut from = Reader::new(payload, limits);
    let mut messages = Vec::new();
    while from.left() > 0 {
        if messages.len() >= limits.items {
            return Err(WireError::too_large("messages"));
        }
        messages.push(read_message(&mut from, limits)?);
    }
    Ok(messages)
}

/// All messages of a control frame.
///
/// # Errors
/// When it is a stream frame, too large, or not canonical.
pub fn decode<M: for<'a> Family<'a>>(
    frame: &[u8],
    limits: &FrameLimits,
) -> Result<Vec<M>, WireError> {
    if frame.len() > limits.frame {
        return Err(WireError::too_large("frame"));
    }
    let (head, payload) = split(frame)?;
    if head.place.is_some() {
        return Err(WireError::frame("flags"));
    }
    let payload = inflate(head, payload, limits.inflated)?;
    read_payload(&payload, limits.read)
}
