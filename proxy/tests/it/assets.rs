//! What an asset's upstream may send, and what the edge asks it for.

use std::time::Duration;

use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder};
use bytes::Bytes;
use coview_proxy::upstream::{Bounds, FetchError, Upstream};
use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncReadExt};
use url::Url;

use crate::world::{World, open, reply};

const SHEET: &str = "a{color:red}";

async fn all(mut reader: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut out = Vec::new();
    reader.read_to_end(&mut out).await.unwrap();
    out
}

fn upstream() -> Upstream {
    let bounds = Bounds {
        size: 1 << 20,
        timeout: Duration::from_secs(10),
        redirects: 3,
    };
    Upstream::new(open(), bounds)
}

#[tokio::test]
async fn a_compressed_asset_is_inflated_and_a_bomb_is_too_large() {
    let world = World::new().await;
    let bomb = vec![b'a'; 8 << 20];
    let bodies: Vec<(&str, &str, Vec<u8>)> = vec![
        (
            "/gzip",
            "gzip",
            all(GzipEncoder::new(SHEET.as_bytes())).await,
        ),
        ("/br", "br", all(BrotliEncoder::new(SHEET.as_bytes())).await),
        ("/damaged", "gzip", SHEET.as_bytes().to_vec()),
        (
            "/bomb",
            "gzip",
            all(GzipEncoder::new(bomb.as_slice())).await,
        ),
        ("/other", "zstd", SHEET.as_bytes().to_vec()),
    ];
    let port = world
        .origin(move |request| {
            let found = bodies
                .iter()
                .find(|(path, ..)| *path == request.uri().path())
                .cloned()
                .unwrap();
            async move { reply(&[("content-encoding", found.1)], found.2) }
        })
        .await;
    let upstream = upstream();
    let get = async |path: &str| {
        let url = Url::parse(&format!("http://127.0.0.1:{port}{path}")).unwrap();
        upstream.get(url, &HeaderMap::new()).await
    };
    for path in ["/gzip", "/br"] {
        let response = get(path)
            .await
            .map_err(|error| error.to_string())
            .unwrap()
            .response;
        assert_eq!(response.body(), &Bytes::from(SHEET), "{path}");
        assert!(!response.headers().contains_key("content-encoding"));
    }
    assert_eq!(get("/damaged").await.err(), Some(FetchError::Upstream));
    assert_eq!(get("/bomb").await.err(), Some(FetchError::TooLarge));
    // Nobody asked for it: whoever serves it sees that it is still coded.
    let other = get("/other").await.ok().unwrap().response;
    assert_eq!(other.headers()["content-encoding"], "zstd");
}

#[tokio::test]
async fn a_part_is_asked_for_as_it_is() {
    let world = World::new().await;
    let port = world
        .origin(|request| async move {
            let asked = request.headers()["accept-encoding"]
                .to_str()
                .unwrap()
                .to_owned();
            reply(&[], asked)
        })
        .await;
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let mut range = HeaderMap::new();
    for wanted in ["gzip, br", "identity"] {
        let fetched = upstream().get(url.clone(), &range).await.ok().unwrap();
        assert_eq!(fetched.response.body(), wanted);
        range.insert("range", "bytes=0-1".parse().unwrap());
    }
}
