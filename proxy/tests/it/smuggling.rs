//! What two parsers could read differently never reaches an upstream in a shape that is ours to
//! blame: both sides are hyper, and every body is framed anew.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

/// An origin that keeps every byte it was sent and answers each connection once.
async fn recorder(world: &World) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let port = world
        .raw_origin(move |mut stream| {
            let kept = Arc::clone(&kept);
            async move {
                let mut buffer = [0; 4096];
                loop {
                    let Ok(read) = stream.read(&mut buffer).await else { return };
                    if read == 0 {
                        return;
                    }
                    kept.lock().extend_from_slice(&buffer[..read]);
                    let whole = kept.lock().ends_with(b"\r\n\r\n") || kept.lock().ends_with(b"SMUGGLED");
                    if whole {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await;
                        return;
                    }
                }
            }
        })
        .await;
    (port, seen)
}

async fn raw(world: &World, port: u16, request: &str) -> String {
    let place = world.place(&format!("http://shop.localhost:{port}/"));
    let host = &place[url::Position::BeforeHost..url::Position::AfterPort];
    let mut stream = TcpStream::connect(world.front).await.unwrap();
    stream
        .write_all(request.replace("HOST", host).as_bytes())
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn ambiguous_lengths_are_refused_or_framed_anew() {
    // Refused by the front, so the upstream hears nothing.
    for request in [
        "POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 3 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 0x3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding: gzip\r\n\r\nabc",
        "POST / HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nhost: HOST\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /SMUGGLED",
        "GET / HTTP/1.1\r\nhost: HOST\r\nx : y\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: HOST\r\nx: a\0b\r\n\r\n",
        "GET  / HTTP/1.1\r\nhost: HOST\r\n\r\n",
    ] {
        let world = World::new().await;
        let (port, seen) = recorder(&world).await;
        let answer = raw(&world, port, request).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{request:?}: {answer}"
        );
        assert!(
            !seen.lock().windows(8).any(|part| part == b"SMUGGLED"),
            "{request:?}"
        );
    }
    // One reading, by the standard: the upstream gets that reading alone, in one framing.
    for request in [
        "POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /SMUGGLED HTTP/1.1\r\nhost: HOST\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding: CHUNKED\r\n\r\n3;x=y\r\nabc\r\n0\r\nx-trailer: 1\r\n\r\n",
    ] {
        let world = World::new().await;
        let (port, seen) = recorder(&world).await;
        let _ = raw(&world, port, request).await;
        let seen = String::from_utf8_lossy(&seen.lock()).to_ascii_lowercase();
        let heads: Vec<&str> = seen.split("post / http/1.1").collect();
        for head in heads {
            let framings = head.matches("content-length:").count()
                + head.matches("transfer-encoding:").count();
            assert!(framings <= 1, "{request:?}: {seen}");
        }
        assert!(!seen.contains("x-trailer"), "{seen}");
    }
}

#[tokio::test]
async fn bytes_after_an_upgrade_wait_for_the_upstreams_yes() {
    let world = World::new().await;
    let (port, seen) = recorder(&world).await;
    let request = "GET / HTTP/1.1\r\nhost: HOST\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nGET /SMUGGLED";
    let answer = raw(&world, port, request).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(!seen.lock().windows(8).any(|part| part == b"SMUGGLED"));
}

#[tokio::test]
async fn an_upstreams_odd_answers_become_faults_not_answers() {
    for odd in [
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\nabc",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nraw",
        "nonsense\r\n\r\n",
        "",
    ] {
        let world = World::new().await;
        let port = world
            .raw_origin(move |mut stream| async move {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(odd.as_bytes()).await;
            })
            .await;
        let answer = raw(
            &world,
            port,
            "GET / HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n",
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 502"), "{odd:?}: {answer}");
    }
}

#[tokio::test]
async fn chunks_beat_a_length_that_comes_with_them() {
    let world = World::new().await;
    let port = world
        .raw_origin(|mut stream| async move {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let both = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
            let _ = stream.write_all(both.as_bytes()).await;
        })
        .await;
    let answer = raw(
        &world,
        port,
        "GET / HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && !answer.contains("content-length"),
        "{answer}"
    );
    assert!(answer.ends_with("2\r\nok\r\n0\r\n\r\n"), "{answer}");
}
