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
mod tests;
