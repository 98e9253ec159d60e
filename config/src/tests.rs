use crate::{Config, ConfigError, DEFAULT, Fault};

fn faults(text: &str) -> Vec<(String, usize)> {
    let error: ConfigError = Config::parse("coview.toml", text).unwrap_err();
    error
        .faults
        .into_iter()
        .map(|Fault { key, line, .. }| (key, line))
        .collect()
}

const SITE: &str = "[[sites]]\nkey = \"shop\"\nweb_origins = [\"https://shop.example\"]\n";

#[test]
fn default_file_equals_the_defaults() {
    assert_eq!(
        Config::parse("default.toml", DEFAULT).unwrap(),
        Config::default()
    );
}

#[test]
fn commented_examples_of_the_default_file_are_valid() {
    let text: String = DEFAULT
        .lines()
        .map(|line| {
            let commented = line
                .strip_prefix("# ")
                .filter(|rest| rest.starts_with('[') || rest.contains(" = "));
            format!("{}\n", commented.unwrap_or(line))
        })
        .collect();
    let config = Config::parse("examples", &text).unwrap();
    assert_eq!(config.sites.len(), 1);
    assert!(config.proxy.domain.is_some());
    assert!(config.tls.is_some());
    assert_eq!(config.sites[0].masks.mask.len(), 2);
}

#[test]
fn every_default_stands_in_the_default_file() {
    fn section(name: &str, defaults: impl serde::Serialize, file: &toml::Table) {
        let defaults = toml::Table::try_from(defaults).unwrap();
        let written = file[name].as_table().unwrap();
        assert_eq!(
            defaults.keys().collect::<Vec<_>>(),
            written.keys().collect::<Vec<_>>(),
            "[{name}]"
        );
    }
    let config = Config::default();
    let file: toml::Table = DEFAULT.parse().unwrap();
    section("listen", config.listen, &file);
    section("sessions", config.sessions, &file);
    section("limits", config.limits, &file);
    section("rates", config.rates, &file);
    section("assets", config.assets, &file);
    section("proxy", config.proxy, &file);
    section("log", config.log, &file);
    assert_eq!(file.len(), 7, "a section without defaults");
}

#[test]
fn units_are_written_as_they_are_read() {
    let config = Config::default();
    let text = toml::to_string(&config.limits).unwrap();
    let again = Config::parse("t", &format!("[limits]\n{text}")).unwrap();
    assert_eq!(again, config);
    let text = toml::to_string(&config.rates).unwrap();
    assert_eq!(
        Config::parse("t", &format!("[rates]\n{text}")).unwrap(),
        config
    );
    let text = toml::to_string(&config.sessions).unwrap();
    assert!(
        text.contains("code = \"10m\"") && text.contains("flush = \"100ms\""),
        "{text}"
    );
    assert_eq!(
        Config::parse("t", &format!("[sessions]\n{text}")).unwrap(),
        config
    );
}

#[test]
fn unknown_keys_are_refused_with_their_line() {
    let error = Config::parse(
        "coview.toml",
        "[limits]\nframe = \"1MiB\"\nframes = \"1MiB\"\n",
    )
    .unwrap_err();
    assert_eq!(error.faults[0].line, 3);
    assert!(
        error
            .to_string()
            .starts_with("coview.toml:3: unknown field `frames`"),
        "{error}"
    );
}

