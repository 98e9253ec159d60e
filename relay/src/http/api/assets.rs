//! `DELETE /api/v1/assets?site=KEY[&url=URL]`: public assets that must not be served any more.

use http::{StatusCode, Uri};
use url::{Url, form_urlencoded};

use super::super::auth::Who;
use super::super::reply::empty;
use super::super::{Reply, problem};
use crate::edge::Edge;

/// Forgets what is cached for a site, or one address of it.
pub(super) async fn purge(edge: &Edge, who: &Who, uri: &Uri) -> Reply {
    let (mut site, mut url) = (None, None);
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "site" => site = Some(value.into_owned()),
            "url" => url = Some(value.into_owned()),
            _ => return problem(StatusCode::BAD_REQUEST, "only site and url can be said"),
        }
    }
    let Some(site) = site.filter(|site| who.sites().contains(site)) else {
        return problem(StatusCode::BAD_REQUEST, "say which site, of yours");
    };
    let Ok(url) = url.map(|url| Url::parse(&url)).transpose() else {
        return problem(StatusCode::BAD_REQUEST, "url must be an absolute URL");
    };
    if let Some(assets) = &edge.assets {
        assets.purge(&site, url.as_ref().map(Url::as_str)).await;
    }
    empty(StatusCode::NO_CONTENT)
}
