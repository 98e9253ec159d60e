//! Compiling a site's masks: what is enforced, what is told to the page, what is refused and why.

use coview_config::{MaskRule, Masks, Preset};
use coview_dom_capture::mask::Rules;
use coview_dom_capture::protocol::Mask;

use crate::page::{begin, gate_of, html, masks, rule};

/// Why a selector is refused.
fn reason(selector: &str) -> String {
    match Rules::compile(&masks(&[selector])) {
        Err(errors) => errors[0].to_string(),
        Ok(_) => panic!("{selector} is accepted"),
    }
}

#[test]
fn what_the_edge_cannot_enforce_is_refused_with_its_reason() {
    let refused = [
        ("label:has(input)", "':has()' cannot be enforced"),
        ("p:nth-child(2)", "':nth-child()' cannot be enforced"),
        ("p:first-child", "':first-child' cannot be enforced"),
        ("a:hover", "':hover' cannot be enforced"),
        ("input:checked", "':checked' cannot be enforced"),
        (":is(a, b)", "':is()' cannot be enforced"),
        ("p::before", "pseudo-elements"),
        ("a + b", "'+' cannot be enforced"),
        ("a ~ b", "'~' cannot be enforced"),
        ("svg|a", "namespaces"),
        ("a:not(.b.c)", "single simple selectors"),
        ("a:not(:not(.b))", "single simple selectors"),
        ("a:not(b c)", "single simple selectors"),
        ("a:not()", "is empty"),
        ("*", "names nothing"),
        ("p :not(.x)", "names nothing"),
        ("", "a part is empty"),
        ("a,", "a part is empty"),
        (", a", "a part is empty"),
        ("> a", "a part is empty"),
        ("a >", "a part is empty"),
        ("a > > b", "a part is empty"),
        (".", "a class has no name"),
        ("#1x", "not a selector"),
        ("1x", "not a selector"),
        ("a{}", "not a selector"),
        ("&.x", "'&' has no meaning"),
        (".a p*", "a type stands first"),
        ("[a=b c]", "unknown flag"),
        ("[a=\"b\" q]", "unknown flag"),
        ("[a*=\"\"]", "matches nothing"),
        ("[a~=\"b c\"]", "matches nothing"),
        ("[u:x]", "no plain name|not understood|does not travel"),
        ("[u\\:m]", "does not travel"),
        ("[shadowrootmode]", "does not travel"),
        ("[\\@click]", "does not travel"),
        ("[onclick]", "never sent"),
        ("[srcdoc*=\"x\"]", "never sent"),
        ("[href^=\"javascript:\"]", "never sent"),
        ("[title=\"a\u{a0}b\"]", "no-break space"),
        ("a:not([title*=\"amp\"])", "use a longer one"),
        ("a:not([title$=\";\"])", "use a longer one"),
        ("a:not(DIV)", "lower case"),
        ("u-x", "reserved"),
        ("a\0b", "NUL"),
    ];
    for (selector, why) in refused {
        let said = reason(selector);
        assert!(
            why.split('|').any(|why| said.contains(why)),
            "{selector:?}: {said}"
        );
    }
    assert_eq!(
        reason("label:has(input)"),
        "mask 1 \"label:has(input)\": ':has()' cannot be enforced at the edge (HTML is matched in one pass). Mark the \
         element with class no-upscope, or use one of: type, .class, #id, [attr], descendant, >, :not(simple)"
    );
}

#[test]
fn every_bad_selector_is_reported() {
    let masks = Masks {
        mask: vec![rule(".a"), rule("a:hover"), rule("b + c")],
        unmask: vec![rule(".a .b")],
        ignore: vec![rule("*")],
        no_control: vec![rule("p:")],
        ..Masks::default()
    };
    let errors = Rules::compile(&masks).unwrap_err();
    let places: Vec<_> = errors
        .iter()
        .map(|error| (error.list, error.number))
        .collect();
    assert_eq!(
        places,
        [
            ("unmask", 1),
            ("mask", 2),
            ("mask", 3),
            ("ignore", 1),
            ("no_control", 1)
        ]
    );
}

