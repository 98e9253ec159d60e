//! Resources of a shared page through the edge, from an upstream on loopback, which only a demo may
//! reach.

use std::time::Duration;

use bytes::Bytes;
use coview_dom_capture::protocol::{
    AssetPart, AssetRequest, AssetState, Data, VisitorIn, VisitorOut, frame,
};

use crate::harness::*;
use crate::upstream::{Answer, Upstream};

const PNG: &str = "content-type: image/png\r\ncache-control: max-age=31536000\r\n";

fn png(body: &str) -> Answer {
    ("200 OK", PNG, body.to_owned())
}

async fn open() -> Rig {
    Rig::with(&format!(
        "{}\n[assets]\nallow_private = true\nsize = \"100KiB\"\ntimeout = \"3s\"\n",
        settings()
    ))
    .await
}

/// A page whose agent may ask for what stands in it.
struct Shown {
    visitor: Visitor,
    agent: Watcher,
}

impl Shown {
    async fn on(rig: &Rig) -> Self {
        let (visitor, agent) = rig.shared().await;
        Self { visitor, agent }
    }

    /// Shows images at these addresses; gives the paths an agent's browser asks for.
    async fn images(&mut self, urls: &[&str]) -> Vec<String> {
        let images: String = urls
            .iter()
            .map(|url| format!("<img src=\"{}\"/>", url.replace('&', "&amp;")))
            .collect();
        let body = self.body(&images, urls.len()).await;
        let marks: Vec<&str> = body.split(" src=\"").skip(1).collect();
        let paths = urls.iter().zip(marks).map(|(url, mark)| {
            let code = mark
                .strip_prefix("coview:")
                .and_then(|mark| mark.split(':').next());
            let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
            let prefix = &self.agent.welcome.assets;
            code.map_or_else(String::new, |code| format!("{prefix}/{code}?url={url}"))
        });
        paths.collect()
    }

    /// Shows this markup of so many nodes; gives what the agent gets.
    async fn body(&mut self, markup: &str, nodes: usize) -> String {
        let place = &mut self.visitor.place;
        (place.epoch, place.offset) = (place.epoch + 1, 0);
        let html = format!("<html><head></head><body>{markup}</body></html>");
        let count = 3 + u32::try_from(nodes).unwrap();
        let frame = frame::encode_stream(*place, &[snapshot_message(&html, count)], true);
        self.visitor.peer.raw(frame).await;
        self.agent.page().await
    }

    async fn image(&mut self, url: &str) -> String {
        self.images(&[url]).await.remove(0)
    }

    /// What the page is asked for next.
    async fn wanted(&mut self) -> AssetRequest {
        self.visitor
            .peer
            .until(|message: VisitorIn| match message {
                VisitorIn::AssetRequest(request) => Some(request),
                _ => None,
            })
            .await
    }

    async fn gives(&mut self, request: u32, state: AssetState, data: &[u8]) {
        let part = AssetPart {
            request,
            state,
            mime: "image/png".to_owned(),
            data: Data(data.to_vec()),
        };
        self.visitor.say(VisitorOut::AssetPart(part)).await;
    }

    /// What the agent's browser is answered while the page has nothing to give.
    async fn asks_in_vain(&mut self, rig: &Rig, path: &str) -> u16 {
        let refusing = async {
            loop {
                let request = self.wanted().await.request;
                self.gives(request, AssetState::Refused, b"").await;
            }
        };
        tokio::select! {
            status = status(rig, path) => status,
            () = refusing => unreachable!("it refuses for ever"),
        }
    }
}

async fn get(rig: &Rig, path: &str) -> (u16, http::HeaderMap, Bytes) {
    rig.fetch(rig.public, "GET", path, &[], None).await
}

async fn status(rig: &Rig, path: &str) -> u16 {
    get(rig, path).await.0
}

