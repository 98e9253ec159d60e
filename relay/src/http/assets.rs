//! `GET /v1/assets/TOKEN?url=…`: public assets of a shared page, for as long as its session lives.

use std::sync::Arc;

use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, RANGE};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use url::{Url, form_urlencoded};

use super::reply::boxed;
use super::{Reply, problem};
use crate::edge::Edge;
use crate::metrics::Rejected;

/// Fetches an asset for an agent's picture.
pub(super) async fn get(edge: &Arc<Edge>, token: &str, request: Request<Incoming>) -> Reply {
    let mut reply = fetch(edge, token, &request).await;
    edge.metrics.asset(reply.status().is_success());
    // Errors too: a console sees the status instead of a CORS failure.
    reply
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    reply
}

async fn fetch(edge: &Edge, token: &str, request: &Request<Incoming>) -> Reply {
    if request.method() != Method::GET {
        return problem(StatusCode::METHOD_NOT_ALLOWED, "only GET here");
    }
    let Some(upstream) = &edge.upstream else {
        return problem(StatusCode::NOT_FOUND, "this edge fetches no assets");
    };
    let Some(session) = edge.hub.by_capability(token) else {
        edge.metrics.rejected(Rejected::Auth);
        return problem(StatusCode::FORBIDDEN, "this session is over");
    };
    if !edge.rates.assets.take(&session) {
        edge.metrics.rejected(Rejected::Rate);
        return problem(StatusCode::TOO_MANY_REQUESTS, "too many assets at once");
    }
    let query = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    let url = query
        .into_owned()
        .find_map(|(name, value)| (name == "url").then_some(value));
    let Some(url) = url.and_then(|url| Url::parse(&url).ok()) else {
        return problem(StatusCode::BAD_REQUEST, "url must be an absolute URL");
    };
    let prefix = format!(
        "{}/v1/assets/{token}",
        edge.origins.of(request.uri(), request.headers())
    );
    match coview_proxy::assets::fetch(upstream, url, request.headers().get(RANGE), &prefix).await {
        Ok(response) => response.map(|body| boxed(Full::new(body))),
        Err(error) => {
            tracing::debug!(%error, "asset not served");
            problem(error.status(), "the asset could not be fetched")
        }
    }
}
