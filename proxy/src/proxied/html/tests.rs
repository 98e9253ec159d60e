use proptest::prelude::*;

use super::*;
use crate::proxied::places::Domain;
use crate::proxied::rules::Hosts;

const CDN: &str = "http://aaaaaaaaaaaaaaaa-s-cdn-example.localhost:7300";
const SHIM: &str = "<shim></shim>";

fn page() -> Page {
    let domain = Domain::parse("http://localhost:7300").unwrap();
    Page {
        places: Arc::new(Places::new("aaaaaaaaaaaaaaaa", &domain)),
        rules: Arc::new(Rules {
            direct: Hosts::new(&["pay.example"]).unwrap(),
            ..Rules::default()
        }),
        url: Url::parse("https://shop.example/a/b").unwrap(),
        markup: SHIM.to_owned(),
        inner_markup: "<inner></inner>".to_owned(),
    }
}

fn whole(html: &str) -> String {
    rewrite_whole(html, &page()).unwrap()
}

/// Without the runtime, for tests of everything else.
fn through(html: &str) -> String {
    whole(html).replacen(SHIM, "", 1)
}

fn in_pieces(html: &str, step: usize) -> String {
    let mut rewriter = Rewriter::new(page(), Found::default());
    let mut out = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let mut end = step.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        rewriter.push(&rest[..end], &mut out).unwrap();
        rest = &rest[end..];
    }
    rewriter.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_runtime_is_the_first_thing_that_runs_in_every_document() {
    for (html, wanted) in [
        (
            "<!doctype html><html><head><title>x",
            "<!doctype html><html><head>@<title>x",
        ),
        (
            "<!-- a --><!doctype html><!-- b --><HTML lang=x><HEAD id=y><script>",
            "<!-- a --><!doctype html><!-- b --><HTML lang=x><HEAD id=y>@<script>",
        ),
        (
            "<html><script>x</script><head>",
            "<html>@<script>x</script><head>",
        ),
        ("<html><body onload=x>", "<html>@<body onload=x>"),
        ("<title>x</title><p>", "@<title>x</title><p>"),
        (
            "<html><frameset><frame src=x></frameset>",
            "<html>@<frameset><frame src=x></frameset>",
        ),
        ("text only", "text only@"),
        ("", "@"),
        ("text <b>x", "text @<b>x"),
        ("</head><p>", "</head>@<p>"),
        (
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head>",
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head>@",
        ),
        (
            "<meta http-equiv=content-security-policy content=x><p>",
            "@<p>",
        ),
        (
            "<html><head><template><head></head></template>",
            "<html><head>@<template><head></head></template>",
        ),
    ] {
        assert_eq!(whole(html), wanted.replace('@', SHIM), "{html}");
    }
}

#[test]
fn every_attribute_that_loads_or_leads_is_exchanged() {
    for markup in [
        "<a href=\"@/x\">",
        "<area href=\"@/x\">",
        "<form action=\"@/x\">",
        "<button formaction=\"@/x\">",
        "<input formaction=\"@/x\">",
        "<input type=\"image\" src=\"@/x\">",
        "<img src=\"@/x\">",
        "<script src=\"@/x\"></script>",
        "<iframe src=\"@/x\">",
        "<frame src=\"@/x\">",
        "<embed src=\"@/x\">",
        "<object data=\"@/x\">",
        "<video src=\"@/x\" poster=\"@/y\">",
        "<audio src=\"@/x\">",
        "<source src=\"@/x\">",
        "<track src=\"@/x\">",
        "<body background=\"@/x\">",
        "<td background=\"@/x\">",
        "<img srcset=\"@/x 1x, @/y 2x\">",
        "<source srcset=\"@/x\">",
        "<link rel=\"preload\" as=\"image\" imagesrcset=\"@/x 1x\">",
        "<link rel=\"stylesheet\" href=\"@/x\">",
        "<link rel=\"Shortcut ICON\" href=\"@/x\">",
        "<link rel=\"manifest\" href=\"@/x\">",
        "<link rel=\"modulepreload\" href=\"@/x\">",
        "<svg><image href=\"@/x\" /><use xlink:href=\"@/x#y\" /></svg>",
        "<svg><a href=\"@/x\"></a></svg>",
        "<p style=\"background:url(&quot;@/x&quot;)\">",
        "<svg><rect fill=\"url(&quot;@/x&quot;)\" /></svg>",
        "<style>a{b:url(\"@/x\")}</style>",
        "<meta http-equiv=\"refresh\" content=\"0;url=@/x\">",
        "<base href=\"@/x/\">",
    ] {
        let html = markup.replace('@', "https://cdn.example");
        assert_eq!(through(&html), markup.replace('@', CDN), "{html}");
        let scheme_less = markup.replace('@', "//cdn.example");
        assert_eq!(
            through(&scheme_less),
            markup.replace('@', CDN),
            "{scheme_less}"
        );
    }
}

