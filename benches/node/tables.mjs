// Results as Markdown.
import { geometricMean } from './stats.mjs';

const fixed = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const ms = (value) => fixed(value, value >= 100 ? 0 : 1);
const range = ({ min, median, p95 }) => `${ms(min)} / **${ms(median)}** / ${ms(p95)}`;
const times = (value) => `${fixed(value, value >= 10 ? 0 : 1)}×`;
const precise = (value) => `${fixed(value, 2)}×`;
const kib = (bytes) => fixed(bytes / 1024, bytes >= 102_400 ? 0 : 1);

function table(title, note, head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', note, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

export function snapshot(results) {
  const time = table(
    'Snapshot: visitor’s main thread',
    'ms of CPU, min / **median** / p95. Ratio: rrweb ÷ Coview, so more is better.',
    [
      'page',
      'elements',
      'Coview warm',
      'rrweb warm',
      'ratio',
      'Coview cold',
      'rrweb cold',
      'ratio',
      'Coview all',
      'rrweb all',
      'ratio',
    ],
    results.map(({ page, nodes, ours, theirs, ratios }) => [
      page,
      nodes,
      range(ours.warm),
      range(theirs.warm),
      times(ratios.warm),
      range(ours.cold),
      range(theirs.cold),
      times(ratios.cold),
      range(ours.task),
      range(theirs.task),
      times(ratios.task),
    ]),
  );
  const bytes = table(
    'Snapshot: bytes',
    'KiB raw / gzip.',
    [
      'page',
      'Coview with styles',
      'rrweb with styles',
      'ratio',
      'Coview markup',
      'rrweb, linked styles left out',
      'ratio',
    ],
    results.map(({ page, bytes: of }) => [
      page,
      weight(of.ours),
      weight(of.theirs),
      ratios(of.theirs, of.ours),
      weight(of.oursMarkup),
      weight(of.theirsNoCss),
      ratios(of.theirsNoCss, of.oursMarkup),
    ]),
  );
  return `${time}\n${bytes}`;
}

const weight = ({ raw, gzip }) => `${kib(raw)} / ${kib(gzip)}`;
const ratios = (theirs, ours) => `${times(theirs.raw / ours.raw)} / ${times(theirs.gzip / ours.gzip)}`;

export function patches(results) {
  return table(
    'A busy page: main-thread time a recorder adds',
    'ms of CPU per run of the load, median with the recorder minus median without. Script: time in JavaScript, which is ' +
      'where recorders work. All: every task, layout and painting too, whose own spread is larger than what a recorder ' +
      'adds (– where it drowned). Ratio: rrweb ÷ Coview. Bytes: KiB raw / gzip of all that was emitted.',
    [
      'page',
      'load',
      'Coview script',
      'rrweb script',
      'ratio',
      'without, all',
      'Coview all',
      'rrweb all',
      'ratio',
      'Coview bytes',
      'rrweb bytes',
      'ratio',
    ],
    results.flatMap(({ page, loads }) =>
      loads.map((load) => [
        page,
        load.name,
        ms(load.ours.addedScript),
        ms(load.rrweb.addedScript),
        times(load.ratios.script),
        range(load.none.task),
        ms(load.ours.addedTask),
        ms(load.rrweb.addedTask),
        load.ours.addedTask > 0 && load.rrweb.addedTask > 0 ? times(load.ratios.task) : '–',
        weight(load.ours.emitted),
        weight(load.rrweb.emitted),
        ratios(load.rrweb.emitted, load.ours.emitted),
      ]),
    ),
  );
}

export function rebuild(results) {
  return table(
    'Rebuild: agent’s main thread',
    'ms of CPU, min / **median** / p95. Built: from bytes to a standing document. Shown: CPU until it is laid out and quiet. Plain: rrweb without its rewriting of hover rules.',
    [
      'page',
      'nodes ours / theirs',
      'Coview built',
      'rrweb built',
      'ratio',
      'rrweb plain',
      'ratio',
      'Coview shown',
      'rrweb shown',
      'ratio',
      'plain ratio',
    ],
    results.map(({ page, ours, theirs, theirsPlain, ratios: of, ratiosPlain }) => [
      page,
      `${ours.nodes} / ${theirs.nodes}`,
      range(ours.warm),
      range(theirs.warm),
      times(of.warm),
      range(theirsPlain.warm),
      times(ratiosPlain.warm),
      range(ours.task),
      range(theirs.task),
      times(of.task),
      times(ratiosPlain.task),
    ]),
  );
}

export function mask({ page, memory, snapshots: whole, patches: small, marks = [] }) {
  const time = best;
  const copy = memory.times[0].min_us;
  const quiet = whole.find((entry) => entry.selectors === 'always' && !entry.rewritten && entry.bytes === page.bytes);
  const rate = (micros) => `${fixed(page.bytes / micros, 0)} MB/s`;
  const first = table(
    'Masking at the edge: snapshots',
    `CPU time, best of ${memory.times[0].n}, ms. \`always\` are the automatic masks. Generated page: ${page.nodes} nodes, ${fixed(page.bytes / 1e6, 2)} MB. ` +
      `Without a hit the gate looks at ${quiet ? rate(time(quiet, 'gate')) : '–'}; memcpy of the same: ${rate(copy)}.`,
    [
      'page',
      'selectors',
      'KB',
      'masked by edge',
      'Coview gate',
      'bare lol_html',
      'lol_html ÷ gate',
      'of the gate: deflating',
    ],
    whole.map((entry) => [
      entry.page,
      entry.selectors,
      fixed(entry.bytes / 1000, 0),
      entry.masked,
      fixed(time(entry, 'gate') / 1000, 2),
      fixed(time(entry, 'bare lol_html') / 1000, 2),
      times(time(entry, 'bare lol_html') / time(entry, 'gate')),
      entry.rewritten ? fixed(time(entry, 'deflate') / 1000, 2) : '–',
    ]),
  );
  const second = table(
    'Masking at the edge: patches',
    'µs of CPU per patch with one insert of 7 nodes into the generated page.',
    ['patch', 'selectors', 'bytes', 'Coview gate', 'bare lol_html', 'lol_html ÷ gate'],
    small.map((entry) => [
      entry.patch,
      entry.selectors,
      entry.bytes,
      fixed(time(entry, 'gate'), 2),
      fixed(time(entry, 'bare lol_html'), 2),
      times(time(entry, 'bare lol_html') / time(entry, 'gate')),
    ]),
  );
  return `${first}\n${second}\n${marking(marks)}`;
}

/** What marking costs beyond masking, without compressing the output again on either side. */
const markingCost = (entry) => best(entry, 'gate, marking') - best(entry, 'gate') - best(entry, 'deflate');

function marking(entries) {
  return table(
    'Marking addresses at the edge: snapshots',
    'CPU time, best of all rounds, ms: what the gate costs more when it marks the addresses agents may load (its output deflated again apart), beside bare lol_html writing the same marks into the same markup.',
    ['page', 'KB', 'marks', 'Coview', 'deflating', 'bare lol_html', 'lol_html ÷ Coview'],
    entries.map((entry) => [
      entry.page,
      fixed(entry.bytes / 1000, 0),
      entry.marks,
      fixed(markingCost(entry) / 1000, 2),
      fixed(best(entry, 'deflate') / 1000, 2),
      fixed(best(entry, 'bare lol_html') / 1000, 2),
      times(best(entry, 'bare lol_html') / Math.max(1, markingCost(entry))),
    ]),
  );
}

/** What the cache was built for: times the other's requests, and at most so many times the floor's CPU. */
const AIMS = { nginx: { 8: 1.6, 64: 1.15 }, varnish: { 8: 2.2, 64: 2.2 }, floor: { cpu: 1.25 } };

function aim(name, connections, gain, cost) {
  const wanted = AIMS[name]?.[connections];
  const most = AIMS[name]?.cpu;
  const said = (is, text) => `${text}: ${is ? 'met' : 'not met'}`;
  if (wanted) return said(gain >= wanted, `${wanted}× the requests`);
  return most ? said(cost <= most, `at most ${most}× the CPU`) : '';
}

export function assets({ size, rounds, seconds, machine, servers }) {
  const [ours] = servers;
  const both = ({ best, median }, digits) => `${fixed(best, digits)} / ${fixed(median, digits)}`;
  return table(
    'Cached assets',
    `One image of ${size / 1000} KB from memory over loopback: the server on one core, wrk on another, in turn, ${rounds} rounds of ` +
      `${seconds} s. Best / median; ratios are of the best, since other work on the machine can only make a figure worse. ` +
      `The floor looks for the end of a request and sends fixed bytes. ${machine.cores} cores of ${machine.cpu} (shared), ${machine.date}.`,
    ['server', 'connections', 'requests/s', 'Coview ÷ it', 'CPU µs per request', 'it ÷ Coview', 'aim'],
    servers.flatMap((server) =>
      server.at.map(({ connections, rate, cpu }, row) => {
        const mine = ours.at[row];
        const gain = mine.rate.best / rate.best;
        const saved = cpu.best / mine.cpu.best;
        const ratio = (value) => (server === ours ? '' : precise(value));
        const wanted = aim(server.name, connections, gain, 1 / saved);
        return [server.name, connections, both(rate, 0), ratio(gain), both(cpu, 1), ratio(saved), wanted];
      }),
    ),
  );
}

export function sizes(of) {
  return table(
    'Download',
    'Bytes, esbuild minified, one classic script; gzip 9, brotli 11.',
    ['script', 'minified', 'gzip', 'brotli'],
    [of.ours, of.capture, of.record, of.record22].map(({ name, minified, gzip, brotli }) => [
      name,
      minified,
      gzip,
      brotli,
    ]),
  );
}

/** The middle of all pages in a few lines. */
export function summary({ snapshot: shots, patches: busy, rebuild: built, mask: edge, sizes: size }) {
  const middle = (values) => times(geometricMean(values.filter((value) => value > 0)));
  const spread = (values) => `${middle(values)} (${times(Math.min(...values))} to ${times(Math.max(...values))})`;
  const rows = [];
  if (shots) {
    rows.push(['another snapshot, visitor’s CPU', spread(shots.map(({ ratios: of }) => of.warm))]);
    rows.push(['first snapshot, visitor’s CPU', spread(shots.map(({ ratios: of }) => of.cold))]);
    rows.push([
      'first snapshot, bytes after gzip',
      spread(shots.map(({ bytes }) => bytes.theirs.gzip / bytes.ours.gzip)),
    ]);
  }
  if (busy) {
    for (const { name } of busy[0].loads) {
      const of = busy.map(({ loads }) => loads.find((load) => load.name === name).ratios.script);
      rows.push([`${name}, visitor’s CPU`, spread(of)]);
    }
  }
  if (built) {
    rows.push(['rebuild, agent’s CPU', spread(built.map(({ ratios: of }) => of.warm))]);
    rows.push(['the same, without rrweb’s hover rules', spread(built.map(({ ratiosPlain: of }) => of.warm))]);
  }
  if (size)
    rows.push(['download of all the visitor’s page needs, brotli', times(size.record.brotli / size.ours.brotli)]);
  const first = table(
    'In short',
    'How many times Coview’s cost the other’s is: middle of the pages (least to most).',
    ['rrweb ÷ Coview', 'times'],
    rows,
  );
  if (!edge) return first;
  const gain = (entry) => best(entry, 'bare lol_html') / best(entry, 'gate');
  const rest = [
    ['snapshot, nothing to mask', spread(edge.snapshots.filter((one) => !one.rewritten).map(gain))],
    ['snapshot, masks hit', spread(edge.snapshots.filter((one) => one.rewritten).map(gain))],
    ['200-byte patch, nothing to mask', spread(edge.patches.filter((one) => !one.rewritten).map(gain))],
    ['200-byte patch, masks hit', spread(edge.patches.filter((one) => one.rewritten).map(gain))],
  ];
  const head = ['bare lol_html ÷ Coview’s gate', 'times'];
  return `${first}\n| ${head.join(' | ')} |\n| --- | --- |\n${rest.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}

const best = (entry, name) => entry.times.find((one) => one.name === name)?.min_us;
