//! `GET /v1/assets/TOKEN/CODE?url=…`: resources of a shared page, for as long as its session lives, and
//! only those that stand in it.

use std::sync::Arc;

use coview_proxy::assets::{AssetError, Assets, By, Keep};
use coview_proxy::upstream::FetchError;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, RANGE};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use url::{Url, form_urlencoded};

use super::reply::boxed;
use super::{Problem, Reply, problem};
use crate::edge::Edge;
use crate::metrics::{AssetBy, Rejected};
use crate::session::Live;

/// What is asked for.
struct Asked<'a> {
    live: Arc<Live>,
    assets: &'a Assets,
    url: Url,
    prefix: String,
}

/// Answers with an asset of an agent's picture.
pub(super) async fn get(
    edge: &Arc<Edge>,
    token: &str,
    code: &str,
    request: Request<Incoming>,
) -> Reply {
    let mut reply = match asked(edge, token, code, &request) {
        Ok(asked) => asked.answer(edge, &request).await,
        Err(problem) => problem.into(),
    };
    // Errors too: a console sees the status instead of a CORS failure.
    reply
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    reply
}

fn asked<'a>(
    edge: &'a Edge,
    token: &str,
    code: &str,
    request: &Request<Incoming>,
) -> Result<Asked<'a>, Problem> {
    if request.method() != Method::GET {
        return Err(Problem(StatusCode::METHOD_NOT_ALLOWED, "only GET here"));
    }
    let Some(assets) = &edge.assets else {
        return Err(Problem(
            StatusCode::NOT_FOUND,
            "this edge fetches no assets",
        ));
    };
    let Some(live) = edge.hub.by_capability(token) else {
        edge.metrics.rejected(Rejected::Auth);
        return Err(Problem(StatusCode::FORBIDDEN, "this session is over"));
    };
    if !edge.rates.assets.take(&live.id().to_owned()) {
        edge.metrics.rejected(Rejected::Rate);
        return Err(Problem(
            StatusCode::TOO_MANY_REQUESTS,
            "too many assets at once",
        ));
    }
    let query = request.uri().query().unwrap_or_default();
    let url = form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "url").then_some(value));
    let Some(url) = url.and_then(|url| Url::parse(&url).ok()) else {
        return Err(Problem(
            StatusCode::BAD_REQUEST,
            "url must be an absolute URL",
        ));
    };
    if !live.key().verifies(code, url.as_str()) {
        edge.metrics.rejected(Rejected::Auth);
        return Err(Problem(
            StatusCode::FORBIDDEN,
            "this address does not stand in the page",
        ));
    }
    Ok(Asked {
        live,
        assets,
        url,
        prefix: format!("/v1/assets/{token}"),
    })
}

impl Asked<'_> {
    async fn answer(&self, edge: &Edge, request: &Request<Incoming>) -> Reply {
        let public = match request.headers().get(RANGE) {
            Some(range) => self.part(edge, range, request).await,
            None => self.whole(edge, request).await,
        };
        let error = match public {
            Ok(reply) => return reply,
            Err(error) => error,
        };
        tracing::debug!(%error, "asset not fetched");
        if may_be_private(error)
            && let Some(asset) = self.live.private_asset(&self.url).await
        {
            edge.metrics.asset(AssetBy::Page);
            let reply = asset.reply(request.headers(), &self.prefix, self.live.key(), Keep::No);
            return reply.map(|body| boxed(Full::new(body)));
        }
        edge.metrics.asset(AssetBy::Nobody);
        problem(error.status(), "the asset could not be had")
    }

    async fn whole(&self, edge: &Edge, request: &Request<Incoming>) -> Result<Reply, AssetError> {
        let now = edge.clock.wall();
        let served = self.assets.get(self.live.site(), &self.url, now).await?;
        edge.metrics.asset(match served.by {
            By::Hit => AssetBy::Hit,
            By::Revalidated => AssetBy::Revalidated,
            By::Fetched => AssetBy::Fetched,
        });
        let (key, keep) = (self.live.key(), Keep::For(served.left));
        let reply = served
            .asset
            .reply(request.headers(), &self.prefix, key, keep);
        Ok(reply.map(|body| boxed(Full::new(body))))
    }

    /// Media are asked for in parts: from memory if they are there, else as they come.
    async fn part(
        &self,
        edge: &Edge,
        range: &HeaderValue,
        request: &Request<Incoming>,
    ) -> Result<Reply, AssetError> {
        let now = edge.clock.wall();
        if self.assets.has(self.live.site(), &self.url, now).await {
            return self.whole(edge, request).await;
        }
        let reply = self.assets.get_part(&self.url, range).await?;
        edge.metrics.asset(AssetBy::Part);
        Ok(reply.map(|body| boxed(Full::new(body))))
    }
}

/// What is too large to fetch is too large to be sent by the page.
const fn may_be_private(error: AssetError) -> bool {
    !matches!(error, AssetError::Fetch(FetchError::TooLarge))
}
