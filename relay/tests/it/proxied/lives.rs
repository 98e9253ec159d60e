//! Who may begin a proxied session, and what ends it.

use std::time::Duration;

use serde_json::json;

use super::browser::*;
use crate::harness::*;

#[tokio::test(flavor = "multi_thread")]
async fn sites_are_begun_by_who_speaks_for_them_where_the_operator_allows() {
    let rig = rig().await;
    let public = rig.public.port();
    let agent = json!({"id": "a", "name": "Ana"});
    for (body, wanted) in [
        (json!({"url": "https://shop.example/", "agent": agent}), 201),
        (
            json!({"url": "https://shop.example/", "site": "lab", "agent": agent}),
            201,
        ),
        (
            json!({"url": "https://shop.example/", "site": "other", "agent": agent}),
            403,
        ),
        (
            json!({"url": "https://shop.example/", "site": "none", "agent": agent}),
            403,
        ),
        (json!({"url": "https://shop.example/"}), 201),
        (
            json!({"url": "https://denied.example/", "agent": agent}),
            403,
        ),
        (json!({"url": "shop.example", "agent": agent}), 400),
        (json!({"url": "ftp://shop.example/", "agent": agent}), 400),
        (json!({"url": "javascript:alert(1)", "agent": agent}), 400),
        (
            json!({"url": "https://a:b@shop.example/", "agent": agent}),
            400,
        ),
        (
            json!({"url": format!("http://localhost:{public}/console/"), "agent": agent}),
            403,
        ),
        (
            json!({"url": format!("http://127.0.0.1:{public}/console/"), "agent": agent}),
            403,
        ),
        (
            json!({"url": format!("http://a.localhost:{public}/"), "agent": agent}),
            403,
        ),
    ] {
        let (status, begun) = rig
            .api("POST", "/api/v1/proxy-sessions", Some(body.clone()))
            .await;
        assert_eq!(status, wanted, "{body}: {begun}");
    }
    for headers in [vec![], vec![("authorization", "Bearer wrong")]] {
        let body = Some(json!({"url": "https://shop.example/", "agent": agent}));
        let (status, _) = rig
            .ask("POST", "/api/v1/proxy-sessions", &headers, body)
            .await;
        assert_eq!(status, 401);
    }
    // Another site's key does not see them.
    let other = format!("Bearer {OTHER_KEY}");
    let headers = [("authorization", other.as_str())];
    let (_, list) = rig
        .ask("GET", "/api/v1/proxy-sessions", &headers, None)
        .await;
    assert_eq!(list, json!({"proxy_sessions": []}));
    let (_, list) = rig.api("GET", "/api/v1/proxy-sessions", None).await;
    let all = list["proxy_sessions"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    let one = format!(
        "/api/v1/proxy-sessions/{}",
        all[0]["session"].as_str().unwrap()
    );
    assert_eq!(rig.ask("GET", &one, &headers, None).await.0, 404);
    assert_eq!(rig.ask("DELETE", &one, &headers, None).await.0, 404);
    assert_eq!(rig.api("GET", &one, None).await.1["state"], "waiting");
    assert_eq!(rig.api("DELETE", &one, None).await.0, 204);
    assert_eq!(rig.api("GET", &one, None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_without_a_domain_has_no_proxy() {
    let rig = Rig::start().await;
    let body = json!({"url": "https://shop.example/", "agent": {"id": "a", "name": "Ana"}});
    let (status, _) = rig.api("POST", "/api/v1/proxy-sessions", Some(body)).await;
    assert_eq!(status, 404);
    assert_eq!(rig.ask("GET", "/visit/x", &[], None).await.0, 404);
    let host = format!(
        "aaaaaaaaaaaaaaaa-s-shop-example.localhost:{}",
        rig.public.port()
    );
    let headers = [("host", host.as_str())];
    assert_eq!(
        rig.fetch(rig.public, "GET", "/page", &headers, None)
            .await
            .0,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn links_sessions_and_quiet_visitors_have_their_time() {
    let wait = Duration::from_secs(600);
    // Nobody comes.
    let rig = rig().await;
    let late = begin(&rig).await;
    rig.clock.advance(wait);
    rig.until(async || rig.edge.proxied.sizes() == [0, 0, 0])
        .await;
    assert_eq!(Browser::default().agree(&rig, &late).await.status, 410);
    // Somebody comes and does nothing.
    let quiet = begin(&rig).await;
    let mut browser = Browser::default();
    browser.visit(&rig, &quiet).await;
    rig.clock.advance(Duration::from_secs(299));
    rig.edge.hub.tick();
    assert_eq!(rig.edge.proxied.sizes()[0], 1);
    rig.clock.advance(Duration::from_secs(1));
    rig.until(async || rig.edge.proxied.sizes() == [0, 0, 0])
        .await;
    assert_eq!(rig.edge.hub.sizes(), [0; 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_used_up_its_budget_ends() {
    let settings = with_proxy().replace("[proxy]", "[proxy]\nrequests = 3");
    let rig = Rig::with(&settings).await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let fetch = [("sec-fetch-mode", "cors")];
    for _ in 0..3 {
        browser.ask(&rig, "GET", &page.url, &fetch, None).await;
    }
    rig.until(async || rig.edge.proxied.sizes() == [0, 0, 0])
        .await;
    assert_eq!(
        browser
            .ask(&rig, "GET", &page.url, &fetch, None)
            .await
            .status,
        410
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn proxied_sessions_are_bounded() {
    let settings = with_proxy().replace("[proxy]", "[proxy]\nsessions = 2");
    let rig = Rig::with(&settings).await;
    begin(&rig).await;
    begin(&rig).await;
    let body = json!({"url": "https://shop.example/", "agent": {"id": "a", "name": "Ana"}});
    let (status, _) = rig.api("POST", "/api/v1/proxy-sessions", Some(body)).await;
    assert_eq!(status, 503);
    assert_eq!(rig.edge.hub.sizes()[0], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_to_proxied_hosts_are_counted_by_answer() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    browser.visit(&rig, &begun).await;
    let (_, _, text) = rig.fetch(rig.internal, "GET", "/metrics", &[], None).await;
    let text = String::from_utf8(text.to_vec()).unwrap();
    for line in [
        "coview_proxy_sessions 1",
        "coview_proxy_sessions_begun_total 1",
        "coview_proxy_requests_total{answer=\"knocked\"} 1",
        "coview_proxy_requests_total{answer=\"passed\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}
