use http::{HeaderName, HeaderValue};

use super::*;
use crate::proxied::places::Domain;

fn intent(method: Method, pairs: &[(&'static str, &'static str)]) -> Intent {
    let places = Places::new(
        "aaaaaaaaaaaaaaaa",
        &Domain::parse("http://localhost:7300").unwrap(),
    );
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    let target = RealOrigin::parse("https://shop.example").unwrap();
    Intent::of(&places, &target, &method, &headers)
}

const SHOP: &str = "http://aaaaaaaaaaaaaaaa-s-shop-example.localhost:7300";
const OTHER: &str = "http://aaaaaaaaaaaaaaaa-s-other-example.localhost:7300/x";
const API: &str = "http://aaaaaaaaaaaaaaaa-s-api-shop-example.localhost:7300";

#[test]
fn the_relation_is_that_of_the_real_sites() {
    let navigate = ("sec-fetch-mode", "navigate");
    let document = ("sec-fetch-dest", "document");
    let frame = ("sec-fetch-dest", "iframe");
    let same = ("sec-fetch-site", "same-origin");
    let (get, post) = (Method::GET, Method::POST);
    type Row<'a> = (&'a Method, &'a [(&'a str, &'a str)], Relation, &'a str);
    let table: [Row<'_>; 10] = [
        (
            &get,
            &[navigate, document, ("sec-fetch-site", "none")],
            Relation::SameSite,
            "none",
        ),
        (
            &get,
            &[navigate, document, ("referer", OTHER)],
            Relation::TopLevel,
            "cross-site",
        ),
        (
            &get,
            &[navigate, frame, ("referer", OTHER)],
            Relation::CrossSite,
            "cross-site",
        ),
        (
            &post,
            &[navigate, document, ("origin", "null")],
            Relation::TopLevelUnsafe,
            "cross-site",
        ),
        (
            &get,
            &[
                navigate,
                document,
                ("referer", "http://localhost:7300/visit"),
            ],
            Relation::TopLevel,
            "cross-site",
        ),
        (&get, &[("origin", API)], Relation::SameSite, "same-site"),
        (
            &get,
            &[("origin", "https://evil.example")],
            Relation::CrossSite,
            "cross-site",
        ),
        (
            &get,
            &[("referer", SHOP), same],
            Relation::SameSite,
            "same-origin",
        ),
        (
            &get,
            &[
                same,
                ("x-coview-referrer", OTHER),
                ("x-coview-mode", "navigate/include/document"),
            ],
            Relation::TopLevel,
            "cross-site",
        ),
        (
            &get,
            &[
                same,
                ("x-coview-referrer", ""),
                ("x-coview-mode", "navigate/include/iframe"),
            ],
            Relation::CrossSite,
            "cross-site",
        ),
    ];
    for (method, pairs, relation, site) in table {
        let pairs: Vec<_> = pairs.to_vec();
        let mut headers = HeaderMap::new();
        for (name, value) in &pairs {
            headers.insert(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let places = Places::new(
            "aaaaaaaaaaaaaaaa",
            &Domain::parse("http://localhost:7300").unwrap(),
        );
        let target = RealOrigin::parse("https://shop.example").unwrap();
        let intent = Intent::of(&places, &target, method, &headers);
        assert_eq!(
            (intent.relation, intent.site(&target)),
            (relation, site),
            "{pairs:?}"
        );
    }
}

#[test]
fn the_runtimes_word_on_mode_and_credentials_holds() {
    let swapped = intent(
        Method::GET,
        &[
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-site", "same-origin"),
            ("x-coview-mode", "no-cors/omit/style"),
        ],
    );
    assert!(swapped.omits && swapped.own && swapped.mode == "no-cors");
    assert_eq!(swapped.destination, Destination::Style);
}

#[test]
fn old_browsers_show_pages_by_what_they_accept() {
    let old = intent(Method::GET, &[("accept", "text/html,*/*")]);
    assert_eq!(old.destination, Destination::Document);
    let script = intent(Method::GET, &[("accept", "*/*")]);
    assert_eq!(script.destination, Destination::Other);
}

#[test]
fn the_runtimes_own_addresses_are_no_referrers() {
    let by_worker = intent(
        Method::GET,
        &[(
            "referer",
            "http://aaaaaaaaaaaaaaaa-s-shop-example.localhost:7300/.coview/sw.js",
        )],
    );
    assert_eq!(by_worker.referrer, None);
}
