//! WebSocket over hyper's upgrade: the handshake, the settings that keep a connection small, reading
//! and closing. No permessage-deflate: payloads are deflated once by their sender.

use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use coview_dom_capture::protocol::{CloseCode, WireError};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode as RawCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::http::{Problem, Reply, empty};
use crate::outbox::{Close, Outbox};

/// A connection after the handshake.
pub type Socket = WebSocketStream<TokioIo<Upgraded>>;
/// Its way out.
pub type Sink = SplitSink<Socket, Message>;
/// Its way in.
pub type Source = SplitStream<Socket>;

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The edge closes it.
    Close(Close),
    /// The peer is gone.
    Gone,
}

impl<T: Into<Close>> From<T> for Ending {
    fn from(why: T) -> Self {
        Self::Close(why.into())
    }
}

/// Answers a handshake and says where the connection will come from.
///
/// # Errors
/// The reply for what is no handshake.
pub fn handshake<B>(request: &mut Request<B>) -> Result<(Reply, OnUpgrade), Problem> {
    let headers = request.headers();
    let asks = request.method() == Method::GET
        && names(headers, &CONNECTION, "upgrade")
        && names(headers, &UPGRADE, "websocket")
        && headers
            .get(SEC_WEBSOCKET_VERSION)
            .is_some_and(|version| version == "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks);
    let Some(accept) =
        key.and_then(|key| HeaderValue::try_from(derive_accept_key(key.as_bytes())).ok())
    else {
        return Err(Problem(
            StatusCode::UPGRADE_REQUIRED,
            "this address speaks WebSocket, version 13",
        ));
    };
    let mut reply = empty(StatusCode::SWITCHING_PROTOCOLS);
    let out = reply.headers_mut();
    out.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    out.insert(UPGRADE, HeaderValue::from_static("websocket"));
    out.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Ok((reply, hyper::upgrade::on(request)))
}

fn names(headers: &HeaderMap, name: &http::HeaderName, token: &str) -> bool {
    let given = headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    given
        .split(',')
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// Opens the connection. `read`: largest message of the peer; `write`: largest of ours.
pub async fn open(upgrade: OnUpgrade, read: usize, write: usize) -> Option<Socket> {
    let upgraded = upgrade.await.ok()?;
    // The defaults of these are traps: 128 KiB of read buffer each, and no bound on what waits to be
    // written.
    let config = WebSocketConfig::default()
        .read_buffer_size(8 << 10)
        .write_buffer_size(16 << 10)
        .max_write_buffer_size(write.saturating_add(256 << 10))
        .max_message_size(Some(read))
        .max_frame_size(Some(read));
    Some(WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await)
}

/// The next binary message; `None` for a ping or pong, which costs the peer as much.
///
/// # Errors
/// How the connection ends.
pub async fn next(source: &mut Source) -> Result<Option<Bytes>, Ending> {
    match source.next().await {
        Some(Ok(Message::Binary(frame))) => Ok(Some(frame)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Text(_) | Message::Frame(_))) => Err(WireError::frame("text").into()),
        Some(Err(Error::Capacity(_))) => Err(WireError::too_large("frame").into()),
        Some(Err(Error::Protocol(_) | Error::Utf8(_))) => Err(WireError::frame("websocket").into()),
        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Ending::Gone),
    }
}

/// Sends what is queued until somebody closes the connection or it breaks. No frame leaves the queue
/// before the socket has room for it: what is queued at the end is still there for [`finish`].
pub async fn pump(sink: &mut Sink, queue: &mut mpsc::Receiver<Bytes>, outbox: &Outbox) -> Ending {
    loop {
        let ready = tokio::select! {
            biased;
            why = outbox.closed() => return why.into(),
            ready = room(sink) => ready,
        };
        let frame = tokio::select! {
            biased;
            why = outbox.closed() => return why.into(),
            frame = queue.recv() => frame,
        };
        let sent =
            ready.and_then(|()| frame.map_or(Err(Error::AlreadyClosed), |frame| put(sink, frame)));
        if sent.is_err() {
            return Ending::Gone;
        }
        tokio::select! {
            biased;
            why = outbox.closed() => return why.into(),
            flushed = sink.flush() => if flushed.is_err() { return Ending::Gone },
        }
    }
}

/// Until the socket takes another frame.
///
/// # Errors
/// When the connection broke.
pub async fn room(sink: &mut Sink) -> Result<(), Error> {
    poll_fn(|context| sink.poll_ready_unpin(context)).await
}

/// Hands over a frame the socket has [`room`] for.
///
/// # Errors
/// When the connection broke.
pub fn put(sink: &mut Sink, frame: Bytes) -> Result<(), Error> {
    sink.start_send_unpin(Message::Binary(frame))
}

/// Ends a connection: what is queued, the close frame, and then whatever the peer still sends is read
/// and dropped for a moment, so that the close frame is not lost with a reset.
pub async fn finish(
    mut sink: Sink,
    source: Source,
    mut queue: mpsc::Receiver<Bytes>,
    ending: Ending,
) {
    let Ending::Close(why) = ending else {
        return;
    };
    // The half that sends may hold one frame that would be lost with it.
    let flushed = tokio::time::timeout(LAST_WORDS, sink.flush()).await;
    let Ok(mut socket) = sink.reunite(source) else {
        return;
    };
    if !matches!(flushed, Ok(Ok(()))) {
        return;
    }
    let last_words = async {
        while let Ok(frame) = queue.try_recv() {
            socket.feed(Message::Binary(frame)).await?;
        }
        let frame = CloseFrame {
            code: RawCode::from(why.code.code()),
            reason: why.reason().into(),
        };
        socket.send(Message::Close(Some(frame))).await
    };
    if !matches!(
        tokio::time::timeout(LAST_WORDS, last_words).await,
        Ok(Ok(()))
    ) {
        return;
    }
    let _ = tokio::time::timeout(LAST_WORDS, drain(&mut socket)).await;
}

const LAST_WORDS: Duration = Duration::from_secs(1);

async fn drain(socket: &mut Socket) {
    loop {
        match socket.next().await {
            Some(Ok(_)) => {}
            None | Some(Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_))) => {
                return;
            }
            Some(Err(_)) => break,
        }
    }
    // What comes is no WebSocket any more.
    let mut dropped = [0; 8 << 10];
    while let Ok(1..) = socket.get_mut().read(&mut dropped).await {}
}

/// Closes a connection that never got further than its handshake.
pub async fn refuse(socket: Socket, code: CloseCode) {
    let (sink, source) = socket.split();
    let (_, queue) = Outbox::new();
    finish(sink, source, queue, code.into()).await;
}
