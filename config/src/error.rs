//! Faults with their place: an operator fixes all of them in one go.

use std::fmt;

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key, such as `sites[0].key`; empty when the text itself is not TOML.
    pub key: String,
    /// Line, counted from 1; 0 when the key is nowhere in the text.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Fault {
    /// A fault of a key; its line is looked up later.
    pub(crate) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            line: 0,
            message: message.into(),
        }
    }
}

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The file, or what the text was called.
    pub name: String,
    /// Everything that is wrong, in the order of the text.
    pub faults: Vec<Fault>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            match (fault.line, fault.key.as_str()) {
                (0, "") => write!(out, "{}: {}", self.name, fault.message)?,
                (0, key) => write!(out, "{}: {key}: {}", self.name, fault.message)?,
                (line, "") => write!(out, "{}:{line}: {}", self.name, fault.message)?,
                (line, key) => write!(out, "{}:{line}: {key}: {}", self.name, fault.message)?,
            }
        }
        Ok(())
    }
}

impl ConfigError {
    pub(crate) fn unreadable(name: &str, error: &std::io::Error) -> Self {
        Self {
            name: name.to_owned(),
            faults: vec![Fault::new("", format!("cannot be read: {error}"))],
        }
    }

    pub(crate) fn from_toml(name: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        let mut message = error.message().replace('\n', " ");
        if let Some(at) = message.find("expected struct ") {
            message.replace_range(at.., "expected a table"); // what Rust calls it says nothing to an operator
        }
        Self {
            name: name.to_owned(),
            faults: vec![Fault {
                key: String::new(),
                line,
                message,
            }],
        }
    }

    pub(crate) fn located(name: &str, text: &str, mut faults: Vec<Fault>) -> Self {
        for fault in &mut faults {
            fault.line = find(text, &fault.key);
        }
        faults.sort_by_key(|fault| fault.line);
        Self {
            name: name.to_owned(),
            faults,
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

/// The line of `table[n].key` or `table.key`: the n-th header of that table, then the key below it.
/// Falls back to the header when the key is a default, and to 0 when neither stands in the text.
fn find(text: &str, path: &str) -> usize {
    let (table, key) = path.rsplit_once('.').unwrap_or((path, ""));
    let (table, nth) = match table.split_once('[') {
        Some((name, rest)) => (
            name,
            rest.trim_end_matches(']').parse::<usize>().unwrap_or(0),
        ),
        None => (table, 0),
    };
    let key = key.split('[').next().unwrap_or(key);
    let mut header = 0;
    let mut seen = 0;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            if header > 0 && !line.trim_matches(['[', ']']).starts_with(table) {
                break;
            }
            if line.trim_matches(['[', ']']).trim() == table {
                if seen > nth {
                    break;
                }
                if seen == nth {
                    header = index + 1;
                }
                seen += 1;
            }
        } else if header > 0 && !key.is_empty() {
            let name = line.split('=').next().unwrap_or_default().trim();
            if name == key {
                return index + 1;
            }
        }
    }
    header
}
