use async_compression::tokio::bufread::{BrotliEncoder, GzipDecoder, GzipEncoder};
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::world::{NAVIGATE, World, reply};

async fn all(mut reader: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut out = Vec::new();
    reader.read_to_end(&mut out).await.unwrap();
    out
}

#[tokio::test]
async fn a_page_comes_rewritten_in_utf_8_whatever_it_was() {
    let world = World::new().await;
    let markup =
        "<!doctype html><html><head><title>日本</title></head><a href='https://cdn.example/'>x</a>";
    let gzip = all(GzipEncoder::new(markup.as_bytes())).await;
    let brotli = all(BrotliEncoder::new(markup.as_bytes())).await;
    let shift_jis = encoding_rs::SHIFT_JIS.encode(markup).0.into_owned();
    let meta = [b"<meta charset=shift_jis>".as_slice(), &shift_jis].concat();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(markup.encode_utf16().flat_map(u16::to_le_bytes));
    let table = vec![
        ("text/html; charset=utf-8", "gzip", gzip),
        ("text/html; charset=utf-8", "br", brotli),
        ("text/html;charset=Shift_JIS", "identity", shift_jis),
        ("text/html", "identity", meta),
        ("text/html; charset=latin1", "identity", utf16),
        ("TEXT/HTML", "identity", markup.into()),
        ("", "identity", markup.into()),
        ("application/xhtml+xml", "identity", markup.into()),
    ];
    for (kind, coding, body) in table {
        let port = world
            .origin(move |_| {
                let body = body.clone();
                async move {
                    let pairs = [
                        ("content-type", kind),
                        ("content-encoding", coding),
                        ("etag", "\"e\""),
                        ("cache-control", "max-age=9"),
                    ];
                    reply(if kind.is_empty() { &pairs[1..] } else { &pairs }, body)
                }
            })
            .await;
        let url = format!("http://shop.localhost:{port}/");
        let answer = world.get(&url, &NAVIGATE).await;
        let text = answer.text();
        assert!(
            text.contains("<title>日本</title>"),
            "{kind} {coding}: {text}"
        );
        assert!(text.contains(&format!(
            "<a href=\"{}\">",
            world.place("https://cdn.example/")
        )));
        let (shim, title) = (
            text.find("/.coview/shim.js").unwrap(),
            text.find("<title>").unwrap(),
        );
        assert!(shim < title);
        assert!(answer.header("content-type").ends_with("; charset=utf-8"));
        assert_eq!(answer.header("content-encoding"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("etag"), "W/\"e\"");
        assert_eq!(answer.header("origin-agent-cluster"), "?1");
        assert!(
            answer
                .header("content-security-policy")
                .contains("http: https:")
        );
    }
}

#[tokio::test]
async fn what_scripts_fetch_is_not_touched_even_if_it_is_markup() {
    let world = World::new().await;
    let markup = "<a href='https://cdn.example/'>x</a>";
    let port = world
        .origin(move |_| async move { reply(&[("content-type", "text/html")], markup) })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    for headers in [
        [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
        [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
    ] {
        let answer = world.get(&url, &headers).await;
        assert_eq!(answer.text(), markup);
        assert_eq!(answer.header("content-type"), "text/html");
    }
}

#[tokio::test]
async fn without_the_worker_a_page_is_held_to_the_domain_for_everything() {
    let world = World::new().await;
    let port = world
        .origin(|_| async { reply(&[("content-type", "text/html")], "x") })
        .await;
    let answer = world
        .get(&format!("http://shop.localhost:{port}/"), &NAVIGATE[..3])
        .await;
    let policy = answer.header("content-security-policy");
    assert!(
        !policy.contains(" https:") && policy.contains("http://*.localhost:7300"),
        "{policy}"
    );
    assert!(
        answer.text().contains("&quot;sw&quot;:false") || answer.text().contains("\"sw\":false")
    );
}

#[tokio::test]
async fn the_snippet_is_in_whole_tabs_only() {
    let rules = coview_proxy::proxied::Rules {
        site_key: Some("demo".into()),
        ..Default::default()
    };
    let world = World::with(rules, crate::world::open()).await;
    let port = world
        .origin(|_| async { reply(&[("content-type", "text/html")], "x") })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    let tab = world.get(&url, &NAVIGATE).await.text();
    assert!(
        tab.contains("data-site='demo'")
            && tab.contains(&format!("data-proxied='http://shop.localhost:{port}'"))
    );
    let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let frame = world.get(&url, &frame).await.text();
    assert!(frame.contains("shim.js") && !frame.contains("data-site"));
}

#[tokio::test]
async fn sheets_are_mapped_and_workers_begin_with_the_runtime() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            match request.uri().path() {
                "/s.css" => reply(&[("content-type", "text/css")], "a{b:url(//cdn.example/x)}"),
                _ => reply(&[("content-type", "text/javascript")], "work()"),
            }
        })
        .await;
    let style = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "style")];
    let sheet = world
        .get(&format!("http://shop.localhost:{port}/s.css"), &style)
        .await;
    assert_eq!(
        sheet.text(),
        format!("a{{b:url(\"{}\")}}", world.place("http://cdn.example/x"))
    );
    let worker = [
        ("sec-fetch-mode", "same-origin"),
        ("sec-fetch-dest", "worker"),
    ];
    let script = world
        .get(&format!("http://shop.localhost:{port}/w.js"), &worker)
        .await;
    assert!(
        script.text().starts_with("self.__coviewProxied={") && script.text().ends_with(";work()")
    );
    assert!(
        script
            .header("content-security-policy")
            .contains("connect-src")
    );
    let plain = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "script")];
    assert_eq!(
        world
            .get(&format!("http://shop.localhost:{port}/w.js"), &plain)
            .await
            .text(),
        "work()"
    );
    let own = [
        ("sec-fetch-dest", "serviceworker"),
        ("service-worker", "script"),
    ];
    assert_eq!(
        world
            .get(&format!("http://shop.localhost:{port}/w.js"), &own)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn faults_of_documents_are_pages_and_say_nothing_of_the_upstream() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            match request.uri().path() {
                "/damaged" => reply(
                    &[("content-type", "text/html"), ("content-encoding", "gzip")],
                    "secret",
                ),
                _ => reply(
                    &[("content-type", "text/html"), ("content-encoding", "zstd")],
                    "secret",
                ),
            }
        })
        .await;
    for path in ["/damaged", "/zstd"] {
        let answer = world
            .get(&format!("http://shop.localhost:{port}{path}"), &NAVIGATE)
            .await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
        assert!(answer.text().starts_with("<!doctype html>") && !answer.text().contains("secret"));
    }
    let nobody = world.get("http://shop.localhost:1/", &NAVIGATE).await;
    assert_eq!(nobody.status, StatusCode::BAD_GATEWAY);
    let data = world.get("http://shop.localhost:1/", &[]).await;
    assert!(data.body.is_empty() && data.status == StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn what_came_compressed_goes_on_compressed() {
    let world = World::new().await;
    let markup = "<head></head><p>hello</p>".repeat(200);
    let zipped = all(GzipEncoder::new(markup.as_bytes())).await;
    let port = world
        .origin(move |request| {
            let (plain, zipped) = (markup.clone(), zipped.clone());
            async move {
                let html = ("content-type", "text/html; charset=utf-8");
                match request.uri().path() {
                    "/zipped" => reply(&[html, ("content-encoding", "gzip")], zipped),
                    _ => reply(&[html], plain),
                }
            }
        })
        .await;
    let accepts = ("accept-encoding", "gzip, deflate");
    for (path, headers, coding) in [
        ("/zipped", [&NAVIGATE[..], &[accepts]].concat(), "gzip"),
        ("/zipped", NAVIGATE.to_vec(), ""),
        ("/plain", [&NAVIGATE[..], &[accepts]].concat(), ""),
    ] {
        let answer = world
            .get(&format!("http://shop.localhost:{port}{path}"), &headers)
            .await;
        assert_eq!(answer.header("content-encoding"), coding, "{path}");
        let body = match coding {
            "" => answer.body.to_vec(),
            _ => all(GzipDecoder::new(answer.body.as_ref())).await,
        };
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains("shim.js") && text.ends_with("<p>hello</p>"));
    }
}

#[tokio::test]
async fn a_page_that_is_saved_stays_as_it_is() {
    let world = World::new().await;
    let port = world
        .origin(|_| async {
            let saved = ("content-disposition", "Attachment; filename=a.html");
            reply(
                &[("content-type", "text/html"), saved],
                "<a href=//cdn.example/>",
            )
        })
        .await;
    let answer = world
        .get(&format!("http://shop.localhost:{port}/"), &NAVIGATE)
        .await;
    assert_eq!(answer.text(), "<a href=//cdn.example/>");
}
