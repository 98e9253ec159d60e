//! What a session remembers: the last snapshot and the frames behind it, in memory, byte-capped,
//! shared by all agents. Each agent is a cursor; one that falls behind loses its backlog in one step
//! and starts again at the next snapshot. No single frame is ever dropped from between two others.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use coview_dom_capture::mask::{Masked, MaskedKind};
use coview_dom_capture::protocol::ResyncReason;
use coview_dom_capture::protocol::frame::Place;

/// What a ring may hold and how far an agent may fall behind.
#[derive(Debug, Clone, Copy)]
pub struct RingLimits {
    /// Bytes kept.
    pub bytes: usize,
    /// Bytes an agent may be behind.
    pub lag: usize,
    /// Age of the oldest frame an agent has not been sent.
    pub age: Duration,
}

/// The last snapshot and its tail.
pub struct Ring {
    limits: RingLimits,
    items: VecDeque<Item>,
    /// Number of the first item; numbers are never reused.
    base: u64,
    /// Bytes that ever went in.
    end: u64,
    /// No snapshot is asked for before this: one is on its way.
    patient_until: Option<Instant>,
    last_snapshot: Option<Instant>,
}

struct Item {
    snapshot: bool,
    at: Instant,
    /// Bytes that went in before it.
    start: u64,
    place: Place,
    frame: Bytes,
}

/// Where one agent is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    next: u64,
    synced: bool,
    /// The agent has a picture that a snapshot would replace.
    has_picture: bool,
    /// Up to here it catches up: no lag is counted.
    grace: u64,
    /// Only a snapshot from here on helps.
    after: u64,
    why: Option<ResyncReason>,
}

/// What an agent is to be sent.
pub enum Take {
    /// Nothing now. A snapshot is needed if `unsynced`: ask again soon.
    Wait {
        /// The agent has no picture it can go on from.
        unsynced: bool,
    },
    /// These frames, after a `Resynced` if there is a reason for one.
    Frames {
        /// The agent's old picture ends here.
        resynced: Option<ResyncReason>,
        /// In order.
        frames: Vec<Bytes>,
    },
}

/// Frames handed to a socket in one go.
const BATCH: usize = 128 << 10;
/// An unanswered request for a snapshot is repeated after this.
const RETRY: Duration = Duration::from_secs(3);
/// Snapshots cost the visitor's page; slow agents get one at most this often.
const PAUSE: Duration = Duration::from_secs(1);

impl Ring {
    /// An empty ring.
    #[must_use]
    pub fn new(limits: RingLimits) -> Self {
        Self {
            limits,
            items: VecDeque::new(),
            base: 0,
            end: 0,
            patient_until: None,
            last_snapshot: None,
        }
    }

    /// Takes a frame in; a snapshot makes everything before it unnecessary.
    pub fn publish(&mut self, now: Instant, masked: &Masked) {
        let snapshot = masked.kind() == MaskedKind::Snapshot;
        self.put(now, snapshot, masked.place(), masked.bytes().clone());
    }

    fn put(&mut self, now: Instant, snapshot: bool, place: Place, frame: Bytes) {
        if snapshot {
            self.base = self.head();
            self.items.clear();
            self.patient_until = None;
            self.last_snapshot = Some(now);
        }
        let start = self.end;
        self.end += size(&frame);
        self.items.push_back(Item {
            snapshot,
            at: now,
            start,
            place,
            frame,
        });
        let cap = u64::try_from(self.limits.bytes).unwrap_or(u64::MAX);
        while self.items.len() > 1 && self.held() > cap {
            self.items.pop_front();
            self.base += 1;
        }
    }

