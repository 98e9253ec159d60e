//! The page's way through a session: gate, ring, cursors.

use bytes::Bytes;
use coview_dom_capture::mask::{Masked, MaskedKind, Verdict};
use coview_dom_capture::protocol::{CloseCode, Resend, ResyncReason, VisitorIn, frame};
use parking_lot::MutexGuard;
use tokio::sync::watch;

use super::{Core, Guarded, Live, ask_for_snapshot};
use crate::outbox::Close;
use crate::session::{Cursor, Input, Take};

impl Live {
    /// Masks a stream frame and remembers it for the agents. Takes as long as the frame is large.
    ///
    /// # Errors
    /// When the visitor's connection is to be closed.
    pub fn stream(&self, frame: Bytes) -> Result<(), Close> {
        let mut held = self.gate.lock();
        let Some(guarded) = held.as_mut().filter(|_| self.core.lock().session.shares()) else {
            // It ended while the frame was on its way.
            return Ok(());
        };
        let verdict = guarded.gate.pass(frame);
        self.count_missed(guarded);
        match verdict {
            Verdict::Forward { masked, resend } => {
                let core = self.core.lock();
                if core.session.shares() {
                    self.forward(core, &masked);
                    return self.resend(guarded, &resend);
                }
                Ok(())
            }
            Verdict::Ignore => Ok(()),
            Verdict::Resync(reason) => self.resynchronise(reason),
            Verdict::Refuse(refusal) => Err(refusal.into()),
        }
    }

    fn count_missed(&self, guarded: &mut Guarded) {
        let missed = guarded.gate.masked_missed();
        if missed > guarded.missed {
            self.metrics.mask_missed(missed - guarded.missed);
            tracing::warn!(session = %self.id, missed, "the page did not mask what it should have; the edge did");
            guarded.missed = missed;
        }
    }

    fn forward(&self, core: MutexGuard<'_, Core>, masked: &Masked) {
        let mut ring = self.ring.lock();
        ring.publish(self.clock.now(), masked);
        self.head.send_replace(ring.head());
        drop(ring);
        if masked.kind() == MaskedKind::Snapshot {
            self.act(core, Input::Snapshot);
        }
    }

    fn resend(&self, guarded: &mut Guarded, ids: &[u32]) -> Result<(), Close> {
        if ids.is_empty() {
            return Ok(());
        }
        if !self.resends.take(ids.len()) {
            guarded.gate.expect_resync();
            return self.resynchronise(ResyncReason::MasksChanged);
        }
        let all: Vec<VisitorIn> = ids
            .iter()
            .map(|id| VisitorIn::Resend(Resend { doc: 0, id: *id }))
            .collect();
        if let Some(visitor) = &self.core.lock().visitor {
            visitor.send(frame::encode(&all));
        }
        Ok(())
    }

    fn resynchronise(&self, reason: ResyncReason) -> Result<(), Close> {
        self.metrics.resync();
        if !self.resyncs.take(1) {
            return Err(CloseCode::TooManyResyncs.into());
        }
        tracing::info!(session = %self.id, ?reason, "resynchronising");
        self.ring.lock().expect_snapshot(self.clock.now());
        let core = self.core.lock();
        ask_for_snapshot(&core, reason);
        self.act(core, Input::Lost);
        Ok(())
    }

    /// A cursor for an agent that applied everything up to `place`, or for a new one.
    #[must_use]
    pub fn cursor(&self, place: Option<frame::Place>) -> Cursor {
        place.map_or_else(Cursor::default, |place| self.ring.lock().resume(place))
    }

    /// The next frames for an agent; asks the page for a snapshot where only that helps.
    pub fn take(&self, cursor: &mut Cursor) -> Take {
        let now = self.clock.now();
        let mut ring = self.ring.lock();
        let take = ring.take(now, cursor);
        let wants = matches!(take, Take::Wait { unsynced: true }) && ring.want_snapshot(now);
        drop(ring);
        if wants {
            self.metrics.resync();
            ask_for_snapshot(&self.core.lock(), ResyncReason::Lagging);
        }
        take
    }

    /// The agent cannot go on from its picture.
    pub fn restart(&self, cursor: &mut Cursor, reason: ResyncReason) {
        self.ring.lock().restart(cursor, reason);
    }

    /// Changes whenever there is something new to take.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }
}
