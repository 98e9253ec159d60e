use proptest::prelude::*;

use super::*;

const WORD: &str = "aaaaaaaaaaaaaaaa";

fn places() -> Places {
    Places::new(WORD, &Domain::parse("http://localhost:7300").unwrap())
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn the_vectors_hold_both_ways() {
    let vectors: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../../vectors/places.json")).unwrap();
    for vector in vectors {
        let real = url(vector["url"].as_str().unwrap());
        let proxied = vector["proxied"].as_str();
        assert_eq!(places().written_out(&real).as_deref(), proxied, "{real}");
        if let Some(proxied) = proxied {
            assert_eq!(places().real(&url(proxied)), Some(real));
        }
    }
}

#[test]
fn what_does_not_fit_a_label_lives_in_the_table_of_its_session_only() {
    let (mine, other) = (places(), places());
    for text in [
        "http://[::1]:8080/a?b#c",
        "https://x.p80/",
        "https://shop.example./",
        "https://my_shop.example/",
        "wss://[2606:4700::1]/live",
    ] {
        let real = url(text);
        let proxied = url(&mine.proxied(&real).unwrap());
        assert!(
            proxied
                .host_str()
                .unwrap()
                .starts_with("aaaaaaaaaaaaaaaa-x-")
        );
        assert_eq!(mine.real(&proxied), Some(real));
        assert_eq!(other.real(&proxied), None);
    }
    mine.clear();
    let gone = url("http://[::1]:8080/");
    let proxied = other.proxied(&gone).unwrap();
    assert_eq!(mine.real(&url(&proxied)), None);
}

#[test]
fn a_full_table_takes_no_more_and_keeps_what_it_has() {
    let places = places();
    let at = |n: usize| RealOrigin::of(&url(&format!("http://[::{n:x}]/"))).unwrap();
    for n in 0..TABLE {
        assert!(places.place(&at(n)).is_some());
    }
    assert_eq!(places.place(&at(TABLE)), None);
    assert!(places.place(&at(7)).is_some());
}

#[test]
fn foreign_words_other_domains_and_odd_labels_name_nothing() {
    let places = places();
    for host in [
        "localhost:7300",
        "aaaaaaaaaaaaaaaa.localhost:7300",
        "aaaaaaaaaaaaaaab-s-shop-example.localhost:7300",
        "aaaaaaaaaaaaaaaa-s-shop-example.localhost:7301",
        "aaaaaaaaaaaaaaaa-s-shop-example.localhost",
        "x.aaaaaaaaaaaaaaaa-s-shop-example.localhost:7300",
        "aaaaaaaaaaaaaaaa-s-.localhost:7300",
        "aaaaaaaaaaaaaaaa-q-shop-example.localhost:7300",
        "aaaaaaaaaaaaaaaa-s-shop-example-p443.localhost:7300",
        "aaaaaaaaaaaaaaaa-s-shop-example-p0443.localhost:7300",
        "aaaaaaaaaaaaaaaa-s-shop-example-p70000.localhost:7300",
        "aaaaaaaaaaaaaaaa-s-2130706433.localhost:7300",
        "aaaaaaaaaaaaaaaa-s-a-é.localhost:7300",
        "aaaaaaaaaaaaaaaa-x-aaaaaaaaaaaaaaaaaaaa.localhost:7300",
        "é",
    ] {
        assert_eq!(places.at(host), None, "{host}");
    }
    assert_eq!(places.at(&places.lobby()), Some(Place::Lobby));
    assert_eq!(places.host(&places.lobby()), None);
}

#[test]
fn urls_under_the_domain_and_other_schemes_are_left_alone() {
    let places = places();
    for text in [
        "http://localhost:7300/console/",
        "http://aaaaaaaaaaaaaaaa-s-shop-example.localhost:7300/",
        "data:text/plain,x",
        "mailto:a@shop.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ] {
        assert_eq!(places.proxied(&url(text)), None, "{text}");
    }
}

#[test]
fn a_domain_is_a_bare_web_origin_with_a_name() {
    for good in ["https://proxy.example.net", "http://localhost:7300/"] {
        assert!(Domain::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "proxy.example.net",
        "https://10.0.0.1",
        "https://[::1]",
        "https://proxy.example.net/x",
        "https://u@proxy.example.net",
        "ftp://proxy.example.net",
        "https://proxy.example.net.",
    ] {
        assert_eq!(Domain::parse(bad), Err(NotADomain), "{bad}");
    }
    let domain = Domain::parse("https://proxy.example.net:443").unwrap();
    assert_eq!(domain.authority(), "proxy.example.net");
    let host = format!("{WORD}-s-a-b.proxy.example.net:443");
    assert_eq!(domain.word_of(&host).unwrap().0, WORD);
    assert!(domain.covers("x.Proxy.example.net") && !domain.covers("xproxy.example.net"));
}

#[test]
fn proxied_urls_inside_texts_become_real() {
    let places = places();
    let at = "aaaaaaaaaaaaaaaa-s-shop-example";
    for (text, wanted) in [
        (format!("next=http://{at}.localhost:7300/x"), "next=https://shop.example/x"),
        (format!("next=http%3A%2F%2F{at}.localhost%3A7300%2Fx&y"), "next=https%3A%2F%2Fshop.example%2Fx&y"),
        (format!("u=http%3a%2f%2f{at}.localhost%3a7300&v=ws://{at}.localhost:7300"), "u=https%3a%2f%2fshop.example&v=wss://shop.example"),
        (format!("u=http%253A%252F%252F{at}.localhost%253A7300%252F"), "u=https%253A%252F%252Fshop.example%252F"),
        (
            "o=http://aaaaaaaaaaaaaaaa-h-localhost-p7301.localhost:7300&p=http%3A%2F%2Faaaaaaaaaaaaaaaa-h-localhost-p7301.localhost%3A7300".to_owned(),
            "o=http://localhost:7301&p=http%3A%2F%2Flocalhost%3A7301",
        ),
        (format!("h={at}.localhost:7300"), "h=shop.example"),
        (format!("x=http://{at}.localhost:73001/"), &format!("x=http://{at}.localhost:73001/")),
        (format!("x=http://{at}.elsewhere.example/"), &format!("x=http://{at}.elsewhere.example/")),
        ("x=http://aaaaaaaaaaaaaaab-s-shop-example.localhost:7300".to_owned(), "x=http://aaaaaaaaaaaaaaab-s-shop-example.localhost:7300"),
        ("é=aaaaaaaaaaaaaaaa".to_owned(), "é=aaaaaaaaaaaaaaaa"),
        (String::new(), ""),
    ] {
        assert_eq!(places.real_text(&text), wanted);
    }
}

#[test]
fn words_are_fresh_and_well_formed() {
    let (one, two) = (Places::fresh_word(), Places::fresh_word());
    assert!(label::is_word(&one) && label::is_word(&two) && one != two);
}

proptest! {
    #[test]
    fn any_origin_comes_back(
        secure: bool,
        host in "[a-z0-9.-]{1,40}",
        port in proptest::option::of(1u16..),
        rest in "(/[!-~]{0,20})?",
    ) {
        let scheme = if secure { "https" } else { "http" };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        if let Ok(real) = Url::parse(&format!("{scheme}://{host}{port}{rest}")) {
            let places = places();
            if !places.domain.covers(&RealOrigin::of(&real).unwrap().authority()) {
                let proxied = Url::parse(&places.proxied(&real).unwrap()).unwrap();
                prop_assert!(proxied.host_str().unwrap().split('.').next().unwrap().len() <= 63);
                prop_assert_eq!(places.real(&proxied), Some(real));
            }
        }
    }

    #[test]
    fn any_text_can_be_searched_for_proxied_urls(parts in proptest::collection::vec(prop_oneof![
        Just(WORD.to_owned()), Just("http://".to_owned()), Just("%3A%2F%2F".to_owned()), Just("-s-a-b".to_owned()),
        Just(".localhost".to_owned()), Just("%3a7300".to_owned()), Just(":7300".to_owned()), "\\PC{0,3}",
    ], 0..12)) {
        let text = parts.concat();
        let _ = places().real_text(&text);
    }

    #[test]
    fn any_label_means_one_origin_or_none(rest in "-[shx]-[a-z0-9-]{0,30}") {
        let places = places();
        let host = format!("{WORD}{rest}.localhost:7300");
        if let Some(origin) = places.host(&host) {
            prop_assert_eq!(places.place(&origin), Some(host));
        }
    }
}
