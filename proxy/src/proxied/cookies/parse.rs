//! One `Set-Cookie` line, or one assignment to `document.cookie`, as RFC 6265bis 5.6 reads it.

use super::date;

/// Name and value together, and each attribute's value.
const LARGEST: usize = 4_096;
const LARGEST_ATTRIBUTE: usize = 1_024;
/// The longest a cookie lives, whatever it asks for: 400 days.
const LONGEST: u64 = 400 * 86_400;

/// Who a cookie goes along with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SameSite {
    /// Not said: as `Lax`, but a fresh one also goes along with a POST that navigates.
    Unsaid,
    None,
    Lax,
    Strict,
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) value: String,
    /// Lower case, without its leading dot.
    pub(super) domain: Option<String>,
    pub(super) path: Option<String>,
    /// Seconds since 1970; nothing for a cookie of the session.
    pub(super) expires: Option<u64>,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) same_site: SameSite,
}

/// Reads a line; nothing for one that browsers ignore.
pub(super) fn parse(line: &str, now: u64) -> Option<Line> {
    if line.bytes().any(|b| matches!(b, 0..=8 | 10..=31 | 127)) {
        return None;
    }
    let mut parts = line.split(';');
    let pair = parts.next()?;
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let (name, value) = (trim(name), trim(value));
    if (name.is_empty() && value.is_empty()) || name.len() + value.len() > LARGEST {
        return None;
    }
    let mut read = Line {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: None,
        path: None,
        expires: None,
        secure: false,
        http_only: false,
        same_site: SameSite::Unsaid,
    };
    let mut max_age = None;
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = trim(value);
        if value.len() <= LARGEST_ATTRIBUTE {
            read.attribute(&trim(name).to_ascii_lowercase(), value, now, &mut max_age);
        }
    }
    if max_age.is_some() {
        read.expires = max_age;
    }
    Some(read)
}

impl Line {
    fn attribute(&mut self, name: &str, value: &str, now: u64, max_age: &mut Option<u64>) {
        match name {
            "expires" => {
                if let Some(date) = date::parse(value) {
                    self.expires = Some(date.min(now + LONGEST));
                }
            }
            "max-age" => {
                if let Some(age) = seconds(value) {
                    *max_age = Some(if age == 0 { 0 } else { now + age.min(LONGEST) });
                }
            }
            "domain" => {
                let domain = value.strip_prefix('.').unwrap_or(value);
                self.domain = (!domain.is_empty()).then(|| domain.to_ascii_lowercase());
            }
            "path" => self.path = value.starts_with('/').then(|| value.to_owned()),
            "secure" => self.secure = true,
            "httponly" => self.http_only = true,
            "samesite" => {
                self.same_site = match value.to_ascii_lowercase().as_str() {
                    "none" => SameSite::None,
                    "lax" => SameSite::Lax,
                    "strict" => SameSite::Strict,
                    _ => SameSite::Unsaid,
                }
            }
            _ => {}
        }
    }

    /// Do the promises of the name's prefix hold?
    pub(super) fn keeps_its_prefix(&self) -> bool {
        let starts = |text: &str, prefix: &str| {
            text.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        // A nameless cookie is sent as its value alone, which must not look like a name with a promise.
        let text = if self.name.is_empty() {
            &self.value
        } else {
            &self.name
        };
        let (secure, host) = (starts(text, "__Secure-"), starts(text, "__Host-"));
        if self.name.is_empty() {
            return !secure && !host;
        }
        let bound = self.domain.is_none() && self.path.as_deref() == Some("/");
        (!secure && !host || self.secure) && (!host || bound)
    }
}

fn seconds(value: &str) -> Option<u64> {
    if let Some(digits) = value.strip_prefix('-') {
        return (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(0);
    }
    let number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    number.then(|| value.parse().unwrap_or(u64::MAX))
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
