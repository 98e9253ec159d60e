use std::convert::Infallible;

use async_compression::tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder};
use http::HeaderValue;
use http_body_util::{BodyExt, StreamBody};
use tokio::io::AsyncReadExt;

use super::*;

async fn all(mut reader: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut out = Vec::new();
    reader.read_to_end(&mut out).await.unwrap();
    out
}

async fn coded(text: &[u8]) -> Vec<(Coding, Vec<u8>)> {
    vec![
        (Coding::Gzip, all(GzipEncoder::new(text)).await),
        (Coding::Brotli, all(BrotliEncoder::new(text)).await),
        (Coding::Deflate, all(ZlibEncoder::new(text)).await),
        (Coding::Deflate, all(DeflateEncoder::new(text)).await),
    ]
}

#[tokio::test]
async fn every_coding_comes_back_whole_and_in_pieces() {
    let text: Vec<u8> = (0..200_000u32)
        .flat_map(|n| (n % 977).to_le_bytes())
        .collect();
    for (coding, body) in coded(&text).await {
        assert!(whole(coding, &body, Caps::default()).await.unwrap() == text);
        let pieces = body
            .chunks(701)
            .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
            .collect::<Vec<_>>();
        let stream = StreamBody::new(futures_util::stream::iter(pieces));
        let decoded = Decoded::new(coding, stream, Caps::default());
        assert!(decoded.collect().await.unwrap().to_bytes() == text);
    }
}

#[tokio::test]
async fn nothing_inflates_to_nothing() {
    for (coding, body) in coded(b"").await {
        assert!(
            whole(coding, &body, Caps::default())
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_bomb_ends_at_the_ratio_and_a_giant_at_the_size() {
    let zeros = vec![0; 24 << 20];
    for (coding, body) in coded(&zeros).await {
        let result = whole(coding, &body, Caps::default()).await;
        assert!(matches!(result, Err(DecodeError::TooLarge)), "{coding:?}");
    }
    let noise: Vec<u8> = (0..100_000u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    let small = Caps {
        size: 64 << 10,
        ratio: 200,
    };
    for (coding, body) in coded(&noise).await {
        let result = whole(coding, &body, small).await;
        assert!(matches!(result, Err(DecodeError::TooLarge)), "{coding:?}");
    }
}

#[tokio::test]
async fn damaged_and_cut_off_bodies_are_errors() {
    let noise: Vec<u8> = (0..10_000u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    for (coding, body) in coded(&noise).await {
        let cut = whole(coding, &body[..body.len() / 2], Caps::default()).await;
        assert!(matches!(cut, Err(DecodeError::Damaged)), "{coding:?}");
    }
    let wrong = whole(Coding::Gzip, b"<!doctype html>", Caps::default()).await;
    assert!(matches!(wrong, Err(DecodeError::Damaged)));
}

#[test]
fn codings_are_read_as_the_header_writes_them() {
    let table: [(&[&'static str], _); 7] = [
        (&[], Ok(None)),
        (&["identity"], Ok(None)),
        (&["GZIP"], Ok(Some(Coding::Gzip))),
        (&["x-gzip"], Ok(Some(Coding::Gzip))),
        (&["br, identity"], Ok(Some(Coding::Brotli))),
        (&["gzip", "br"], Err(UnknownCoding)),
        (&["zstd"], Err(UnknownCoding)),
    ];
    for (values, wanted) in table {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        assert_eq!(Coding::of(&headers), wanted, "{values:?}");
    }
}
