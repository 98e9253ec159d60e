use proptest::prelude::*;

use super::*;
use crate::proxied::places::RealOrigin;

const NOW: u64 = 1_800_000_000;

fn at(origin: &str) -> RealOrigin {
    RealOrigin::parse(origin).unwrap()
}

fn jar_of(origin: &str, lines: &[&str]) -> Jar {
    let mut jar = Jar::default();
    for line in lines {
        jar.receive(&at(origin), "/a/b", line, Relation::SameSite, NOW);
    }
    jar
}

fn sent(jar: &mut Jar, origin: &str, path: &str) -> String {
    jar.header(&at(origin), path, Relation::SameSite, NOW)
}

#[test]
fn cookies_of_a_domain_reach_its_hosts_and_no_others() {
    let mut jar = jar_of(
        "https://www.shop.example",
        &["d=1; Domain=.Shop.Example; Path=/", "h=2; Path=/", "p=3"],
    );
    for (origin, path, wanted) in [
        ("https://www.shop.example", "/a/x?y", "p=3; d=1; h=2"),
        ("https://www.shop.example", "/ab", "d=1; h=2"),
        ("https://api.shop.example", "/", "d=1"),
        ("https://shop.example", "/", "d=1"),
        ("https://notshop.example", "/", ""),
        ("https://shop.example.evil.test", "/", ""),
    ] {
        assert_eq!(sent(&mut jar, origin, path), wanted, "{origin}{path}");
    }
}

#[test]
fn nobody_sets_cookies_for_a_public_suffix_a_stranger_or_an_address() {
    for (origin, line) in [
        ("https://a.co.uk", "x=1; Domain=co.uk"),
        ("https://me.github.io", "x=1; Domain=github.io"),
        ("https://shop.example", "x=1; Domain=example"),
        ("https://shop.example", "x=1; Domain=other.example"),
        ("https://shop.example", "x=1; Domain=www.shop.example"),
        ("http://127.0.0.1:8080", "x=1; Domain=0.0.1"),
        ("https://shop.example", "x=1; Domain=sh\u{f6}p.example"),
    ] {
        let mut jar = jar_of(origin, &[line]);
        assert_eq!(sent(&mut jar, origin, "/a/b"), "", "{line}");
    }
    let mut own = jar_of("https://github.io", &["x=1; Domain=github.io; Path=/"]);
    assert_eq!(sent(&mut own, "https://github.io", "/"), "x=1");
    assert_eq!(sent(&mut own, "https://me.github.io", "/"), "");
    let mut address = jar_of("http://127.0.0.1:8080", &["x=1; Domain=127.0.0.1; Path=/"]);
    assert_eq!(sent(&mut address, "http://127.0.0.1:9", "/"), "x=1");
}

#[test]
fn secure_cookies_and_prefixes_hold() {
    for (origin, line, kept) in [
        ("https://shop.example", "x=1; Secure", true),
        ("http://shop.example", "x=1; Secure", false),
        ("http://shop.localhost:1", "x=1; Secure", true),
        ("https://shop.example", "x=1; SameSite=None", false),
        ("https://shop.example", "x=1; SameSite=None; Secure", true),
        ("https://shop.example", "__Secure-x=1", false),
        ("https://shop.example", "__secure-x=1; Secure", true),
        ("https://shop.example", "__Host-x=1; Secure", false),
        ("https://shop.example", "__Host-x=1; Secure; Path=/", true),
        (
            "https://shop.example",
            "__Host-x=1; Secure; Path=/; Domain=shop.example",
            false,
        ),
        ("https://shop.example", "=__Host-x=1; Secure; Path=/", false),
        ("https://shop.example", "x=1\u{1}", false),
        ("https://shop.example", "", false),
        ("https://shop.example", "=", false),
        ("https://shop.example", "plain", true),
    ] {
        let mut jar = jar_of(origin, &[line]);
        assert_eq!(!sent(&mut jar, origin, "/a/b").is_empty(), kept, "{line}");
    }
    let mut jar = jar_of("https://shop.example", &["x=safe; Secure; Path=/"]);
    jar.receive(
        &at("http://shop.example"),
        "/",
        "x=evil; Path=/",
        Relation::SameSite,
        NOW,
    );
    assert_eq!(sent(&mut jar, "https://shop.example", "/"), "x=safe");
}

#[test]
fn same_site_decides_by_where_the_request_comes_from() {
    let lines = [
        "strict=1; SameSite=Strict; Path=/",
        "lax=2; SameSite=Lax; Path=/",
        "unsaid=3; Path=/",
        "none=4; SameSite=None; Secure; Path=/",
    ];
    let mut jar = jar_of("https://shop.example", &lines);
    for (relation, later, wanted) in [
        (Relation::SameSite, 0, "strict=1; lax=2; unsaid=3; none=4"),
        (Relation::TopLevel, 0, "lax=2; unsaid=3; none=4"),
        (Relation::TopLevelUnsafe, 0, "unsaid=3; none=4"),
        (Relation::TopLevelUnsafe, 121, "none=4"),
        (Relation::CrossSite, 0, "none=4"),
    ] {
        let header = jar.header(&at("https://shop.example"), "/", relation, NOW + later);
        assert_eq!(header, wanted, "{relation:?} {later}");
    }
    let mut jar = Jar::default();
    for line in lines {
        jar.receive(
            &at("https://shop.example"),
            "/",
            line,
            Relation::CrossSite,
            NOW,
        );
    }
    assert_eq!(sent(&mut jar, "https://shop.example", "/"), "none=4");
}

