//! Time as a value that is handed in, so that tests move it instead of waiting.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    start: Instant,
    wall: SystemTime,
    /// How far the time was moved; zero outside tests.
    moved: Mutex<Duration>,
    changed: Notify,
}

impl Clock {
    /// The machine's time.
    #[must_use]
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the machine's clock"
        )]
        let wall = SystemTime::now();
        Self(Arc::new(Inner {
            start: Instant::now(),
            wall,
            moved: Mutex::default(),
            changed: Notify::new(),
        }))
    }

    /// A moment to compare with others.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::now() + *self.0.moved.lock()
    }

    /// The date.
    #[must_use]
    pub fn wall(&self) -> SystemTime {
        self.0.wall + self.now().duration_since(self.0.start)
    }

    /// Milliseconds since the clock was made, as pings carry them.
    #[must_use]
    pub fn stamp(&self) -> u32 {
        let millis = self.now().duration_since(self.0.start).as_millis();
        u32::try_from(millis & u128::from(u32::MAX)).unwrap_or(0)
    }

    /// Moves the time forward and wakes whoever waits for it.
    pub fn advance(&self, by: Duration) {
        *self.0.moved.lock() += by;
        self.0.changed.notify_waiters();
    }

    /// Until the time was moved.
    pub async fn moved(&self) {
        self.0.changed.notified().await;
    }
}

/// `2026-11-22T08:30:05Z`.
#[must_use]
pub fn rfc3339(time: SystemTime) -> String {
    let all = time
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let (days, of_day) = (all / 86_400, all % 86_400);
    // Civil date from days: years begin in March, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_rfc_3339() {
        for (seconds, wanted) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_336_205, "2026-11-22T08:30:05Z"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), wanted);
        }
    }

    #[test]
    fn a_moved_clock_shows_on_every_clone() {
        let clock = Clock::system();
        let (other, before) = (clock.clone(), clock.now());
        other.advance(Duration::from_secs(600));
        assert!(clock.now() >= before + Duration::from_secs(600));
    }
}