    /// Number of the next frame to come.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.base + u64::try_from(self.items.len()).unwrap_or(0)
    }

    /// Bytes held.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.items.front().map_or(0, |first| self.end - first.start)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.base = self.head();
        self.items = VecDeque::new();
        self.last_snapshot = None;
    }

    /// A snapshot comes without being asked for: the page starts, or was told to resynchronise.
    pub fn expect_snapshot(&mut self, now: Instant) {
        self.patient_until = Some(now + RETRY);
    }

    /// Should the visitor be asked for a snapshot? If so, it counts as asked: one request serves all
    /// agents that wait.
    pub fn want_snapshot(&mut self, now: Instant) -> bool {
        let waiting = self.patient_until.is_some_and(|until| now < until);
        let recent = self.last_snapshot.is_some_and(|last| now < last + PAUSE);
        if waiting || recent {
            return false;
        }
        self.patient_until = Some(now + RETRY);
        true
    }

    /// A cursor for an agent that applied everything up to `place`.
    #[must_use]
    pub fn resume(&self, place: Place) -> Cursor {
        let fresh = Cursor {
            has_picture: true,
            why: Some(ResyncReason::Lost),
            ..Cursor::default()
        };
        let found = self.items.iter().position(|item| item.place == place);
        let next = match (found, self.items.front()) {
            (Some(index), _) => self.base + u64::try_from(index).unwrap_or(0) + 1,
            (None, Some(first)) if follows(place, first.place) => self.base,
            _ => return fresh,
        };
        Cursor {
            next,
            synced: true,
            grace: self.head(),
            has_picture: true,
            ..Cursor::default()
        }
    }

    /// The agent's picture is broken; only a snapshot that is yet to come helps it.
    pub fn restart(&self, cursor: &mut Cursor, why: ResyncReason) {
        cursor.synced = false;
        cursor.after = self.head();
        cursor.why = Some(why);
    }

    /// The next frames for an agent. Never waits.
    pub fn take(&self, now: Instant, cursor: &mut Cursor) -> Take {
        if cursor.synced && self.lags(now, cursor) {
            self.restart(cursor, ResyncReason::Lagging);
            cursor.after = cursor.next;
        }
        let mut resynced = None;
        if !cursor.synced {
            let start = self
                .items
                .front()
                .filter(|first| first.snapshot && self.base >= cursor.after);
            if start.is_none() {
                return Take::Wait { unsynced: true };
            }
            let why = cursor.why.take().unwrap_or(ResyncReason::NewEpoch);
            resynced = cursor.has_picture.then_some(why);
            *cursor = Cursor {
                next: self.base,
                synced: true,
                has_picture: true,
                grace: self.head(),
                ..*cursor
            };
        }
        let frames = self.batch(cursor);
        if frames.is_empty() {
            Take::Wait { unsynced: false }
        } else {
            Take::Frames { resynced, frames }
        }
    }

    fn lags(&self, now: Instant, cursor: &Cursor) -> bool {
        if cursor.next < self.base {
            return true;
        }
        let Some(next) = self.at(cursor.next) else {
            return false;
        };
        let behind = self.end - next.start;
        let lag = u64::try_from(self.limits.lag).unwrap_or(u64::MAX);
        let only_one = cursor.next + 1 == self.head();
        cursor.next >= cursor.grace
            && !only_one
            && (behind > lag || now.saturating_duration_since(next.at) > self.limits.age)
    }

    fn at(&self, number: u64) -> Option<&Item> {
        let index = usize::try_from(number.checked_sub(self.base)?).ok()?;
        self.items.get(index)
    }

    fn batch(&self, cursor: &mut Cursor) -> Vec<Bytes> {
        let mut frames = Vec::new();
        let mut bytes = 0;
        while bytes < BATCH
            && let Some(item) = self.at(cursor.next)
        {
            bytes += item.frame.len();
            frames.push(item.frame.clone());
            cursor.next += 1;
        }
        frames
    }
}

fn follows(place: Place, next: Place) -> bool {
    place.epoch == next.epoch && place.offset.checked_add(1) == Some(next.offset)
}

