//! Frames as letters: `s` a snapshot, `p` a patch, `R` the marker before a new picture.

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
