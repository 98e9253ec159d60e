//! What nobody can go below: a request's end is looked for, and fixed bytes go back. The argument is
//! the size of the body. Prints where it listens as one JSON object; serves until it is killed.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

fn main() -> anyhow::Result<()> {
    let size: usize = std::env::args().nth(1).context("how much?")?.parse()?;
    let mut reply = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncache-control: private, max-age=86400\r\ncontent-length: {size}\r\n\r\n"
    )
    .into_bytes();
    reply.resize(reply.len() + size, b'x');
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(reply.into()))
}

async fn serve(reply: Arc<[u8]>) -> anyhow::Result<()> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let says = json!({ "public": socket.local_addr()?.to_string(), "path": "/" });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{says}")?;
    drop(out);
    let tasks = TaskTracker::new();
    loop {
        let (stream, _) = socket.accept().await?;
        stream.set_nodelay(true)?;
        tasks.spawn(answer(stream, Arc::clone(&reply)));
    }
}

/// One request at a time, as wrk sends them; ends with the connection.
async fn answer(mut stream: TcpStream, reply: Arc<[u8]>) {
    let mut request = Vec::with_capacity(4 << 10);
    while let Ok(1..) = stream.read_buf(&mut request).await {
        if request.ends_with(b"\r\n\r\n") {
            request.clear();
            if stream.write_all(&reply).await.is_err() {
                return;
            }
        }
    }
}
