//! Rates: what is over them is refused before it costs anything, and nobody else notices.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use coview_config::{ByteSize, PerSecond, Rates};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A rate for one thing.
#[derive(Debug)]
pub struct Budget(DefaultDirectRateLimiter);

impl Budget {
    /// `burst` at once, as many again every `per`.
    #[must_use]
    pub fn new(rate: PerSecond) -> Self {
        Self(RateLimiter::direct(quota(rate.burst, rate.per)))
    }

    /// So many bytes a second.
    #[must_use]
    pub fn bytes(size: ByteSize) -> Self {
        let burst = u32::try_from(size.0).unwrap_or(u32::MAX);
        Self(RateLimiter::direct(quota(burst, Duration::from_secs(1))))
    }

    /// Takes `n`; false if they are not there.
    #[must_use]
    pub fn take(&self, n: usize) -> bool {
        let Some(n) = u32::try_from(n).ok().and_then(NonZeroU32::new) else {
            return n == 0;
        };
        matches!(self.0.check_n(n), Ok(Ok(())))
    }
}

/// A rate for each of many.
#[derive(Debug)]
pub struct Each<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Each<K> {
    /// `burst` at once, as many again every `per`, for each key.
    #[must_use]
    pub fn new(rate: PerSecond) -> Self {
        Self(RateLimiter::keyed(quota(rate.burst, rate.per)))
    }

    /// Takes one; false if it is not there.
    #[must_use]
    pub fn take(&self, key: &K) -> bool {
        self.0.check_key(key).is_ok()
    }

    /// Forgets whoever has been quiet.
    pub fn tidy(&self) {
        self.0.retain_recent();
    }
}

fn quota(burst: u32, per: Duration) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let each = (per / burst.get()).max(Duration::from_nanos(1));
    Quota::with_period(each)
        .unwrap_or_else(|| Quota::per_second(burst))
        .allow_burst(burst)
}

/// The rates that are kept per edge, not per connection.
#[derive(Debug)]
pub struct EdgeRates {
    /// WebSocket handshakes per address.
    pub handshakes: Each<IpAddr>,
    /// Code attempts per address.
    pub codes_by_address: Each<IpAddr>,
    /// Code attempts per agent.
    pub codes_by_agent: Each<String>,
    /// Code attempts of all together.
    pub codes: Budget,
    /// API requests per key or cookie.
    pub api: Each<String>,
}

impl EdgeRates {
    /// As the operator wrote.
    #[must_use]
    pub fn new(rates: &Rates) -> Self {
        Self {
            handshakes: Each::new(rates.handshakes),
            codes_by_address: Each::new(rates.code_attempts),
            codes_by_agent: Each::new(rates.code_attempts),
            codes: Budget::new(rates.all_code_attempts),
            api: Each::new(rates.api),
        }
    }

    /// May this agent at this address try a code? Each refusal costs the same as an attempt.
    #[must_use]
    pub fn code_attempt(&self, address: IpAddr, agent: &str) -> bool {
        self.codes_by_address.take(&address) & self.codes_by_agent.take(&agent.to_owned())
            && self.codes.take(1)
    }

    /// Forgets whoever has been quiet.
    pub fn tidy(&self) {
        self.handshakes.tidy();
        self.codes_by_address.tidy();
        self.codes_by_agent.tidy();
        self.api.tidy();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_its_burst_and_not_more() {
        let budget = Budget::new(PerSecond::per_minute(5));
        assert!((0..5).all(|_| budget.take(1)));
        assert!(!budget.take(1));
        assert!(budget.take(0));
    }

    #[test]
    fn more_than_the_burst_at_once_is_never_there() {
        assert!(!Budget::bytes(ByteSize(1_000)).take(1_001));
        assert!(Budget::bytes(ByteSize(1_000)).take(1_000));
    }

    #[test]
    fn one_address_does_not_use_up_another_ones_rate() {
        let each = Each::new(PerSecond::per_minute(2));
        let (a, b) = ("a".to_owned(), "b".to_owned());
        assert!(each.take(&a) && each.take(&a) && !each.take(&a));
        assert!(each.take(&b));
    }
}
