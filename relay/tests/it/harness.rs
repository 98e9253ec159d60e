//! An edge at a free port with a clock that moves, and peers that wait for what they expect, but not
//! for ever.

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use coview_config::{Config, Log};
use coview_dom_capture::protocol::frame::{self, FrameLimits, Place};
use coview_dom_capture::protocol::*;
use coview_relay::clock::Clock;
use coview_relay::edge::Edge;
use coview_relay::logging;
use coview_relay::relay::Relay;
use coview_relay::secrets::Digest;
use futures_util::{SinkExt, StreamExt};
use http::Request;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

pub(crate) const KEY: &str = "key of shop and lab";
pub(crate) const OTHER_KEY: &str = "key of other";
pub(crate) const ORIGIN: &str = "https://shop.example";

/// Nothing in these tests takes this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Everything every edge of this process logged, at the most talkative level.
pub(crate) static LOGS: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(|| {
    let logs = Arc::new(Mutex::new(Vec::new()));
    let log = Log {
        level: "trace".to_owned(),
        ..Log::default()
    };
    let to = Arc::clone(&logs);
    tracing::subscriber::set_global_default(logging::subscriber(&log, move || {
        Sink(Arc::clone(&to))
    }))
    .unwrap();
    logs
});

struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) struct Rig {
    pub(crate) edge: Arc<Edge>,
    pub(crate) clock: Clock,
    pub(crate) public: SocketAddr,
    pub(crate) internal: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

pub(crate) fn settings() -> String {
    format!(
        r#"
[listen]
public = "127.0.0.1:0"
internal = "127.0.0.1:0"

[[sites]]
key = "shop"
name = "Shop"
web_origins = ["{ORIGIN}"]
agent_origins = ["https://crm.example"]
api_keys_sha256 = ["{key}"]
[sites.masks]
mask = [".pii"]

[[sites]]
key = "lab"
web_origins = ["{ORIGIN}"]
consent = "site"
api_keys_sha256 = ["{key}"]

[[sites]]
key = "quiet"
web_origins = ["{ORIGIN}"]
presence = "never"
api_keys_sha256 = ["{key}"]

[[sites]]
key = "other"
web_origins = ["https://other.example"]
api_keys_sha256 = ["{other}"]

[rates]
handshakes = "10000/s"
api = "10000/s"
"#,
        key = Digest::of(KEY).hex(),
        other = Digest::of(OTHER_KEY).hex(),
    )
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::with(&settings()).await
    }

    pub(crate) async fn with(settings: &str) -> Self {
        Self::configured(Config::parse("test", settings).unwrap()).await
    }

    pub(crate) async fn configured(config: Config) -> Self {
        LazyLock::force(&LOGS);
        let clock = Clock::system();
        let relay = Relay::bind("test", config, clock.clone()).await.unwrap();
        let edge = Arc::clone(relay.edge());
        let addresses = relay.addresses();
        let (stop, stopped) = oneshot::channel::<()>();
        #[expect(clippy::disallowed_methods, reason = "the test itself waits for it")]
        let task = tokio::spawn(relay.run(async {
            let _ = stopped.await;
        }));
        Self {
            edge,
            clock,
            public: addresses.public,
            internal: addresses.internal,
            stop,
            task,
        }
    }

    /// Stops it and waits until it has stopped.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap();
    }

    /// A request with the key of shop and lab.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let key = format!("Bearer {KEY}");
        self.ask(method, path, &[("authorization", &key)], body)
            .await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> (u16, Value) {
        let (status, _, body) = self.fetch(self.public, method, path, headers, body).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    pub(crate) async fn fetch(
        &self,
        at: SocketAddr,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> (u16, http::HeaderMap, Bytes) {
        use http_body_util::{BodyExt, Full};
        let stream = TcpStream::connect(at).await.unwrap();
        let io = hyper_util::rt::TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", self.public.to_string());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        // A text is sent as it stands: forms.
        let body = Full::new(Bytes::from(match body {
            Some(Value::String(text)) => text,
            body => body.map(|body| body.to_string()).unwrap_or_default(),
        }));
        let request = request.body(body).unwrap();
        let answer = async {
            let (head, body) = sender.send_request(request).await.unwrap().into_parts();
            (
                head.status.as_u16(),
                head.headers,
                body.collect().await.unwrap().to_bytes(),
            )
        };
        tokio::pin!(answer, connection);
        tokio::time::timeout(PATIENCE, async {
            tokio::select! {
                answer = &mut answer => answer,
                _ = &mut connection => answer.await,
            }
        })
        .await
        .unwrap()
    }

    pub(crate) async fn visitors(&self) -> Vec<Value> {
        let (status, list) = self.api("GET", "/api/v1/visitors", None).await;
        assert_eq!(status, 200);
        list["visitors"].as_array().unwrap().clone()
    }

    /// Invites an agent; gives its token.
    pub(crate) async fn invite(&self, visitor: &str, name: &str) -> String {
        let body = serde_json::json!({"agent": {"id": name, "name": name}});
        let (status, begun) = self
            .api(
                "POST",
                &format!("/api/v1/visitors/{visitor}/session"),
                Some(body),
            )
            .await;
        assert_eq!(status, 201, "{begun}");
        begun["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn visitor(&self) -> Visitor {
        self.visitor_on("shop", None).await
    }

    pub(crate) async fn visitor_on(&self, site: &str, resume: Option<String>) -> Visitor {
        let path = format!("/v1/visitor?site={site}");
        let peer = Peer::connect(self.public, &path, Some(ORIGIN)).await;
        Visitor::hello(peer.unwrap(), resume).await
    }

    pub(crate) async fn agent(&self, token: &str) -> Watcher {
        self.agent_hello(AgentHello {
            version: VERSION,
            token: token.to_owned(),
            resume: None,
            epoch: 0,
            offset: 0,
        })
        .await
    }

    pub(crate) async fn agent_hello(&self, hello: AgentHello) -> Watcher {
        let mut peer = Peer::connect(self.public, "/v1/agent", None).await.unwrap();
        peer.say(&AgentOut::AgentHello(hello)).await;
        let welcome = peer.until(|message: AgentIn| match message {
            AgentIn::AgentWelcome(welcome) => Some(welcome),
            _ => None,
        });
        let welcome = welcome.await;
        Watcher { welcome, peer }
    }

    /// A visitor whose page an agent sees.
    pub(crate) async fn shared(&self) -> (Visitor, Watcher) {
        let mut visitor = self.visitor().await;
        let mut agent = self
            .agent(&self.invite(&visitor.welcome.visitor, "Ana").await)
            .await;
        visitor.allow().await;
        visitor.snapshot("hello").await;
        assert_eq!(agent.page().await, "hello");
        (visitor, agent)
    }

    /// Waits until something is so; it is looked at whenever anything may have changed.
    pub(crate) async fn until(&self, mut so: impl AsyncFnMut() -> bool) {
        tokio::time::timeout(PATIENCE, async {
            while !so().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .expect("it never became so");
    }
}

/// One connection.
pub(crate) struct Peer {
    pub(crate) socket: WebSocketStream<TcpStream>,
    control: VecDeque<Vec<u8>>,
    pub(crate) stream: VecDeque<(Place, Bytes)>,
    /// Answers pings by itself.
    pub(crate) pongs: bool,
}

/// What either side is sent, read one message at a time.
pub(crate) trait Incoming: for<'a> Family<'a> {
    /// The answer, if it is a ping.
    fn pong(&self) -> Option<Bytes>;
}

impl Incoming for VisitorIn {
    fn pong(&self) -> Option<Bytes> {
        match self {
            Self::VisitorPing(ping) => Some(frame::encode(&[VisitorOut::Pong(Pong { t: ping.t })])),
            _ => None,
        }
    }
}

impl Incoming for AgentIn {
    fn pong(&self) -> Option<Bytes> {
        match self {
            Self::AgentPing(ping) => Some(frame::encode(&[AgentOut::AgentPong(AgentPong {
                t: ping.t,
            })])),
            _ => None,
        }
    }
}

const WIDE: FrameLimits = FrameLimits {
    frame: 64 << 20,
    inflated: 64 << 20,
    read: ReadLimits {
        text: 8 << 20,
        items: 100_000,
    },
};

impl Peer {
    /// The status if it was no upgrade.
    pub(crate) async fn connect(
        at: SocketAddr,
        path: &str,
        origin: Option<&str>,
    ) -> Result<Self, u16> {
        Self::connect_with(at, path, origin, None).await
    }

    /// At whatever host the request names.
    pub(crate) async fn connect_as(
        at: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, u16> {
        let mut request = Request::get(format!("ws://{at}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let stream = TcpStream::connect(at).await.unwrap();
        Self::upgrade(request, stream).await
    }

    pub(crate) async fn connect_with(
        at: SocketAddr,
        path: &str,
        origin: Option<&str>,
        receive: Option<u32>,
    ) -> Result<Self, u16> {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = receive {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let stream = socket.connect(at).await.unwrap();
        let mut request = Request::get(format!("ws://{at}{path}")).header("host", at.to_string());
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        Self::upgrade(request, stream).await
    }

    async fn upgrade(request: http::request::Builder, stream: TcpStream) -> Result<Self, u16> {
        let request = request
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let request = request.body(()).unwrap();
        match tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await {
            Ok((socket, _)) => Ok(Self {
                socket,
                control: VecDeque::new(),
                stream: VecDeque::new(),
                pongs: true,
            }),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn say<'a>(&mut self, message: &impl Family<'a>) {
        let mut to = Writer::new();
        write_message(message, &mut to);
        self.raw(frame::pack(None, to.bytes(), false)).await;
    }

    pub(crate) async fn raw(&mut self, frame: Bytes) {
        self.socket.send(Message::Binary(frame)).await.unwrap();
    }

    /// The next control message this picks; others are dropped, stream frames kept.
    pub(crate) async fn until<M: Incoming, T>(&mut self, pick: impl FnMut(M) -> Option<T>) -> T {
        tokio::time::timeout(PATIENCE, self.find(pick))
            .await
            .expect("it never came")
            .expect("closed instead")
    }

    async fn find<M: Incoming, T>(&mut self, mut pick: impl FnMut(M) -> Option<T>) -> Option<T> {
        loop {
            while let Some(bytes) = self.control.pop_front() {
                let message: M =
                    read_message(&mut Reader::new(&bytes, WIDE.read), WIDE.read).unwrap();
                if let Some(pong) = message.pong().filter(|_| self.pongs) {
                    let _ = self.socket.send(Message::Binary(pong)).await;
                }
                if let Some(found) = pick(message) {
                    return Some(found);
                }
            }
            if !self.receive().await {
                return None;
            }
        }
    }

    /// The next stream frame's payload, inflated; control messages are answered and kept.
    pub(crate) async fn next_stream(&mut self) -> (Place, Bytes) {
        tokio::time::timeout(PATIENCE, async {
            while self.stream.is_empty() {
                assert!(self.receive().await, "closed instead");
            }
            self.stream.pop_front().unwrap()
        })
        .await
        .expect("no frame came")
    }

    /// Reads one WebSocket message; false at the end.
    pub(crate) async fn receive(&mut self) -> bool {
        match self.socket.next().await {
            Some(Ok(Message::Binary(bytes))) => self.sort(&bytes),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return false,
            Some(Ok(_)) => {}
        }
        true
    }

    fn sort(&mut self, bytes: &Bytes) {
        let (head, payload) = frame::split(bytes).unwrap();
        let payload = frame::inflate(head, payload, WIDE.inflated).unwrap();
        match head.place {
            Some(place) => self
                .stream
                .push_back((place, Bytes::copy_from_slice(&payload))),
            None => self.control.extend(messages(&payload)),
        }
    }

    /// The close frame's code and reason; everything before it is dropped.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        tokio::time::timeout(PATIENCE, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => {
                        return (frame.code.into(), frame.reason.to_string());
                    }
                    Some(Ok(Message::Close(None))) | None => panic!("closed without a reason"),
                    Some(Err(error)) => panic!("broken instead of closed: {error}"),
                    Some(Ok(_)) => {}
                }
            }
        })
        .await
        .expect("it never closed")
    }
}

/// Each message with its kind and length.
fn messages(payload: &[u8]) -> Vec<Vec<u8>> {
    let mut from = Reader::new(payload, WIDE.read);
    let mut out = Vec::new();
    while from.left() > 0 {
        let before = from.rest();
        from.byte().unwrap();
        let length = from.size().unwrap();
        from.raw(length).unwrap();
        out.push(before[..before.len() - from.left()].to_vec());
    }
    out
}

pub(crate) struct Visitor {
    pub(crate) peer: Peer,
    pub(crate) welcome: VisitorWelcome,
    pub(crate) place: Place,
    pub(crate) nodes: u32,
}

impl Visitor {
    /// Says hello on a new connection.
    pub(crate) async fn hello(mut peer: Peer, resume: Option<String>) -> Self {
        peer.say(&VisitorOut::VisitorHello(VisitorHello {
            version: VERSION,
            resume,
            consented: true,
        }))
        .await;
        let welcome = peer.until(|message: VisitorIn| match message {
            VisitorIn::VisitorWelcome(welcome) => Some(welcome),
            _ => None,
        });
        let welcome = welcome.await;
        Self {
            place: Place {
                epoch: welcome.epoch,
                offset: 0,
            },
            nodes: 0,
            welcome,
            peer,
        }
    }

    pub(crate) async fn say(&mut self, message: VisitorOut) {
        self.peer.say(&message).await;
    }

    pub(crate) async fn asked(&mut self) -> Ask {
        self.peer
            .until(|message: VisitorIn| match message {
                VisitorIn::Ask(ask) => Some(ask),
                _ => None,
            })
            .await
    }

    pub(crate) async fn answer(&mut self, allowed: bool) {
        let request = self.asked().await.request;
        self.say(VisitorOut::Answer(Answer { request, allowed }))
            .await;
    }

    /// Says yes and waits until it counts.
    pub(crate) async fn allow(&mut self) -> Session {
        self.answer(true).await;
        self.session().await
    }

    pub(crate) async fn session(&mut self) -> Session {
        self.peer
            .until(|message: VisitorIn| match message {
                VisitorIn::Session(session) => Some(session),
                _ => None,
            })
            .await
    }

    pub(crate) async fn page(&mut self, url: &str, title: &str) {
        let page = Page {
            url: url.to_owned(),
            title: title.to_owned(),
            width: 800,
            height: 600,
            visible: true,
        };
        self.say(VisitorOut::Page(page)).await;
    }

    /// A new epoch: a page with one text.
    pub(crate) async fn snapshot(&mut self, text: &str) {
        self.place = Place {
            epoch: self.place.epoch + 1,
            offset: 0,
        };
        self.nodes = 4;
        let frame = snapshot_frame(self.place, text);
        self.peer.raw(frame).await;
    }

    /// The next patch: the page's text changes.
    pub(crate) async fn patch(&mut self, text: &str) {
        self.place.offset += 1;
        let frame = patch_frame(self.place, &[Op::T(T { id: 4, text })]);
        self.peer.raw(frame).await;
    }

    pub(crate) async fn resync_request(&mut self) -> ResyncReason {
        self.peer
            .until(|message: VisitorIn| match message {
                VisitorIn::ResyncRequest(request) => Some(request.reason),
                _ => None,
            })
            .await
    }
}

pub(crate) fn snapshot_message<'a>(html: &'a str, count: u32) -> StreamMessage<'a> {
    StreamMessage::Snapshot(Snapshot {
        doc: 0,
        url: "https://shop.example/",
        base: "https://shop.example/",
        doctype: None,
        quirks: false,
        width: 800,
        height: 600,
        custom: Vec::new(),
        focus: 0,
        scrolls: Vec::new(),
        sheets: Vec::new(),
        adopted: Vec::new(),
        count,
        html: Long(html),
    })
}

pub(crate) fn snapshot_frame(place: Place, text: &str) -> Bytes {
    let html = format!("<html><head></head><body>{text}</body></html>");
    frame::encode_stream(place, &[snapshot_message(&html, 4)], true)
}

pub(crate) fn patch_frame(place: Place, ops: &[Op<'_>]) -> Bytes {
    let mut body = Writer::new();
    Patch::write(0, ops, &mut body);
    let mut to = Writer::new();
    to.byte(0x02);
    to.size(body.bytes().len());
    to.raw(body.bytes());
    frame::pack(Some(place), to.bytes(), true)
}

pub(crate) struct Watcher {
    pub(crate) peer: Peer,
    pub(crate) welcome: AgentWelcome,
}

impl Watcher {
    pub(crate) async fn say(&mut self, message: AgentOut) {
        self.peer.say(&message).await;
    }

    /// The text of the page, out of the next frame that says one.
    pub(crate) async fn page(&mut self) -> String {
        loop {
            let (_, payload) = self.peer.next_stream().await;
            if let Some(text) = text_of(&payload) {
                return text;
            }
        }
    }

    pub(crate) async fn phase(&mut self, wanted: Phase) -> Vec<AgentState> {
        self.peer
            .until(|message: AgentIn| match message {
                AgentIn::State(state) if state.phase == wanted => Some(state.agents),
                _ => None,
            })
            .await
    }

    pub(crate) async fn end(&mut self) -> EndReason {
        self.peer
            .until(|message: AgentIn| match message {
                AgentIn::AgentEnd(end) => Some(end.reason),
                _ => None,
            })
            .await
    }
}

pub(crate) fn text_of(payload: &[u8]) -> Option<String> {
    let all: Vec<StreamMessage<'_>> = frame::read_payload(payload, WIDE.read).unwrap();
    all.iter().find_map(|message| match message {
        StreamMessage::Snapshot(snapshot) => {
            let body = snapshot.html.0.split_once("<body>")?.1;
            Some(body.split_once("</body>")?.0.to_owned())
        }
        StreamMessage::Patch(patch) => patch.ops.clone().find_map(|op| match op {
            Ok(Op::T(change)) => Some(change.text.to_owned()),
            _ => None,
        }),
        StreamMessage::Sheet(_) => None,
    })
}
