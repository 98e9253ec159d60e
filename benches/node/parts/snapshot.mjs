// First and later snapshots of real pages: time on the main thread, bytes.
import { gzipSync } from 'node:zlib';
import { cpu, meter, withPage } from '../chrome.mjs';
import { median, summary } from '../stats.mjs';

/** Each visit is a fresh page for one side: its first snapshot is cold, the ones after it are warm. */
export async function snapshots({ browser, pages, scripts, visits, warm, save }) {
  const results = [];
  for (const page of pages) {
    const ours = { cold: [], warm: [], task: [] };
    const theirs = { cold: [], warm: [], noCss: [], task: [], record: [] };
    let bytes;
    for (let visit = 0; visit < visits; visit++) {
      const our = await withPage(browser, page.url, (tab) => visitOurs(tab, scripts.ours, warm));
      const their = await withPage(browser, page.url, (tab) => visitTheirs(tab, scripts.rrweb, warm));
      const recorded = await withPage(browser, page.url, (tab) => visitRecord(tab, scripts.rrweb));
      ours.cold.push(our.cold);
      ours.warm.push(...our.warm);
      ours.task.push(our.task);
      theirs.cold.push(their.cold);
      theirs.warm.push(...their.warm);
      theirs.noCss.push(...their.noCss);
      theirs.task.push(recorded.task);
      theirs.record.push(recorded.ms);
      bytes ??= { ours: our, theirs: their, nodes: our.nodes };
    }
    await save(page.name, bytes.ours.frames, bytes.theirs.text);
    results.push(entry(page, ours, theirs, bytes));
  }
  return results;
}

function entry(page, ours, theirs, bytes) {
  const ratio = (a, b) => median(a) / median(b);
  return {
    page: page.name,
    nodes: bytes.nodes,
    ours: { warm: summary(ours.warm), cold: summary(ours.cold), task: summary(ours.task) },
    theirs: {
      warm: summary(theirs.warm),
      warmNoCss: summary(theirs.noCss),
      cold: summary(theirs.cold),
      record: summary(theirs.record),
      task: summary(theirs.task),
    },
    ratios: {
      warm: ratio(theirs.warm, ours.warm),
      warmNoCss: ratio(theirs.noCss, ours.warm),
      cold: ratio(theirs.cold, ours.cold),
      task: ratio(theirs.task, ours.task),
    },
    bytes: {
      ours: weigh(bytes.ours.frames.map((frame) => Buffer.from(frame, 'base64'))),
      oursMarkup: weigh([Buffer.from(bytes.ours.frames[0], 'base64')]),
      theirs: weigh([Buffer.from(bytes.theirs.text, 'base64')]),
      theirsNoCss: weigh([Buffer.from(bytes.theirs.textNoCss, 'base64')]),
    },
  };
}

function weigh(parts) {
  const whole = Buffer.concat(parts);
  return { raw: whole.length, gzip: gzipSync(whole, { level: 6 }).length };
}

const ready = (tab) => tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 800)));
const collect = (tab) => tab.evaluate(() => globalThis.gc());

async function visitOurs(tab, script, warm) {
  const read = await meter(tab);
  await tab.addScriptTag({ content: script });
  await tab.evaluate(() => {
    globalThis.recorder = globalThis.ourSide.recorder();
  });
  const before = await read();
  const cold = await cpu(tab, read, 'recorder.start()');
  await ready(tab);
  const after = await read();
  const { frames, nodes } = await tab.evaluate(async () => {
    await globalThis.recorder.emitted();
    return { frames: globalThis.recorder.frames(), nodes: document.querySelectorAll('*').length };
  });
  const later = [];
  for (let n = 0; n < warm; n++) {
    await collect(tab);
    later.push(await cpu(tab, read, 'recorder.again()'));
  }
  return { cold, warm: later, task: after.task - before.task, frames, nodes };
}

async function visitTheirs(tab, script, warm) {
  const read = await meter(tab);
  await tab.addScriptTag({ content: script });
  const out = { cold: await cpu(tab, read, 'rrwebSide.snapshot()'), warm: [], noCss: [] };
  out.text = await tab.evaluate(() => globalThis.rrwebSide.text());
  for (let n = 0; n < warm; n++) {
    await collect(tab);
    out.warm.push(await cpu(tab, read, 'rrwebSide.snapshot()'));
    await collect(tab);
    out.noCss.push(await cpu(tab, read, 'rrwebSide.snapshotNoCss()'));
  }
  out.textNoCss = await tab.evaluate(() => globalThis.rrwebSide.text());
  return out;
}

async function visitRecord(tab, script) {
  const read = await meter(tab);
  await tab.addScriptTag({ content: script });
  await tab.evaluate(() => {
    globalThis.recorder = globalThis.rrwebSide.recorder();
  });
  const before = await read();
  const ms = await cpu(tab, read, 'recorder.start()');
  await ready(tab);
  const after = await read();
  return { ms, task: after.task - before.task };
}
