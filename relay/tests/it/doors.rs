use coview_dom_capture::protocol::*;
use serde_json::json;

use crate::harness::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_visitors_page_comes_from_the_sites_web_origins_only() {
    let rig = Rig::start().await;
    for origin in [
        None,
        Some("null"),
        Some(""),
        Some("https://evil.example"),
        Some("http://shop.example"),
        Some("https://shop.example:8443"),
        Some("https://shop.example.evil.example"),
        Some("https://evilshop.example"),
        Some("https://sub.shop.example"),
        Some("https://SHOP.example"),
    ] {
        let refused = Peer::connect(rig.public, "/v1/visitor?site=shop", origin).await;
        assert_eq!(refused.err(), Some(403), "{origin:?}");
    }
    assert_eq!(
        Peer::connect(rig.public, "/v1/visitor?site=none", Some(ORIGIN))
            .await
            .err(),
        Some(403)
    );
    assert_eq!(
        Peer::connect(rig.public, "/v1/visitor", Some(ORIGIN))
            .await
            .err(),
        Some(403)
    );
    assert_eq!(
        Peer::connect(rig.public, "/v1/visitor?site=other", Some(ORIGIN))
            .await
            .err(),
        Some(403)
    );
    assert!(
        Peer::connect(rig.public, "/v1/visitor?site=shop", Some(ORIGIN))
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_page_is_the_edges_own_or_one_the_site_named() {
    let rig = Rig::start().await;
    for foreign in ["https://evil.example", "null", ORIGIN] {
        assert_eq!(
            Peer::connect(rig.public, "/v1/agent", Some(foreign))
                .await
                .err(),
            Some(403),
            "{foreign}"
        );
    }
    let own = format!("http://localhost:{}", rig.public.port());
    assert!(
        Peer::connect(rig.public, "/v1/agent", Some(&own))
            .await
            .is_ok()
    );
    // The shop's embedder may connect, but not with a token of another site.
    let visitor = rig.visitor_on("lab", None).await;
    let token = rig.invite(&visitor.welcome.visitor, "Ana").await;
    let mut peer = Peer::connect(rig.public, "/v1/agent", Some("https://crm.example"))
        .await
        .unwrap();
    let hello = AgentHello {
        version: VERSION,
        token,
        resume: None,
        epoch: 0,
        offset: 0,
    };
    peer.say(&AgentOut::AgentHello(hello)).await;
    assert_eq!(peer.closed().await.0, 4006);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_from_one_address_are_limited() {
    let rig = Rig::with(&settings().replace("10000/s", "3/h")).await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(Peer::connect(rig.public, "/v1/agent", None).await.err());
    }
    assert_eq!(answers, [None, None, None, Some(429), Some(429)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_the_api_says_nothing() {
    let rig = Rig::start().await;
    let visitor = rig.visitor().await;
    let session = format!("/api/v1/visitors/{}/session", visitor.welcome.visitor);
    for (method, path) in [
        ("GET", "/api/v1/me"),
        ("DELETE", "/api/v1/me"),
        ("GET", "/api/v1/visitors"),
        ("GET", "/api/v1/sessions"),
        ("GET", "/api/v1/events"),
        ("POST", session.as_str()),
        ("DELETE", session.as_str()),
        ("POST", "/api/v1/codes/session"),
        ("POST", "/api/v1/sign-ins"),
        ("GET", "/api/v1/nothing"),
    ] {
        for headers in [
            vec![],
            vec![("authorization", "Bearer wrong")],
            vec![("authorization", "Bearer ")],
            vec![("cookie", "__Host-coview=x")],
        ] {
            let (status, problem) = rig.ask(method, path, &headers, Some(json!({}))).await;
            assert_eq!(
                (status, problem["status"].as_u64()),
                (401, Some(401)),
                "{method} {path} {headers:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_reaches_its_own_sites_only() {
    let rig = Rig::start().await;
    let (visitor, _agent) = rig.shared().await;
    let other = format!("Bearer {OTHER_KEY}");
    let auth = [("authorization", other.as_str())];
    let (_, me) = rig.ask("GET", "/api/v1/me", &auth, None).await;
    assert_eq!(me["sites"], json!([{"key": "other", "name": "other"}]));
    assert_eq!(
        rig.ask("GET", "/api/v1/visitors", &auth, None).await.1["visitors"],
        json!([])
    );
    assert_eq!(
        rig.ask("GET", "/api/v1/visitors?site=shop", &auth, None)
            .await
            .1["visitors"],
        json!([])
    );
    assert_eq!(
        rig.ask("GET", "/api/v1/sessions", &auth, None).await.1["sessions"],
        json!([])
    );
    let session = format!("/api/v1/visitors/{}/session", visitor.welcome.visitor);
    let agent = json!({"agent": {"id": "e", "name": "Eve"}});
    assert_eq!(rig.ask("POST", &session, &auth, Some(agent)).await.0, 404);
    assert_eq!(rig.ask("DELETE", &session, &auth, None).await.0, 404);
    let (_, mine) = rig.api("GET", "/api/v1/sessions", None).await;
    assert_eq!(mine["sessions"][0]["phase"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_link_gives_a_cookie_that_only_the_console_can_use() {
    let rig = Rig::start().await;
    let body = json!({"agent": {"id": "ana", "name": "Ana"}});
    let (status, link) = rig.api("POST", "/api/v1/sign-ins", Some(body)).await;
    assert_eq!(status, 201);
    let url = link["url"].as_str().unwrap();
    let path = url.find("/console/").map(|at| &url[at..]).unwrap();
    let (status, headers, _) = rig.fetch(rig.public, "GET", path, &[], None).await;
    assert_eq!(
        (status, headers["location"].to_str().unwrap()),
        (303, "/console/")
    );
    let given = headers["set-cookie"].to_str().unwrap();
    for part in [
        "__Host-coview=",
        "Secure",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
    ] {
        assert!(given.contains(part), "{part}");
    }
    assert_eq!(
        rig.fetch(rig.public, "GET", path, &[], None).await.0,
        401,
        "once"
    );
    let cookie = given.split(';').next().unwrap();
    let (status, me) = rig
        .ask("GET", "/api/v1/me", &[("cookie", cookie)], None)
        .await;
    assert_eq!((status, me["agent"]["name"].as_str()), (200, Some("Ana")));
    let visitor = rig.visitor().await;
    let session = format!("/api/v1/visitors/{}/session", visitor.welcome.visitor);
    let own = format!("http://localhost:{}", rig.public.port());
    for (headers, wanted) in [
        (vec![("cookie", cookie)], 403),
        (vec![("cookie", cookie), ("x-coview", "1")], 403),
        (vec![("cookie", cookie), ("origin", own.as_str())], 403),
        (
            vec![
                ("cookie", cookie),
                ("x-coview", "1"),
                ("origin", "https://evil.example"),
            ],
            403,
        ),
        (
            vec![
                ("cookie", cookie),
                ("x-coview", "1"),
                ("origin", own.as_str()),
            ],
            201,
        ),
    ] {
        assert_eq!(
            rig.ask("POST", &session, &headers, Some(json!({}))).await.0,
            wanted,
            "{headers:?}"
        );
    }
    let console = [
        ("cookie", cookie),
        ("x-coview", "1"),
        ("origin", own.as_str()),
    ];
    assert_eq!(
        rig.ask("POST", "/api/v1/sign-ins", &console, Some(json!({})))
            .await
            .0,
        403
    );
    assert_eq!(rig.ask("DELETE", "/api/v1/me", &console, None).await.0, 204);
    assert_eq!(
        rig.ask("GET", "/api/v1/me", &[("cookie", cookie)], None)
            .await
            .0,
        401
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_bodies_are_refused_with_a_problem() {
    let rig = Rig::with(&format!("{}\n[limits]\nbody = \"1KiB\"\n", settings())).await;
    let visitor = rig.visitor().await;
    let session = format!("/api/v1/visitors/{}/session", visitor.welcome.visitor);
    for (body, wanted) in [
        (json!({}), 400),
        (json!({"agent": {"id": "", "name": "x"}}), 400),
        (json!({"agent": {"id": "x", "name": "a\u{202e}b\nc"}}), 400),
        (json!({"agent": {"id": "x", "name": "x".repeat(81)}}), 400),
        (
            json!({"agent": {"id": "x", "name": "x"}, "grant": ["view"]}),
            400,
        ),
        (
            json!({"agent": {"id": "x", "name": "x"}, "grants": ["everything"]}),
            400,
        ),
        (json!({"padding": "x".repeat(2_000)}), 413),
    ] {
        let (status, problem) = rig.api("POST", &session, Some(body.clone())).await;
        assert_eq!(
            (status, problem["status"].as_u64()),
            (wanted, Some(u64::from(wanted))),
            "{body}"
        );
    }
    let key = format!("Bearer {KEY}");
    let (status, _) = rig
        .ask("POST", &session, &[("authorization", &key)], None)
        .await;
    assert_eq!(status, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_announced_without_saying_what_changed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rig = Rig::start().await;
    let mut stream = tokio::net::TcpStream::connect(rig.public).await.unwrap();
    let request = format!(
        "GET /api/v1/events HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {KEY}\r\n\r\n",
        rig.public
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = String::new();
    let mut wait_for = async |wanted: usize| {
        while read.matches("event: change\ndata:\n\n").count() < wanted {
            let mut buffer = [0; 4_096];
            let count = tokio::time::timeout(PATIENCE, stream.read(&mut buffer))
                .await
                .unwrap()
                .unwrap();
            read.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
        read.clone()
    };
    assert!(wait_for(1).await.contains("text/event-stream"));
    let _visitor = rig.visitor().await;
    assert!(!wait_for(2).await.contains("shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_snippet_learns_of_its_site_without_a_connection() {
    let rig = Rig::start().await;
    let (status, headers, body) = rig
        .fetch(rig.public, "GET", "/v1/sites/lab", &[], None)
        .await;
    assert_eq!(
        (
            status,
            headers["access-control-allow-origin"].to_str().unwrap()
        ),
        (200, "*")
    );
    assert_eq!(headers["cache-control"], "public, max-age=60");
    let about: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        about,
        json!({"key": "lab", "name": "lab", "consent": "site", "presence": "consent"})
    );
    assert_eq!(rig.ask("GET", "/v1/sites/none", &[], None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_are_on_the_internal_listener_only() {
    let rig = Rig::start().await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(
            rig.fetch(rig.internal, "GET", path, &[], None).await.0,
            200,
            "{path}"
        );
        assert_eq!(
            rig.fetch(rig.public, "GET", path, &[], None).await.0,
            404,
            "{path}"
        );
    }
    let (_visitor, _agent) = rig.shared().await;
    let (_, _, text) = rig.fetch(rig.internal, "GET", "/metrics", &[], None).await;
    let text = String::from_utf8(text.to_vec()).unwrap();
    for line in [
        "coview_connections{role=\"agent\"} 1",
        "coview_sessions 1",
        "coview_mask_missed_total 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}