#[test]
fn what_is_relative_or_only_names_a_page_stays_byte_for_byte() {
    for html in [
        "<a href='/x?a=1&b=2&amp;c'>",
        "<a href=x>",
        "<img src=\"../y\" srcset='a 1x, b 2x'>",
        "<a href>",
        "<link rel=canonical href=https://shop.example/>",
        "<link rel=alternate href=//cdn.example/feed>",
        "<blockquote cite=https://cdn.example/>",
        "<a href=\"javascript:void('https://cdn.example')\">",
        "<img src='data:image/png;base64,//8='>",
        "<p style=\"color:red;background:url(x)\">",
        "<div data-src=https://cdn.example/x>",
        "<script>var x='https://cdn.example/'</script>",
        "<style>a{b:url(x)}</style>",
        "<meta name=referrer content=no-referrer>",
        "<meta http-equiv=refresh content='5'>",
        "<a href=https://pay.example/f>",
        "<script nonce=abc integrity=sha256-x src=/x></script>",
        "<textarea><img src=//cdn.example></textarea>",
        "<!-- <img src=//cdn.example> -->",
        "<p title='&quot;é'>日本",
    ] {
        let same = through(html).replace("\"https://pay.example/f\"", "https://pay.example/f");
        assert_eq!(same, html);
    }
}

#[test]
fn character_references_are_read_and_written() {
    for (html, wanted) in [
        (
            "<a href='https&colon;&#x2f;&#47;cdn.example/?a&amp;b'>",
            format!("<a href=\"{CDN}/?a&amp;b\">"),
        ),
        (
            "<a href=\"https://cdn.example/?a=1&b=2&quot;\">",
            format!("<a href=\"{CDN}/?a=1&amp;b=2%22\">"),
        ),
        (
            "<a href='https://cdn.example/?x=1&copy=2'>",
            format!("<a href=\"{CDN}/?x=1&amp;copy=2\">"),
        ),
    ] {
        assert_eq!(through(html), wanted);
    }
}

#[test]
fn what_the_edge_must_not_let_through_is_gone() {
    for (html, wanted) in [
        (
            "<p><meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">",
            "<p>",
        ),
        (
            "<p><meta HTTP-EQUIV=content-security-policy-report-only content=x>",
            "<p>",
        ),
        ("<p><link rel=preconnect href=//cdn.example>", "<p>"),
        (
            "<p><link rel='dns-prefetch preconnect' href=//cdn.example>",
            "<p>",
        ),
        (
            "<p><script type=speculationrules>{\"prerender\":[]}</script>",
            "<p>",
        ),
        ("<p><script type=' SpeculationRules '>{}</script>", "<p>"),
        ("<a ping=//cdn.example href=x>", "<a href=x>"),
        (
            "<link rel=stylesheet href=x integrity=sha256-x>",
            "<link rel=stylesheet href=x>",
        ),
        (
            "<img attributionsrc=https://cdn.example src=x>",
            "<img src=x>",
        ),
    ] {
        assert_eq!(through(html), wanted, "{html}");
    }
}

#[test]
fn the_first_base_decides_and_is_itself_exchanged() {
    let html = "<base target=x><base href=//cdn.example/a/><base href=https://other.example/><a href=b><a href=//c.example/>";
    let out = through(html);
    assert!(out.contains(&format!("<base href=\"{CDN}/a/\">")), "{out}");
    assert!(out.contains("<a href=b>"));
    let http = through("<base href=http://cdn.example/><a href=//c.example/>");
    assert!(
        http.contains("aaaaaaaaaaaaaaaa-h-c-example.localhost"),
        "{http}"
    );
}

#[test]
fn a_document_in_an_attribute_is_a_document() {
    let out = through(
        "<iframe srcdoc=\"<p><img src=&quot;//cdn.example/x?a&amp;amp;b&quot;>\"></iframe>",
    );
    assert_eq!(
        out,
        format!(
            "<iframe srcdoc=\"<inner></inner><p><img src=&quot;{CDN}/x?a&amp;amp;b&quot;>\"></iframe>"
        )
    );
    let mut deep = "<img src=//cdn.example>".to_owned();
    for _ in 0..6 {
        deep = format!(
            "<iframe srcdoc=\"{}\">",
            deep.replace('&', "&amp;").replace('"', "&quot;")
        );
    }
    assert!(!through(&deep).contains("cdn.example"));
}

