use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use crate::world::{NAVIGATE, World, full, reply};

/// Sets what the query says, answers with what it was sent.
async fn baker(world: &World) -> u16 {
    world
        .origin(|request| async move {
            let query = request.uri().query().unwrap_or_default();
            let query = percent_decode_str(query).decode_utf8_lossy();
            let mut pairs = vec![("content-type", "text/plain")];
            for line in query.split('|').filter(|line| !line.is_empty()) {
                pairs.push(("set-cookie", line));
            }
            reply(&pairs, sent(&request))
        })
        .await
}

fn sent(request: &Request<Incoming>) -> String {
    let sent = request
        .headers()
        .get("cookie")
        .map(|cookie| cookie.as_bytes());
    String::from_utf8_lossy(sent.unwrap_or_default()).into_owned()
}

#[tokio::test]
async fn a_login_holds_across_the_hosts_of_a_site_and_nowhere_else() {
    let world = World::new().await;
    let port = baker(&world).await;
    let login = format!(
        "http://www.shop.localhost:{port}/?sid=1;Domain=shop.localhost;Path=/;HttpOnly|own=2;Path=/"
    );
    let answer = world.get(&login, &NAVIGATE).await;
    assert_eq!(answer.header("set-cookie"), "");
    for (host, wanted) in [
        ("www.shop.localhost", "sid=1; own=2"),
        ("api.shop.localhost", "sid=1"),
        ("other.localhost", ""),
    ] {
        let answer = world
            .get(&format!("http://{host}:{port}/"), &NAVIGATE)
            .await;
        assert_eq!(answer.text(), wanted, "{host}");
    }
}

#[tokio::test]
async fn who_has_no_pass_or_wants_no_credentials_gets_and_leaves_none() {
    let world = World::new().await;
    let port = baker(&world).await;
    let set = format!("http://shop.localhost:{port}/?a=1");
    world.get(&set, &NAVIGATE).await;
    let anonymous = [("cookie", "anonymous")];
    let url = format!("http://shop.localhost:{port}/?b=2");
    assert_eq!(world.get(&url, &anonymous).await.text(), "");
    let omit = [
        ("x-coview-mode", "cors/omit/empty"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(world.get(&url, &omit).await.text(), "");
    let plain = format!("http://shop.localhost:{port}/");
    assert_eq!(world.get(&plain, &NAVIGATE).await.text(), "a=1");
}

#[tokio::test]
async fn same_site_is_judged_by_real_sites() {
    let world = World::new().await;
    let port = baker(&world).await;
    let shop = format!("http://shop.localhost:{port}/");
    world
        .get(
            &format!("{shop}?s=1;SameSite=Strict|l=2;SameSite=Lax|n=3;SameSite=None;Secure"),
            &NAVIGATE,
        )
        .await;
    let other = format!("{}/", world.place_origin("http://other.localhost:1/"));
    let sibling = format!("{}/", world.place_origin("http://api.shop.localhost:1/"));
    let own = format!("{}/", world.place_origin(&shop));
    for (referer, mode, dest, wanted) in [
        (&own, "cors", "empty", "s=1; l=2; n=3"),
        (&sibling, "cors", "empty", "s=1; l=2; n=3"),
        (&other, "navigate", "document", "l=2; n=3"),
        (&other, "navigate", "iframe", "n=3"),
        (&other, "no-cors", "image", "n=3"),
    ] {
        let headers = [
            ("referer", referer.as_str()),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", dest),
        ];
        let answer = world.get(&shop, &headers).await;
        assert_eq!(answer.text(), wanted, "{referer} {mode} {dest}");
    }
    let post = [
        ("origin", "null"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let answer = world.ask(Method::POST, &shop, &post, full("x=1")).await;
    assert_eq!(answer.text(), "n=3");
}

#[tokio::test]
async fn writes_of_scripts_arrive_before_the_request_and_readable_cookies_come_back() {
    let world = World::new().await;
    let port = baker(&world).await;
    let shop = format!("http://shop.localhost:{port}");
    let page = format!("{}/a/page", world.place_origin(&shop));
    let headers = [
        ("referer", page.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
        (
            "cookie",
            "__Host-coview-w10=x%3D3; __Host-coview-w2=x%3D2; __Host-coview-w1=x%3D1; __Host-coview-w01=x%3D9",
        ),
    ];
    let answer = world
        .get(
            &format!("{shop}/a/b?secret=1;HttpOnly|seen=%C3%A9;Path=/"),
            &headers,
        )
        .await;
    assert_eq!(answer.text(), "x=3");
    assert_eq!(
        answer.header("x-coview-cookies"),
        "x%3D3%3B%20seen%3D%C3%A9"
    );
    let gone: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert_eq!(gone.len(), 3);
    assert!(gone.iter().all(|line| line.starts_with("__Host-coview-w")
        && line.contains("Max-Age=0; Path=/; Secure; SameSite=None; Partitioned")));
    let again = world.get(&format!("{shop}/a/b"), &headers[..4]).await;
    assert_eq!(again.text(), "x=3; secret=1; seen=é");
    assert_eq!(again.status, StatusCode::OK);
}

#[tokio::test]
async fn clear_site_data_empties_the_sites_jar_and_the_end_empties_all() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let plain = ("content-type", "text/plain");
            match request.uri().path() {
                "/clear" => reply(&[plain, ("clear-site-data", "\"cookies\"")], sent(&request)),
                "/set" => reply(&[plain, ("set-cookie", "a=1; Path=/")], sent(&request)),
                _ => reply(&[plain], sent(&request)),
            }
        })
        .await;
    let url = |path: &str| format!("http://shop.localhost:{port}{path}");
    world.get(&url("/set"), &NAVIGATE).await;
    assert_eq!(world.get(&url("/"), &NAVIGATE).await.text(), "a=1");
    world.get(&url("/clear"), &NAVIGATE).await;
    assert_eq!(world.get(&url("/"), &NAVIGATE).await.text(), "");
    world.get(&url("/set"), &NAVIGATE).await;
    world.visit.end();
    assert_eq!(
        world.get(&url("/"), &NAVIGATE).await.status,
        StatusCode::GONE
    );
    let origin = coview_proxy::proxied::RealOrigin::parse(&url("")).unwrap();
    assert_eq!(
        coview_proxy::proxied::readable_cookies(&world.visit, &origin, "/"),
        ""
    );
}
