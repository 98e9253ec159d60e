use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_compression::tokio::bufread::GzipEncoder;
use coview_proxy::guard::Policy;
use coview_proxy::proxied::{Hosts, Rules};
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use tokio::io::AsyncReadExt;

use crate::world::{NAVIGATE, World, full, open, reply};

#[tokio::test]
async fn a_bomb_never_becomes_a_page() {
    let world = World::new().await;
    let mut bomb = Vec::new();
    let zeros = vec![b'a'; 64 << 20];
    GzipEncoder::new(zeros.as_slice())
        .read_to_end(&mut bomb)
        .await
        .unwrap();
    let port = world
        .origin(move |_| {
            let bomb = bomb.clone();
            async move {
                reply(
                    &[
                        ("content-type", "text/html; charset=utf-8"),
                        ("content-encoding", "gzip"),
                    ],
                    bomb,
                )
            }
        })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    let mut body = world
        .begin(Method::GET, &url, &NAVIGATE, full(""))
        .await
        .unwrap()
        .into_body();
    let mut read = 0;
    let broke_off = loop {
        match body.frame().await {
            Some(Ok(frame)) => read += frame.into_data().unwrap().len(),
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(broke_off && read < 33 << 20);
}

#[tokio::test]
async fn a_request_that_comes_back_is_a_loop() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let via = request.headers().get("via").unwrap().to_str().unwrap();
            reply(&[("x-via", via)], "")
        })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    let via = world.get(&url, &[]).await.header("x-via").to_owned();
    let again = world.get(&url, &[("via", &format!("1.0 a, {via}"))]).await;
    assert_eq!(again.status, StatusCode::LOOP_DETECTED);
}

#[tokio::test]
async fn the_guard_decides_on_the_address_that_is_dialled() {
    for policy in [
        Policy::default(),
        Policy {
            own: vec!["127.0.0.1:9".parse().unwrap(), "[::1]:9".parse().unwrap()],
            ..open()
        },
    ] {
        let world = World::with(Rules::default(), policy).await;
        for host in [
            "127.0.0.1",
            "localhost",
            "x.localhost",
            "2130706433",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
        ] {
            let answer = world.get(&format!("http://{host}:9/"), &NAVIGATE).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{host}");
            assert!(answer.text().contains("not available"));
        }
        let metadata = world.get("http://169.254.169.254/", &NAVIGATE).await;
        assert_eq!(metadata.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn rules_refuse_and_starve_hosts_without_asking_them() {
    let asked = Arc::new(AtomicUsize::new(0));
    let rules = Rules {
        deny: Hosts::new(&["bad.localhost"]).unwrap(),
        never: Hosts::new(&["*.tracker.localhost"]).unwrap(),
        ..Rules::default()
    };
    let world = World::with(rules, open()).await;
    let count = Arc::clone(&asked);
    let port = world
        .origin(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            async { reply(&[], "") }
        })
        .await;
    let bad = world
        .get(&format!("http://bad.localhost:{port}/"), &NAVIGATE)
        .await;
    assert_eq!(bad.status, StatusCode::FORBIDDEN);
    let origin = world.place_origin("https://shop.example");
    let vain = world
        .get(
            &format!("http://a.tracker.localhost:{port}/"),
            &[("origin", &origin)],
        )
        .await;
    assert_eq!(vain.status, StatusCode::NO_CONTENT);
    assert_eq!(vain.header("access-control-allow-origin"), origin);
    let reserved = world
        .get(
            &format!("http://shop.localhost:{port}/.coview/anything"),
            &NAVIGATE,
        )
        .await;
    assert_eq!(reserved.status, StatusCode::NOT_FOUND);
    for method in [Method::TRACE, Method::CONNECT] {
        if method == Method::TRACE {
            let answer = world
                .ask(
                    method,
                    &format!("http://shop.localhost:{port}/"),
                    &[],
                    full(""),
                )
                .await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        }
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_budget_ends_with_a_page_that_says_so() {
    let rules = Rules {
        requests: 2,
        ..Rules::default()
    };
    let world = World::with(rules, open()).await;
    let port = world.origin(|_| async { reply(&[], "x") }).await;
    let url = format!("http://shop.localhost:{port}/");
    for wanted in [
        StatusCode::OK,
        StatusCode::OK,
        StatusCode::TOO_MANY_REQUESTS,
    ] {
        assert_eq!(world.get(&url, &NAVIGATE).await.status, wanted);
    }
    assert!(world.get(&url, &NAVIGATE).await.text().contains("budget"));

    let rules = Rules {
        bytes: 10,
        ..Rules::default()
    };
    let world = World::with(rules, open()).await;
    let port = world.origin(|_| async { reply(&[], "12345678") }).await;
    let url = format!("http://shop.localhost:{port}/");
    assert_eq!(world.get(&url, &[]).await.text(), "12345678");
    // The body breaks off, perhaps before its head was written.
    if let Ok(answer) = world.begin(Method::GET, &url, &[], full("")).await {
        assert!(answer.into_body().collect().await.is_err());
    }
    assert_eq!(
        world.get(&url, &[]).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(world.visit.used().0, 3);
}

#[tokio::test]
async fn an_upload_beyond_its_cap_is_refused_with_a_length_and_without() {
    let rules = Rules {
        body: 10,
        ..Rules::default()
    };
    let world = World::with(rules, open()).await;
    let port = world
        .origin(|request| async move {
            match request.into_body().collect().await {
                Ok(body) => reply(&[], body.to_bytes()),
                Err(_) => reply(&[], "cut"),
            }
        })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    assert_eq!(
        world
            .ask(Method::POST, &url, &[], full("0123456789"))
            .await
            .text(),
        "0123456789"
    );
    let large = world
        .ask(Method::POST, &url, &[], full("0123456789a"))
        .await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let pieces = futures_util::stream::iter(["012345", "678901"].map(|text| {
        Ok(http_body::Frame::data(bytes::Bytes::from_static(
            text.as_bytes(),
        )))
    }));
    let chunked = http_body_util::StreamBody::new(pieces).boxed_unsync();
    let large = world.ask(Method::POST, &url, &[], chunked).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_silent_upstream_is_given_up() {
    let rules = Rules {
        wait: std::time::Duration::from_millis(20),
        ..Rules::default()
    };
    let world = World::with(rules, open()).await;
    let port = world.origin(|_| std::future::pending()).await;
    let answer = world
        .get(&format!("http://shop.localhost:{port}/"), &NAVIGATE)
        .await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
}

#[tokio::test]
async fn an_upstreams_giant_head_is_no_answer() {
    let world = World::new().await;
    let port = world
        .origin(|_| async { reply(&[("x-giant", &"x".repeat(300 << 10))], "") })
        .await;
    let answer = world
        .get(&format!("http://shop.localhost:{port}/"), &NAVIGATE)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
}
