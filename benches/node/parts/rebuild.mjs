// The agent's side: from the bytes of a snapshot to a standing, laid out document in a sandboxed frame.
import { cpu, meter } from '../chrome.mjs';
import { median, summary } from '../stats.mjs';

const WAYS = ['ours', 'theirs', 'theirsPlain'];

export async function rebuilds({ browser, server, pages, scripts, visits, warm, load }) {
  const results = [];
  for (const page of pages) {
    const saved = await load(page.name);
    const table = Object.fromEntries(WAYS.map((way) => [way, { cold: [], warm: [], task: [], nodes: 0 }]));
    for (let visit = 0; visit < visits; visit++) {
      for (const way of WAYS) {
        const input = way === 'ours' ? saved.frames : [saved.text];
        const out = await visitWay(browser, server, scripts.rebuild, way, input, warm);
        table[way].cold.push(out.cold);
        table[way].warm.push(...out.warm);
        table[way].task.push(...out.task);
        table[way].nodes = out.nodes;
      }
    }
    results.push(entry(page, table));
  }
  return results;
}

function entry(page, table) {
  const of = ({ cold, warm, task, nodes }) => ({
    cold: summary(cold),
    warm: summary(warm),
    task: summary(task),
    nodes,
  });
  const ratio = (way, kind) => median(table[way][kind]) / median(table.ours[kind]);
  const ratios = (way) => ({ cold: ratio(way, 'cold'), warm: ratio(way, 'warm'), task: ratio(way, 'task') });
  return {
    page: page.name,
    ours: of(table.ours),
    theirs: of(table.theirs),
    theirsPlain: of(table.theirsPlain),
    ratios: ratios('theirs'),
    ratiosPlain: ratios('theirsPlain'),
  };
}

/** A bare page; nothing but it is loaded, so that pictures and fonts cost neither side anything. */
async function visitWay(browser, server, script, way, input, warm) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  try {
    const blank = `${server}/blank.html`;
    await context.route(
      (url) => url.href !== blank && url.protocol.startsWith('http'),
      (route) => route.abort(),
    );
    const tab = await context.newPage();
    await tab.goto(blank);
    const read = await meter(tab);
    await tab.addScriptTag({ content: script });
    await tab.evaluate((parts) => globalThis.benchRebuild.take(parts), input);
    const out = { cold: 0, warm: [], task: [], nodes: 0 };
    for (let turn = 0; turn <= warm; turn++) {
      await tab.evaluate(() => globalThis.benchRebuild.clear());
      const before = await read();
      const ms = await cpu(tab, read, `benchRebuild.${way}()`);
      await tab.evaluate(
        () =>
          new Promise((resolve) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 200)),
      );
      const after = await read();
      if (turn === 0) {
        out.cold = ms;
        out.nodes = await tab.evaluate(() => globalThis.benchRebuild.nodes());
      } else {
        out.warm.push(ms);
        out.task.push(after.task - before.task);
      }
    }
    return out;
  } finally {
    await context.close();
  }
}
