//! The gate every stream frame of one session passes. It knows the frame's place and what of the
//! page agents have; it answers with the sender's own bytes where nothing
//! had to change.

use std::sync::Arc;

use bytes::Bytes;

use super::active::Active;
use super::limits::GateLimits;
use super::masked::{Masked, MaskedKind, Refusal, Verdict};
use super::output::Output;
use super::page::{Page, Ruling, Stop};
use super::resources::{self, Form, Resources};
use super::rewrite::{apply, hide_in_lists, written};
use super::rules::Rules;
use super::styles::blank_generated;
use crate::protocol::frame::{self, Place};
use crate::protocol::{
    Long, Op, Patch, ReadLimits, Reader, ResyncReason, Sheet, Snapshot, StreamMessage, WireError,
    Writer, read_message,
};

/// What one session needs to mask its stream. It outlives the visitor's connections: epochs go on
/// counting, distrust stays.
pub struct Gate {
    rules: Arc<Rules>,
    limits: GateLimits,
    last: Place,
    /// None while a snapshot is awaited.
    page: Option<Page>,
    /// Bytes of this epoch's style sheets.
    sheets: usize,
    missed: u64,
    /// Marks addresses; without it they go out as they are.
    resources: Option<Box<dyn Resources>>,
    /// What addresses in the page are relative to.
    base: String,
}

/// What a frame is, by its place.
enum Turn {
    Snapshot,
    Next,
    /// Of an epoch that was given up.
    Stale,
}

impl Gate {
    /// A gate that waits for the first snapshot.
    #[must_use]
    pub fn new(rules: Arc<Rules>, limits: GateLimits) -> Self {
        Self {
            rules,
            limits,
            last: Place {
                epoch: 0,
                offset: 0,
            },
            page: None,
            sheets: 0,
            missed: 0,
            resources: None,
            base: String::new(),
        }
    }

    /// Every address of a resource goes out marked.
    #[must_use]
    pub fn with_resources(mut self, resources: Box<dyn Resources>) -> Self {
        self.resources = Some(resources);
        self
    }

    /// Judges one stream frame of the visitor.
    #[must_use]
    pub fn pass(&mut self, frame: Bytes) -> Verdict {
        match self.judge(frame) {
            Ok(verdict) => verdict,
            Err(Stop::Resync(reason)) => {
                self.expect_resync();
                Verdict::Resync(reason)
            }
            Err(Stop::Refuse(error)) => {
                self.expect_resync();
                Verdict::Refuse(Refusal::from(error))
            }
        }
    }

    /// A new epoch has been asked for: what is known of the page is freed, and frames are ignored
    /// until it begins.
    pub fn expect_resync(&mut self) {
        if let Some(page) = self.page.take() {
            self.missed = self.missed.max(page.missed);
        }
    }

