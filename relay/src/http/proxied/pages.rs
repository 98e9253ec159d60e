//! What a visitor reads where nothing can be shown.

use coview_proxy::proxied::RealOrigin;
use http::{HeaderName, HeaderValue, StatusCode};

use super::Reply;
use crate::http::plain::{escaped, page, words};

/// Nothing was ever here.
pub(super) fn nowhere() -> Reply {
    words(
        StatusCode::NOT_FOUND,
        "Nothing is here",
        "This address leads nowhere.",
    )
}

/// The session with this word is over; what it left in this browser goes with it. The site's own address
/// is read from the host alone.
pub(super) fn over(site: Option<&RealOrigin>) -> Reply {
    let own = site.map_or_else(
        || "by its own address".to_owned(),
        |site| format!("at <b>{}</b>", escaped(&site.to_string())),
    );
    let markup = format!(
        "<h1>This visit is over</h1><p>Nobody sees this site with you any more, and nothing of it is \
         kept here. To go on, open it {own}.</p>"
    );
    let mut reply = page(StatusCode::GONE, "This visit is over", &markup, None);
    let all = HeaderValue::from_static("\"cookies\", \"storage\"");
    let name = HeaderName::from_static("clear-site-data");
    reply.headers_mut().insert(name, all);
    reply
}

/// A browser that was not let in.
pub(super) fn refused() -> Reply {
    words(
        StatusCode::FORBIDDEN,
        "This browser has not been let in",
        "Open the link you were sent in the browser you want to use. If you did, cookies may be blocked.",
    )
}

/// A frame that does not say which page it is in.
pub(super) fn strange_frame() -> Reply {
    words(
        StatusCode::FORBIDDEN,
        "This part of the page can’t be shown here",
        "The page does not say who it is when it loads it.",
    )
}

/// The first step does not come from the visit page.
pub(super) fn not_from_edge() -> Reply {
    words(
        StatusCode::FORBIDDEN,
        "Open the link you were sent",
        "This step only follows the question whether you want to be seen. If you answered it, your \
         browser does not say where it comes from (Referer), which is needed here.",
    )
}

/// The browser did not keep the cookie it was given a moment ago.
pub(super) fn no_cookies() -> Reply {
    words(
        StatusCode::FORBIDDEN,
        "Your browser blocks cookies here",
        "They are how it is known that it was you who said yes. Allow them for this address, then load \
         the page again.",
    )
}

/// A token that does not work any more.
pub(super) fn stale() -> Reply {
    words(
        StatusCode::FORBIDDEN,
        "This step was taken already",
        "Or it took too long. Go back and load the page again.",
    )
}

/// An address nobody but a mistaken script makes.
pub(super) fn broken() -> Reply {
    words(
        StatusCode::BAD_REQUEST,
        "This address can’t be opened",
        "It is not a web address of this visit.",
    )
}

/// Too many hosts at once.
pub(super) fn busy() -> Reply {
    words(
        StatusCode::SERVICE_UNAVAILABLE,
        "Too much at once",
        "Load the page again in a moment.",
    )
}
