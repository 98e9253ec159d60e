//! The page of a proxied site, shared with the agent who invited.

use coview_dom_capture::protocol::*;

use super::browser::*;
use crate::harness::*;

/// The snippet of a proxied page connects.
async fn snippet(rig: &Rig, browser: &Browser, page: &str) -> Visitor {
    let (host, origin, cookie) = (split(page).0, own(page), browser.cookie(page));
    let headers = [
        ("host", host.as_str()),
        ("origin", origin.as_str()),
        ("cookie", cookie.as_str()),
    ];
    let peer = Peer::connect_as(rig.public, "/.coview/v1/visitor?site=shop", &headers).await;
    Visitor::hello(peer.unwrap(), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_sees_the_page_without_a_second_question() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut agent = rig.agent(&begun.token).await;
    assert!(rig.visitors().await.is_empty());
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let mut visitor = snippet(&rig, &browser, &page.url).await;
    assert_eq!(visitor.welcome.consent, ConsentMode::Site);
    assert_eq!(visitor.session().await.session, begun.session);
    visitor.snapshot("proxied").await;
    assert_eq!(agent.page().await, "proxied");
    let one = format!("/api/v1/proxy-sessions/{}", begun.session);
    assert_eq!(rig.api("GET", &one, None).await.1["state"], "here");
    // The next page, on another host of the session, goes on with it.
    let there = elsewhere(&page.url, &format!("h-127-0-0-1-p{}", begun.site.port()));
    browser.go(&rig, &there, &PAGE).await;
    let mut next = snippet(&rig, &browser, &there).await;
    assert_eq!(visitor.peer.closed().await.0, 4009);
    assert_eq!(next.session().await.session, begun.session);
    next.snapshot("next").await;
    assert_eq!(agent.page().await, "next");
    // Stopping ends everything.
    next.say(VisitorOut::Stop(Stop {})).await;
    assert_eq!(agent.end().await, EndReason::Stopped);
    next.peer.closed().await;
    let (host, cookie) = (split(&page.url).0, browser.cookie(&page.url));
    let headers = [("host", host.as_str()), ("cookie", cookie.as_str())];
    let (status, found, _) = rig.fetch(rig.public, "GET", "/page", &headers, None).await;
    assert_eq!(status, 410);
    assert_eq!(found["clear-site-data"], "\"cookies\", \"storage\"");
    assert_eq!(rig.edge.proxied.sizes(), [0, 0, 0]);
    assert_eq!(rig.edge.hub.sizes(), [0; 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_snippet_of_another_page_is_not_the_visitor() {
    let rig = rig().await;
    let (one, two) = (begin(&rig).await, begin(&rig).await);
    let (mut browser, mut other) = (Browser::default(), Browser::default());
    let page = browser.visit(&rig, &one).await;
    let others = other.visit(&rig, &two).await;
    let host = split(&page.url).0;
    let (own_origin, pass) = (own(&page.url), browser.cookie(&page.url));
    let path = "/.coview/v1/visitor?site=shop";
    for (origin, cookie, path) in [
        ("https://evil.example", pass.as_str(), path),
        ("null", pass.as_str(), path),
        (own(&others.url).as_str(), pass.as_str(), path),
        (own_origin.as_str(), "", path),
        (
            own_origin.as_str(),
            other.cookie(&others.url).as_str(),
            path,
        ),
        (
            own_origin.as_str(),
            pass.as_str(),
            "/.coview/v1/visitor?site=lab",
        ),
        (own_origin.as_str(), pass.as_str(), "/.coview/v1/visitor"),
    ] {
        let headers = [
            ("host", host.as_str()),
            ("origin", origin),
            ("cookie", cookie),
        ];
        let refused = Peer::connect_as(rig.public, path, &headers).await;
        assert_eq!(refused.err(), Some(403), "{origin} {cookie} {path}");
    }
}
