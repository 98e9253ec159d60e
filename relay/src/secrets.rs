//! Everything that must not be guessed, drawn from the operating system. What is kept of a secret is
//! its SHA-256: a look at the edge's memory gives nobody a session.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// A secret on its way to its owner; never logged, never kept.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// 192 bits from the operating system.
    #[must_use]
    pub fn new() -> Self {
        Self(text::<24>())
    }

    /// For the one message that hands it over.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

/// SHA-256 of a secret. Equality takes the same time whatever differs.
#[derive(Clone, Copy, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of what somebody presents as the secret.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }

    /// Of what somebody presents for one purpose only: the same text is another digest elsewhere.
    #[must_use]
    pub fn bound(purpose: &str, site: &str, presented: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [purpose, site, presented] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// From 64 hex digits, as settings hold it.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// As settings hold it.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl std::hash::Hash for Digest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Digest")
    }
}

/// A name for something that is not a secret, but should not be guessable either: 80 bits.
#[must_use]
pub fn id() -> String {
    text::<10>()
}

/// A name short enough to be read out; unique only with the help of whoever keeps them.
#[must_use]
pub fn short_id() -> String {
    text::<5>().to_ascii_uppercase()
}

/// Six decimal digits, each as likely as the others.
#[must_use]
pub fn code() -> String {
    loop {
        let mut bytes = [0; 4];
        fill(&mut bytes);
        let drawn = u32::from_be_bytes(bytes);
        // The last, incomplete million of the range would make small codes more likely.
        if drawn < u32::MAX - u32::MAX % 1_000_000 {
            return format!("{:06}", drawn % 1_000_000);
        }
    }
}

/// `N` random bytes in Crockford's base 32, lower case: no letter is mistaken for a digit.
fn text<const N: usize>() -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = [0; N];
    fill(&mut bytes);
    let mut out = String::with_capacity(N * 8 / 5 + 1);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            let index = usize::try_from((bits >> held) & 31).unwrap_or(0);
            out.push(char::from(LETTERS[index]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        let index = usize::try_from((bits << (5 - held)) & 31).unwrap_or(0);
        out.push(char::from(LETTERS[index]));
    }
    out
}

fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has random bytes");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let all: HashSet<String> = (0..1_000)
            .map(|_| Secret::new().reveal().to_owned())
            .collect();
        assert_eq!(all.len(), 1_000);
        assert!(all.iter().all(|secret| secret.len() == 39));
    }

    #[test]
    fn codes_are_six_digits_spread_evenly() {
        let mut first = [0u32; 10];
        for _ in 0..20_000 {
            let code = code();
            assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
            first[usize::from(code.as_bytes()[0] - b'0')] += 1;
        }
        // 2000 each; twelve standard deviations to either side.
        assert!(
            first.iter().all(|count| (1_490..2_510).contains(count)),
            "{first:?}"
        );
    }

    #[test]
    fn a_digest_is_bound_to_its_purpose_and_site() {
        let one = Digest::bound("visitor", "shop", "x");
        assert!(one == Digest::bound("visitor", "shop", "x"));
        assert!(one != Digest::bound("agent", "shop", "x"));
        assert!(one != Digest::bound("visitor", "shopx", ""));
    }

    #[test]
    fn hex_is_read_back() {
        let digest = Digest::of("key");
        assert!(Digest::from_hex(&digest.hex()) == Some(digest));
        assert!(Digest::from_hex("zz").is_none());
    }

    #[test]
    fn debug_shows_no_secret() {
        let secret = Secret::new();
        assert_eq!(format!("{secret:?} {:?}", secret.digest()), "Secret Digest");
    }
}
