use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Method, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::world::{NAVIGATE, OriginBody, World, full, reply};

/// A body that comes as it is sent.
fn fed() -> (mpsc::Sender<&'static str>, OriginBody) {
    let (sender, receiver) = mpsc::channel(4);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        let text: &str = receiver.recv().await?;
        Some((
            Ok(Frame::data(Bytes::from_static(text.as_bytes()))),
            receiver,
        ))
    });
    (
        sender,
        BodyExt::boxed_unsync(StreamBody::new(stream.boxed())),
    )
}

#[tokio::test]
async fn an_event_arrives_before_the_stream_ends() {
    let world = World::new().await;
    for (kind, headers, piece, within) in [
        (
            "text/event-stream",
            &[("accept", "text/event-stream")][..],
            "data: 1\n\n",
            "data: 1",
        ),
        (
            "text/html; charset=utf-8",
            &NAVIGATE[..],
            "<head></head><p>first</p>",
            "first",
        ),
    ] {
        let (sender, body) = fed();
        let body = Arc::new(Mutex::new(Some(body)));
        let port = world
            .origin(move |_| {
                let mut answer = reply(&[("content-type", kind)], "");
                *answer.body_mut() = body.lock().take().unwrap();
                async move { answer }
            })
            .await;
        sender.send(piece).await.unwrap();
        let url = format!("http://shop.localhost:{port}/");
        let response = world
            .begin(Method::GET, &url, headers, full(""))
            .await
            .unwrap();
        let mut body = response.into_body();
        let mut seen = String::new();
        while !seen.contains(within) {
            let data = body.frame().await.unwrap().unwrap().into_data().unwrap();
            seen.push_str(std::str::from_utf8(&data).unwrap());
        }
        // Only now does the origin go on: what was seen cannot have waited for it.
        sender.send("the rest").await.unwrap();
        drop(sender);
        let rest = body.collect().await.unwrap().to_bytes();
        assert!(rest.ends_with(b"the rest"), "{kind}");
    }
}

#[tokio::test]
async fn ranges_and_codings_pass_untouched() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let range = request.headers().get("range").unwrap().to_str().unwrap();
            let mut answer = reply(
                &[
                    ("content-range", "bytes 2-4/9"),
                    ("content-type", "video/mp4"),
                    ("content-encoding", "gzip"),
                    ("x-range", range),
                    ("accept-ranges", "bytes"),
                ],
                "\u{1}23",
            );
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            answer
        })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    let answer = world
        .get(&url, &[("range", "bytes=2-4"), ("sec-fetch-dest", "video")])
        .await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        (answer.header("x-range"), answer.header("content-range")),
        ("bytes=2-4", "bytes 2-4/9")
    );
    assert_eq!(
        (
            answer.header("content-encoding"),
            answer.header("content-length")
        ),
        ("gzip", "3")
    );
    assert_eq!(answer.body.as_ref(), b"\x0123");
}

#[tokio::test]
async fn an_upload_streams_up_while_it_is_still_being_made() {
    let world = World::new().await;
    let (told, mut heard) = mpsc::channel::<()>(1);
    let port = world
        .origin(move |request| {
            let told = told.clone();
            async move {
                let length = request.headers().get("content-length").cloned();
                let mut body = request.into_body();
                let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
                told.send(()).await.unwrap();
                let rest = body.collect().await.unwrap().to_bytes();
                assert!(length.is_none());
                reply(&[], [first, rest].concat())
            }
        })
        .await;
    let (sender, body) = fed();
    sender.send("first ").await.unwrap();
    let url = format!("http://shop.localhost:{port}/");
    let asking = world.ask(Method::POST, &url, &[], body);
    let sending = async {
        heard.recv().await.unwrap();
        sender.send("second").await.unwrap();
        drop(sender);
    };
    let (answer, ()) = tokio::join!(asking, sending);
    assert_eq!(answer.text(), "first second");
}

#[tokio::test]
async fn a_body_of_known_length_keeps_it_and_head_has_none() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let length = request.headers().get("content-length").cloned();
            let length = length.map_or_else(
                || "none".to_owned(),
                |length| length.to_str().unwrap().to_owned(),
            );
            reply(
                &[("x-length", &length), ("content-type", "text/html")],
                "12345",
            )
        })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    let post = world.ask(Method::POST, &url, &[], full("abc")).await;
    assert_eq!(
        (post.header("x-length"), post.header("content-length")),
        ("3", "5")
    );
    let get = world.get(&url, &[]).await;
    assert_eq!(get.header("x-length"), "none");
    let head = world.ask(Method::HEAD, &url, &NAVIGATE, full("")).await;
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (StatusCode::OK, "5", 0)
    );
}

#[tokio::test]
async fn the_end_of_the_session_breaks_bodies_off() {
    let world = World::new().await;
    let (sender, body) = fed();
    let body = Arc::new(Mutex::new(Some(body)));
    let port = world
        .origin(move |_| {
            let mut answer = reply(&[], "");
            *answer.body_mut() = body.lock().take().unwrap();
            async move { answer }
        })
        .await;
    sender.send("first").await.unwrap();
    let response = world
        .begin(
            Method::GET,
            &format!("http://shop.localhost:{port}/"),
            &[],
            full(""),
        )
        .await
        .unwrap();
    let mut body = response.into_body();
    assert!(body.frame().await.unwrap().is_ok());
    world.visit.end();
    assert!(body.frame().await.unwrap().is_err());
}

#[tokio::test]
async fn a_form_that_navigates_goes_up_with_real_urls() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let length = request.headers().get("content-length").cloned().unwrap();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(length.to_str().unwrap(), body.len().to_string());
            reply(&[("content-type", "text/plain")], body)
        })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    let place = world
        .place_origin("https://shop.example/")
        .replace(':', "%3A")
        .replace('/', "%2F");
    let form = format!("a=1&next={place}%2Fdone");
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let headers = [&NAVIGATE[..], &[kind]].concat();
    let sent = world
        .ask(Method::POST, &url, &headers, full(form.clone()))
        .await;
    assert_eq!(sent.text(), "a=1&next=https%3A%2F%2Fshop.example%2Fdone");
    let by_script = world
        .ask(Method::POST, &url, &[kind], full(form.clone()))
        .await;
    assert_eq!(by_script.text(), form);
}
