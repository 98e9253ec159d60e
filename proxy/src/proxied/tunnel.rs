//! One WebSocket: its bytes pass only after the upstream has agreed to it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, HeaderName, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::answer;
use super::body::Pulse;
use super::client::Client;
use super::errand::Errand;
use super::exchange::{Body, Standing, send};
use super::fault::Fault;
use super::headers::answers_handshake;
use super::places::RealOrigin;
use super::visit::Visit;

/// Carries the bytes of an open WebSocket; it is over when either side or the session is. The caller
/// spawns it, so that it is counted.
pub type Tunnel = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Bytes on their way in one direction.
const HELD: usize = 16 << 10;

/// Asks `origin` for the WebSocket that `request` asks for. With a 101 comes the tunnel to spawn;
/// without one the answer is final. Only for requests with a pass. `request` is as hyper's server gave it, its upgrade unclaimed.
pub async fn tunnel<B>(
    client: &Client,
    visit: &Arc<Visit>,
    origin: &RealOrigin,
    mut request: Request<B>,
) -> (Response<Body>, Option<Tunnel>)
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let refused = |fault: Fault| (fault.reply(false), None);
    if !asks_for_socket(request.method(), request.headers()) || !request.body().is_end_stream() {
        return refused(Fault::Method);
    }
    let Some(browser) = request.extensions_mut().remove::<OnUpgrade>() else {
        return refused(Fault::Method);
    };
    let (parts, _) = request.into_parts();
    let (errand, uri) = match Errand::new(client, visit, Standing::Passed, origin, parts) {
        Ok(errand) => errand,
        Err(reply) => return (*reply, None),
    };
    let mut up = Request::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *up.uri_mut() = uri;
    *up.headers_mut() = errand.headers_up(&client.via);
    ask_for_socket(up.headers_mut());
    let mut response = match send(&client.first, up, visit, &Pulse::default()).await {
        Ok(response) => response,
        Err(fault) => return refused(fault),
    };
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let mut reply = answer::down(&errand, response).await;
        errand.note_cookies(reply.headers_mut());
        return (reply, None);
    }
    if !is_socket(response.headers()) {
        return refused(Fault::Unreachable);
    }
    answer::remember(&errand, response.headers());
    let upstream = hyper::upgrade::on(&mut response);
    let mut reply = switching(&response);
    for value in &errand.taken {
        reply
            .headers_mut()
            .append(http::header::SET_COOKIE, value.clone());
    }
    let visit = Arc::clone(visit);
    let tunnel = async move {
        let (Ok(browser), Ok(upstream)) = tokio::join!(browser, upstream) else {
            return;
        };
        carry(&visit, TokioIo::new(browser), TokioIo::new(upstream)).await;
    };
    (reply, Some(Box::pin(tunnel)))
}

fn asks_for_socket(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::GET
        && is_socket(headers)
        && headers.contains_key("sec-websocket-key")
        && headers
            .get("sec-websocket-version")
            .is_some_and(|version| version == "13")
}

fn is_socket(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

fn ask_for_socket(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
}

/// The handshake's answer: key, protocol and extensions are between browser and upstream.
fn switching(response: &Response<Incoming>) -> Response<Body> {
    let mut reply = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = reply.headers_mut();
    ask_for_socket(headers);
    for (name, value) in response.headers() {
        if answers_handshake(name) {
            headers.append(HeaderName::clone(name), value.clone());
        }
    }
    reply
}

async fn carry<A, B>(visit: &Visit, browser: A, upstream: B)
where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    let (from_browser, to_browser) = tokio::io::split(browser);
    let (from_upstream, to_upstream) = tokio::io::split(upstream);
    let both = async {
        tokio::join!(
            pump(visit, from_browser, to_upstream),
            pump(visit, from_upstream, to_browser)
        )
    };
    tokio::select! {
        _ = both => {}
        () = visit.over().cancelled() => {}
    }
}

/// One direction, no faster than it is read at the other end.
async fn pump(visit: &Visit, from: impl AsyncRead, to: impl AsyncWrite) -> std::io::Result<()> {
    let (mut from, mut to) = (std::pin::pin!(from), std::pin::pin!(to));
    let mut held = BytesMut::with_capacity(HELD);
    loop {
        held.clear();
        let read = from.read_buf(&mut held).await?;
        if read == 0 || !visit.spend(read as u64) {
            return to.shutdown().await;
        }
        to.write_all(&held).await?;
        to.flush().await?;
    }
}
