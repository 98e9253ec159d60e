//! What opens the hosts of one proxied session to one browser: a pass per host, handed over by tokens
//! that work once. A pass is made from the session's secret and the host, so that one host's pass opens
//! no other, and none has to be kept.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::secrets::{Digest, Secret};

/// A token waits this long.
pub const TOKEN: Duration = Duration::from_secs(60);
/// Tokens under way at once; a page may open many frames of many hosts at the same time.
const MOST: usize = 1_024;

/// The passes and tokens of one proxied session.
#[derive(Debug, Default)]
pub struct Passes {
    secret: Secret,
    tokens: Mutex<HashMap<Digest, (Instant, Token)>>,
}

/// What a token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The authority it is for.
    pub host: String,
    /// How it is used.
    pub way: Way,
}

/// How a token is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The visitor's press on the visit page led here; on to this URL.
    Visit(String),
    /// A navigation that knocked at the host; on to this URL.
    Knock {
        /// Only the browser that has the cookie with this nonce may use it.
        nonce: String,
        /// Where to.
        to: String,
    },
    /// A script of the same session, with a fetch: nowhere to go.
    Fetch,
}

impl Passes {
    /// The pass of a host.
    #[must_use]
    pub fn of(&self, host: &str) -> String {
        Digest::bound("pass", host, self.secret.reveal()).hex()
    }

    /// Is this the pass of that host? Compared in constant time.
    #[must_use]
    pub fn opens(&self, host: &str, shown: &str) -> bool {
        Digest::from_hex(shown) == Some(Digest::bound("pass", host, self.secret.reveal()))
    }

    /// A token for a host; none if too many are under way.
    #[must_use]
    pub fn token(&self, now: Instant, token: Token) -> Option<Secret> {
        let secret = Secret::new();
        let mut tokens = self.tokens.lock();
        if tokens.len() >= MOST {
            tokens.retain(|_, (until, _)| now < *until);
        }
        if tokens.len() >= MOST {
            return None;
        }
        tokens.insert(secret.digest(), (now + TOKEN, token));
        Some(secret)
    }

    /// Uses up a token shown at a host. One that is shown elsewhere is used up as well.
    #[must_use]
    pub fn redeem(&self, now: Instant, host: &str, shown: &str) -> Option<Way> {
        let (until, token) = self.tokens.lock().remove(&Digest::of(shown))?;
        (now < until && token.host == host).then_some(token.way)
    }

    /// No token works any more.
    pub fn void(&self) {
        self.tokens.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const HOST: &str = "w-s-shop.localhost:7300";

    fn token(host: &str) -> Token {
        Token {
            host: host.to_owned(),
            way: Way::Fetch,
        }
    }

    #[test]
    fn a_pass_opens_its_host_and_no_other() {
        let passes = Passes::default();
        let pass = passes.of(HOST);
        assert!(passes.opens(HOST, &pass));
        assert!(!passes.opens("w-s-other.localhost:7300", &pass));
        assert!(!Passes::default().opens(HOST, &pass));
        for wrong in ["", "x", &pass[1..], &"0".repeat(64)] {
            assert!(!passes.opens(HOST, wrong));
        }
    }

    #[test]
    fn a_token_works_once_in_time_and_where_it_is_for() {
        let (passes, now) = (Passes::default(), Clock::system().now());
        let good = passes.token(now, token(HOST)).unwrap();
        assert_eq!(passes.redeem(now, HOST, good.reveal()), Some(Way::Fetch));
        assert_eq!(passes.redeem(now, HOST, good.reveal()), None);
        let late = passes.token(now, token(HOST)).unwrap();
        assert_eq!(passes.redeem(now + TOKEN, HOST, late.reveal()), None);
        let strayed = passes.token(now, token(HOST)).unwrap();
        assert_eq!(passes.redeem(now, "elsewhere", strayed.reveal()), None);
        assert_eq!(passes.redeem(now, HOST, strayed.reveal()), None);
    }

    #[test]
    fn tokens_under_way_are_bounded_and_old_ones_make_room() {
        let (passes, now) = (Passes::default(), Clock::system().now());
        assert!((0..MOST).all(|_| passes.token(now, token(HOST)).is_some()));
        assert!(passes.token(now, token(HOST)).is_none());
        assert!(passes.token(now + TOKEN, token(HOST)).is_some());
    }
}