async fn metric(rig: &Rig, line: &str) -> bool {
    let (_, _, text) = rig.fetch(rig.internal, "GET", "/metrics", &[], None).await;
    String::from_utf8_lossy(&text)
        .lines()
        .any(|found| found == line)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_picture_gets_its_assets_through_the_edge() {
    let rig = open().await;
    let sheet = "a{background:url(p.png)}@import \"b.css\";".to_owned();
    let upstream = Upstream::start(&[
        (
            "/a.css",
            (
                "200 OK",
                "content-type: text/css\r\nset-cookie: a=b\r\n",
                sheet,
            ),
        ),
        ("/p.png", png("png")),
        (
            "/page",
            (
                "200 OK",
                "content-type: text/html\r\n",
                "<script>".to_owned(),
            ),
        ),
        (
            "/away",
            ("302 Found", "location: /p.png\r\n", String::new()),
        ),
        (
            "/metadata",
            (
                "302 Found",
                "location: http://169.254.169.254/latest\r\n",
                String::new(),
            ),
        ),
        ("/loop", ("302 Found", "location: /loop\r\n", String::new())),
        ("/huge.png", png(&"x".repeat(200 << 10))),
    ])
    .await;
    let mut shown = Shown::on(&rig).await;
    let names = [
        "/a.css",
        "/away",
        "/page",
        "/metadata",
        "/none",
        "/loop",
        "/huge.png",
    ];
    let urls: Vec<String> = names.iter().map(|name| upstream.url(name)).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let paths = shown.images(&urls).await;
    let headers = [
        ("cookie", "__Host-coview=mine"),
        ("referer", "http://x/"),
        ("authorization", "Bearer mine"),
    ];
    let (status, head, body) = rig
        .fetch(rig.public, "GET", &paths[0], &headers, None)
        .await;
    assert_eq!(
        (status, &head["content-type"]),
        (200, &"text/css; charset=utf-8".parse().unwrap())
    );
    assert_eq!(head["access-control-allow-origin"], "*");
    assert_eq!(head["x-content-type-options"], "nosniff");
    assert!(!head.contains_key("set-cookie"));
    assert!(
        head["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("sandbox")
    );
    let css = String::from_utf8(body.to_vec()).unwrap();
    assert_eq!(
        css.matches(&format!("\"{}/", shown.agent.welcome.assets))
            .count(),
        2,
        "{css}"
    );
    // What the sheet names can be asked for as it says.
    let inner = css
        .split("url(\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(get(&rig, &inner).await.2, "png");
    assert_eq!(get(&rig, &paths[1]).await.2, "png");
    for (path, wanted) in paths[2..].iter().zip([403, 403, 404, 502, 502]) {
        assert_eq!(shown.asks_in_vain(&rig, path).await, wanted, "{path}");
    }
    let asked = upstream.all().join("").to_lowercase();
    for header in ["cookie:", "authorization:", "referer:"] {
        assert!(!asked.contains(header), "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_stands_in_the_page_can_be_asked_for() {
    let rig = open().await;
    let upstream = Upstream::start(&[("/p.png", png("png")), ("/q.png", png("other"))]).await;
    let mut shown = Shown::on(&rig).await;
    let path = shown.image(&upstream.url("/p.png")).await;
    assert_eq!(status(&rig, &path).await, 200);
    // Another address under the code of this one, no code, somebody else's, a dead session's.
    let mut other = Shown::on(&rig).await;
    let theirs = other.image(&upstream.url("/q.png")).await;
    let (prefix, rest) = path.rsplit_once('/').unwrap();
    let (_, their_code) = theirs.split_once('?').unwrap().0.rsplit_once('/').unwrap();
    let (code, query) = rest.split_once('?').unwrap();
    for (wrong, wanted) in [
        (path.replace("p.png", "q.png"), 403),
        (format!("{prefix}?{query}"), 404),
        (
            format!("{prefix}/{their_code}?{}", query.replace("p.png", "q.png")),
            403,
        ),
        (format!("/v1/assets/made-up/{code}?{query}"), 403),
        (format!("{prefix}/{code}"), 400),
        (format!("{prefix}/{code}?url=p.png"), 400),
    ] {
        assert_eq!(status(&rig, &wrong).await, wanted, "{wrong}");
    }
    assert!(upstream.asked("/q.png").is_empty());
    // What is masked was never marked.
    let hidden = "<p class=\"no-upscope\"><img src=\"http://a.example/x.png\"/></p>";
    let body = shown.body(hidden, 2).await;
    assert!(
        !body.contains("a.example") && !body.contains("coview:"),
        "{body}"
    );
    shown
        .visitor
        .say(VisitorOut::Stop(coview_dom_capture::protocol::Stop {}))
        .await;
    shown.agent.end().await;
    rig.until(async || status(&rig, &path).await == 403).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_lead_inside_are_refused_even_if_they_stand_in_the_page() {
    let rig = open().await;
    let mut shown = Shown::on(&rig).await;
    let own = [
        (format!("http://{}/coview.js", rig.public), 403),
        (format!("http://{}/metrics", rig.internal), 403),
        ("http://169.254.169.254/latest/meta-data".to_owned(), 403),
        ("http://[::ffff:169.254.169.254]/".to_owned(), 403),
        ("http://0.0.0.0/".to_owned(), 403),
        ("http://user:secret@127.0.0.1/p.png".to_owned(), 400),
    ];
    for (url, wanted) in own {
        // As the URL standard writes it: what is signed is what is asked for.
        let url = url::Url::parse(&url).unwrap();
        let path = shown.image(url.as_str()).await;
        assert_eq!(shown.asks_in_vain(&rig, &path).await, wanted, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn private_networks_are_out_of_reach_unless_the_operator_says_so() {
    let rig = Rig::start().await;
    let upstream = Upstream::start(&[("/p.png", png("png"))]).await;
    let mut shown = Shown::on(&rig).await;
    let by_name = format!("http://localhost:{}/p.png", upstream.at.port());
    for url in [
        upstream.url("/p.png"),
        by_name,
        "http://127.0.0.1/".to_owned(),
    ] {
        let path = shown.image(&url).await;
        assert_eq!(shown.asks_in_vain(&rig, &path).await, 403, "{url}");
    }
    assert!(upstream.all().is_empty(), "nothing was dialled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_look_is_answered_from_memory_and_a_day_later_nothing_is() {
    let rig = open().await;
    let upstream = Upstream::start(&[("/p.png", png("old"))]).await;
    let url = upstream.url("/p.png");
    let path = Shown::on(&rig).await.image(&url).await;
    let (_, head, _) = get(&rig, &path).await;
    assert_eq!(head["cache-control"], "private, max-age=86400");
    // Another agent, of another visitor of the same site.
    let again = Shown::on(&rig).await.image(&url).await;
    assert_eq!(get(&rig, &again).await.2, "old");
    assert_eq!(upstream.asked("/p.png").len(), 1);
    assert!(metric(&rig, "coview_assets_total{by=\"hit\"} 1").await);
    assert!(metric(&rig, "coview_assets_total{by=\"fetched\"} 1").await);

    upstream.says("/p.png", png("new"));
    rig.clock.advance(Duration::from_secs(24 * 60 * 60 - 5));
    let later = Shown::on(&rig).await.image(&url).await;
    let (_, head, body) = get(&rig, &later).await;
    assert_eq!(body, "old");
    let left: u64 = head["cache-control"]
        .to_str()
        .unwrap()
        .rsplit('=')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        left <= 5,
        "a browser may not keep it longer than the edge: {left}"
    );
    rig.clock.advance(Duration::from_secs(6));
    let path = Shown::on(&rig).await.image(&url).await;
    assert_eq!(get(&rig, &path).await.2, "new");
    assert_eq!(upstream.asked("/p.png").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_fresh_is_asked_about_and_kept_if_it_is_still_good() {
    let rig = open().await;
    let head = "content-type: image/png\r\ncache-control: max-age=10\r\netag: \"one\"\r\n";
    let upstream = Upstream::start(&[("/p.png", ("200 OK", head, "png".to_owned()))]).await;
    let mut shown = Shown::on(&rig).await;
    let path = shown.image(&upstream.url("/p.png")).await;
    for _ in 0..3 {
        assert_eq!(get(&rig, &path).await.2, "png");
        rig.clock.advance(Duration::from_secs(11));
    }
    let asked = upstream.asked("/p.png");
    assert_eq!(asked.len(), 3);
    assert!(!asked[0].contains("if-none-match") && asked[1].contains("if-none-match: \"one\""));
    assert!(metric(&rig, "coview_assets_total{by=\"revalidated\"} 2").await);
    let (tag, path) = (get(&rig, &path).await.1["etag"].clone(), path);
    let known = [("if-none-match", tag.to_str().unwrap())];
    let (status, _, body) = rig.fetch(rig.public, "GET", &path, &known, None).await;
    assert_eq!((status, body.len()), (304, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_one_person_or_one_site_is_kept_for_others() {
    let rig = open().await;
    let one = |more: &'static str| ("200 OK", more, "png".to_owned());
    let upstream = Upstream::start(&[
        (
            "/cookie",
            one("content-type: image/png\r\ncache-control: max-age=60\r\nset-cookie: a=b\r\n"),
        ),
        (
            "/private",
            one("content-type: image/png\r\ncache-control: private, max-age=60\r\n"),
        ),
        (
            "/no-store",
            one("content-type: image/png\r\ncache-control: no-store\r\n"),
        ),
        (
            "/vary",
            one("content-type: image/png\r\ncache-control: max-age=60\r\nvary: cookie\r\n"),
        ),
        (
            "/vary-any",
            one("content-type: image/png\r\ncache-control: max-age=60\r\nvary: *\r\n"),
        ),
        ("/both", png("png")),
    ])
    .await;
    let mut shown = Shown::on(&rig).await;
    for name in ["/cookie", "/private", "/no-store", "/vary", "/vary-any"] {
        let path = shown.image(&upstream.url(name)).await;
        for _ in 0..2 {
            let (status, head, _) = get(&rig, &path).await;
            assert_eq!(
                (status, &head["cache-control"]),
                (200, &"no-store".parse().unwrap()),
                "{name}"
            );
        }
        assert_eq!(upstream.asked(name).len(), 2, "{name}");
    }
    let path = shown.image(&upstream.url("/both")).await;
    assert_eq!(status(&rig, &path).await, 200);
    let mut visitor = rig.visitor_on("lab", None).await;
    let token = rig.invite(&visitor.welcome.visitor, "Ana").await;
    let agent = rig.agent(&token).await;
    visitor.session().await;
    let mut lab = Shown { visitor, agent };
    let path = lab.image(&upstream.url("/both")).await;
    assert_eq!(status(&rig, &path).await, 200);
    assert_eq!(upstream.asked("/both").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_want_the_same_cost_one_fetch() {
    let rig = open().await;
    let upstream = Upstream::start(&[("/p.png", png("png"))]).await;
    let mut shown = Shown::on(&rig).await;
    let path = shown.image(&upstream.url("/p.png")).await;
    upstream.close();
    let all = futures_util::future::join_all((0..30).map(|_| status(&rig, &path)));
    let opened = async {
        rig.until(async || !upstream.asked("/p.png").is_empty())
            .await;
        upstream.open();
    };
    let (all, ()) = futures_util::future::join(all, opened).await;
    assert!(all.iter().all(|status| *status == 200));
    assert_eq!(upstream.asked("/p.png").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_have_assets_forgotten() {
    let rig = open().await;
    let upstream = Upstream::start(&[("/a.png", png("a")), ("/b.png", png("b"))]).await;
    let mut shown = Shown::on(&rig).await;
    let (a, b) = (upstream.url("/a.png"), upstream.url("/b.png"));
    let paths = shown.images(&[&a, &b]).await;
    let load = async || {
        for path in &paths {
            assert_eq!(status(&rig, path).await, 200);
        }
        (
            upstream.asked("/a.png").len(),
            upstream.asked("/b.png").len(),
        )
    };
    assert_eq!(load().await, (1, 1));
    let encoded: String = url::form_urlencoded::byte_serialize(a.as_bytes()).collect();
    let one = format!("/api/v1/assets?site=shop&url={encoded}");
    assert_eq!(rig.api("DELETE", &one, None).await.0, 204);
    assert_eq!(load().await, (2, 1));
    assert_eq!(
        rig.api("DELETE", "/api/v1/assets?site=shop", None).await.0,
        204
    );
    assert_eq!(load().await, (3, 2));
    assert_eq!(
        rig.api("DELETE", "/api/v1/assets?site=nobody", None)
            .await
            .0,
        400
    );
    assert_eq!(
        rig.ask("DELETE", "/api/v1/assets?site=shop", &[], None)
            .await
            .0,
        401
    );
    assert_eq!(load().await, (3, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_edge_cannot_fetch_the_page_gives_for_its_session_alone() {
    let rig = open().await;
    let login = (
        "401 Unauthorized",
        "content-type: image/png\r\n",
        String::new(),
    );
    let upstream = Upstream::start(&[("/me.png", login)]).await;
    let mut shown = Shown::on(&rig).await;
    let urls = [
        upstream.url("/me.png"),
        "blob:https://shop.example/1-2".to_owned(),
    ];
    for (index, url) in urls.iter().enumerate() {
        let path = shown.image(url).await;
        let given = async {
            let wanted = shown.wanted().await;
            assert_eq!(wanted.url, *url);
            shown.gives(wanted.request, AssetState::More, b"my ").await;
            shown.gives(wanted.request, AssetState::Last, b"face").await;
        };
        let ((status, head, body), ()) = futures_util::future::join(get(&rig, &path), given).await;
        assert_eq!((status, body.as_ref()), (200, &b"my face"[..]));
        assert_eq!(head["cache-control"], "no-store");
        assert_eq!(head["content-disposition"], "attachment");
        // Now it is here: a second agent does not trouble the page.
        assert_eq!(get(&rig, &path).await.2, "my face");
        let pages = format!("coview_assets_total{{by=\"page\"}} {}", 2 * (index + 1));
        assert!(metric(&rig, &pages).await);
    }
    // Another session of the same site has to ask its own page, which gives nothing.
    let mut other = Shown::on(&rig).await;
    let path = other.image(&urls[0]).await;
    let refused = async {
        let wanted = other.wanted().await;
        other.gives(wanted.request, AssetState::Refused, b"").await;
    };
    let ((status, ..), ()) = futures_util::future::join(get(&rig, &path), refused).await;
    assert_eq!(status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn media_come_in_parts() {
    let rig = open().await;
    let part = "content-type: video/mp4\r\ncontent-range: bytes 0-3/1000000\r\n";
    let upstream = Upstream::start(&[
        (
            "/film.mp4",
            ("206 Partial Content", part, "film".to_owned()),
        ),
        (
            "/small.mp4",
            (
                "200 OK",
                "content-type: video/mp4\r\ncache-control: max-age=60\r\n",
                "0123456789".to_owned(),
            ),
        ),
    ])
    .await;
    let mut shown = Shown::on(&rig).await;
    let range = [("range", "bytes=0-")];
    let path = shown.image(&upstream.url("/film.mp4")).await;
    let (status, head, body) = rig.fetch(rig.public, "GET", &path, &range, None).await;
    assert_eq!((status, body.as_ref()), (206, &b"film"[..]));
    assert_eq!(head["content-range"], "bytes 0-3/1000000");
    assert!(upstream.asked("/film.mp4")[0].contains("range: bytes=0-8388607\r\n"));
    let path = shown.image(&upstream.url("/small.mp4")).await;
    assert_eq!(get(&rig, &path).await.0, 200);
    let middle = [("range", "bytes=2-4")];
    let (status, _, body) = rig.fetch(rig.public, "GET", &path, &middle, None).await;
    assert_eq!((status, body.as_ref()), (206, &b"234"[..]));
    assert_eq!(upstream.asked("/small.mp4").len(), 1);
}
