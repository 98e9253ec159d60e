//! Writing again what the gate changed: a snapshot's lists, an op, a message.

use super::output::Output;
use super::page::{Page, Ruling};
use crate::protocol::{A, F, I, K, Long, Op, Snapshot, StreamMessage, Wire, Writer, write_message};

/// Takes hidden nodes out of a snapshot's lists; true if there were any.
pub(super) fn hide_in_lists(page: &Page, snapshot: &mut Snapshot<'_>) -> bool {
    let before = (
        snapshot.focus,
        snapshot.scrolls.len(),
        snapshot.sheets.len(),
        snapshot.adopted.len(),
    );
    if snapshot.focus != 0 && !page.is_visible_element(snapshot.focus) {
        snapshot.focus = 0;
    }
    snapshot
        .scrolls
        .retain(|scroll| scroll.id == 0 || page.is_visible_element(scroll.id));
    snapshot
        .sheets
        .retain(|sheet| page.is_visible_element(sheet.id));
    snapshot
        .adopted
        .retain(|adopted| adopted.root == 0 || page.is_visible_root(adopted.root));
    before
        != (
            snapshot.focus,
            snapshot.scrolls.len(),
            snapshot.sheets.len(),
            snapshot.adopted.len(),
        )
}

/// Puts what became of an op into the output.
pub(super) fn apply(
    ruling: &Ruling,
    op: &Op<'_>,
    start: usize,
    end: usize,
    output: &mut Output<'_>,
) {
    let mut to = Writer::new();
    match (ruling, op) {
        (Ruling::Forward, _) => return,
        (Ruling::Mask(id), _) => op_written(&Op::K(K { id: *id }), &mut to),
        (Ruling::Unfocus, _) => op_written(&Op::F(F { id: 0 }), &mut to),
        (Ruling::Markup(markup), Op::I(op)) => op_written(
            &Op::I(I {
                html: Long(markup),
                ..op.clone()
            }),
            &mut to,
        ),
        (Ruling::Value(value), Op::A(op)) => op_written(
            &Op::A(A {
                value: Some(value),
                ..op.clone()
            }),
            &mut to,
        ),
        (Ruling::Drop | Ruling::Markup(_) | Ruling::Value(_), _) => {}
    }
    output.replace(start, end, to.bytes());
}

fn op_written(op: &Op<'_>, to: &mut Writer) {
    op.write(to);
}

pub(super) fn written(message: &StreamMessage<'_>) -> Vec<u8> {
    let mut to = Writer::new();
    write_message(message, &mut to);
    to.finish()
}