    /// The last epoch seen, for the welcome of the next connection.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.last.epoch
    }

    /// Elements that only the edge masked: capture should have. More than 0 means that capture is
    /// not trusted any more.
    #[must_use]
    pub const fn masked_missed(&self) -> u64 {
        self.missed
    }

    /// Is this node masked, under a mask, removed or unknown? The document, 0, is not.
    #[must_use]
    pub fn is_hidden(&self, id: u32) -> bool {
        !self.page.as_ref().is_some_and(|page| page.is_visible(id))
    }

    fn judge(&mut self, frame: Bytes) -> Result<Verdict, Stop> {
        if frame.len() > self.limits.frame {
            return Err(WireError::too_large("frame").into());
        }
        let (head, body) = frame::split(&frame)?;
        let place = head.place.ok_or(WireError::frame("flags"))?;
        let turn = self.turn(place)?;
        if matches!(turn, Turn::Stale) {
            return Ok(Verdict::Ignore);
        }
        let payload = frame::inflate(head, body, self.limits.inflated)?;
        self.last = place;
        let kind = match turn {
            Turn::Snapshot => MaskedKind::Snapshot,
            _ => MaskedKind::Patch,
        };
        let changed = self.mask(&payload, kind)?;
        let bytes = match changed {
            Some(payload) => frame::pack(Some(place), &payload, head.inflated.is_some()),
            None => frame.clone(),
        };
        let resend = self
            .page
            .as_mut()
            .map(|page| std::mem::take(&mut page.resend))
            .unwrap_or_default();
        Ok(Verdict::Forward {
            masked: Masked::new(kind, place, bytes),
            resend,
        })
    }

    fn turn(&self, place: Place) -> Result<Turn, WireError> {
        if place.offset == 0 {
            return if place.epoch > self.last.epoch {
                Ok(Turn::Snapshot)
            } else {
                Err(WireError::out_of_order("epoch"))
            };
        }
        if place.epoch != self.last.epoch {
            return Err(WireError::out_of_order("epoch"));
        }
        if self.page.is_none() {
            return Ok(Turn::Stale);
        }
        if self.last.offset.checked_add(1) == Some(place.offset) {
            Ok(Turn::Next)
        } else {
            Err(WireError::out_of_order("offset"))
        }
    }

    const fn read_limits(&self) -> ReadLimits {
        ReadLimits {
            text: self.limits.text,
            items: self.limits.items,
        }
    }

    /// Masks all messages of a payload; `None` if nothing had to change.
    fn mask(&mut self, payload: &[u8], kind: MaskedKind) -> Result<Option<Vec<u8>>, Stop> {
        let limits = self.read_limits();
        let mut from = Reader::new(payload, limits);
        let mut output = Output::new(payload);
        if let Some(page) = &mut self.page {
            page.begin_frame();
        }
        let mut is_first = true;
        while from.left() > 0 {
            let start = payload.len() - from.left();
            let message = read_message(&mut from, limits)?;
            let end = payload.len() - from.left();
            let wants_snapshot = is_first && kind == MaskedKind::Snapshot;
            if wants_snapshot != matches!(message, StreamMessage::Snapshot(_)) {
                return Err(WireError::message("Snapshot").into());
            }
            is_first = false;
            let changed = match message {
                StreamMessage::Snapshot(snapshot) => self.snapshot(snapshot)?,
                StreamMessage::Patch(patch) => self.patch(&patch)?,
                StreamMessage::Sheet(sheet) => self.sheet(&sheet),
            };
            if let Some(message) = changed {
                output.replace(start, end, &message);
            }
            if let Some(page) = &self.page {
                self.missed = self.missed.max(page.missed);
            }
        }
        Ok(output.finish().map(|payload| {
            if payload.is_empty() {
                empty_patch()
            } else {
                payload
            }
        }))
    }

    fn snapshot(&mut self, mut snapshot: Snapshot<'_>) -> Result<Option<Vec<u8>>, Stop> {
        if snapshot.doc != 0 {
            return Err(WireError::message("Snapshot.doc").into());
        }
        let active = Active::new(Arc::clone(&self.rules), snapshot.url, snapshot.quirks);
        let mut page = Page::new(active, self.limits);
        page.missed = self.missed;
        let (count, markup) = page.fill(snapshot.html.0)?;
        if count != snapshot.count {
            return Err(Stop::Resync(ResyncReason::NotCanonical));
        }
        let hid = hide_in_lists(&page, &mut snapshot);
        self.sheets = 0;
        self.page = Some(page);
        snapshot.base.clone_into(&mut self.base);
        let marked = self.marked(markup.as_deref().unwrap_or(snapshot.html.0));
        let markup = marked.or(markup);
        if markup.is_none() && !hid {
            return Ok(None);
        }
        let html = markup.as_deref().map_or(snapshot.html, Long);
        Ok(Some(written(&StreamMessage::Snapshot(Snapshot {
            html,
            ..snapshot
        }))))
    }

    fn patch(&mut self, patch: &Patch<'_>) -> Result<Option<Vec<u8>>, Stop> {
        if patch.doc != 0 {
            return Err(WireError::message("Patch.doc").into());
        }
        let page = self.page.as_mut().ok_or(Stop::Resync(ResyncReason::Lost))?;
        for op in patch.ops.clone() {
            match op? {
                // Everything in the patch was captured under the masks of the new address.
                Op::U(op) if page.leaves_its_masks(op.url) => {
                    return Err(Stop::Resync(ResyncReason::MasksChanged));
                }
                Op::K(_) => return Err(WireError::message("Patch.K").into()),
                _ => {}
            }
        }
        let mut output = Output::new(patch.ops.bytes());
        let mut ops = patch.ops.clone();
        let mut start = 0;
        while let Some(next) = ops.next_with_bytes() {
            let (op, bytes) = next?;
            let end = start + bytes.len();
            let ruling = page.judge(&op)?;
            let ruling = mark(&mut self.resources, &mut self.base, &op, ruling);
            apply(&ruling, &op, start, end, &mut output);
            start = end;
        }
        Ok(output.finish().map(|ops| {
            let mut body = Writer::new();
            body.uint(patch.doc);
            body.raw(&ops);
            let mut message = Writer::new();
            message.byte(StreamMessage::Patch(patch.clone()).code());
            message.size(body.bytes().len());
            message.raw(body.bytes());
            message.finish()
        }))
    }

    fn marked(&mut self, markup: &str) -> Option<String> {
        let resources = self.resources.as_deref_mut()?;
        resources::markup(resources, &self.base, markup)
    }

    /// A sheet beyond the epoch's limit goes no further. Words in generated content do not either,
    /// if capture is not trusted any more.
    fn sheet(&mut self, sheet: &Sheet<'_>) -> Option<Vec<u8>> {
        self.sheets = self.sheets.saturating_add(sheet.text.0.len());
        if self.sheets > self.limits.sheets {
            return Some(Vec::new());
        }
        let blanked = if self.missed > 0 {
            blank_generated(sheet.text.0)
        } else {
            None
        };
        let text = blanked.as_deref().unwrap_or(sheet.text.0);
        let marked = self
            .resources
            .as_mut()
            .filter(|_| resources::style_may_name(text))
            .and_then(|resources| resources.mark(sheet.base, Form::Css, text));
        let text = marked.or(blanked)?;
        Some(written(&StreamMessage::Sheet(Sheet {
            text: Long(&text),
            ..sheet.clone()
        })))
    }
}

/// Marks the addresses in an op that goes out, and follows the page's base.
fn mark(
    resources: &mut Option<Box<dyn Resources>>,
    base: &mut String,
    op: &Op<'_>,
    ruling: Ruling,
) -> Ruling {
    let Some(resources) = resources.as_deref_mut() else {
        return ruling;
    };
    match (&ruling, op) {
        (Ruling::Forward, Op::U(op)) => op.base.clone_into(base),
        (Ruling::Forward, Op::A(op)) => {
            let marked = op
                .value
                .and_then(|value| resources::attribute(resources, base, op.name, value));
            return marked.map_or(ruling, Ruling::Value);
        }
        (Ruling::Forward, Op::I(op)) => {
            let marked = resources::markup(resources, base, op.html.0);
            return marked.map_or(ruling, Ruling::Markup);
        }
        (Ruling::Markup(markup), Op::I(_)) => {
            let marked = resources::markup(resources, base, markup);
            return marked.map_or(ruling, Ruling::Markup);
        }
        _ => {}
    }
    ruling
}

/// What goes out in the place of a frame of which nothing may pass.
fn empty_patch() -> Vec<u8> {
    vec![0x02, 1, 0]
}
