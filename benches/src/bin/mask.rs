//! Masking at the edge against bare `lol_html`, on a generated page and on frames captured in a
//! browser (their files are the arguments). Prints one JSON object.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use coview_benches::lol::Bare;
use coview_benches::page::{self, Page};
use coview_benches::timing::{Case, measure};
use coview_benches::{frames, marks, selectors};
use coview_config::Limits;
use coview_dom_capture::mask::{Gate, GateLimits, Rules, Verdict};
use coview_dom_capture::protocol::frame::{self, inflate, split};
use coview_dom_capture::protocol::{ReadLimits, StreamMessage};
use coview_proxy::assets::{Key, Marker};
use serde_json::{Value, json};

const NODES: u32 = 60_000;
const ROUNDS: usize = 15;
const PATCHES: u32 = 2_000;
const READ: ReadLimits = ReadLimits {
    text: 64 << 20,
    items: 1_000_000,
};

fn main() -> anyhow::Result<()> {
    let mut snapshots = Vec::new();
    let mut patches = Vec::new();
    let mut marked = Vec::new();
    for (label, every) in [("no hit", 0), ("hits", 20)] {
        let page = Page::generate(NODES, every);
        let frame = frames::snapshot(&page);
        for list in lists()? {
            snapshots.push(snapshot(&format!("generated, {label}"), &frame, &list)?);
        }
    }
    for file in std::env::args().skip(1) {
        let bytes = Bytes::from(std::fs::read(&file).with_context(|| file.clone())?);
        let name = std::path::Path::new(&file)
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        for list in lists()? {
            snapshots.push(snapshot(&name, &bytes, &list)?);
        }
        let lists = lists()?;
        marked.push(marking(&name, &bytes, lists.first().context("no list")?)?);
    }
    let page = Page::generate(NODES, 0);
    for (label, masked) in [("no hit", false), ("hit", true)] {
        for list in lists()? {
            patches.push(patch(label, &page, masked, &list)?);
        }
    }
    let result = json!({
        "page": { "nodes": page.nodes, "elements": page.elements, "bytes": page.html.len() },
        "memory": copy(&page),
        "snapshots": snapshots,
        "patches": patches,
        "marks": marked,
    });
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &result)?;
    writeln!(out)?;
    Ok(())
}

/// A site's masks beyond those that always hold.
struct List {
    name: &'static str,
    rules: Arc<Rules>,
    bare: Bare,
}

fn lists() -> anyhow::Result<Vec<List>> {
    let make = |name, more: &[&str]| -> anyhow::Result<List> {
        let rules = Rules::compile(&selectors::masks(more))
            .map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        Ok(List {
            name,
            rules: Arc::new(rules),
            bare: Bare::new(selectors::ALWAYS.iter().chain(more).copied())?,
        })
    };
    [
        ("always", &[][..]),
        ("always + 1", &selectors::ONE[..]),
        ("always + 20", &selectors::TWENTY[..]),
    ]
    .into_iter()
    .map(|(name, more)| make(name, more))
    .collect()
}

fn gate(list: &List) -> Gate {
    Gate::new(Arc::clone(&list.rules), limits())
}

fn limits() -> GateLimits {
    GateLimits::from(&Limits::default())
}

/// One snapshot: the whole gate, the gate's work without compressing its output again, and bare
/// rewriting of the same markup.
fn snapshot(name: &str, frame: &Bytes, list: &List) -> anyhow::Result<Value> {
    let html = markup(frame)?;
    let (forwarded, masked) = pass(&mut gate(list), frame)?;
    let bare = list.bare.rewrite(html.as_bytes())?;
    let placeholders = count(markup(&forwarded)?.as_bytes());
    ensure!(
        placeholders == count(&bare),
        "{name}, {}: the gate masked {placeholders}, lol_html {}",
        list.name,
        count(&bare)
    );
    let changed = forwarded != *frame;
    let payload = payload(&forwarded)?;
    let mut cases = vec![
        Case::new(
            "gate",
            1,
            || (gate(list), frame.clone()),
            |(mut gate, frame)| {
                let verdict = gate.pass(frame);
                (gate, verdict)
            },
        ),
        Case::new(
            "bare lol_html",
            1,
            || (),
            |()| list.bare.rewrite(html.as_bytes()),
        ),
    ];
    if changed {
        cases.push(Case::new(
            "deflate",
            1,
            || (),
            |()| frame::deflate(&payload),
        ));
    }
    Ok(json!({
        "page": name, "selectors": list.name, "bytes": html.len(), "masked": masked,
        "placeholders": placeholders, "rewritten": changed, "times": measure(cases, ROUNDS),
    }))
}

