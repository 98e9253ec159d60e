//! Assets through the edge, from an upstream on loopback, which only a demo may reach.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::*;

/// Answers every request by its path, and keeps what it was asked.
async fn upstream() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else {
                    break;
                };
                head.push(byte);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            kept.lock().push(head);
            let _ = stream.write_all(answer(&path).as_bytes()).await;
        }
    });
    (at, asked)
}

fn answer(path: &str) -> String {
    let (status, kind, more, body) = match path {
        "/a.css" => (
            "200 OK",
            "text/css",
            "set-cookie: a=b\r\n",
            "a{background:url(p.png)}@import \"b.css\";".to_owned(),
        ),
        "/p.png" => ("200 OK", "image/png", "", "png".to_owned()),
        "/page" => ("200 OK", "text/html", "", "<script>".to_owned()),
        "/away" => (
            "302 Found",
            "text/plain",
            "location: /p.png\r\n",
            String::new(),
        ),
        "/metadata" => (
            "302 Found",
            "text/plain",
            "location: http://169.254.169.254/latest\r\n",
            String::new(),
        ),
        "/loop" => (
            "302 Found",
            "text/plain",
            "location: /loop\r\n",
            String::new(),
        ),
        "/huge.png" => ("200 OK", "image/png", "", "x".repeat(200 << 10)),
        _ => ("404 Not Found", "text/plain", "", String::new()),
    };
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_picture_gets_its_assets_through_the_edge() {
    let rig = Rig::with(&format!(
        "{}\n[assets]\nallow_private = true\nsize = \"100KiB\"\ntimeout = \"3s\"\n",
        settings()
    ))
    .await;
    let (at, asked) = upstream().await;
    let (_visitor, agent) = rig.shared().await;
    let get = async |url: &str| {
        let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        let path = format!("{}?url={url}", agent.welcome.assets);
        let headers = [
            ("cookie", "__Host-coview=mine"),
            ("referer", "http://x/"),
            ("authorization", "Bearer mine"),
        ];
        rig.fetch(rig.public, "GET", &path, &headers, None).await
    };
    let (status, headers, body) = get(&format!("http://{at}/a.css")).await;
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (200, "text/css; charset=utf-8")
    );
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert!(
        !headers.contains_key("set-cookie")
            && headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("sandbox")
    );
    let css = String::from_utf8(body.to_vec()).unwrap();
    let prefix = format!(
        "http://127.0.0.1:{}{}?url=",
        rig.public.port(),
        agent.welcome.assets
    );
    assert_eq!(css.matches(&prefix).count(), 2, "{css}");
    assert_eq!(get(&format!("http://{at}/away")).await.2, "png");
    for (path, wanted) in [
        ("/page", 403),
        ("/metadata", 403),
        ("/none", 404),
        ("/loop", 502),
        ("/huge.png", 502),
    ] {
        assert_eq!(get(&format!("http://{at}{path}")).await.0, wanted, "{path}");
    }
    for (url, wanted) in [
        ("file:///etc/passwd".to_owned(), 400),
        ("relative.png".to_owned(), 400),
        (format!("http://user:secret@{at}/p.png"), 400),
        (format!("http://{}/coview.js", rig.public), 403),
        (format!("http://{}/metrics", rig.internal), 403),
        ("http://169.254.169.254/latest/meta-data".to_owned(), 403),
        ("http://[::ffff:169.254.169.254]/".to_owned(), 403),
        ("http://0.0.0.0:80/".to_owned(), 403),
    ] {
        assert_eq!(get(&url).await.0, wanted, "{url}");
    }
    let asked = asked.lock().join("").to_lowercase();
    assert!(
        !asked.contains("cookie") && !asked.contains("authorization") && !asked.contains("referer"),
        "{asked}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn private_networks_are_out_of_reach_unless_the_operator_says_so() {
    let rig = Rig::start().await;
    let (at, asked) = upstream().await;
    let (_visitor, agent) = rig.shared().await;
    for url in [
        format!("http://{at}/p.png"),
        format!("http://localhost:{}/p.png", at.port()),
        "http://2130706433/".to_owned(),
    ] {
        let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        let path = format!("{}?url={url}", agent.welcome.assets);
        assert_eq!(rig.ask("GET", &path, &[], None).await.0, 403, "{url}");
    }
    assert!(asked.lock().is_empty(), "nothing was dialled");
    assert_eq!(
        rig.ask(
            "GET",
            "/v1/assets/made-up?url=http%3A%2F%2Fx.example%2F",
            &[],
            None
        )
        .await
        .0,
        403
    );
}
