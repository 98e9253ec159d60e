//! Agents who are signed in to the console: by a link that works once, then by a cookie. Both are kept
//! as digests, in memory.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::clock::Clock;
use crate::secrets::{Digest, Secret};

/// An agent who may act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, as the site knows it.
    pub id: String,
    /// What visitors read.
    pub name: String,
    /// For which sites.
    pub sites: Vec<String>,
}

/// Links and cookies that work now.
#[derive(Debug)]
pub struct Accounts {
    clock: Clock,
    links: Mutex<HashMap<Digest, (Account, Instant)>>,
    cookies: Mutex<HashMap<Digest, (Account, Instant)>>,
}

/// A sign-in link waits this long.
pub const LINK: Duration = Duration::from_secs(30 * 60);
/// A cookie ends after a working day.
pub const COOKIE: Duration = Duration::from_secs(12 * 3600);
/// More at once are a fault of whoever makes them.
const MOST: usize = 10_000;

impl Accounts {
    /// Nobody is signed in.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            links: Mutex::default(),
            cookies: Mutex::default(),
        }
    }

    /// A secret for a link that signs this agent in, once.
    #[must_use]
    pub fn link(&self, account: Account) -> Option<Secret> {
        self.keep(&self.links, account, LINK)
    }

    /// Uses up a link; gives the secret for the cookie.
    #[must_use]
    pub fn sign_in(&self, presented: &str) -> Option<Secret> {
        let (account, until) = self.links.lock().remove(&Digest::of(presented))?;
        if until <= self.clock.now() {
            return None;
        }
        self.keep(&self.cookies, account, COOKIE)
    }

    /// Whose cookie this is.
    #[must_use]
    pub fn of_cookie(&self, presented: &str) -> Option<Account> {
        let cookies = self.cookies.lock();
        let (account, until) = cookies.get(&Digest::of(presented))?;
        (self.clock.now() < *until).then(|| account.clone())
    }

    /// The cookie is void.
    pub fn sign_out(&self, presented: &str) {
        self.cookies.lock().remove(&Digest::of(presented));
    }

    fn keep(
        &self,
        map: &Mutex<HashMap<Digest, (Account, Instant)>>,
        account: Account,
        life: Duration,
    ) -> Option<Secret> {
        let now = self.clock.now();
        let secret = Secret::new();
        let mut map = map.lock();
        map.retain(|_, (_, until)| now < *until);
        if map.len() >= MOST {
            return None;
        }
        map.insert(secret.digest(), (account, now + life));
        Some(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> Account {
        Account {
            id: "a".to_owned(),
            name: "Ana".to_owned(),
            sites: vec!["shop".to_owned()],
        }
    }

    #[test]
    fn a_link_signs_in_once() {
        let accounts = Accounts::new(Clock::system());
        let link = accounts.link(ana()).unwrap();
        let cookie = accounts.sign_in(link.reveal()).unwrap();
        assert!(accounts.sign_in(link.reveal()).is_none());
        assert_eq!(accounts.of_cookie(cookie.reveal()), Some(ana()));
        assert!(accounts.of_cookie(link.reveal()).is_none());
        accounts.sign_out(cookie.reveal());
        assert!(accounts.of_cookie(cookie.reveal()).is_none());
    }

    #[test]
    fn links_and_cookies_end() {
        let clock = Clock::system();
        let accounts = Accounts::new(clock.clone());
        let late = accounts.link(ana()).unwrap();
        clock.advance(LINK);
        assert!(accounts.sign_in(late.reveal()).is_none());
        let cookie = accounts
            .sign_in(accounts.link(ana()).unwrap().reveal())
            .unwrap();
        clock.advance(COOKIE);
        assert!(accounts.of_cookie(cookie.reveal()).is_none());
    }
}
