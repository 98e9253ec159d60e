// Makes the table and the plots from whatever results there are.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ratioPlot } from './plot.mjs';
import { geometricMean } from './stats.mjs';
import * as tables from './tables.mjs';

const PARTS = ['sizes', 'snapshot', 'rebuild', 'patches', 'mask', 'assets'];
/** The section that has something of all parts. */
const SHORT = 'In short';

export function report({ results, figures }) {
  const read = (name) => {
    const file = join(results, `${name}.json`);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  };
  const all = Object.fromEntries(['machine', ...PARTS].map((name) => [name, read(name)]));
  const plots = draw(all);
  for (const [name, svg] of Object.entries(plots)) writeFileSync(join(results, `${name}.svg`), svg);
  const text = table(all);
  writeFileSync(join(results, 'table.md'), text);
  console.log(`\n${text}`);
  if (figures !== undefined) publish({ results, figures, names: Object.keys(plots), all });
}

function table(all) {
  const parts = [
    tables.summary(all),
    all.snapshot && tables.snapshot(all.snapshot),
    all.patches && tables.patches(all.patches),
    all.rebuild && tables.rebuild(all.rebuild),
    all.mask && tables.mask(all.mask),
    all.assets && tables.assets(all.assets),
    all.sizes && tables.sizes(all.sizes),
  ];
  return `${parts.filter(Boolean).join('\n')}`;
}

function draw({ snapshot, patches, rebuild, mask, assets }) {
  const plots = {};
  if (snapshot) {
    plots.snapshot = ratioPlot({
      title: 'Snapshot: rrweb ÷ Coview, main-thread time',
      note: 'Visitor’s page. Cold: first in a fresh page, all that starts capture. Warm: another one. Longer is better.',
      bars: snapshot.flatMap(({ page, ratios }) => [
        { label: `${page}, warm`, value: ratios.warm },
        { label: `${page}, cold`, value: ratios.cold },
      ]),
    });
    plots.bytes = ratioPlot({
      title: 'Snapshot: rrweb ÷ Coview, bytes',
      note: 'The whole page with its styles. Longer is better.',
      bars: snapshot.flatMap(({ page, bytes }) => [
        { label: `${page}, raw`, value: bytes.theirs.raw / bytes.ours.raw },
        { label: `${page}, gzip`, value: bytes.theirs.gzip / bytes.ours.gzip },
      ]),
    });
  }
  if (patches) plots.patches = patchPlot(patches);
  if (rebuild) {
    plots.rebuild = ratioPlot({
      title: 'Rebuild: rrweb ÷ Coview, main-thread time',
      note: 'Agent’s browser, from bytes to a standing document; shown: until it is laid out too. Longer is better.',
      bars: rebuild.flatMap(({ page, ratios }) => [
        { label: `${page}, built`, value: ratios.warm },
        { label: `${page}, shown`, value: ratios.task },
      ]),
    });
  }
  if (mask) plots.mask = maskPlot(mask);
  if (assets) plots.assets = assetPlot(assets);
  return plots;
}

/** One bar a load: the middle of all pages. */
function patchPlot(patches) {
  const names = patches[0].loads.map(({ name }) => name);
  return ratioPlot({
    title: 'A busy page: rrweb ÷ Coview, script time added',
    note: `Recorder on minus recorder off; the middle of ${patches.length} pages. Longer is better.`,
    bars: names.map((name) => {
      const ratios = patches.map(({ loads }) => loads.find((load) => load.name === name).ratios.script);
      return { label: name, value: geometricMean(ratios.filter((ratio) => ratio > 0)) };
    }),
  });
}

function maskPlot({ snapshots, patches }) {
  const bar = (entry, label) => {
    const time = (name) => entry.times.find((one) => one.name === name)?.min_us ?? Number.NaN;
    return { label: `${label}, ${entry.selectors}`, value: time('bare lol_html') / time('gate') };
  };
  return ratioPlot({
    title: 'Masking at the edge: bare lol_html ÷ Coview, time',
    note: 'Coview also validates, numbers and, where it changed something, compresses. Longer is better.',
    bars: [
      ...snapshots.filter(({ page }) => page.startsWith('generated')).map((entry) => bar(entry, entry.page)),
      ...patches.map((entry) => bar(entry, `200 B patch, ${entry.patch}`)),
    ],
  });
}

function assetPlot({ servers: [ours, ...others] }) {
  const bars = (label, gain) =>
    others.flatMap(({ name, at }) =>
      at.map((theirs, row) => ({
        label: `${name}, ${theirs.connections}, ${label}`,
        value: gain(ours.at[row], theirs),
      })),
    );
  return ratioPlot({
    title: 'A cached 20 KB image: Coview against others, one core each',
    note: '8 and 64 connections. Requests: Coview ÷ the other. CPU: the other ÷ Coview. Longer is better. Floor: fixed bytes.',
    bars: [
      ...bars('requests', (mine, theirs) => mine.rate.best / theirs.rate.best),
      ...bars('CPU', (mine, theirs) => theirs.cpu.best / mine.cpu.best),
    ],
  });
}

/** Parts without results keep what was published of them. */
function publish({ results, figures, names, all }) {
  mkdirSync(figures, { recursive: true });
  for (const name of names) copyFileSync(join(results, `${name}.svg`), join(figures, `${name}.svg`));
  const file = join(figures, 'README.md');
  const old = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const fresh = sections(readFileSync(join(results, 'table.md'), 'utf8'));
  if (PARTS.some((part) => all[part] === undefined)) fresh.delete(SHORT);
  const shown = new Set([...old.matchAll(/^!\[(\w+)\]/gm)].map(([, name]) => name).concat(names));
  const parts = new Map([...sections(old), ...fresh]);
  const { machine } = all;
  const kind = machine
    ? `${machine.cores} cores of ${machine.cpu} (shared), Chromium ${machine.chromium}, Node ${machine.node}, ${machine.date}`
    : (/^The last full run of `make bench`: (.*)\. Trust/m.exec(old)?.[1] ?? 'unknown machine');
  const head = [
    '# Figures',
    '',
    `The last full run of \`make bench\`: ${kind}. Trust ratios, not single figures. What each side does is said in`,
    '[benches/README.md](../README.md).',
    '',
    ...[...shown].map((name) => `![${name}](${name}.svg)`),
    '',
  ];
  const body = [...parts.values()].map((part) => part.trimEnd()).join('\n\n');
  writeFileSync(file, `${head.join('\n')}\n${body}\n`);
}

/** By title. */
function sections(text) {
  const parts = text.split(/^(?=## )/m).filter((part) => part.startsWith('## '));
  return new Map(parts.map((part) => [part.slice(3, part.indexOf('\n')), part]));
}