fn size(frame: &Bytes) -> u64 {
    u64::try_from(frame.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RingLimits = RingLimits {
        bytes: 10_000,
        lag: 2_000,
        age: Duration::from_secs(2),
    };

    struct Fill {
        ring: Ring,
        now: Instant,
        place: Place,
    }

    impl Fill {
        fn new() -> Self {
            Self {
                ring: Ring::new(LIMITS),
                now: Instant::now(),
                place: Place {
                    epoch: 0,
                    offset: 0,
                },
            }
        }

        fn snapshot(&mut self, bytes: usize) {
            self.place = Place {
                epoch: self.place.epoch + 1,
                offset: 0,
            };
            self.ring
                .put(self.now, true, self.place, Bytes::from(vec![b's'; bytes]));
        }

        fn patch(&mut self, bytes: usize) {
            self.place.offset += 1;
            self.ring
                .put(self.now, false, self.place, Bytes::from(vec![b'p'; bytes]));
        }

        /// Everything an agent is given until it must wait: kinds in order, with `R` for `Resynced`.
        fn drain(&self, cursor: &mut Cursor) -> String {
            let mut out = String::new();
            while let Take::Frames { resynced, frames } = self.ring.take(self.now, cursor) {
                out.extend(resynced.map(|_| 'R'));
                out.extend(frames.iter().map(|frame| char::from(frame[0])));
            }
            out
        }
    }

    #[test]
    fn a_late_agent_gets_the_snapshot_and_its_tail() {
        let mut fill = Fill::new();
        let mut early = Cursor::default();
        assert!(matches!(
            fill.ring.take(fill.now, &mut early),
            Take::Wait { unsynced: true }
        ));
        fill.snapshot(100);
        fill.patch(10);
        assert_eq!(fill.drain(&mut early), "sp");
        fill.patch(10);
        assert_eq!(fill.drain(&mut Cursor::default()), "spp");
        assert_eq!(fill.drain(&mut early), "p");
    }

    #[test]
    fn a_new_epoch_replaces_everything_before_it() {
        let mut fill = Fill::new();
        fill.snapshot(1_000);
        let mut agent = Cursor::default();
        assert_eq!(fill.drain(&mut agent), "s");
        fill.snapshot(500);
        assert_eq!(fill.ring.held(), 500);
        // In step: the new snapshot is simply the next frame. Behind: it is told.
        assert_eq!(fill.drain(&mut agent), "s");
        fill.patch(1);
        fill.snapshot(500);
        assert_eq!(fill.drain(&mut agent), "Rs");
    }

    #[test]
    fn an_agent_that_lags_waits_for_a_snapshot_and_skips_its_backlog() {
        let mut fill = Fill::new();
        fill.snapshot(100);
        let mut slow = Cursor::default();
        assert_eq!(fill.drain(&mut slow), "s");
        for _ in 0..30 {
            fill.patch(100);
        }
        assert!(matches!(
            fill.ring.take(fill.now, &mut slow),
            Take::Wait { unsynced: true }
        ));
        fill.patch(10);
        assert!(matches!(
            fill.ring.take(fill.now, &mut slow),
            Take::Wait { unsynced: true }
        ));
        fill.snapshot(100);
        fill.patch(10);
        assert_eq!(fill.drain(&mut slow), "Rsp");
    }

    #[test]
    fn an_agent_lags_by_age_but_not_while_it_catches_up() {
        let mut fill = Fill::new();
        fill.snapshot(100);
        fill.patch(10);
        fill.patch(10);
        fill.now += Duration::from_secs(60);
        let mut late = Cursor::default();
        assert_eq!(fill.drain(&mut late), "spp");
        fill.patch(10);
        fill.patch(10);
        fill.now += Duration::from_secs(3);
        assert!(matches!(
            fill.ring.take(fill.now, &mut late),
            Take::Wait { unsynced: true }
        ));
    }

    #[test]
    fn one_large_patch_is_no_lag() {
        let mut fill = Fill::new();
        fill.snapshot(100);
        let mut agent = Cursor::default();
        assert_eq!(fill.drain(&mut agent), "s");
        fill.patch(5_000);
        assert_eq!(fill.drain(&mut agent), "p");
    }

    #[test]
    fn memory_never_exceeds_the_cap_by_more_than_one_frame() {
        let mut fill = Fill::new();
        fill.snapshot(4_000);
        for _ in 0..100 {
            fill.patch(900);
            assert!(fill.ring.held() <= 10_000);
        }
        // The snapshot went: a late agent waits for another.
        assert!(matches!(
            fill.ring.take(fill.now, &mut Cursor::default()),
            Take::Wait { unsynced: true }
        ));
        fill.snapshot(50_000);
        assert_eq!(fill.ring.held(), 50_000);
    }

    #[test]
    fn an_agent_resumes_where_it_was_or_starts_again() {
        let mut fill = Fill::new();
        fill.snapshot(100);
        fill.patch(1);
        fill.patch(1);
        let at = |epoch, offset| Place { epoch, offset };
        assert_eq!(fill.drain(&mut fill.ring.resume(at(1, 1))), "p");
        assert_eq!(fill.drain(&mut fill.ring.resume(at(1, 2))), "");
        assert_eq!(fill.drain(&mut fill.ring.resume(at(1, 9))), "Rspp");
        assert_eq!(fill.drain(&mut fill.ring.resume(at(9, 0))), "Rspp");
    }

    #[test]
    fn one_request_serves_all_who_wait() {
        let mut fill = Fill::new();
        assert!(fill.ring.want_snapshot(fill.now));
        assert!(!fill.ring.want_snapshot(fill.now));
        fill.now += RETRY;
        assert!(fill.ring.want_snapshot(fill.now));
        fill.snapshot(1);
        assert!(
            !fill.ring.want_snapshot(fill.now),
            "right behind a snapshot"
        );
        fill.now += PAUSE;
        assert!(fill.ring.want_snapshot(fill.now));
    }

    #[test]
    fn an_agent_that_asks_is_not_given_the_snapshot_it_choked_on() {
        let mut fill = Fill::new();
        fill.snapshot(100);
        let mut agent = Cursor::default();
        assert_eq!(fill.drain(&mut agent), "s");
        fill.ring.restart(&mut agent, ResyncReason::Asked);
        assert!(matches!(
            fill.ring.take(fill.now, &mut agent),
            Take::Wait { unsynced: true }
        ));
        fill.snapshot(100);
        assert_eq!(fill.drain(&mut agent), "Rs");
    }

    #[test]
    fn a_cleared_ring_holds_nothing() {
        let mut fill = Fill::new();
        fill.snapshot(100);
        fill.ring.clear();
        assert_eq!(fill.ring.held(), 0);
        assert!(matches!(
            fill.ring.take(fill.now, &mut Cursor::default()),
            Take::Wait { unsynced: true }
        ));
    }
}
