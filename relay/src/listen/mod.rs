//! Accept loops: TCP, TLS, HTTP/1.1 and HTTP/2, each connection bounded in head, time and number.

mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use tls::{TlsError, acceptor};

use crate::http::{Peer, Reply};

/// What unsent data the kernel may hold for a socket: without this it holds seconds of old picture,
/// and an agent that falls behind is never noticed.
const NOT_SENT: u32 = 32 << 10;

/// How connections of one listener are treated.
#[derive(Clone)]
pub struct Listener {
    /// For TLS; none for clear text.
    pub tls: Option<tokio_rustls::TlsAcceptor>,
    /// Largest request head.
    pub head: usize,
    /// Time for a TLS handshake and for a request head.
    pub handshake: Duration,
    /// Room for connections.
    pub room: Arc<Semaphore>,
    /// Counts every connection's task.
    pub tasks: TaskTracker,
    /// Told to stop: no more connections, and those there are finish what they are at.
    pub stopping: CancellationToken,
}

impl Listener {
    /// Accepts connections until told to stop; `answer` answers each request.
    pub async fn run<A, F>(self, socket: TcpListener, answer: A)
    where
        A: Fn(Peer, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        loop {
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                () = self.stopping.cancelled() => return,
            };
            match accepted {
                Ok((stream, from)) => self.admit(stream, from, &answer),
                Err(error) => self.pause(&error).await,
            }
        }
    }

    fn admit<A, F>(&self, stream: TcpStream, from: SocketAddr, answer: &A)
    where
        A: Fn(Peer, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        // Over the limit the connection is closed before anything is allocated for it.
        let Ok(slot) = Arc::clone(&self.room).try_acquire_owned() else {
            return;
        };
        let peer = Peer {
            address: from.ip().to_canonical(),
            slot: Arc::new(slot),
        };
        let _ = stream.set_nodelay(true);
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&stream).set_tcp_notsent_lowat(NOT_SENT);
        let (listener, answer) = (self.clone(), answer.clone());
        self.tasks
            .spawn(async move { listener.secure(stream, peer, answer).await });
    }

    async fn secure<A, F>(self, stream: TcpStream, peer: Peer, answer: A)
    where
        A: Fn(Peer, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let Some(tls) = self.tls.clone() else {
            return self.serve(stream, peer, answer).await;
        };
        if let Ok(Ok(mut stream)) = tokio::time::timeout(self.handshake, tls.accept(stream)).await {
            // rustls may hold as little as the kernel may.
            stream.get_mut().1.set_buffer_limit(Some(64 << 10));
            self.serve(stream, peer, answer).await;
        }
    }

    async fn serve<S, A, F>(self, stream: S, peer: Peer, answer: A)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        A: Fn(Peer, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let service = service_fn(move |request| {
            let reply = answer(peer.clone(), request);
            async move { Ok::<_, Infallible>(reply.await) }
        });
        let server = self.http();
        let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stopping.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    fn http(&self) -> auto::Builder<TokioExecutor> {
        let mut server = auto::Builder::new(TokioExecutor::new());
        server
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.handshake)
            .max_buf_size(self.head.max(8 << 10))
            .max_headers(64);
        let head = u32::try_from(self.head).unwrap_or(u32::MAX);
        server
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(head)
            .max_concurrent_streams(64)
            .max_pending_accept_reset_streams(32)
            .initial_stream_window_size(256 << 10)
            .initial_connection_window_size(1 << 20)
            .max_send_buf_size(64 << 10)
            .keep_alive_interval(Some(Duration::from_secs(30)))
            .keep_alive_timeout(Duration::from_secs(20));
        server
    }

    /// Out of file descriptors or memory: trying again at once would only burn time.
    async fn pause(&self, error: &io::Error) {
        tracing::warn!(%error, "could not accept a connection");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
