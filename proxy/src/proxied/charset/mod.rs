//! Text of any encoding turned into UTF-8 as it comes: what rewrites markup and styles reads UTF-8.

mod prescan;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8};

/// So far into a page its encoding is looked for, as browsers do.
const PRESCANNED: usize = 1_024;
/// So many bytes from the first that is not ASCII decide about a page that names no encoding.
const GUESSED: usize = 4_096;

/// Which encoding it turned out to be; forms of the page are sent in it.
pub(super) type Found = Arc<OnceLock<&'static Encoding>>;

/// Turns bytes into text.
pub(super) struct Transcoder {
    state: State,
    found: Found,
}

enum State {
    /// Nothing says yet what it is.
    Prescan(Vec<u8>, Hint),
    /// ASCII so far, which is the same in every encoding that is guessed.
    Ascii(Hint),
    Guess(Vec<u8>, Hint),
    Decode(Decoder),
}

/// The last label of the host, which says something about the language.
type Hint = Option<Vec<u8>>;

impl Transcoder {
    /// For a page of `host`; `content_type` is its header.
    pub(super) fn html(content_type: &str, host: &str) -> Self {
        let state = match named(content_type) {
            Some(encoding) => State::Decode(encoding.new_decoder()),
            None => State::Prescan(Vec::new(), hint(host)),
        };
        Self::in_state(state)
    }

    /// For a style sheet.
    pub(super) fn css(content_type: &str, start: &[u8]) -> Self {
        let encoding = named(content_type)
            .or_else(|| at_charset(start))
            .unwrap_or(UTF_8);
        Self::in_state(State::Decode(encoding.new_decoder()))
    }

    fn in_state(state: State) -> Self {
        Self {
            state,
            found: Found::default(),
        }
    }

    /// What it turns out to be.
    pub(super) fn found(&self) -> Found {
        Arc::clone(&self.found)
    }

    /// Takes the next bytes and appends what is text by now.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut String) {
        match &mut self.state {
            State::Decode(decoder) => {
                decode(decoder, bytes, false, out);
                self.note(out);
            }
            State::Prescan(held, hint) => {
                held.extend_from_slice(bytes);
                if held.len() >= PRESCANNED || marked(held) || prescan::prescan(held).is_some() {
                    let (held, hint) = (std::mem::take(held), hint.take());
                    self.prescanned(&held, hint, out);
                }
            }
            State::Ascii(hint) => match bytes.iter().position(|b| !b.is_ascii()) {
                None => out.push_str(&String::from_utf8_lossy(bytes)),
                Some(at) => {
                    out.push_str(&String::from_utf8_lossy(&bytes[..at]));
                    self.state = State::Guess(Vec::new(), hint.take());
                    self.push(&bytes[at..], out);
                }
            },
            State::Guess(held, hint) => {
                held.extend_from_slice(bytes);
                if held.len() >= GUESSED {
                    let (held, hint) = (std::mem::take(held), hint.take());
                    self.guess(&held, hint, false, out);
                }
            }
        }
    }

    /// The end: what was held back comes out.
    pub(super) fn finish(&mut self, out: &mut String) {
        if let State::Prescan(held, hint) = &mut self.state {
            let (held, hint) = (std::mem::take(held), hint.take());
            self.prescanned(&held, hint, out);
        }
        if let State::Guess(held, hint) = &mut self.state {
            let (held, hint) = (std::mem::take(held), hint.take());
            self.guess(&held, hint, true, out);
        }
        if let State::Decode(decoder) = &mut self.state {
            decode(decoder, &[], true, out);
        }
        self.note(out);
    }

    /// With the first text out, a byte order mark has had its say.
    fn note(&self, out: &str) {
        if let State::Decode(decoder) = &self.state
            && !out.is_empty()
        {
            let _ = self.found.set(decoder.encoding());
        }
    }

    fn prescanned(&mut self, held: &[u8], hint: Hint, out: &mut String) {
        let start = &held[..held.len().min(PRESCANNED)];
        let named = if marked(held) {
            // The decoder takes the mark's word for it.
            Some(UTF_8)
        } else {
            prescan::prescan(start)
        };
        match named {
            Some(encoding) => self.decide(encoding, held, out),
            None => {
                self.state = State::Ascii(hint);
                self.push(held, out);
            }
        }
    }

    fn guess(&mut self, held: &[u8], hint: Hint, last: bool, out: &mut String) {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(held, last);
        let encoding = detector.guess(hint.as_deref(), Utf8Detection::Allow);
        self.decide(encoding, held, out);
    }

    fn decide(&mut self, encoding: &'static Encoding, held: &[u8], out: &mut String) {
        let mut decoder = encoding.new_decoder();
        decode(&mut decoder, held, false, out);
        self.state = State::Decode(decoder);
        self.note(out);
    }
}

fn decode(decoder: &mut Decoder, bytes: &[u8], last: bool, out: &mut String) {
    // Without this room the decoder would stop in the middle.
    let room = decoder
        .max_utf8_buffer_length(bytes.len())
        .unwrap_or(bytes.len() * 3 + 16);
    out.reserve(room);
    let _ = decoder.decode_to_string(bytes, out, last);
}

/// The encoding a `Content-Type` names.
fn named(content_type: &str) -> Option<&'static Encoding> {
    Encoding::for_label(prescan::label_in(content_type.as_bytes())?)
}

/// Does it start with a byte order mark?
fn marked(bytes: &[u8]) -> bool {
    Encoding::for_bom(bytes).is_some()
}

fn hint(host: &str) -> Hint {
    let label = host.rsplit('.').find(|label| !label.is_empty())?;
    // The detector panics on what can be no top-level domain.
    let plain = label
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let named = label.bytes().any(|b| b.is_ascii_lowercase());
    (plain && named).then(|| label.as_bytes().to_vec())
}

/// `@charset "…";` as the very first bytes.
fn at_charset(start: &[u8]) -> Option<&'static Encoding> {
    let rest = start.strip_prefix(b"@charset \"")?;
    let end = rest.iter().take(64).position(|b| *b == b'"')?;
    if rest.get(end + 1) != Some(&b';') {
        return None;
    }
    prescan::for_markup(&rest[..end])
}
