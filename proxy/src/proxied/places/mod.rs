//! Where a real URL lives inside a proxied session, and back. One label per (session, web origin):
//! the browser's own same-origin policy keeps sites apart, and relative URLs resolve natively.

mod domain;
mod label;
mod origin;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::collections::HashMap;

use parking_lot::Mutex;
use url::Url;

pub use domain::{Domain, NotADomain};
pub use origin::RealOrigin;

/// Origins a session's table may hold; past that, such origins are no longer reachable in it.
const TABLE: usize = 1_024;

/// What a proxied host is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The lobby of the session: it has no upstream.
    Lobby,
    /// A web origin.
    Origin(RealOrigin),
}

/// The mapping of one proxied session.
#[derive(Debug)]
pub struct Places {
    word: String,
    domain: Domain,
    /// Origins that do not fit into a label, by the hash that stands for them.
    table: Mutex<HashMap<String, RealOrigin>>,
}

impl Places {
    /// The mapping of the session with this word.
    #[must_use]
    pub fn new(word: &str, domain: &Domain) -> Self {
        Self {
            word: word.to_owned(),
            domain: domain.clone(),
            table: Mutex::default(),
        }
    }

    /// A fresh word: 80 bits.
    ///
    /// # Panics
    /// When the operating system has no randomness.
    #[must_use]
    pub fn fresh_word() -> String {
        let mut bytes = [0; 10];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        data_encoding::BASE32_NOPAD
            .encode(&bytes)
            .to_ascii_lowercase()
    }

    /// The session's word.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }

    /// The proxy domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The authority of the session's lobby.
    #[must_use]
    pub fn lobby(&self) -> String {
        format!("{}-lobby.{}", self.word, self.domain.authority())
    }

    /// The authority where `origin` lives. Nothing when it needs the table and the table is full.
    #[must_use]
    pub fn place(&self, origin: &RealOrigin) -> Option<String> {
        let label = match label::encode(&self.word, origin) {
            Some(label) => label,
            None => self.tabled(origin)?,
        };
        Some(format!("{label}.{}", self.domain.authority()))
    }

    /// The origin where `origin` lives, as an `Origin` header writes it.
    #[must_use]
    pub fn place_origin(&self, origin: &RealOrigin) -> Option<String> {
        Some(format!(
            "{}://{}",
            self.domain.scheme(),
            self.place(origin)?
        ))
    }

    /// The proxied URL of a real one. Nothing for other schemes than `http(s)` and `ws(s)`, and for
    /// URLs under the proxy domain, which already are where they should be.
    #[must_use]
    pub fn proxied(&self, url: &Url) -> Option<String> {
        let origin = RealOrigin::of(url)?;
        if self.domain.covers(&origin.authority()) {
            return None;
        }
        self.moved(url, &self.place(&origin)?)
    }

    /// As [`Places::proxied`], without the table: what page scripts can work out by themselves.
    #[must_use]
    pub fn written_out(&self, url: &Url) -> Option<String> {
        let label = label::encode(&self.word, &RealOrigin::of(url)?)?;
        self.moved(url, &format!("{label}.{}", self.domain.authority()))
    }

    /// What the `Host` header of a request names, if it is a host of this session.
    #[must_use]
    pub fn at(&self, host: &str) -> Option<Place> {
        let (word, label) = self.domain.word_of(host)?;
        if word != self.word {
            return None;
        }
        match label::decode(&label[word.len()..])? {
            label::Kind::Origin(origin) => {
                // What needs the table has one place only, and this is not it.
                label::encode(&self.word, &origin)?;
                Some(Place::Origin(origin))
            }
            label::Kind::Table(hash) => self.table.lock().get(&hash).cloned().map(Place::Origin),
            label::Kind::Lobby => Some(Place::Lobby),
        }
    }

    /// The origin behind a `Host` header.
    #[must_use]
    pub fn host(&self, host: &str) -> Option<RealOrigin> {
        match self.at(host)? {
            Place::Origin(origin) => Some(origin),
            Place::Lobby => None,
        }
    }

    /// The real URL of a proxied one.
    #[must_use]
    pub fn real(&self, proxied: &Url) -> Option<Url> {
        let socket = match proxied.scheme() {
            scheme if scheme == self.domain.scheme() => false,
            scheme if scheme == self.domain.socket_scheme() => true,
            _ => return None,
        };
        let origin = self.host(&RealOrigin::of(proxied)?.authority())?;
        let mut url = proxied.clone();
        url.set_scheme(match (socket, origin.secure()) {
            (false, true) => "https",
            (false, false) => "http",
            (true, true) => "wss",
            (true, false) => "ws",
        })
        .ok()?;
        url.set_host(Some(origin.host())).ok()?;
        url.set_port(origin.own_port()).ok()?;
        Some(url)
    }

    /// The real origin of what an `Origin` header of this session's pages says.
    #[must_use]
    pub fn real_origin(&self, proxied: &str) -> Option<RealOrigin> {
        RealOrigin::of(&self.real(&Url::parse(proxied).ok()?)?)
    }

    /// Text with every URL of this session's hosts in it made real, plain or percent-encoded: what
    /// pages compute from their own address, upstreams compare with theirs.
    #[must_use]
    pub fn real_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        text::real(self, text)
    }

    /// Forgets the table.
    pub fn clear(&self) {
        self.table.lock().clear();
    }

    fn tabled(&self, origin: &RealOrigin) -> Option<String> {
        let hash = label::hashed(origin);
        let mut table = self.table.lock();
        if table.len() >= TABLE && !table.contains_key(&hash) {
            return None;
        }
        let label = format!("{}-x-{hash}", self.word);
        table.entry(hash).or_insert_with(|| origin.clone());
        Some(label)
    }

    /// `url` with scheme and authority exchanged; everything else verbatim.
    fn moved(&self, url: &Url, authority: &str) -> Option<String> {
        let scheme = match url.scheme() {
            "http" | "https" => self.domain.scheme(),
            "ws" | "wss" => self.domain.socket_scheme(),
            _ => return None,
        };
        let user = match (url.username(), url.password()) {
            ("", None) => String::new(),
            (name, None) => format!("{name}@"),
            (name, Some(password)) => format!("{name}:{password}@"),
        };
        let rest = &url[url::Position::BeforePath..];
        Some(format!("{scheme}://{user}{authority}{rest}"))
    }
}
