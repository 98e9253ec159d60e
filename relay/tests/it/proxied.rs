//! Proxied sessions from outside: an agent makes one, a browser opens its link, and everybody else is
//! kept out. The browser here keeps cookies per host and follows redirects, as real ones do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use coview_dom_capture::protocol::*;
use http::HeaderMap;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::*;

const PAGE: [(&str, &str); 3] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("x-coview-sw", "1"),
];

/// A site that answers with what it was asked.
async fn site() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
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
            kept.lock()
                .push(String::from_utf8_lossy(&head).into_owned());
            let body = "the site";
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nset-cookie: jar=1\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (at, asked)
}

fn with_proxy() -> String {
    format!(
        "{}\n[proxy]\ndomain = \"http://localhost:0\"\nallow_private = true\n\
         deny = [\"denied.example\"]\n",
        settings()
    )
}

/// A session that was begun, with its site.
struct Begun {
    visit: String,
    session: String,
    token: String,
    site: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn rig() -> Rig {
    Rig::with(&with_proxy()).await
}

async fn begin(rig: &Rig) -> Begun {
    let (site, asked) = site().await;
    let url = format!("http://localhost:{}/page?q=1", site.port());
    let body = json!({"url": url, "site": "shop", "agent": {"id": "a", "name": "Ana Berg"}});
    let (status, begun) = rig.api("POST", "/api/v1/proxy-sessions", Some(body)).await;
    assert_eq!(status, 201, "{begun}");
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    Begun {
        visit: text("visit_url"),
        session: text("session"),
        token: text("token"),
        site,
        asked,
    }
}

/// A browser: cookies per host, redirects followed by hand or by itself.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, BTreeMap<String, String>>,
    /// What it says where it comes from, which redirects keep.
    referer: Option<String>,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
    url: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    async fn ask(
        &mut self,
        rig: &Rig,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        let (host, path) = split(url);
        let cookies: Vec<String> = self
            .cookies
            .entry(host.clone())
            .or_default()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let mut all = vec![("host", host.as_str())];
        if !cookies.is_empty() {
            all.push(("cookie", &cookies));
        }
        if let Some(referer) = &self.referer {
            all.push(("referer", referer));
        }
        all.extend_from_slice(headers);
        let body = body.map(|body| Value::String(body.to_owned()));
        let (status, headers, body) = rig.fetch(rig.public, method, &path, &all, body).await;
        for cookie in headers.get_all("set-cookie") {
            self.keep(&host, cookie.to_str().unwrap());
        }
        Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            url: url.to_owned(),
        }
    }

    fn keep(&mut self, host: &str, cookie: &str) {
        assert!(cookie.starts_with("__Host-coview"), "{cookie}");
        for wanted in [
            "; Path=/",
            "; Secure",
            "; HttpOnly",
            "; SameSite=None",
            "; Partitioned",
        ] {
            assert!(cookie.contains(wanted), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let (name, rest) = cookie.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        let jar = self.cookies.entry(host.to_owned()).or_default();
        if cookie.contains("Max-Age=0") {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Follows redirects of the edge; gives the last answer and how many there were.
    async fn go(&mut self, rig: &Rig, url: &str, headers: &[(&str, &str)]) -> (Answer, usize) {
        let mut answer = self.ask(rig, "GET", url, headers, None).await;
        for hops in 0..10 {
            if !matches!(answer.status, 303 | 307) {
                return (answer, hops);
            }
            let to = answer.header("location").to_owned();
            answer = self.ask(rig, "GET", &to, headers, None).await;
        }
        panic!("it went round in circles");
    }

    /// Opens the link and says yes; gives where it leads.
    async fn agree(&mut self, rig: &Rig, begun: &Begun) -> Answer {
        let origin = format!("http://{}", split(&begun.visit).0);
        let press = [
            ("origin", origin.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-dest", "document"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = self
            .ask(rig, "POST", &begun.visit, &press, Some("answer=yes"))
            .await;
        self.referer = Some(format!("{origin}/"));
        answer
    }

    /// All the way to the site.
    async fn visit(&mut self, rig: &Rig, begun: &Begun) -> Answer {
        let open = self.agree(rig, begun).await;
        assert_eq!(open.status, 303, "{}", open.body);
        let (page, _) = self.go(rig, open.header("location"), &PAGE).await;
        page
    }

    fn cookie(&self, url: &str) -> String {
        let jar = &self.cookies[&split(url).0];
        format!("__Host-coview={}", jar["__Host-coview"])
    }
}

fn split(url: &str) -> (String, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let at = rest.find('/').unwrap_or(rest.len());
    let path = if at == rest.len() { "/" } else { &rest[at..] };
    (rest[..at].to_owned(), path.to_owned())
}

/// The same path at another host of the same session.
fn elsewhere(url: &str, label: &str) -> String {
    let (host, path) = split(url);
    let (word, domain) = (&host[..16], &host[host.find('.').unwrap()..]);
    format!("http://{word}-{label}{domain}{path}")
}

fn own(url: &str) -> String {
    format!("http://{}", split(url).0)
}

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
    for secret in ["CANARY-PROXIED", &host[..16], secret, &pass[14..]] {
        let lines: Vec<&str> = logs
            .lines()
            .filter(|line| line.contains(secret) && line.contains("coview"))
            .collect();
        assert!(lines.is_empty(), "{secret}: {lines:?}");
    }
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
