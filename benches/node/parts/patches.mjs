// Main-thread time that a recorder adds to a busy page: with it minus without it, the same changes in the same order.
import { meter, withPage } from '../chrome.mjs';
import { median, summary } from '../stats.mjs';

const SIDES = ['none', 'ours', 'rrweb'];

export async function patches({ browser, pages, scripts, visits, rounds }) {
  const results = [];
  for (const page of pages) {
    const table = {};
    for (let visit = 0; visit < visits; visit++) {
      for (const side of SIDES) {
        const loads = await withPage(browser, page.url, (tab) => visitSide(tab, scripts, side, rounds));
        for (const load of loads) collect(table, side, load);
      }
    }
    results.push({ page: page.name, loads: Object.values(table).map(summarise) });
  }
  return results;
}

function collect(table, side, load) {
  table[load.name] ??= { name: load.name, ops: load.ops, none: series(), ours: series(), rrweb: series() };
  const to = table[load.name][side];
  to.task.push(...load.task);
  to.script.push(...load.script);
  to.emitted ??= load.emitted;
}

const series = () => ({ task: [], script: [], emitted: undefined });

function summarise({ name, ops, none, ours, rrweb }) {
  const added = (side, kind) => median(side[kind]) - median(none[kind]);
  const side = (one) => ({
    task: summary(one.task),
    script: summary(one.script),
    addedTask: added(one, 'task'),
    addedScript: added(one, 'script'),
    perOp: (added(one, 'task') * 1000) / ops,
    emitted: one.emitted,
  });
  return {
    name,
    ops,
    none: { task: summary(none.task), script: summary(none.script) },
    ours: side(ours),
    rrweb: side(rrweb),
    ratios: {
      task: added(rrweb, 'task') / added(ours, 'task'),
      script: added(rrweb, 'script') / added(ours, 'script'),
      raw: rrweb.emitted.raw / ours.emitted.raw,
      gzip: rrweb.emitted.gzip / ours.emitted.gzip,
    },
  };
}

/** One fresh page; every load once to warm up, then `rounds` times. */
async function visitSide(tab, scripts, side, rounds) {
  const read = await meter(tab);
  await tab.addScriptTag({ content: scripts.patches });
  if (side !== 'none') {
    await tab.addScriptTag({ content: scripts[side] });
    await tab.evaluate(async (name) => {
      globalThis.recorder = name === 'ours' ? globalThis.ourSide.recorder() : globalThis.rrwebSide.recorder();
      globalThis.recorder.start();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }, side);
  }
  const loads = await tab.evaluate(() => globalThis.benchLoads.list());
  const out = loads.map((load) => ({ ...load, task: [], script: [], emitted: undefined }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, load] of out.entries()) {
      await tab.evaluate((n) => globalThis.benchLoads.prepare(n, globalThis.recorder), index);
      if (side !== 'none') await tab.evaluate(() => globalThis.recorder.emitted());
      const before = await read();
      await tab.evaluate((n) => globalThis.benchLoads.run(n, globalThis.recorder), index);
      const after = await read();
      if (side !== 'none') load.emitted = await tab.evaluate(() => globalThis.recorder.emitted());
      if (round === 0) continue;
      load.task.push(after.task - before.task);
      load.script.push(after.script - before.script);
    }
  }
  return out;
}
