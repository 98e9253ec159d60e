//! Bodies of upstreams, inflated as they come. What comes out is capped twice: in bytes, and against
//! what went in, so that a bomb costs no more than it weighs.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body::{Body, Frame};
use http_body_util::BodyDataStream;
use tokio::io::{AsyncBufRead, AsyncRead};
use tokio_util::io::{StreamReader, poll_read_buf};

/// What small bodies may grow by, whatever their ratio: a page of one repeated row is no bomb.
const SLACK: u64 = 1 << 20;
const CHUNK: usize = 16 << 10;

/// A content coding that is understood here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 1950, or RFC 1951 alone: servers differ, so the first byte decides.
    Deflate,
}

/// Codings that are not understood, or several on top of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("content coding not understood")]
pub struct UnknownCoding;

/// What may come out.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Bytes.
    pub size: u64,
    /// Bytes for each byte that went in.
    pub ratio: u64,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            size: 32 << 20,
            ratio: 200,
        }
    }
}

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// More came out than [`Caps`] allow.
    #[error("body inflates beyond its cap")]
    TooLarge,
    /// Not the coding it claims, or cut off.
    #[error("compressed body is damaged")]
    Damaged,
    /// The compressed body itself broke off.
    #[error("body broke off")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Coding {
    /// The coding of a message; nothing for `identity`.
    ///
    /// # Errors
    /// When it is coded in a way that is not understood here.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, UnknownCoding> {
        let mut found = None;
        for value in headers.get_all(CONTENT_ENCODING) {
            for token in value.to_str().map_err(|_| UnknownCoding)?.split(',') {
                let coding = match token.trim().to_ascii_lowercase().as_str() {
                    "" | "identity" => continue,
                    "gzip" | "x-gzip" => Self::Gzip,
                    "br" => Self::Brotli,
                    "deflate" => Self::Deflate,
                    _ => return Err(UnknownCoding),
                };
                if found.replace(coding).is_some() {
                    return Err(UnknownCoding);
                }
            }
        }
        Ok(found)
    }
}

/// Inflates a whole body.
///
/// # Errors
/// When it is damaged or larger than `caps` allow.
pub async fn whole(coding: Coding, body: &[u8], caps: Caps) -> Result<Vec<u8>, DecodeError> {
    let full = http_body_util::Full::new(Bytes::copy_from_slice(body));
    let mut decoded = std::pin::pin!(Decoded::new(coding, full, caps));
    let mut out = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| decoded.as_mut().poll_frame(cx)).await {
        if let Ok(data) = frame?.into_data() {
            out.extend_from_slice(&data);
        }
    }
    Ok(out)
}

/// A body, inflated as it is read: what an upstream flushed comes through at once.
pub struct Decoded {
    state: State,
    buffer: BytesMut,
    caps: Caps,
    consumed: Arc<AtomicU64>,
    produced: u64,
}

type Reader = Pin<Box<dyn AsyncRead + Send>>;
type Source = Pin<Box<dyn AsyncBufRead + Send>>;

enum State {
    /// Which of the two `deflate` is it? Its first byte is still to come.
    Unknown(Source),
    Reading(Reader),
    Ended,
}

impl Decoded {
    /// `body` without its coding. Trailers are dropped: they speak of the coded body.
    pub fn new<B>(coding: Coding, body: B, caps: Caps) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let consumed = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&consumed);
        let stream = BodyDataStream::new(body).map(move |chunk| match chunk {
            Ok(bytes) => {
                counter.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                Ok(bytes)
            }
            Err(error) => Err(io::Error::other(DecodeError::Source(error.into()))),
        });
        let source = StreamReader::new(
            Box::pin(stream) as Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>
        );
        let state = match coding {
            Coding::Gzip => State::Reading(Box::pin(GzipDecoder::new(source))),
            Coding::Brotli => State::Reading(Box::pin(BrotliDecoder::new(source))),
            Coding::Deflate => State::Unknown(Box::pin(source)),
        };
        Self {
            state,
            buffer: BytesMut::new(),
            caps,
            consumed,
            produced: 0,
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        if let State::Unknown(source) = &mut self.state {
            let zlib = match ready!(source.as_mut().poll_fill_buf(cx))?.first() {
                Some(first) => first & 0x0f == 8 && first >> 4 <= 7,
                None => {
                    self.state = State::Ended;
                    return Poll::Ready(Ok(None));
                }
            };
            let State::Unknown(source) = std::mem::replace(&mut self.state, State::Ended) else {
                return Poll::Ready(Ok(None));
            };
            self.state = State::Reading(if zlib {
                Box::pin(ZlibDecoder::new(source))
            } else {
                Box::pin(DeflateDecoder::new(source))
            });
        }
        let State::Reading(reader) = &mut self.state else {
            return Poll::Ready(Ok(None));
        };
        self.buffer.reserve(CHUNK);
        let read = ready!(poll_read_buf(Pin::new(reader), cx, &mut self.buffer))?;
        Poll::Ready(Ok((read > 0).then(|| self.buffer.split().freeze())))
    }

    fn within_caps(&mut self, more: usize) -> bool {
        self.produced += more as u64;
        let consumed = self.consumed.load(Ordering::Relaxed);
        let by_ratio = consumed
            .saturating_mul(self.caps.ratio)
            .saturating_add(SLACK);
        self.produced <= self.caps.size.min(by_ratio)
    }
}

impl Body for Decoded {
    type Data = Bytes;
    type Error = DecodeError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, DecodeError>>> {
        let this = &mut *self;
        let polled = ready!(this.poll_chunk(cx));
        let chunk = match polled {
            Ok(Some(chunk)) if this.within_caps(chunk.len()) => return frame(chunk),
            Ok(Some(_)) => Err(DecodeError::TooLarge),
            Ok(None) => Ok(()),
            Err(error) => Err(blame(error)),
        };
        this.state = State::Ended;
        Poll::Ready(chunk.err().map(Err))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

fn frame(chunk: Bytes) -> Poll<Option<Result<Frame<Bytes>, DecodeError>>> {
    Poll::Ready(Some(Ok(Frame::data(chunk))))
}

fn blame(error: io::Error) -> DecodeError {
    match error.downcast::<DecodeError>() {
        Ok(error) => error,
        Err(_) => DecodeError::Damaged,
    }
}

#[cfg(test)]
mod tests;
