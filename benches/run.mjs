// Every comparison of the README, by one command: `node benches/run.mjs`. Results go to benches/results/.
//   --quick            fewer samples, to see that it works
//   --only a,b         of sizes, snapshot, rebuild, patches, mask, assets
//   --pages a,b        of the pages in node/corpus.mjs
//   --publish          also writes benches/figures/, which the README shows; what has no results stays there as it is
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './node/bundle.mjs';
import { launch } from './node/chrome.mjs';
import { openCorpus } from './node/corpus.mjs';
import { assets } from './node/parts/assets.mjs';
import { masking } from './node/parts/mask.mjs';
import { patches } from './node/parts/patches.mjs';
import { rebuilds } from './node/parts/rebuild.mjs';
import { sizes } from './node/parts/sizes.mjs';
import { snapshots } from './node/parts/snapshot.mjs';
import { report } from './node/report.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const repository = dirname(folder);
const results = join(folder, 'results');
const captured = join(results, 'captured');

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    only: { type: 'string' },
    pages: { type: 'string' },
  },
});
const wanted = (part) => options.only === undefined || options.only.split(',').includes(part);
const count = (full, quick) => (options.quick ? quick : full);

const keep = (name, value) => writeFileSync(join(results, `${name}.json`), `${JSON.stringify(value, null, 1)}\n`);

/** What a page was captured as: for rebuilding it, and for the edge's side. */
const save = (name, frames, text) => {
  writeFileSync(join(captured, `${name}.json`), JSON.stringify({ frames, text }));
  writeFileSync(join(captured, `${name}.frame`), Buffer.from(frames[0], 'base64'));
};
const load = (name) => JSON.parse(readFileSync(join(captured, `${name}.json`), 'utf8'));

async function timed(part, run) {
  if (!wanted(part)) return;
  const start = performance.now();
  console.log(`${part} …`);
  keep(part, await run());
  console.log(`${part}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

async function browserParts() {
  const { server, pages } = await openCorpus(repository, options.pages?.split(','));
  const browser = await launch();
  try {
    const entry = (name) => bundle(join(folder, 'page', `${name}.ts`));
    const scripts = {
      ours: await entry('ours'),
      rrweb: await entry('rrweb'),
      patches: await entry('patches'),
      rebuild: await entry('rebuild'),
    };
    const common = { browser, pages, scripts };
    await timed('snapshot', () => snapshots({ ...common, visits: count(4, 1), warm: count(5, 2), save }));
    await timed('rebuild', () =>
      rebuilds({ ...common, server: server.url, visits: count(3, 1), warm: count(4, 1), load }),
    );
    await timed('patches', () => patches({ ...common, visits: count(2, 1), rounds: count(3, 1) }));
    keep('machine', machine(browser.version()));
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Kind of machine and date; nothing that names one. */
function machine(chromium) {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    chromium,
    date: today(),
  };
}

const today = () => new Date().toISOString().slice(0, 10);

mkdirSync(captured, { recursive: true });
await timed('sizes', () => sizes({ repository, folder }));
if (['snapshot', 'rebuild', 'patches'].some(wanted)) await browserParts();
await timed('mask', () =>
  masking({
    repository,
    files: readdirSync(captured)
      .filter((name) => name.endsWith('.frame'))
      .map((name) => join(captured, name)),
  }),
);
await timed('assets', async () => ({
  ...(await assets({ repository, rounds: count(20, 1), seconds: 1 })),
  machine: machine(),
}));
report({ results, figures: options.publish ? join(folder, 'figures') : undefined });
