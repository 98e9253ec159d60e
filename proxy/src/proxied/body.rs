//! Bodies under way: counted, watched, and changed piece by piece.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::exchange::{Body, Broken};
use super::visit::Visit;

/// Counts a body against the session's budget and a limit of its own; breaks it off when it stands
/// still or the session ends. Trailers are dropped: nobody rewrites them.
pub(super) struct Metered<B> {
    inner: Pin<Box<B>>,
    visit: Arc<Visit>,
    over: Pin<Box<WaitForCancellationFutureOwned>>,
    left: u64,
    stall: Duration,
    idle: Pin<Box<Sleep>>,
    pulse: Option<Pulse>,
}

/// Tells whoever waits for an answer that its request is still on its way.
pub(super) type Pulse = Arc<tokio::sync::Notify>;

impl<B> Metered<B> {
    pub(super) fn new(inner: B, visit: &Arc<Visit>, limit: u64, pulse: Option<Pulse>) -> Self {
        let stall = visit.rules().stall;
        Self {
            inner: Box::pin(inner),
            visit: Arc::clone(visit),
            over: Box::pin(visit.over().clone().cancelled_owned()),
            left: limit,
            stall,
            idle: Box::pin(sleep_until(Instant::now() + stall)),
            pulse,
        }
    }
}

impl<B> http_body::Body for Metered<B>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = &mut *self;
        if this.over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(Broken::Over)));
        }
        loop {
            let Poll::Ready(frame) = this.inner.as_mut().poll_frame(cx) else {
                ready!(this.idle.as_mut().poll(cx));
                return Poll::Ready(Some(Err(Broken::Stalled)));
            };
            let data = match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(Broken::Source(error.into())))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => data,
                    Err(_) => continue,
                },
            };
            let length = data.len() as u64;
            if length > this.left || !this.visit.spend(length) {
                return Poll::Ready(Some(Err(Broken::TooLarge)));
            }
            this.left -= length;
            this.idle.as_mut().reset(Instant::now() + this.stall);
            if let Some(pulse) = &this.pulse {
                pulse.notify_one();
            }
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Changes a body piece by piece.
pub(super) trait Change: Send {
    /// Takes a piece and appends what is ready.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken>;
    /// Appends what was held back.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broken>;
}

/// A body as a [`Change`] makes it.
pub(super) struct Changed<C> {
    inner: Body,
    change: C,
    /// What may still come in.
    left: u64,
    ended: bool,
}

impl<C: Change> Changed<C> {
    pub(super) const fn new(inner: Body, change: C, limit: u64) -> Self {
        Self {
            inner,
            change,
            left: limit,
            ended: false,
        }
    }

    fn take(&mut self, piece: Option<Bytes>) -> Result<Vec<u8>, Broken> {
        let mut out = Vec::new();
        match piece {
            Some(bytes) => {
                self.left = self
                    .left
                    .checked_sub(bytes.len() as u64)
                    .ok_or(Broken::TooLarge)?;
                self.change.push(&bytes, &mut out)?;
            }
            None => self.change.finish(&mut out)?,
        }
        Ok(out)
    }
}

impl<C: Change + Unpin> http_body::Body for Changed<C> {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = &mut *self;
        while !this.ended {
            let piece = match ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => Some(bytes),
                    Err(_) => continue,
                },
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => None,
            };
            this.ended = piece.is_none();
            match this.take(piece) {
                Ok(out) if out.is_empty() => {}
                Ok(out) => return Poll::Ready(Some(Ok(Frame::data(out.into())))),
                Err(error) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

/// The body with its first piece already there, so that what breaks before it can still become a page.
pub(super) async fn begun(mut body: Body) -> Result<Body, Broken> {
    let first = match body.frame().await {
        Some(first) => first?,
        None => return Ok(body),
    };
    let first = futures_util::stream::once(async move { Ok(first) });
    let rest = futures_util::stream::unfold(body, |mut body| async move {
        let frame = body.frame().await?;
        Some((frame, body))
    });
    let all = futures_util::StreamExt::chain(first, rest);
    Ok(http_body_util::StreamBody::new(all).boxed_unsync())
}
