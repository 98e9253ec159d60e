use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{NAVIGATE, World, reply};

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// An origin that agrees to a WebSocket and sends back what comes.
async fn echo(world: &World) -> (u16, Arc<Mutex<String>>) {
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    let port = world
        .raw_origin(move |mut stream| {
            let kept = Arc::clone(&kept);
            async move {
                let asked = head(&mut stream).await;
                *kept.lock() = asked.to_ascii_lowercase();
                let yes = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-protocol: chat\r\nset-cookie: ws=1; Path=/\r\nx-else: 1\r\n\r\n";
                stream.write_all(yes.as_bytes()).await.unwrap();
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            }
        })
        .await;
    (port, seen)
}

async fn open(world: &World, url: &str, origin: &str) -> (TcpStream, String) {
    let place = world.place(url);
    let host = &place[url::Position::BeforeHost..url::Position::AfterPort];
    let path = &place[url::Position::BeforePath..];
    let mut stream = TcpStream::connect(world.front).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: chat\r\nsec-websocket-extensions: permessage-deflate\r\ncookie: __Host-coview=secret\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = head(&mut stream).await.to_ascii_lowercase();
    (stream, answer)
}

#[tokio::test]
async fn a_websocket_is_opened_with_the_real_origin_and_carries_bytes_both_ways() {
    let world = World::new().await;
    let (port, seen) = echo(&world).await;
    let page = format!("http://shop.localhost:{port}");
    let maker = world
        .origin(|_| async {
            reply(
                &[(
                    "set-cookie",
                    "sid=1; Domain=shop.localhost; Path=/; HttpOnly",
                )],
                "",
            )
        })
        .await;
    world
        .get(&format!("http://shop.localhost:{maker}/"), &NAVIGATE)
        .await;
    let (mut stream, answer) = open(
        &world,
        &format!("ws://shop.localhost:{port}/live?x=1"),
        &world.place_origin(&page),
    )
    .await;
    assert!(answer.starts_with("http/1.1 101"), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="));
    assert!(
        answer.contains("sec-websocket-protocol: chat")
            && !answer.contains("x-else")
            && !answer.contains("set-cookie")
    );
    let asked = seen.lock().clone();
    assert!(asked.starts_with("get /live?x=1 http/1.1"));
    for part in [
        format!("host: shop.localhost:{port}\r\n"),
        format!("origin: {page}\r\n"),
        "cookie: sid=1\r\n".to_owned(),
        "sec-websocket-extensions: permessage-deflate\r\n".to_owned(),
        "sec-websocket-key: dghlihnhbxbszsbub25jzq==\r\n".to_owned(),
    ] {
        assert!(asked.contains(&part), "{part} in {asked}");
    }
    for n in 0..3u8 {
        stream.write_all(&[n; 100_000]).await.unwrap();
        let mut back = vec![0; 100_000];
        stream.read_exact(&mut back).await.unwrap();
        assert!(back.iter().all(|b| *b == n));
    }
}

#[tokio::test]
async fn the_end_of_the_session_closes_its_websockets() {
    let world = World::new().await;
    let (port, _) = echo(&world).await;
    let url = format!("ws://shop.localhost:{port}/");
    let (mut stream, answer) = open(&world, &url, "null").await;
    assert!(answer.starts_with("http/1.1 101"));
    stream.write_all(b"x").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'x');
    world.visit.end();
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap_or(0), 0);
    let (_, answer) = open(&world, &url, "null").await;
    assert!(answer.starts_with("http/1.1 410"), "{answer}");
}

#[tokio::test]
async fn a_websocket_that_is_refused_is_an_ordinary_answer() {
    let world = World::new().await;
    let port = world
        .origin(|_| async {
            let mut answer = reply(&[], "no");
            *answer.status_mut() = http::StatusCode::UNAUTHORIZED;
            answer
        })
        .await;
    let (_, answer) = open(&world, &format!("ws://shop.localhost:{port}/"), "null").await;
    assert!(answer.starts_with("http/1.1 401"), "{answer}");
}
