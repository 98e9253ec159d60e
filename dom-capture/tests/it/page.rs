//! Short ways to write what a page sends, and to read what agents get.

use std::sync::Arc;

use bytes::Bytes;
use coview_config::{Limits, MaskRule, Masks};
use coview_dom_capture::mask::{Gate, GateLimits, Rules, Verdict};
use coview_dom_capture::protocol::frame::{self, Place};
use coview_dom_capture::protocol::{
    Long, Op, Patch, ReadLimits, Reader, Snapshot, StreamMessage, Wire, Writer,
};

pub(crate) const READ: ReadLimits = ReadLimits {
    text: 1 << 20,
    items: 1 << 16,
};

pub(crate) fn rule(selector: &str) -> MaskRule {
    MaskRule {
        selector: selector.to_owned(),
        url: None,
    }
}

pub(crate) fn masks(selectors: &[&str]) -> Masks {
    Masks {
        mask: selectors.iter().map(|selector| rule(selector)).collect(),
        ..Masks::default()
    }
}

pub(crate) fn gate(selectors: &[&str]) -> Gate {
    gate_of(&masks(selectors))
}

pub(crate) fn gate_of(masks: &Masks) -> Gate {
    let rules = Rules::compile(masks).unwrap();
    Gate::new(Arc::new(rules), limits())
}

pub(crate) fn limits() -> GateLimits {
    GateLimits::from(&Limits::default())
}

pub(crate) fn snapshot(count: u32, html: &str) -> Snapshot<'_> {
    Snapshot {
        doc: 0,
        url: "https://shop.example/",
        base: "https://shop.example/",
        doctype: None,
        quirks: false,
        width: 800,
        height: 600,
        custom: Vec::new(),
        focus: 0,
        scrolls: Vec::new(),
        sheets: Vec::new(),
        adopted: Vec::new(),
        count,
        html: Long(html),
    }
}

pub(crate) fn stream(epoch: u32, offset: u32, messages: &[StreamMessage<'_>]) -> Bytes {
    frame::encode_stream(Place { epoch, offset }, messages, true)
}

/// A frame with one patch of these ops.
pub(crate) fn patch(epoch: u32, offset: u32, ops: &[Op<'_>]) -> Bytes {
    let mut bytes = Writer::new();
    Patch::write(0, ops, &mut bytes);
    let bytes = bytes.finish();
    let patch = Patch::read(&mut Reader::new(&bytes, READ)).unwrap();
    stream(epoch, offset, &[StreamMessage::Patch(patch)])
}

/// Begins epoch 1; the payload agents get.
pub(crate) fn begin(gate: &mut Gate, count: u32, html: &str) -> Vec<u8> {
    forwarded(&gate.pass(stream(
        1,
        0,
        &[StreamMessage::Snapshot(snapshot(count, html))],
    )))
}

/// What agents get, inflated.
pub(crate) fn forwarded(verdict: &Verdict) -> Vec<u8> {
    let Verdict::Forward { masked, .. } = verdict else {
        panic!("not forwarded: {verdict:?}");
    };
    let (head, body) = frame::split(masked.bytes()).unwrap();
    frame::inflate(head, body, 1 << 26).unwrap().into_owned()
}

/// Reads what [`forwarded`] gave.
pub(crate) fn messages(payload: &[u8]) -> Vec<StreamMessage<'_>> {
    frame::read_payload(payload, READ).unwrap()
}

/// The ops of the only message.
pub(crate) fn ops(payload: &[u8]) -> Vec<Op<'_>> {
    match messages(payload).pop() {
        Some(StreamMessage::Patch(patch)) => patch.ops.map(|op| op.unwrap()).collect(),
        other => panic!("no patch: {other:?}"),
    }
}

/// The markup of the snapshot.
pub(crate) fn html(payload: &[u8]) -> &str {
    match messages(payload).first() {
        Some(StreamMessage::Snapshot(snapshot)) => snapshot.html.0,
        other => panic!("no snapshot: {other:?}"),
    }
}
