//! A browser that keeps cookies per host and follows redirects, as real ones do, a site that answers
//! with what it was asked, and a session begun with the two.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use http::HeaderMap;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::*;

pub(super) const PAGE: [(&str, &str); 3] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("x-coview-sw", "1"),
];

/// A site that answers with what it was asked.
pub(super) async fn site() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
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

pub(super) fn with_proxy() -> String {
    format!(
        "{}\n[proxy]\ndomain = \"http://localhost:0\"\nallow_private = true\n\
         deny = [\"denied.example\"]\n",
        settings()
    )
}

/// A session that was begun, with its site.
pub(super) struct Begun {
    pub(super) visit: String,
    pub(super) session: String,
    pub(super) token: String,
    pub(super) site: SocketAddr,
    pub(super) asked: Arc<Mutex<Vec<String>>>,
}

pub(super) async fn rig() -> Rig {
    Rig::with(&with_proxy()).await
}

pub(super) async fn begin(rig: &Rig) -> Begun {
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
pub(super) struct Browser {
    pub(super) cookies: BTreeMap<String, BTreeMap<String, String>>,
    /// What it says where it comes from, which redirects keep.
    pub(super) referer: Option<String>,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) url: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    pub(super) async fn ask(
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

    pub(super) fn keep(&mut self, host: &str, cookie: &str) {
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
    pub(super) async fn go(
        &mut self,
        rig: &Rig,
        url: &str,
        headers: &[(&str, &str)],
    ) -> (Answer, usize) {
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
    pub(super) async fn agree(&mut self, rig: &Rig, begun: &Begun) -> Answer {
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
    pub(super) async fn visit(&mut self, rig: &Rig, begun: &Begun) -> Answer {
        let open = self.agree(rig, begun).await;
        assert_eq!(open.status, 303, "{}", open.body);
        let (page, _) = self.go(rig, open.header("location"), &PAGE).await;
        page
    }

    pub(super) fn cookie(&self, url: &str) -> String {
        let jar = &self.cookies[&split(url).0];
        format!("__Host-coview={}", jar["__Host-coview"])
    }
}

pub(super) fn split(url: &str) -> (String, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let at = rest.find('/').unwrap_or(rest.len());
    let path = if at == rest.len() { "/" } else { &rest[at..] };
    (rest[..at].to_owned(), path.to_owned())
}

/// The same path at another host of the same session.
pub(super) fn elsewhere(url: &str, label: &str) -> String {
    let (host, path) = split(url);
    let (word, domain) = (&host[..16], &host[host.find('.').unwrap()..]);
    format!("http://{word}-{label}{domain}{path}")
}

pub(super) fn own(url: &str) -> String {
    format!("http://{}", split(url).0)
}
