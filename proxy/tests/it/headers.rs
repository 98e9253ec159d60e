use std::sync::Arc;

use http::{Method, StatusCode};
use parking_lot::Mutex;

use crate::world::{NAVIGATE, World, full, reply};

#[tokio::test]
async fn the_upstream_sees_what_it_would_see_without_us() {
    let world = World::new().await;
    let seen = Arc::new(Mutex::new(None));
    let saw = Arc::clone(&seen);
    let port = world
        .origin(move |request| {
            *saw.lock() = Some((request.uri().clone(), request.headers().clone()));
            async { reply(&[], "") }
        })
        .await;
    let url = format!(
        "http://shop.localhost:{port}/a%20b?u=http%3A%2F%2F{}%2Fx",
        {
            let place = world.place("http://shop.localhost:1/");
            place[url::Position::BeforeHost..url::Position::AfterPort].replace(':', "%3A")
        }
    );
    let page = world.place_origin(&format!("http://www.shop.localhost:{port}/"));
    let referer = format!("{page}/page?q=1");
    let headers = [
        ("origin", page.as_str()),
        ("referer", &referer),
        (
            "cookie",
            "__Host-coview=secret; __Host-coview-w1=x%3D1; other=1",
        ),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("x-coview-sw", "1"),
        ("x-coview-mode", "cors/include/empty"),
        ("x-forwarded-for", "10.0.0.1"),
        ("forwarded", "for=10.0.0.1"),
        ("via", "1.1 somebody"),
        ("proxy-authorization", "Basic x"),
        ("connection", "x-mine"),
        ("x-mine", "1"),
        ("te", "trailers"),
        ("authorization", "Bearer t"),
        ("service-worker-navigation-preload", "coview"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
        ("user-agent", "Browser/1"),
        ("x-app", "kept"),
    ];
    world.get(&url, &headers).await;
    let (uri, got) = seen.lock().take().unwrap();
    let get = |name: &str| {
        got.get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(
        uri.to_string(),
        "/a%20b?u=http%3A%2F%2Fshop.localhost%3A1%2Fx"
    );
    let expected = [
        ("host", Some(format!("shop.localhost:{port}"))),
        ("origin", Some(format!("http://www.shop.localhost:{port}"))),
        (
            "referer",
            Some(format!("http://www.shop.localhost:{port}/page?q=1")),
        ),
        ("cookie", Some("x=1".to_owned())),
        ("accept-encoding", Some("gzip, br".to_owned())),
        ("authorization", Some("Bearer t".to_owned())),
        ("sec-fetch-site", Some("same-site".to_owned())),
        ("user-agent", Some("Browser/1".to_owned())),
        ("x-app", Some("kept".to_owned())),
        ("x-coview-sw", None),
        ("x-coview-mode", None),
        ("x-forwarded-for", None),
        ("forwarded", None),
        ("proxy-authorization", None),
        ("x-mine", None),
        ("te", None),
        ("service-worker-navigation-preload", None),
    ];
    for (name, wanted) in expected {
        assert_eq!(get(name), wanted, "{name}");
    }
    let via: Vec<_> = got.get_all("via").iter().collect();
    assert!(via.len() == 2 && via[0] == "1.1 somebody");
}

#[tokio::test]
async fn the_browser_hears_nothing_that_binds_its_host_or_leads_around_us() {
    let world = World::new().await;
    let port = world
        .origin(|_| async {
            reply(
                &[
                    ("content-type", "text/plain"),
                    ("content-security-policy", "default-src 'none'"),
                    ("x-frame-options", "DENY"),
                    ("strict-transport-security", "max-age=1"),
                    ("alt-svc", "h3=\":443\""),
                    ("cross-origin-resource-policy", "same-origin"),
                    ("cross-origin-opener-policy", "same-origin"),
                    ("clear-site-data", "\"storage\""),
                    ("set-cookie", "a=1"),
                    ("report-to", "{}"),
                    ("permissions-policy", "camera=()"),
                    ("service-worker-allowed", "/"),
                    ("sourcemap", "https://x.example/m"),
                    ("x-coview-cookies", "forged"),
                    ("refresh", "1; url=https://cdn.example/r"),
                    ("link", "<https://cdn.example/s>; rel=preload, <https://cdn.example>; rel=preconnect"),
                    ("content-location", "/elsewhere"),
                    ("timing-allow-origin", "https://cdn.example, *"),
                    ("www-authenticate", "Negotiate"),
                    ("www-authenticate", "Basic realm=\"x\""),
                    ("etag", "\"e\""),
                    ("x-app", "kept"),
                ],
                "plain",
            )
        })
        .await;
    let url = format!("http://shop.localhost:{port}/");
    let answer = world.get(&url, &[]).await;
    let cdn = world.place_origin("https://cdn.example/");
    for (name, wanted) in [
        ("content-security-policy", String::new()),
        ("x-frame-options", String::new()),
        ("strict-transport-security", String::new()),
        ("alt-svc", String::new()),
        ("cross-origin-resource-policy", String::new()),
        ("cross-origin-opener-policy", String::new()),
        ("clear-site-data", String::new()),
        ("set-cookie", String::new()),
        ("report-to", String::new()),
        ("permissions-policy", String::new()),
        ("service-worker-allowed", String::new()),
        ("sourcemap", String::new()),
        ("x-coview-cookies", String::new()),
        ("refresh", format!("1; url={cdn}/r")),
        ("link", format!("<{cdn}/s>; rel=preload")),
        (
            "content-location",
            format!("{}/elsewhere", world.place_origin(&url)),
        ),
        ("timing-allow-origin", format!("{cdn}, *")),
        ("www-authenticate", "Basic realm=\"x\"".to_owned()),
        ("etag", "\"e\"".to_owned()),
        ("x-app", "kept".to_owned()),
    ] {
        assert_eq!(answer.header(name), wanted, "{name}");
    }
    assert_eq!(answer.text(), "plain");
}

#[tokio::test]
async fn redirects_lead_to_proxied_hosts() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let to = request.uri().query().unwrap().to_owned();
            let mut answer = reply(&[("location", &to)], "");
            *answer.status_mut() = StatusCode::FOUND;
            answer
        })
        .await;
    let shop = format!("http://shop.localhost:{port}");
    let here = world.place_origin(&shop);
    for (to, wanted) in [
        ("/x?y", format!("{here}/x?y")),
        ("x", format!("{here}/a/x")),
        (
            "https://other.example/x",
            world.place("https://other.example/x").to_string(),
        ),
        (
            "//other.example/x",
            world.place("http://other.example/x").to_string(),
        ),
        ("mailto:a@b.example", "mailto:a@b.example".to_owned()),
        ("?z", format!("{here}/a/b?z")),
    ] {
        let answer = world.get(&format!("{shop}/a/b?{to}"), &NAVIGATE).await;
        assert_eq!(answer.header("location"), wanted, "{to}");
        assert_eq!(answer.status, StatusCode::FOUND);
    }
}

#[tokio::test]
async fn cors_is_between_the_real_origins() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let origin = request.headers().get("origin").unwrap().to_str().unwrap();
            let wanted = request
                .headers()
                .get("access-control-request-method")
                .is_some();
            let methods = if wanted { "PUT" } else { "" };
            reply(
                &[
                    ("access-control-allow-origin", origin),
                    ("access-control-allow-credentials", "true"),
                    ("access-control-allow-methods", methods),
                    ("x-saw", origin),
                ],
                "",
            )
        })
        .await;
    let page = world.place_origin("https://shop.example/");
    let api = format!("http://api.localhost:{port}/");
    let preflight = [
        ("origin", page.as_str()),
        ("access-control-request-method", "PUT"),
        ("cookie", "anonymous"),
    ];
    let answer = world.ask(Method::OPTIONS, &api, &preflight, full("")).await;
    assert_eq!(answer.header("x-saw"), "https://shop.example");
    assert_eq!(answer.header("access-control-allow-origin"), page);
    assert_eq!(answer.header("access-control-allow-methods"), "PUT");
    let stranger = world.get(&api, &[("origin", "https://evil.example")]).await;
    assert_eq!(stranger.header("x-saw"), "null");
}
