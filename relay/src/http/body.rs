//! Bodies of API requests: JSON, bounded, in time.

use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::edge::Edge;

/// Reads the body of a request as JSON.
pub(super) async fn read<T: DeserializeOwned>(
    edge: &Edge,
    request: Request<Incoming>,
) -> Result<T, Problem> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/json",
        ));
    }
    let limits = &edge.config.limits;
    let whole = Limited::new(request.into_body(), limits.body.bytes()).collect();
    let body = match tokio::time::timeout(limits.handshake.0, whole).await {
        Err(_) => {
            return Err(Problem(
                StatusCode::REQUEST_TIMEOUT,
                "the body took too long",
            ));
        }
        Ok(Err(_)) => {
            return Err(Problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is too large",
            ));
        }
        Ok(Ok(body)) => body.to_bytes(),
    };
    serde_json::from_slice(&body).map_err(|_| {
        Problem(
            StatusCode::BAD_REQUEST,
            "the body is not the JSON that is expected here",
        )
    })
}