#[test]
fn an_import_map_leads_to_proxied_modules() {
    let html = "<script type=importmap>{\"imports\":{\"https://cdn.example/a\":\"https://cdn.example/b\",\"c\":\"./c.js\"},\"scopes\":{\"https://cdn.example/\":{\"d\":\"//cdn.example/<\"}}}</script>";
    let out = through(html);
    assert!(
        out.contains(&format!("\"https://cdn.example/a\":\"{CDN}/b\"")),
        "{out}"
    );
    assert!(out.contains("\"c\":\"./c.js\""));
    assert!(out.contains("\"https://cdn.example/\":{") && out.contains(&format!("\"{CDN}/\":{{")));
    assert_eq!(
        through("<script type=importmap>{oops</script>"),
        "<script type=importmap>{oops</script>"
    );
}

#[test]
fn style_text_cannot_close_its_element() {
    let out = through("<style>a{b:url(//cdn.example/#\\3c/style>)}</style>");
    assert_eq!(out.matches("</style").count(), 1, "{out}");
}

#[test]
fn forms_and_scripts_keep_the_encoding_the_page_came_in() {
    let found = Found::default();
    found.set(encoding_rs::SHIFT_JIS).unwrap();
    let mut rewriter = Rewriter::new(page(), found);
    let mut out = Vec::new();
    rewriter
        .push(
            "<form></form><form accept-charset=x><script src=x></script>",
            &mut out,
        )
        .unwrap();
    rewriter.finish(&mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.contains("<form accept-charset=\"Shift_JIS\"></form><form accept-charset=x><script src=x charset=\"Shift_JIS\"></script>"),
        "{out}"
    );
}

#[test]
fn a_giant_tag_passes_once_the_runtime_is_in_and_is_refused_before() {
    let mut small = page();
    small.rules = Arc::new(Rules {
        memory: 64 << 10,
        ..Rules::default()
    });
    let run = |html: &str| {
        let mut rewriter = Rewriter::new(small.clone(), Found::default());
        let mut out = Vec::new();
        for piece in html.as_bytes().chunks(4_096) {
            rewriter.push(std::str::from_utf8(piece).unwrap(), &mut out)?;
        }
        rewriter.finish(&mut out)?;
        Ok::<_, Unwritable>(String::from_utf8(out).unwrap())
    };
    let giant = format!(
        "<img src=\"data:,{}\"><a href=\"https://cdn.example/\">",
        "x".repeat(200_000)
    );
    let html = format!("<head></head>{giant}");
    assert_eq!(run(&html).unwrap(), format!("<head>{SHIM}</head>{giant}"));
    assert_eq!(run(&giant), Err(Unwritable));
}

#[test]
fn the_facts_survive_their_attribute() {
    let page = page();
    let facts = facts(&page.places, &page.rules, &page.url, "a='\"<>&", true);
    let (outer, inner) = markup(&page.places, &page.url, &facts, Some("key"));
    let raw = outer.split('\'').nth(1).unwrap();
    let read: serde_json::Value = serde_json::from_str(&htmlize::unescape_attribute(raw)).unwrap();
    assert_eq!(read["cookie"], "a='\"<>&");
    assert_eq!(read["origin"], "https://shop.example");
    assert_eq!(read["direct"][0], "pay.example");
    assert!(outer.ends_with("data-site='key' data-proxied='https://shop.example'></script>"));
    let place = "http://aaaaaaaaaaaaaaaa-s-shop-example.localhost:7300";
    assert!(inner.starts_with(&format!("<script src=\"{place}/.coview/shim.js\"")));
    assert!(!inner.contains("coview.js"));
}

proptest! {
    #[test]
    fn pieces_of_any_size_make_the_same_document(
        parts in proptest::collection::vec(prop_oneof![
            Just("<head>"), Just("<a href=//cdn.example/x>"), Just("<style>a{b:url(//cdn.example/y)}</style>"),
            Just("text é "), Just("<!-- c -->"), Just("<script>'</scrip'</script>"), Just("<img srcset='//cdn.example/a 1x, b 2x'"),
            Just(">"), Just("<iframe srcdoc='<p>&amp;'>"), Just("<base href=//cdn.example/>"), Just("&lt;"), Just("<"),
            Just("<script type=importmap>{\"imports\":{\"a\":\"//cdn.example/\"}}</script>"),
        ], 0..12),
        step in 1usize..40,
    ) {
        let html = parts.concat();
        prop_assert_eq!(in_pieces(&html, step), whole(&html));
    }

    #[test]
    fn any_text_at_all_is_rewritten(html in "\\PC{0,200}") {
        let _ = whole(&html);
    }
}
