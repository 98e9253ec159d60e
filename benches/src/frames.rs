//! Frames as a visitor's page would send them.

use bytes::Bytes;
use coview_dom_capture::protocol::frame;
use coview_dom_capture::protocol::frame::{Place, pack};
use coview_dom_capture::protocol::{I, Long, Op, Patch, Snapshot, StreamMessage, Writer};

use crate::page::{FRAGMENT_NODES, Page, fragment};

/// The snapshot of a page as one frame, not deflated.
#[must_use]
pub fn snapshot(page: &Page) -> Bytes {
    let message = StreamMessage::Snapshot(Snapshot {
        doc: 0,
        url: "https://shop.example/orders",
        base: "https://shop.example/orders",
        doctype: None,
        quirks: false,
        width: 1200,
        height: 800,
        custom: Vec::new(),
        focus: 0,
        scrolls: Vec::new(),
        sheets: Vec::new(),
        adopted: Vec::new(),
        count: page.nodes,
        html: Long(&page.html),
    });
    let place = Place {
        epoch: 1,
        offset: 0,
    };
    frame::encode_stream(place, &[message], false)
}

/// `count` patches behind that snapshot, each with one insert as the first child of `parent`.
#[must_use]
pub fn patches(page: &Page, parent: u32, count: u32, masked: bool) -> Vec<Bytes> {
    (0..count)
        .map(|number| {
            let html = fragment(number, masked);
            let op = Op::I(I {
                parent,
                prev: 0,
                first: page.nodes + 1 + number * FRAGMENT_NODES,
                count: FRAGMENT_NODES,
                html: Long(&html),
            });
            let mut body = Writer::new();
            Patch::write(0, &[op], &mut body);
            let mut payload = Writer::new();
            payload.byte(0x02);
            payload.size(body.bytes().len());
            payload.raw(body.bytes());
            let place = Place {
                epoch: 1,
                offset: number + 1,
            };
            pack(Some(place), payload.bytes(), false)
        })
        .collect()
}
