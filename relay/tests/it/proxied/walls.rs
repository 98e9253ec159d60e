//! What a proxied host can never reach, what never reaches it, and what is never told of it.

use serde_json::json;

use super::browser::*;
use crate::harness::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_proxied_host_reaches_nothing_of_the_edge_and_the_edge_nothing_of_it() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let (host, cookie) = (split(&page.url).0, browser.cookie(&page.url));
    let key = format!("Bearer {KEY}");
    // Asked at a proxied host, the edge's own paths are the site's.
    for path in [
        "/console/",
        "/api/v1/me",
        "/api/v1/proxy-sessions",
        "/v1/sites/shop",
        "/coview.js",
        "/visit/x",
    ] {
        let headers = [
            ("host", host.as_str()),
            ("cookie", cookie.as_str()),
            ("authorization", key.as_str()),
            ("sec-fetch-mode", "cors"),
        ];
        let (status, found, body) = rig.fetch(rig.public, "GET", path, &headers, None).await;
        assert_eq!((status, &body[..]), (200, &b"the site"[..]), "{path}");
        assert!(!found.contains_key("set-cookie"), "{path}");
    }
    // Asked from a proxied page, the edge's own paths are closed.
    let origin = own(&page.url);
    for path in [
        "/api/v1/visitors",
        "/v1/sites/shop",
        "/console/",
        "/v1/visitor?site=shop",
    ] {
        let headers = [("origin", origin.as_str()), ("authorization", key.as_str())];
        let (status, _) = rig.ask("GET", path, &headers, None).await;
        assert_eq!(status, 403, "{path}");
    }
    assert_eq!(
        Peer::connect(rig.public, "/v1/visitor?site=shop", Some(&origin))
            .await
            .err(),
        Some(403)
    );
    // Nobody else's host leads anywhere: another word, none, the edge's paths under one.
    let port = rig.public.port();
    for (host, path, wanted) in [
        (
            format!("bbbbbbbbbbbbbbbb-s-shop-example.localhost:{port}"),
            "/",
            410,
        ),
        (format!("console.localhost:{port}"), "/console/", 404),
        (format!("a.b.localhost:{port}"), "/api/v1/me", 404),
        (format!("{}-lobby.localhost:{port}", &host[..16]), "/", 404),
        (
            format!("{}-lobby.localhost:{port}", &host[..16]),
            "/console/",
            404,
        ),
        (
            format!("{}.", host.replace(&format!(":{port}"), "")),
            "/api/v1/me",
            404,
        ),
    ] {
        let headers = [("host", host.as_str()), ("authorization", key.as_str())];
        let (status, _, _) = rig.fetch(rig.public, "GET", path, &headers, None).await;
        assert_eq!(status, wanted, "{host}{path}");
    }
    // And with two hosts in one request, nothing at all.
    let two = [("host", host.as_str()), ("host", "localhost")];
    assert_eq!(
        rig.fetch(rig.public, "GET", "/console/", &two, None)
            .await
            .0,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consoles_cookie_is_worth_nothing_at_a_proxied_host_and_the_other_way_round() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let (status, link) = rig
        .api(
            "POST",
            "/api/v1/sign-ins",
            Some(json!({"agent": {"id": "a", "name": "Ana"}})),
        )
        .await;
    assert_eq!(status, 201);
    let (_, path) = link["url"]
        .as_str()
        .unwrap()
        .split_once("/console")
        .unwrap();
    let (_, headers, _) = rig
        .fetch(rig.public, "GET", &format!("/console{path}"), &[], None)
        .await;
    let console = headers["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let pass = browser.cookie(&page.url);
    assert_eq!(
        rig.ask("GET", "/api/v1/me", &[("cookie", &console)], None)
            .await
            .0,
        200
    );
    assert_eq!(
        rig.ask("GET", "/api/v1/me", &[("cookie", &pass)], None)
            .await
            .0,
        401
    );
    let (host, _) = split(&page.url);
    let stranger = [
        ("host", host.as_str()),
        ("cookie", console.as_str()),
        ("sec-fetch-mode", "cors"),
    ];
    assert_eq!(
        rig.fetch(rig.public, "GET", "/", &stranger, None).await.0,
        403
    );
    // Neither ever goes up.
    let both = format!("{pass}; {}", console.replace("coview", "coview-x"));
    let headers = [
        ("host", host.as_str()),
        ("cookie", both.as_str()),
        ("sec-fetch-mode", "cors"),
    ];
    assert_eq!(
        rig.fetch(rig.public, "GET", "/", &headers, None).await.0,
        200
    );
    let asked = begun.asked.lock().join("");
    assert!(
        !asked.contains("coview-x") && !asked.contains(&pass),
        "{asked}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_proxied_site_is_logged() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let (host, _) = split(&page.url);
    let secret = begun.visit.rsplit('/').next().unwrap();
    let url = format!("http://{host}/CANARY-PROXIED-PATH?q=CANARY-PROXIED-QUERY");
    browser
        .ask(&rig, "GET", &url, &[("sec-fetch-mode", "cors")], None)
        .await;
    let pass = browser.cookie(&page.url);
    rig.stop().await;
    let logs = String::from_utf8_lossy(&LOGS.lock()).into_owned();
    let site = format!("localhost:{}", begun.site.port());
    for secret in ["CANARY-PROXIED", &host[..16], secret, &pass[14..], &site] {
        let lines: Vec<&str> = logs.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{secret}: {lines:?}");
    }
}
