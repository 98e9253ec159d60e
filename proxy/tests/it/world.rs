//! Origins, front and client of one test.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use coview_proxy::guard::Policy;
use coview_proxy::proxied::{Client, Domain, Places, Rules, Standing, Visit, exchange, tunnel};
use http::header::{COOKIE, HOST, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;
use url::Url;

pub(crate) const WORD: &str = "aaaaaaaaaaaaaaaa";
pub(crate) const NAVIGATE: [(&str, &str); 4] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-site", "none"),
    ("x-coview-sw", "1"),
];

pub(crate) type OriginBody = UnsyncBoxBody<Bytes, std::io::Error>;

pub(crate) struct World {
    pub(crate) visit: Arc<Visit>,
    pub(crate) front: SocketAddr,
    tasks: TaskTracker,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// A body of an origin.
pub(crate) fn full(body: impl Into<Bytes>) -> OriginBody {
    Full::new(body.into())
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

/// An answer of an origin.
pub(crate) fn reply(pairs: &[(&str, &str)], body: impl Into<Bytes>) -> Response<OriginBody> {
    let mut response = Response::new(full(body));
    for (name, value) in pairs {
        let name = HeaderName::try_from(*name).unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        response.headers_mut().append(name, value);
    }
    response
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Rules::default(), open()).await
    }

    pub(crate) async fn with(rules: Rules, policy: Policy) -> Self {
        let domain = Domain::parse("http://localhost:7300").unwrap();
        let clock = || UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let visit = Arc::new(Visit::new(
            Places::new(WORD, &domain),
            Arc::new(rules),
            Arc::new(clock),
        ));
        let client = Client::new(&policy, 64 << 10);
        let tasks = TaskTracker::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = listener.local_addr().unwrap();
        let served = tasks.clone();
        let given = Arc::clone(&visit);
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (client, visit, tasks) = (client.clone(), Arc::clone(&given), served.clone());
                served.spawn(async move {
                    let inner = tasks.clone();
                    let service = service_fn(move |request| {
                        serve(client.clone(), Arc::clone(&visit), inner.clone(), request)
                    });
                    let _ = hyper::server::conn::http1::Builder::new()
                        .half_close(true)
                        .serve_connection(TokioIo::new(stream), service)
                        .with_upgrades()
                        .await;
                });
            }
        });
        Self {
            visit,
            front,
            tasks,
        }
    }

    /// An origin that answers by `handler`; gives its port.
    pub(crate) async fn origin<H, F>(&self, handler: H) -> u16
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<OriginBody>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tasks = self.tasks.clone();
        self.tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let handler = handler.clone();
                tasks.spawn(async move {
                    let service = service_fn(move |request| {
                        let answer = handler(request);
                        async move { Ok::<_, Infallible>(answer.await) }
                    });
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        port
    }

    /// An origin that speaks for itself.
    pub(crate) async fn raw_origin<H, F>(&self, handler: H) -> u16
    where
        H: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tasks = self.tasks.clone();
        self.tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tasks.spawn(handler(stream));
            }
        });
        port
    }

    /// Where a real URL lives.
    pub(crate) fn place(&self, url: &str) -> Url {
        let proxied = self.visit.places().proxied(&Url::parse(url).unwrap());
        Url::parse(&proxied.unwrap()).unwrap()
    }

    /// The origin where a real URL lives.
    pub(crate) fn place_origin(&self, url: &str) -> String {
        self.place(url).origin().ascii_serialization()
    }

    pub(crate) async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, url, headers, full("")).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: OriginBody,
    ) -> Answer {
        let response = self.begin(method, url, headers, body).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    /// The answer's head, its body still to be read.
    pub(crate) async fn begin(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: OriginBody,
    ) -> hyper::Result<Response<Incoming>> {
        let place = self.place(url);
        let stream = TcpStream::connect(self.front).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        self.tasks.spawn(async move {
            let _ = connection.await;
        });
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = place[url::Position::BeforePath..url::Position::AfterQuery]
            .parse()
            .unwrap();
        let host = place[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        request
            .headers_mut()
            .insert(HOST, HeaderValue::try_from(host).unwrap());
        for (name, value) in headers {
            request.headers_mut().append(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::try_from(*value).unwrap(),
            );
        }
        sender.send_request(request).await
    }
}

/// What reaches loopback.
pub(crate) fn open() -> Policy {
    Policy {
        allow_private: true,
        ..Policy::default()
    }
}

/// As the relay does it: the host names the origin, a cookie is the pass.
async fn serve(
    client: Client,
    visit: Arc<Visit>,
    tasks: TaskTracker,
    request: Request<Incoming>,
) -> Result<Response<coview_proxy::proxied::Body>, Infallible> {
    let host = request.headers().get(HOST).unwrap().to_str().unwrap();
    let origin = visit.places().host(host).unwrap();
    if request.headers().contains_key(UPGRADE) {
        let (reply, tunnel) = tunnel(&client, &visit, &origin, request).await;
        if let Some(tunnel) = tunnel {
            tasks.spawn(tunnel);
        }
        return Ok(reply);
    }
    let anonymous = request
        .headers()
        .get(COOKIE)
        .is_some_and(|cookie| cookie == "anonymous");
    let standing = if anonymous {
        Standing::Anonymous
    } else {
        Standing::Passed
    };
    Ok(exchange(&client, &visit, standing, &origin, request).await)
}
