//! A web site on loopback that says what each path is told to, and keeps what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// What a path answers: status line, headers, body.
pub(crate) type Answer = (&'static str, &'static str, String);

pub(crate) struct Upstream {
    pub(crate) at: SocketAddr,
    state: Arc<State>,
}

struct State {
    answers: Mutex<HashMap<String, Answer>>,
    asked: Mutex<Vec<String>>,
    /// Answers wait for a permit while it is closed.
    gate: Semaphore,
}

impl Upstream {
    pub(crate) async fn start(answers: &[(&str, Answer)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let answers = answers.iter().cloned();
        let state = Arc::new(State {
            answers: Mutex::new(answers.map(|(path, one)| (path.to_owned(), one)).collect()),
            asked: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let serving = Arc::clone(&state);
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else {
                            return;
                        };
                        head.push(byte);
                    }
                    let answer = state.answer(&String::from_utf8_lossy(&head));
                    let _permit = state.gate.acquire().await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { at, state }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// From now on a path answers this.
    pub(crate) fn says(&self, path: &str, answer: Answer) {
        self.state.answers.lock().insert(path.to_owned(), answer);
    }

    /// Heads of the requests for a path.
    pub(crate) fn asked(&self, path: &str) -> Vec<String> {
        let start = format!("GET {path} ");
        let asked = self.state.asked.lock();
        asked
            .iter()
            .filter(|head| head.starts_with(&start))
            .cloned()
            .collect()
    }

    /// Heads of all requests.
    pub(crate) fn all(&self) -> Vec<String> {
        self.state.asked.lock().clone()
    }

    /// No answer leaves until `open`.
    pub(crate) fn close(&self) {
        self.state.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn open(&self) {
        self.state.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

impl State {
    fn answer(&self, head: &str) -> String {
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().push(head.to_owned());
        let missing = (
            "404 Not Found",
            "content-type: text/plain\r\n",
            String::new(),
        );
        let (mut status, headers, mut body) =
            self.answers.lock().get(&path).cloned().unwrap_or(missing);
        let head = head.to_ascii_lowercase();
        let tag = headers.to_ascii_lowercase();
        let tag = tag
            .split("etag: ")
            .nth(1)
            .and_then(|rest| rest.split('\r').next());
        if tag.is_some_and(|tag| head.contains(&format!("if-none-match: {tag}\r\n"))) {
            (status, body) = ("304 Not Modified", String::new());
        }
        format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    }
}
