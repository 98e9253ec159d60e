//! `GET /api/v1/events`: says that a list changed, never what; whoever may, asks again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::sync::watch;

use super::Reply;
use super::reply::{boxed, bytes};
use crate::edge::Edge;

/// Changes within this time are said once.
const THROTTLE: Duration = Duration::from_millis(250);
/// A comment keeps proxies from closing a quiet stream.
const QUIET: Duration = Duration::from_secs(15);

/// A stream of `change` events until the edge stops or the reader goes.
pub(super) fn changes(edge: &Arc<Edge>) -> Reply {
    let mut news = edge.hub.changes();
    news.mark_changed();
    let edge = Arc::clone(edge);
    let events = stream::unfold((edge, news), |(edge, mut news)| async move {
        let event = tokio::select! {
            event = next(&mut news) => event?,
            () = edge.stopping.cancelled() => return None,
        };
        Some((
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(event))),
            (edge, news),
        ))
    });
    let mut reply = bytes(StatusCode::OK, "text/event-stream", Bytes::new());
    *reply.body_mut() = boxed(StreamBody::new(events));
    reply
}

async fn next(news: &mut watch::Receiver<u64>) -> Option<&'static [u8]> {
    match tokio::time::timeout(QUIET, news.changed()).await {
        Err(_) => Some(b":\n\n"),
        Ok(Err(_)) => None,
        Ok(Ok(())) => {
            // The first of a burst waits a little, so that one event tells of all of it.
            tokio::time::sleep(THROTTLE).await;
            news.mark_unchanged();
            Some(b"event: change\ndata:\n\n")
        }
    }
}