#[test]
fn wrong_units_are_refused_with_their_line_and_an_example() {
    for (text, line, says) in [
        ("[limits]\nframe = \"1MB\"\n", 2, "64KiB"),
        ("[limits]\nframe = 1048576\n", 2, "64KiB"),
        ("[sessions]\n\nresume = \"60\"\n", 3, "30s"),
        ("[rates]\nhandshakes = \"0/s\"\n", 2, "20/s"),
        ("[rates]\nhandshakes = \"20 per s\"\n", 2, "20/s"),
        ("[limits]\nframe = \"99999999999999GiB\"\n", 2, "64KiB"),
    ] {
        let error = Config::parse("coview.toml", text).unwrap_err();
        assert_eq!(error.faults[0].line, line, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn a_value_in_place_of_a_section_is_refused_in_toml_words() {
    let error = Config::parse("coview.toml", "log = 3\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "coview.toml:1: invalid type: integer `3`, expected a table"
    );
}

#[test]
fn all_contradictions_are_reported_at_once() {
    let text = "[listen]\npublic = \"0.0.0.0:443\"\n\n[limits]\ndepth = 9000\n\n[sessions]\ncode = \"11m\"\n";
    assert_eq!(
        faults(text),
        [
            ("listen.url".to_owned(), 1),
            ("listen.public".to_owned(), 2),
            ("limits.depth".to_owned(), 5),
            ("sessions.code".to_owned(), 8),
        ]
    );
}

#[test]
fn the_second_site_is_blamed_at_its_own_line() {
    let text = format!("{SITE}\n{SITE}");
    assert_eq!(faults(&text), [("sites[1].key".to_owned(), 6)]);
}

#[test]
fn a_site_needs_a_plain_key_and_a_web_origin() {
    assert_eq!(
        faults("[[sites]]\nkey = \"Shop 1\"\nweb_origins = []\n").len(),
        2
    );
}

#[test]
fn web_origins_are_compared_exactly() {
    let allows = |pattern: &str, origin: &str| {
        let text = format!("[[sites]]\nkey = \"s\"\nweb_origins = [\"{pattern}\"]\n");
        Config::parse("t", &text).unwrap().sites[0].web_origins[0].allows(origin)
    };
    for (pattern, origin, fits) in [
        ("https://shop.example", "https://shop.example", true),
        ("https://shop.example:443", "https://shop.example", true),
        ("https://shop.example", "http://shop.example", false),
        ("https://shop.example", "https://shop.example:444", false),
        (
            "https://shop.example",
            "https://shop.example.evil.test",
            false,
        ),
        ("https://shop.example", "https://evilshop.example", false),
        ("https://shop.example", "https://SHOP.example", false),
        ("https://shop.example", "null", false),
        ("https://shop.example", "", false),
        ("https://*.shop.example", "https://a.shop.example", true),
        ("https://*.shop.example", "https://a.b.shop.example", true),
        ("https://*.shop.example", "https://shop.example", false),
        ("https://*.shop.example", "https://ashop.example", false),
        (
            "https://*.shop.example",
            "https://evil.test/.shop.example",
            false,
        ),
        ("http://localhost:*", "http://localhost", true),
        ("http://localhost:*", "http://localhost:7301", true),
        (
            "http://localhost:*",
            "http://localhost.evil.test:7301",
            false,
        ),
        (
            "http://localhost:*",
            "http://localhost:7301@evil.test",
            false,
        ),
        ("http://[::1]:*", "http://[::1]:7301", true),
    ] {
        assert_eq!(allows(pattern, origin), fits, "{pattern} {origin}");
    }
}

#[test]
fn web_origins_that_are_none_are_refused() {
    for bad in [
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop.example/path",
        "https://a:99999",
    ] {
        let text = format!("[[sites]]\nkey = \"s\"\nweb_origins = [\"{bad}\"]\n");
        let error = Config::parse("t", &text).unwrap_err();
        assert_eq!(error.faults[0].line, 3, "{bad}: {error}");
    }
}

#[test]
fn clear_text_beyond_loopback_needs_tls_or_a_proxy_that_has_it() {
    let listen = "[listen]\npublic = \"0.0.0.0:80\"\nurl = \"https://edge.example\"\n";
    assert_eq!(faults(listen), [("listen.public".to_owned(), 2)]);
    Config::parse("t", &format!("{listen}behind_tls_proxy = true\n")).unwrap();
    Config::parse(
        "t",
        &format!("{listen}[tls]\ncertificate = \"c\"\nkey = \"k\"\n"),
    )
    .unwrap();
}

fn with_domain(listen: &str, domain: &str) -> String {
    format!("[listen]\n{listen}\n[proxy]\ndomain = \"{domain}\"\n")
}

#[test]
fn proxied_sites_live_on_a_site_of_their_own() {
    let own = "url = \"https://edge.example.com\"";
    for good in [
        "https://proxy.example.net",
        "https://coview-proxied.com",
        "http://localhost:7300",
        "http://proxy.localhost",
    ] {
        Config::parse("t", &with_domain(own, good)).unwrap();
    }
    for (bad, says) in [
        ("https://edge.example.com", "the edge's own host"),
        ("https://proxy.edge.example.com", "the same site"),
        ("https://example.com", "the same site"),
        ("https://proxy.example.com", "the same site"),
        ("http://proxy.example.net", "clear text"),
        ("http://127.0.0.1:7300", "is not scheme and host"),
        ("https://proxy.example.net/", "is not scheme and host"),
    ] {
        let error = Config::parse("t", &with_domain(own, bad)).unwrap_err();
        assert_eq!(error.faults[0].line, 4, "{bad}: {error}");
        assert!(error.to_string().contains(says), "{bad}: {error}");
    }
}

#[test]
fn the_proxy_is_off_without_a_domain() {
    assert_eq!(Config::default().proxy.domain, None);
}

#[test]
fn hosts_of_the_proxy_are_globs_of_host_names() {
    for good in ["*", "*.example.com", "shop-?.example"] {
        Config::parse("t", &format!("[proxy]\nallow = [\"{good}\"]\n")).unwrap();
    }
    for bad in ["", "https://example.com", "example.com/path", "Example.com"] {
        let text = format!("[proxy]\ndeny = [\"{bad}\"]\n");
        assert_eq!(faults(&text), [("proxy.deny".to_owned(), 2)], "{bad}");
    }
}
