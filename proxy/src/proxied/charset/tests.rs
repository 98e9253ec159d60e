use super::*;

fn html(
    content_type: &str,
    host: &str,
    bytes: &[u8],
    step: usize,
) -> (String, Option<&'static str>) {
    let mut transcoder = Transcoder::html(content_type, host);
    let mut out = String::new();
    for piece in bytes.chunks(step) {
        transcoder.push(piece, &mut out);
    }
    transcoder.finish(&mut out);
    (
        out,
        transcoder.found().get().map(|encoding| encoding.name()),
    )
}

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

#[test]
fn mark_header_meta_and_guess_decide_in_this_order_in_pieces_of_any_size() {
    let japanese = encoding_rs::SHIFT_JIS
        .encode("<p>日本語のテキストです。</p>")
        .0
        .into_owned();
    let cyrillic = encoding_rs::WINDOWS_1251
        .encode("<p>Привет, мир! Это русский текст.</p>")
        .0
        .into_owned();
    let labelled = [b"<meta charset=shift_jis>".as_slice(), &japanese].concat();
    let late = [
        "<!-- ".repeat(300).as_bytes(),
        b"--><meta charset=big5>",
        &cyrillic,
    ]
    .concat();
    let marked = ["\u{feff}<meta charset=shift_jis>é"].concat();
    let table: [(&str, &[u8], &str, &str); 8] = [
        (
            "text/html; charset=Shift_JIS",
            &japanese,
            "日本語",
            "Shift_JIS",
        ),
        (
            "text/html;charset=\"windows-1251\"",
            &cyrillic,
            "Привет",
            "windows-1251",
        ),
        (
            "text/html; charset=shift_jis",
            marked.as_bytes(),
            "é",
            "UTF-8",
        ),
        ("text/html", &labelled, "日本語", "Shift_JIS"),
        ("text/html", &late, "Привет", "windows-1251"),
        (
            "",
            "<p>Grüße, ça va? 日本語 für älter</p>".as_bytes(),
            "Grüße",
            "UTF-8",
        ),
        ("text/html", &cyrillic, "Привет", "windows-1251"),
        (
            "text/html; charset=iso-8859-1",
            &utf16("<p>ÄÖ"),
            "<p>ÄÖ",
            "UTF-16LE",
        ),
    ];
    for (content_type, bytes, within, name) in table {
        for step in [1, 3, 1_000, 100_000] {
            let (text, found) = html(content_type, "shop.ru", bytes, step);
            assert!(text.contains(within), "{name} by {step}: {text}");
            assert_eq!(found, Some(name));
            assert!(!text.starts_with('\u{feff}'));
        }
    }
}

#[test]
fn plain_ascii_comes_through_without_waiting_for_a_decision() {
    let mut transcoder = Transcoder::html("text/html", "[::1]");
    let mut out = String::new();
    transcoder.push("x".repeat(2_000).as_bytes(), &mut out);
    assert_eq!(out.len(), 2_000);
    transcoder.push("y".repeat(10).as_bytes(), &mut out);
    assert_eq!(out.len(), 2_010);
    assert!(transcoder.found().get().is_none());
}

#[test]
fn a_named_encoding_is_used_as_soon_as_it_is_seen() {
    let mut transcoder = Transcoder::html("", "shop.example");
    let mut out = String::new();
    transcoder.push(b"<meta charset=utf-8><p>", &mut out);
    assert_eq!(out, "<meta charset=utf-8><p>");
}

#[test]
fn style_sheets_name_theirs_in_the_header_or_their_first_rule() {
    let body = encoding_rs::WINDOWS_1251
        .encode("@charset \"windows-1251\";a{content:\"Я\"}")
        .0
        .into_owned();
    for (content_type, bytes, within) in [
        ("text/css", body.as_slice(), "Я"),
        ("text/css; charset=windows-1251", &body, "Я"),
        ("text/css", "a{content:\"Я\"}".as_bytes(), "Я"),
        ("text/css", b"@charset \"utf-16\";\xd0\xaf".as_slice(), "Я"),
    ] {
        let mut transcoder = Transcoder::css(content_type, bytes);
        let mut out = String::new();
        transcoder.push(bytes, &mut out);
        transcoder.finish(&mut out);
        assert!(out.contains(within), "{out}");
    }
}

#[test]
fn hosts_of_any_kind_give_a_hint_or_none() {
    for (host, wanted) in [
        ("shop.ru", Some("ru")),
        ("shop.xn--p1ai.", Some("xn--p1ai")),
        ("127.0.0.1", None),
        ("[::1]", None),
        ("", None),
    ] {
        assert_eq!(hint(host).as_deref(), wanted.map(str::as_bytes), "{host}");
    }
}
