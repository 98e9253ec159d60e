//! `GET /v1/assets/TOKEN/CODE?url=…`: resources of a shared page, for as long as its session lives, and
//! only those that stand in it.

use std::borrow::Cow;
use std::sync::Arc;

use coview_proxy::assets::{Asset, AssetError, Assets, By, Keep, Key};
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
    /// As it was signed.
    url: Cow<'a, str>,
    /// The path without the code: where the addresses in a sheet lead to.
    prefix: &'a str,
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
    request: &'a Request<Incoming>,
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
    if !live.may_load() {
        edge.metrics.rejected(Rejected::Rate);
        return Err(Problem(
            StatusCode::TOO_MANY_REQUESTS,
            "too many assets at once",
        ));
    }
    let query = request.uri().query().unwrap_or_default();
    let url = form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "url").then_some(value));
    let url = signed(live.key(), code, url.unwrap_or_default());
    let url = url.inspect_err(|Problem(status, _)| {
        if *status == StatusCode::FORBIDDEN {
            edge.metrics.rejected(Rejected::Auth);
        }
    })?;
    let path = request.uri().path();
    Ok(Asked {
        live,
        assets,
        url,
        prefix: path.rsplit_once('/').map_or(path, |(prefix, _)| prefix),
    })
}

/// The address this code was made for. Mostly it comes as it was signed, and then need not be parsed;
/// a browser may also write it in another way.
fn signed<'a>(key: &Key, code: &str, url: Cow<'a, str>) -> Result<Cow<'a, str>, Problem> {
    if key.verifies(code, &url) {
        return Ok(url);
    }
    let Ok(url) = Url::parse(&url) else {
        return Err(Problem(
            StatusCode::BAD_REQUEST,
            "url must be an absolute URL",
        ));
    };
    if key.verifies(code, url.as_str()) {
        return Ok(String::from(url).into());
    }
    Err(Problem(
        StatusCode::FORBIDDEN,
        "this address does not stand in the page",
    ))
}

impl Asked<'_> {
    async fn answer(&self, edge: &Edge, request: &Request<Incoming>) -> Reply {
        let public = match request.headers().get(RANGE) {
            Some(range) => Box::pin(self.part(edge, range, request)).await,
            None => self.whole(edge, request).await,
        };
        let error = match public {
            Ok(reply) => return reply,
            Err(error) => error,
        };
        tracing::debug!(%error, "asset not fetched");
        if may_be_private(error)
            && let Ok(url) = Url::parse(&self.url)
            && let Some(asset) = Box::pin(self.live.private_asset(&url)).await
        {
            edge.metrics.asset(AssetBy::Page);
            return self.reply(&asset, request, Keep::No);
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
        Ok(self.reply(&served.asset, request, Keep::For(served.left)))
    }

    fn reply(&self, asset: &Asset, request: &Request<Incoming>, keep: Keep) -> Reply {
        let reply = asset.reply(request.headers(), self.prefix, self.live.key(), keep);
        reply.map(|body| boxed(Full::new(body)))
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