#[test]
fn more_than_a_hundred_selectors_are_refused() {
    let many: Vec<String> = (0..101).map(|n| format!(".c{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(Rules::compile(&masks(&many)).is_err());
    assert!(Rules::compile(&masks(&many[1..])).is_ok());
}

#[test]
fn the_page_is_told_the_sites_lists_and_not_what_is_always_masked() {
    let masks = Masks {
        mask: vec![
            rule("  .a>.b ,[data-x='1' I]"),
            MaskRule {
                selector: "linearGradient".to_owned(),
                url: Some("https://shop.example/*".to_owned()),
            },
        ],
        unmask: vec![rule("p.ok[lang]")],
        ignore: vec![rule("#chat")],
        no_control: vec![rule("form")],
        presets: vec![Preset::Surfly],
    };
    let rules = Rules::compile(&masks).unwrap();
    let mask = |selector: &str, url: &str| Mask {
        selector: selector.to_owned(),
        url: url.to_owned(),
    };
    assert_eq!(
        rules.masks(),
        [
            mask("[surfly_private]", ""),
            mask(".surfly_private", ""),
            mask(
                ".a > .b:not(p.ok[lang]), [data-x=\"1\" i]:not(p.ok[lang])",
                ""
            ),
            mask("linearGradient:not(p.ok[lang])", "https://shop.example/*"),
        ]
    );
    assert_eq!(rules.ignore(), [mask("#chat", "")]);
    assert_eq!(rules.no_control(), [mask("form", "")]);
}

#[test]
fn an_unmask_spares_from_the_sites_masks_only() {
    let masks = Masks {
        mask: vec![rule(".pii")],
        unmask: vec![rule("p.ok"), rule("[data-show]")],
        ignore: vec![rule(".chat")],
        presets: vec![Preset::Rrweb],
        ..Masks::default()
    };
    let page = "<html><p class=\"pii\">1</p><p class=\"pii ok\">2</p><b class=\"pii ok\">3</b>\
        <p class=\"pii\" data-show=\"\">4</p><p class=\"chat ok\">5</p><p class=\"rr-mask ok\">6</p>\
        <p class=\"no-upscope ok\">7</p></html>";
    let mut gate = gate_of(&masks);
    let payload = begin(&mut gate, 15, page);
    let seen: String = html(&payload)
        .replace("<!--k1-->", "")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    assert_eq!(seen, "24");
}

#[test]
fn a_scoped_unmask_belongs_to_masks_of_the_same_scope() {
    let scoped = |selector: &str| MaskRule {
        selector: selector.to_owned(),
        url: Some("/a/*".to_owned()),
    };
    let masks = Masks {
        mask: vec![scoped(".pii"), rule(".card")],
        unmask: vec![scoped(".ok")],
        ..Masks::default()
    };
    let rules = Rules::compile(&masks).unwrap();
    assert_eq!(rules.masks()[0].selector, ".pii:not(.ok)");
    assert_eq!(rules.masks()[1].selector, ".card");
    let nobodys = Masks {
        mask: vec![rule(".card")],
        unmask: vec![scoped(".ok")],
        ..Masks::default()
    };
    assert_eq!(Rules::compile(&nobodys).unwrap_err()[0].list, "unmask");
}

#[test]
fn every_preset_masks_its_markers() {
    let markers = [
        (Preset::Rrweb, "class=\"rr-block\""),
        (Preset::Openreplay, "data-openreplay-obscured=\"\""),
        (Preset::Surfly, "surfly_private=\"\""),
        (Preset::Sentry, "data-sentry-mask=\"\""),
        (Preset::Fullstory, "class=\"fs-exclude\""),
    ];
    for (preset, marker) in markers {
        let page = format!("<html><p {marker}>SECRET</p></html>");
        let with = Masks {
            presets: vec![preset],
            ..Masks::default()
        };
        let payload = begin(&mut gate_of(&with), 3, &page);
        assert!(!html(&payload).contains("SECRET"), "{marker}");
        let payload = begin(&mut gate_of(&Masks::default()), 3, &page);
        assert!(html(&payload).contains("SECRET"), "{marker}");
    }
}
