//! The link, the question, and the way from the press to the site.

use std::collections::BTreeMap;

use coview_dom_capture::protocol::*;

use super::browser::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_press_on_the_visit_page_leads_to_the_site_and_to_nothing_before() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    // Programs that look at links use none up.
    for _ in 0..3 {
        let question = browser.ask(&rig, "GET", &begun.visit, &[], None).await;
        assert_eq!(question.status, 200);
        assert!(
            question.body.contains("Open localhost with Ana Berg?"),
            "{}",
            question.body
        );
        assert!(
            question
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert_eq!(question.header("x-frame-options"), "DENY");
        assert_eq!(question.header("referrer-policy"), "origin");
    }
    assert!(browser.cookies.values().all(BTreeMap::is_empty));
    assert!(begun.asked.lock().is_empty());
    let page = browser.visit(&rig, &begun).await;
    assert_eq!((page.status, page.body.as_str()), (200, "the site"));
    assert!(page.url.ends_with("/page?q=1"), "{}", page.url);
    let asked = begun.asked.lock().join("");
    assert!(
        asked.contains(&format!("localhost:{}", begun.site.port())),
        "{asked}"
    );
    assert!(!asked.contains("coview="), "a pass went up: {asked}");
    // The link is used up, and so is what it gave.
    assert_eq!(
        browser
            .ask(&rig, "GET", &begun.visit, &[], None)
            .await
            .status,
        410
    );
    assert_eq!(Browser::default().agree(&rig, &begun).await.status, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_is_answered_on_its_own_page_only() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let own = format!("http://{}", split(&begun.visit).0);
    for headers in [
        vec![],
        vec![("origin", "null")],
        vec![("origin", "https://evil.example")],
        vec![(
            "origin",
            "http://aaaaaaaaaaaaaaaa-s-evil-example.localhost:1",
        )],
        vec![("origin", own.as_str()), ("sec-fetch-site", "cross-site")],
        vec![("origin", own.as_str()), ("sec-fetch-dest", "iframe")],
    ] {
        let answer = Browser::default()
            .ask(&rig, "POST", &begun.visit, &headers, Some("answer=yes"))
            .await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    assert_eq!(Browser::default().visit(&rig, &begun).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_ends_it() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut agent = rig.agent(&begun.token).await;
    let own = format!("http://{}", split(&begun.visit).0);
    let press = [
        ("origin", own.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = Browser::default()
        .ask(&rig, "POST", &begun.visit, &press, Some("answer=no"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(agent.end().await, EndReason::Declined);
    assert!(begun.asked.lock().is_empty());
    assert_eq!(rig.edge.proxied.sizes(), [0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_page_installs_the_service_worker_before_the_site_is_asked() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let open = browser.agree(&rig, &begun).await;
    let (boot, _) = browser.go(&rig, open.header("location"), &PAGE[..2]).await;
    assert_eq!(boot.status, 200);
    assert!(boot.body.contains("/.coview/boot.js"), "{}", boot.body);
    assert_eq!(boot.header("cache-control"), "no-store");
    assert!(begun.asked.lock().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_hears_where_a_first_visit_really_came_from() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let there = elsewhere(&page.url, &format!("h-127-0-0-1-p{}", begun.site.port()));
    // A link to another site: by way of the lobby, and of the page that installs the service worker.
    browser.referer = Some(page.url.clone());
    let link = [PAGE[0], PAGE[1], ("sec-fetch-site", "cross-site")];
    let (boot, _) = browser.go(&rig, &there, &link).await;
    assert!(boot.body.contains("boot.js"));
    // That page loads itself again.
    browser.referer = Some(there.clone());
    let again = [PAGE[0], PAGE[1], PAGE[2], ("sec-fetch-site", "same-origin")];
    for (from, site) in [("localhost", "cross-site"), ("127.0.0.1", "same-origin")] {
        browser.ask(&rig, "GET", &there, &again, None).await;
        let asked = begun.asked.lock().pop().unwrap().to_lowercase();
        let referer = format!("referer: http://{from}:{}/", begun.site.port());
        assert!(asked.contains(&referer), "{asked}");
        assert!(
            asked.contains(&format!("sec-fetch-site: {site}")),
            "{asked}"
        );
    }
}
