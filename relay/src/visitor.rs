//! What an edge knows of a visitor while it is there: who the site says it is, where it is, and
//! whether it may be seen. Nothing of a page's content.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use coview_config::Presence;
use coview_dom_capture::protocol::{Identify, Page};
use parking_lot::Mutex;

use crate::outbox::Outbox;
use crate::secrets::Digest;
use crate::session::Live;
use crate::sites::Tenant;

/// One visitor: one tab of one browser on one site.
pub struct Visitor {
    /// Its id.
    pub id: String,
    /// What a person can read out.
    pub short_id: String,
    /// On which site.
    pub tenant: Arc<Tenant>,
    /// In a proxied session: known by that session's passes alone, and gone with it.
    pub proxied: bool,
    /// What changes.
    pub state: Mutex<State>,
}

/// What changes of a visitor.
pub struct State {
    /// The connection in use.
    pub connection: Option<Outbox>,
    /// May be seen online, or the site obtained consent.
    pub consented: bool,
    /// Acted itself: asked for a code or for help.
    pub acted: bool,
    /// Where it is.
    pub page: Option<Page>,
    /// Who the site says it is.
    pub identity: Option<Identify>,
    /// With what.
    pub device: Device,
    /// Asks for help since.
    pub help: Option<Instant>,
    /// Last heard of.
    pub seen: SystemTime,
    /// Has no connection since.
    pub gone: Option<Instant>,
    /// The session it is in.
    pub session: Option<Arc<Live>>,
    /// Its code, until it is used.
    pub code: Option<String>,
    /// The secret its next connection shows.
    pub secret: Digest,
    /// The secret before it; void once the page has answered on the connection that got the new one.
    pub older: Option<Digest>,
}

impl Visitor {
    /// Is it shown to agents? One that has a link and has not come yet is not.
    #[must_use]
    pub fn is_listed(&self, state: &State) -> bool {
        if self.proxied {
            return state.page.is_some() || state.connection.is_some();
        }
        match self.tenant.site.presence {
            Presence::Never => state.session.is_some(),
            Presence::Always => true,
            Presence::Consent => state.consented || state.acted || state.session.is_some(),
        }
    }

    /// What agents call it.
    #[must_use]
    pub fn name(&self) -> String {
        let state = self.state.lock();
        let known = state.identity.as_ref().and_then(|identity| {
            let mut names = identity.identities.iter().chain([&identity.unique_id]);
            names.find(|name| !name.is_empty()).cloned()
        });
        known.unwrap_or_else(|| format!("Visitor {}", self.short_id))
    }
}

/// A page as lists need it.
#[must_use]
pub fn shortened_page(mut page: Page) -> Page {
    shorten(&mut page.url, 2_048);
    shorten(&mut page.title, 256);
    page
}

/// An identity as lists need it.
#[must_use]
pub fn shortened_identity(mut identity: Identify) -> Identify {
    shorten(&mut identity.unique_id, 128);
    for list in [&mut identity.identities, &mut identity.tags] {
        list.truncate(16);
        list.iter_mut().for_each(|text| shorten(text, 128));
    }
    identity
}

fn shorten(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
    }
}

/// Browser, system and kind of device, as far as a `User-Agent` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// Such as `Chrome 156`.
    pub browser: String,
    /// Such as `Windows`.
    pub os: String,
    /// A phone or tablet.
    pub mobile: bool,
}

impl Device {
    /// Reads the few names that matter; what is odd stays empty.
    #[must_use]
    pub fn parse(agent: &str) -> Self {
        // In this order: most browsers also name the ones they want to pass for.
        let browsers = [
            ("Edg/", "Edge"),
            ("EdgA/", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser/", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"),
            ("CriOS/", "Chrome"),
            ("Chrome/", "Chrome"),
            ("Version/", "Safari"),
        ];
        let systems = [
            ("Windows", "Windows"),
            ("Android", "Android"),
            ("iPhone", "iOS"),
            ("iPad", "iPadOS"),
            ("CrOS", "ChromeOS"),
            ("Mac OS X", "macOS"),
            ("Linux", "Linux"),
        ];
        let browser = browsers.iter().find_map(|(token, name)| {
            let version = agent.split(token).nth(1)?;
            let digits: String = version
                .chars()
                .take_while(char::is_ascii_digit)
                .take(6)
                .collect();
            Some(format!("{name} {digits}").trim_end().to_owned())
        });
        let os = systems.iter().find(|(token, _)| agent.contains(token));
        Self {
            browser: browser.unwrap_or_default(),
            os: os.map(|(_, name)| (*name).to_owned()).unwrap_or_default(),
            mobile: agent.contains("Mobi") || agent.contains("Android") || agent.contains("iPad"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_show_is_short_and_still_text() {
        let long = "é".repeat(5_000);
        let page = Page {
            url: long.clone(),
            title: long.clone(),
            width: 0,
            height: 0,
            visible: true,
        };
        let page = shortened_page(page);
        assert_eq!((page.url.len(), page.title.len()), (2_048, 256));
        let identity = Identify {
            unique_id: long.clone(),
            identities: vec![long; 100],
            tags: Vec::new(),
        };
        assert_eq!(shortened_identity(identity).identities.len(), 16);
    }

    #[test]
    fn common_browsers_are_told_apart() {
        let table = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0",
                ("Edge 156", "Windows", false),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
                ("Chrome 156", "Android", true),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                ("Safari 19", "iOS", true),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
                ("Firefox 150", "Linux", false),
            ),
            ("curl/8", ("", "", false)),
        ];
        for (agent, (browser, os, mobile)) in table {
            let wanted = Device {
                browser: browser.to_owned(),
                os: os.to_owned(),
                mobile,
            };
            assert_eq!(Device::parse(agent), wanted, "{agent}");
        }
    }
}
