//! What opens a host, to whom, and how often.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::browser::*;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_proxied_host_works_without_its_own_pass() {
    let rig = rig().await;
    let (one, two) = (begin(&rig).await, begin(&rig).await);
    let (mut browser, mut other) = (Browser::default(), Browser::default());
    let page = browser.visit(&rig, &one).await;
    let others = other.visit(&rig, &two).await;
    let (host, _) = split(&page.url);
    let lobby = elsewhere(&page.url, "lobby");
    let fetch = [
        ("sec-fetch-mode", "same-origin"),
        ("sec-fetch-dest", "empty"),
    ];
    let cookies = [
        (String::new(), 403),
        ("__Host-coview=".to_owned(), 403),
        (format!("__Host-coview={}", "0".repeat(64)), 403),
        (browser.cookie(&lobby), 403),
        (other.cookie(&others.url), 403),
        (other.cookie(&elsewhere(&others.url, "lobby")), 403),
        (format!("x{}", browser.cookie(&page.url)), 403),
        (browser.cookie(&page.url), 200),
    ];
    let (_, path) = split(&page.url);
    for (cookie, wanted) in cookies {
        for (method, path) in [("GET", path.as_str()), ("POST", "/send")] {
            let headers = [
                ("host", host.as_str()),
                ("cookie", cookie.as_str()),
                fetch[0],
                fetch[1],
            ];
            let (status, _, _) = rig.fetch(rig.public, method, path, &headers, None).await;
            assert_eq!(status, wanted, "{method} {cookie}");
        }
        for (method, path) in [
            ("GET", "/.coview/pass-for?origin=https%3A%2F%2Fcdn.example"),
            ("GET", "/.coview/to?u=https%3A%2F%2Fcdn.example%2F"),
            ("POST", "/.coview/cookies"),
            ("GET", "/.coview/v1/visitor?site=shop"),
        ] {
            let origin = own(&page.url);
            let headers = [
                ("host", host.as_str()),
                ("cookie", cookie.as_str()),
                ("origin", origin.as_str()),
            ];
            let (status, _, _) = rig.fetch(rig.public, method, path, &headers, None).await;
            assert_eq!(
                status == 403,
                wanted == 403,
                "{method} {path} {cookie}: {status}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_session_gets_the_pass_of_another_host_by_one_detour() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    // Another host of the session that leads to the same site: what is fetched there is seen.
    let port = begun.site.port();
    let there = elsewhere(&page.url, &format!("h-127-0-0-1-p{port}"));
    browser.referer = None;
    let (answer, hops) = browser.go(&rig, &there, &PAGE).await;
    assert_eq!(
        (answer.status, answer.url.as_str(), hops),
        (200, there.as_str(), 3)
    );
    // In a frame, the page around it hands over the pass.
    let frame = [PAGE[0], ("sec-fetch-dest", "iframe"), PAGE[2]];
    let mut framed = Browser::default();
    let (host, _) = split(&page.url);
    framed
        .cookies
        .insert(host.clone(), browser.cookies[&host].clone());
    framed.referer = Some(page.url.clone());
    let (answer, hops) = framed.go(&rig, &there, &frame).await;
    assert_eq!((answer.status, hops), (200, 3));
    framed.referer = None;
    framed.cookies.remove(&split(&there).0);
    let (answer, _) = framed.go(&rig, &there, &frame).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_of_no_use_to_another_browser_or_twice_or_late() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let open = browser.agree(&rig, &begun).await;
    let enter = open.header("location").to_owned();
    // Sent to somebody who never saw the question, the first step is refused and used up.
    assert_eq!(
        Browser::default()
            .ask(&rig, "GET", &enter, &PAGE, None)
            .await
            .status,
        403
    );
    assert_eq!(
        browser.ask(&rig, "GET", &enter, &PAGE, None).await.status,
        403
    );

    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let there = elsewhere(&page.url, "h-127-0-0-1-p1");
    let step = async |browser: &mut Browser| {
        let knock = browser.ask(&rig, "GET", &there, &PAGE, None).await;
        let pass = knock.header("location").to_owned();
        let enter = browser.ask(&rig, "GET", &pass, &PAGE, None).await;
        enter.header("location").to_owned()
    };
    // A browser without the nonce.
    let enter = step(&mut browser).await;
    let mut thief = Browser::default();
    let answer = thief.ask(&rig, "GET", &enter, &PAGE, None).await;
    assert_eq!(answer.status, 403);
    assert!(thief.cookies.values().all(BTreeMap::is_empty));
    // Nor with the nonce of a knock of its own.
    let enter = step(&mut browser).await;
    thief.ask(&rig, "GET", &there, &PAGE, None).await;
    assert_eq!(
        thief.ask(&rig, "GET", &enter, &PAGE, None).await.status,
        403
    );
    // Once.
    let enter = step(&mut browser).await;
    assert_eq!(
        browser.ask(&rig, "GET", &enter, &PAGE, None).await.status,
        307
    );
    assert_eq!(
        browser.ask(&rig, "GET", &enter, &PAGE, None).await.status,
        403
    );
    // For a minute.
    browser.cookies.remove(&split(&there).0);
    let enter = step(&mut browser).await;
    rig.clock.advance(Duration::from_secs(60));
    assert_eq!(
        browser.ask(&rig, "GET", &enter, &PAGE, None).await.status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_for_scripts_are_given_to_pages_of_the_session_alone() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let page = browser.visit(&rig, &begun).await;
    let (host, origin) = (split(&page.url).0, own(&page.url));
    let ask = format!("http://{host}/.coview/pass-for?origin=https%3A%2F%2Fcdn.example");
    let enter = async |browser: &mut Browser| {
        let answer = browser
            .ask(
                &rig,
                "GET",
                &ask,
                &[("sec-fetch-site", "same-origin")],
                None,
            )
            .await;
        let found: Value = serde_json::from_str(&answer.body).unwrap();
        found["enter"].as_str().unwrap().to_owned()
    };
    let answer = browser
        .ask(&rig, "GET", &ask, &[("sec-fetch-site", "same-site")], None)
        .await;
    assert_eq!(answer.status, 403);
    for (from, wanted) in [
        ("https://evil.example", 403),
        ("null", 403),
        ("http://bbbbbbbbbbbbbbbb-s-a-example.localhost:7300", 403),
        (origin.as_str(), 204),
    ] {
        let url = enter(&mut browser).await;
        let answer = browser
            .ask(&rig, "GET", &url, &[("origin", from)], None)
            .await;
        assert_eq!(answer.status, wanted, "{from}");
        let allowed = if wanted == 204 { from } else { "" };
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        assert_eq!(answer.headers.contains_key("set-cookie"), wanted == 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subresources_are_served_to_networks_that_showed_a_pass_and_without_cookies() {
    let rig = rig().await;
    let begun = begin(&rig).await;
    let mut browser = Browser::default();
    let open = browser.agree(&rig, &begun).await;
    let (lobby, _) = split(open.header("location"));
    let there = format!(
        "http://{}-h-127-0-0-1-p{}{}/a.png",
        &lobby[..16],
        begun.site.port(),
        &lobby[lobby.find('.').unwrap()..]
    );
    let page = elsewhere(&there, &format!("h-localhost-p{}", begun.site.port()));
    // Whoever knows the word can say that a page of the session asks.
    let image = [
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-dest", "image"),
        ("referer", page.as_str()),
    ];
    let stranger = async || {
        Browser::default()
            .ask(&rig, "GET", &there, &image, None)
            .await
            .status
    };
    assert_eq!(stranger().await, 403);
    let (answer, _) = browser.go(&rig, open.header("location"), &PAGE).await;
    assert_eq!(answer.status, 200);
    assert_eq!(stranger().await, 200);
    let asked = begun.asked.lock().pop().unwrap().to_lowercase();
    assert!(!asked.contains("cookie:"), "{asked}");
}
