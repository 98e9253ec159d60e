//! One web origin as one DNS label, reversibly: `<word>-<s|h>-<enc(host[:port])>`, or
//! `<word>-x-<hash>` for what does not fit, which only the session's table can read back.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use super::origin::RealOrigin;

/// Letters of a session's word.
pub(super) const WORD: usize = 16;
/// What DNS and certificates allow in one label.
const LONGEST: usize = 63;
/// Base32 letters of the hash in a table label: 100 bits.
const HASH: usize = 20;

/// Is this a session's word: 16 of `[a-z2-7]`?
#[must_use]
pub(super) fn is_word(text: &str) -> bool {
    text.len() == WORD && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
}

/// What stands after the word in a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// An origin, written out.
    Origin(RealOrigin),
    /// A key of the session's table.
    Table(String),
    /// The session's lobby.
    Lobby,
}

/// The label of `origin`, when it can be read back; otherwise it belongs into the table.
#[must_use]
pub(super) fn encode(word: &str, origin: &RealOrigin) -> Option<String> {
    let kind = if origin.secure() { 's' } else { 'h' };
    let label = format!("{word}-{kind}-{}", enc(origin)?);
    let fits = label.len() <= LONGEST && !label.ends_with('-');
    (fits && decode(&label[WORD..])? == Kind::Origin(origin.clone())).then_some(label)
}

/// The key of `origin` in the session's table.
#[must_use]
pub(super) fn hashed(origin: &RealOrigin) -> String {
    let digest = Sha256::digest(origin.to_string().as_bytes());
    let mut text = BASE32_NOPAD.encode(&digest).to_ascii_lowercase();
    text.truncate(HASH);
    text
}

/// Reads what stands after the word, dash included. Labels that `encode` would write otherwise are
/// not read: one origin has one proxied host.
#[must_use]
pub(super) fn decode(after_word: &str) -> Option<Kind> {
    if after_word == "-lobby" {
        return Some(Kind::Lobby);
    }
    if let Some(hash) = after_word.strip_prefix("-x-") {
        let is_hash =
            hash.len() == HASH && hash.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
        return is_hash.then(|| Kind::Table(hash.to_owned()));
    }
    let (secure, text) = match after_word.split_at_checked(3)? {
        ("-s-", text) => (true, text),
        ("-h-", text) => (false, text),
        _ => return None,
    };
    let (host, port) = dec(text)?;
    let origin = RealOrigin::from_parts(secure, &host, port)?;
    (enc(&origin)? == text).then_some(Kind::Origin(origin))
}

/// `-` doubled, `.` as `-`, `:port` as `-p` and digits.
fn enc(origin: &RealOrigin) -> Option<String> {
    let mut out = String::with_capacity(origin.host().len() + 8);
    for c in origin.host().chars() {
        match c {
            '-' => out.push_str("--"),
            '.' => out.push('-'),
            'a'..='z' | '0'..='9' => out.push(c),
            _ => return None,
        }
    }
    if let Some(port) = origin.own_port() {
        out.push_str(&format!("-p{port}"));
    }
    Some(out)
}

fn dec(text: &str) -> Option<(String, Option<u16>)> {
    let mut host = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("--") {
            host.push('-');
            rest = after;
        } else if let Some(port) = rest.strip_prefix("-p").filter(|port| is_number(port)) {
            return Some((host, Some(port.parse().ok()?)));
        } else {
            host.push(if c == '-' { '.' } else { c });
            rest = &rest[c.len_utf8()..];
        }
    }
    Some((host, None))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
