//! Values with their unit, parsed once: `"64KiB"`, `"30s"`, `"20/s"`.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A number of bytes: `"512B"`, `"64KiB"`, `"4MiB"`, `"1GiB"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

impl ByteSize {
    /// The size as `usize`, saturating where that is smaller.
    #[must_use]
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = split(text)?;
        let scale = match unit {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        number.checked_mul(scale).map(Self)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        for (unit, size) in units {
            if self.0 >= size && self.0.is_multiple_of(size) {
                return write!(out, "{}{unit}", self.0 / size);
            }
        }
        write!(out, "{}B", self.0)
    }
}

/// A time span: `"250ms"`, `"30s"`, `"10m"`, `"24h"`, `"7d"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub Duration);

impl Seconds {
    /// A whole number of seconds.
    #[must_use]
    pub const fn new(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = split(text)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        number
            .checked_mul(millis)
            .map(|all| Self(Duration::from_millis(all)))
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
        // A time of one unit is read as the next smaller one: "60s", not "1m".
        match units
            .into_iter()
            .find(|(_, size)| millis > *size && millis.is_multiple_of(*size))
        {
            Some((unit, size)) => write!(out, "{}{unit}", millis / size),
            None => write!(out, "{millis}ms"),
        }
    }
}

impl From<Seconds> for Duration {
    fn from(value: Seconds) -> Self {
        value.0
    }
}

/// A rate with the burst it allows: `"20/s"`, `"6/m"`, `"100/h"`. The number is also the burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerSecond {
    /// How many at once.
    pub burst: u32,
    /// The time in which that many come back.
    pub per: Duration,
}

impl PerSecond {
    /// `burst` every second.
    #[must_use]
    pub const fn new(burst: u32) -> Self {
        Self {
            burst,
            per: Duration::from_secs(1),
        }
    }

    /// `burst` every minute.
    #[must_use]
    pub const fn per_minute(burst: u32) -> Self {
        Self {
            burst,
            per: Duration::from_secs(60),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_once('/')?;
        let burst = number
            .trim()
            .parse::<u32>()
            .ok()
            .filter(|burst| *burst > 0)?;
        let per = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return None,
        };
        Some(Self {
            burst,
            per: Duration::from_secs(per),
        })
    }
}

impl fmt::Display for PerSecond {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.per.as_secs() {
            1 => write!(out, "{}/s", self.burst),
            60 => write!(out, "{}/m", self.burst),
            _ => write!(out, "{}/h", self.burst),
        }
    }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim()))
}

struct Text<T>(fn(&str) -> Option<T>, &'static str);

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.1)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).ok_or_else(|| E::custom(format!("expected {}", self.1)))
    }
}

macro_rules! from_text {
    ($type:ty, $wants:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(Text(Self::parse, $wants))
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}

from_text!(
    ByteSize,
    "a size with its unit, such as \"64KiB\" or \"4MiB\""
);
from_text!(
    Seconds,
    "a time span with its unit, such as \"250ms\", \"30s\" or \"10m\""
);
from_text!(PerSecond, "a rate, such as \"20/s\" or \"6/m\"");