#[test]
fn sites_are_schemes_and_registrable_domains() {
    for (one, other, same) in [
        (
            "https://a.shop.example",
            "https://b.shop.example:8443",
            true,
        ),
        ("http://shop.example", "https://shop.example", false),
        ("https://a.co.uk", "https://b.co.uk", false),
        ("https://a.github.io", "https://b.github.io", false),
        ("http://a.shop.localhost:1", "http://shop.localhost:2", true),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", true),
        ("http://127.0.0.1", "http://1.127.0.0.1.nip.example", false),
    ] {
        assert_eq!(same_site(&at(one), &at(other)), same, "{one} {other}");
    }
}

#[test]
fn scripts_neither_read_nor_write_nor_make_http_only_cookies() {
    let mut jar = jar_of(
        "https://shop.example",
        &["s=secret; HttpOnly; Path=/", "v=1; Path=/"],
    );
    let shop = at("https://shop.example");
    jar.assign(&shop, "/", "s=stolen; Path=/", NOW);
    jar.assign(&shop, "/", "s=; Path=/; Max-Age=0", NOW);
    jar.assign(&shop, "/", "made=1; HttpOnly; Path=/", NOW);
    jar.assign(&shop, "/", "v=2; Path=/", NOW);
    assert_eq!(jar.readable(&shop, "/", NOW), "v=2");
    assert_eq!(sent(&mut jar, "https://shop.example", "/"), "s=secret; v=2");
}

#[test]
fn cookies_end_when_they_say_so_and_max_age_beats_expires() {
    let mut jar = jar_of(
        "https://shop.example",
        &[
            "a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
            "b=1; Max-Age=99999999999999999999; Path=/",
            "c=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
            "d=1; Path=/",
            "d=; Max-Age=-1; Path=/",
            "e=1; Expires=whenever; Path=/",
        ],
    );
    assert_eq!(sent(&mut jar, "https://shop.example", "/"), "a=1; b=1; e=1");
    let shop = at("https://shop.example");
    let later = jar.header(&shop, "/", Relation::SameSite, NOW + 10);
    assert_eq!(later, "b=1; e=1");
    let much_later = jar.header(&shop, "/", Relation::SameSite, NOW + 401 * 86_400);
    assert_eq!(much_later, "e=1");
}

#[test]
fn a_jar_is_bounded_by_site_in_all_and_in_each_cookie() {
    let mut jar = Jar::default();
    let shop = at("https://shop.example");
    for n in 0..400 {
        let line = format!("c{n}=1; Path=/");
        jar.receive(&shop, "/", &line, Relation::SameSite, NOW);
    }
    let header = sent(&mut jar, "https://shop.example", "/");
    assert_eq!(header.split("; ").count(), 180);
    assert!(header.starts_with("c220=1") && header.ends_with("c399=1"));
    for n in 0..4_000 {
        let line = format!("c=1; Path=/; Domain=s{n}.example");
        let origin = at(&format!("https://s{n}.example"));
        jar.receive(&origin, "/", &line, Relation::SameSite, NOW);
    }
    assert_eq!(sent(&mut jar, "https://shop.example", "/"), "");
    assert_eq!(sent(&mut jar, "https://s1000.example", "/"), "c=1");
    assert_eq!(sent(&mut jar, "https://s999.example", "/"), "");
    let large = format!("x={}", "y".repeat(4_096));
    let mut jar = jar_of("https://shop.example", &[&large]);
    assert_eq!(sent(&mut jar, "https://shop.example", "/a/b"), "");
}

#[test]
fn clearing_a_site_takes_all_its_hosts() {
    let mut jar = jar_of("https://a.shop.example", &["x=1; Path=/"]);
    let other = at("https://other.example");
    jar.receive(&other, "/", "y=2; Path=/", Relation::SameSite, NOW);
    jar.clear_site(&at("https://b.shop.example"));
    assert_eq!(sent(&mut jar, "https://a.shop.example", "/"), "");
    assert_eq!(sent(&mut jar, "https://other.example", "/"), "y=2");
    jar.clear();
    assert_eq!(sent(&mut jar, "https://other.example", "/"), "");
}

proptest! {
    #[test]
    fn no_line_breaks_the_jar(lines in proptest::collection::vec("[a-c]=[ -~]{0,30}(; ?(Path|Domain|Max-Age|Expires|SameSite)=[ -~é]{0,12})*", 0..20)) {
        let mut jar = Jar::default();
        for line in &lines {
            jar.receive(&at("https://a.shop.example"), "/x/y", line, Relation::SameSite, NOW);
        }
        let header = sent(&mut jar, "https://a.shop.example", "/x/y");
        prop_assert!(!header.contains(['\r', '\n']));
        prop_assert_eq!(sent(&mut jar, "https://other.example", "/x/y"), "");
    }
}