/// One snapshot whose addresses are marked: the gate with and without it, and bare rewriting.
fn marking(name: &str, frame: &Bytes, list: &List) -> anyhow::Result<Value> {
    let key = Arc::new(Key::new().context("no randomness")?);
    let marker = || Marker::new(Arc::clone(&key));
    let marks = |html: &[u8]| html.windows(7).filter(|bytes| bytes == b"coview:").count();
    let with = || gate(list).with_resources(Box::new(marker()));
    let html = markup(frame)?;
    let base = base(frame)?;
    let (forwarded, _) = pass(&mut with(), frame)?;
    let ours = marks(markup(&forwarded)?.as_bytes());
    let bare = marks(&marks::bare(html.as_bytes(), &base, marker())?);
    ensure!(
        ours == bare,
        "{name}: the gate marked {ours}, lol_html {bare}"
    );
    let whole = payload(&forwarded)?;
    let pass = |(mut gate, frame): (Gate, Bytes)| {
        let verdict = gate.pass(frame);
        (gate, verdict)
    };
    let cases = vec![
        Case::new("gate", 1, || (gate(list), frame.clone()), pass),
        Case::new("gate, marking", 1, || (with(), frame.clone()), pass),
        Case::new("deflate", 1, || (), |()| frame::deflate(&whole)),
        Case::new("bare lol_html", 1, marker, |marker| {
            marks::bare(html.as_bytes(), &base, marker)
        }),
    ];
    Ok(json!({
        "page": name, "bytes": html.len(), "marks": ours, "times": measure(cases, ROUNDS),
    }))
}

/// Patches of about 200 bytes in one go, divided by their number.
fn patch(name: &str, page: &Page, masked: bool, list: &List) -> anyhow::Result<Value> {
    let first = frames::snapshot(page);
    let run = frames::patches(page, page::MAIN, PATCHES, masked);
    let fragment = page::fragment(0, masked);
    let mut probe = gate(list);
    pass(&mut probe, &first)?;
    let (forwarded, _) = pass(&mut probe, run.first().context("no patches")?)?;
    let cases = vec![
        Case::new(
            "gate",
            PATCHES,
            || {
                let mut gate = gate(list);
                let verdict = gate.pass(first.clone());
                (gate, verdict, run.clone())
            },
            |(mut gate, _, run)| {
                let mut size = 0;
                for frame in run {
                    if let Verdict::Forward { masked, .. } = gate.pass(frame) {
                        size += masked.bytes().len();
                    }
                }
                (gate, size)
            },
        ),
        Case::new(
            "bare lol_html",
            PATCHES,
            || (),
            |()| {
                let mut size = 0;
                for _ in 0..PATCHES {
                    size += list
                        .bare
                        .rewrite(fragment.as_bytes())
                        .map_or(0, |out| out.len());
                }
                size
            },
        ),
    ];
    Ok(json!({
        "patch": name, "selectors": list.name, "bytes": fragment.len(), "frame": run.first().map(Bytes::len),
        "rewritten": Some(&forwarded) != run.first(), "times": measure(cases, ROUNDS),
    }))
}

/// What copying the same bytes costs: the floor of everything that looks at each of them.
fn copy(page: &Page) -> Value {
    let cases = vec![Case::new(
        "memcpy",
        1,
        || (),
        |()| page.html.as_bytes().to_vec(),
    )];
    json!({ "bytes": page.html.len(), "times": measure(cases, ROUNDS) })
}

fn pass(gate: &mut Gate, frame: &Bytes) -> anyhow::Result<(Bytes, u64)> {
    match gate.pass(frame.clone()) {
        Verdict::Forward { masked, .. } => Ok((masked.bytes().clone(), gate.masked_missed())),
        Verdict::Ignore => anyhow::bail!("ignored"),
        Verdict::Resync(reason) => anyhow::bail!("resync: {reason:?}"),
        Verdict::Refuse(refusal) => anyhow::bail!("refused: {refusal}"),
    }
}

fn payload(frame: &Bytes) -> anyhow::Result<Vec<u8>> {
    let (head, body) = split(frame)?;
    Ok(inflate(head, body, 64 << 20)?.into_owned())
}

fn markup(frame: &Bytes) -> anyhow::Result<String> {
    let payload = payload(frame)?;
    let messages: Vec<StreamMessage<'_>> = frame::read_payload(&payload, READ)?;
    messages
        .iter()
        .find_map(|message| match message {
            StreamMessage::Snapshot(snapshot) => Some(snapshot.html.0.to_owned()),
            _ => None,
        })
        .context("no snapshot in the frame")
}

fn base(frame: &Bytes) -> anyhow::Result<String> {
    let payload = payload(frame)?;
    let messages: Vec<StreamMessage<'_>> = frame::read_payload(&payload, READ)?;
    messages
        .iter()
        .find_map(|message| match message {
            StreamMessage::Snapshot(snapshot) => Some(snapshot.base.to_owned()),
            _ => None,
        })
        .context("no snapshot in the frame")
}

fn count(html: &[u8]) -> usize {
    html.windows(6).filter(|bytes| bytes == b"u:m=\"\"").count()
}
