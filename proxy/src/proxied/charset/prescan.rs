//! The encoding that a page's own markup names, looked for as the HTML standard's prescan does.
//! <https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding>

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

/// What `meta` names in these first bytes of a page.
#[must_use]
pub(super) fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut scan = Scan { bytes, at: 0 };
    while scan.at < bytes.len() {
        if scan.starts("<!--") {
            // `<!-->` is a whole comment: its dashes may be the ones that open it.
            scan.at += 2;
            scan.skip_past("-->")?;
        } else if scan.is_meta() {
            scan.at += 5;
            if let Some(found) = scan.meta() {
                return Some(found);
            }
        } else if scan.is_tag() {
            scan.skip_until(|b| is_space(b) || b == b'>');
            while scan.attribute().is_some() {}
            scan.at += 1;
        } else if scan.starts("<!") || scan.starts("</") || scan.starts("<?") {
            scan.skip_past(">")?;
        } else {
            scan.at += 1;
        }
    }
    None
}

/// The encoding that a label names in markup, which itself must be ASCII-compatible to be read.
#[must_use]
pub(super) fn for_markup(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label)?;
    Some(if encoding == UTF_16BE || encoding == UTF_16LE {
        UTF_8
    } else if encoding == X_USER_DEFINED {
        WINDOWS_1252
    } else {
        encoding
    })
}

/// The label in a `Content-Type`-like text.
#[must_use]
pub(super) fn label_in(content: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        at += find_ignoring_case(content.get(at..)?, b"charset")? + 7;
        let mut rest = trim_start(&content[at..]);
        let Some((b'=', after)) = rest.split_first() else {
            continue;
        };
        rest = trim_start(after);
        return match rest.split_first() {
            Some((quote @ (b'"' | b'\''), inner)) => {
                Some(&inner[..inner.iter().position(|b| b == quote)?])
            }
            Some(_) => {
                let end = rest
                    .iter()
                    .position(|b| is_space(*b) || *b == b';')
                    .unwrap_or(rest.len());
                Some(&rest[..end])
            }
            None => None,
        };
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn starts(&self, text: &str) -> bool {
        self.rest().starts_with(text.as_bytes())
    }

    fn is_meta(&self) -> bool {
        let rest = self.rest();
        rest.len() > 5
            && rest[..5].eq_ignore_ascii_case(b"<meta")
            && (is_space(rest[5]) || rest[5] == b'/')
    }

    fn is_tag(&self) -> bool {
        let rest = self.rest().strip_prefix(b"<").unwrap_or_default();
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        rest.first().is_some_and(u8::is_ascii_alphabetic)
    }

    fn skip_past(&mut self, text: &str) -> Option<()> {
        let found = memchr::memmem::find(self.rest(), text.as_bytes())?;
        self.at += found + text.len();
        Some(())
    }

    fn skip_until(&mut self, end: impl Fn(u8) -> bool) {
        while self.byte().is_some_and(|b| !end(b)) {
            self.at += 1;
        }
    }

    fn meta(&mut self) -> Option<&'static Encoding> {
        let (mut pragma, mut needs_pragma, mut found) = (false, false, None);
        let mut seen: Vec<Vec<u8>> = Vec::new();
        while let Some((name, value)) = self.attribute() {
            if seen.contains(&name) {
                continue;
            }
            match name.as_slice() {
                b"http-equiv" => pragma |= value == b"content-type",
                b"content" if found.is_none() => {
                    found = label_in(&value).and_then(for_markup);
                    needs_pragma |= found.is_some();
                }
                b"charset" => {
                    found = for_markup(&value);
                    needs_pragma = false;
                }
                _ => {}
            }
            seen.push(name);
        }
        found.filter(|_| !needs_pragma || pragma)
    }

    /// The next attribute, name and value in lower case; nothing at the tag's end.
    fn attribute(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.skip_until(|b| !is_space(b) && b != b'/');
        let first = self.byte()?;
        if first == b'>' {
            return None;
        }
        let mut name = vec![first.to_ascii_lowercase()];
        self.at += 1;
        while let Some(b) = self.byte() {
            if b == b'=' || is_space(b) || matches!(b, b'/' | b'>') {
                break;
            }
            name.push(b.to_ascii_lowercase());
            self.at += 1;
        }
        self.skip_until(|b| !is_space(b));
        if self.byte()? != b'=' {
            return Some((name, Vec::new()));
        }
        self.at += 1;
        self.skip_until(|b| !is_space(b));
        Some((name, self.value()?))
    }

    fn value(&mut self) -> Option<Vec<u8>> {
        let start;
        match self.byte()? {
            quote @ (b'"' | b'\'') => {
                self.at += 1;
                start = self.at;
                self.skip_until(|b| b == quote);
                self.byte()?;
                self.at += 1;
                Some(self.bytes[start..self.at - 1].to_ascii_lowercase())
            }
            _ => {
                start = self.at;
                self.skip_until(|b| is_space(b) || b == b'>');
                self.byte()?;
                Some(self.bytes[start..self.at].to_ascii_lowercase())
            }
        }
    }
}

const fn is_space(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let Some((first, rest)) = bytes.split_first()
        && is_space(*first)
    {
        bytes = rest;
    }
    bytes
}

fn find_ignoring_case(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes
        .windows(word.len())
        .position(|window| window.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_is_found_where_browsers_find_it() {
        for (html, wanted) in [
            ("<meta charset=shift_jis>", Some("Shift_JIS")),
            ("<META/CHARSET='ISO-8859-1' >", Some("windows-1252")),
            (
                "<!doctype html><html lang=\"de\"><!-- <meta charset=big5> --><meta charset=\"koi8-r\">",
                Some("KOI8-R"),
            ),
            ("<!--><meta charset=big5>-->", Some("Big5")),
            (
                "<meta http-equiv=Content-Type content='text/html; charset=\"euc-kr\"'>",
                Some("EUC-KR"),
            ),
            (
                "<meta content='text/html;charset = gbk;x' http-equiv=content-type>",
                Some("GBK"),
            ),
            ("<meta content='text/html;charset=gbk' name=x>", None),
            (
                "<meta http-equiv=content-type content='charsetcharset=gbk'>",
                Some("GBK"),
            ),
            ("<meta charset=utf-16le>", Some("UTF-8")),
            ("<meta charset=x-user-defined>", Some("windows-1252")),
            ("<meta charset=nonsense><meta charset=gbk>", Some("GBK")),
            ("<metacharset=gbk>", None),
            ("<a title='<meta charset=gbk>'>", None),
            (
                "</b title=\"<meta charset=gbk>\"><meta charset=big5>",
                Some("Big5"),
            ),
            ("<?xml <meta charset=gbk>", None),
            ("<meta charset=\"gbk", None),
            ("<meta", None),
            ("<", None),
            ("", None),
        ] {
            let found = prescan(html.as_bytes()).map(Encoding::name);
            assert_eq!(found, wanted, "{html}");
        }
    }
}
