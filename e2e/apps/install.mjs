// Installs the applications that the proxy's tests use: packages at pinned versions, kept in e2e/corpus/apps/. Run
// again, it does nothing that is done already.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureCorpus } from '../corpus.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const apps = join(here, '../corpus/apps');
const requirements = join(here, 'requirements.txt');

/** Python's packages. */
export const python = join(apps, 'python');
/** npm's packages. */
export const modules = join(apps, 'node/node_modules');
/** Where compiled Python is kept from one run to the next. */
export const compiled = join(apps, 'compiled');

const npm = ['tiddlywiki@5.4.1', 'node-red@4.1.8'];
const run = promisify(execFile);

async function installPython(into) {
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input'];
  try {
    execFileSync('python3', [...pip, '--version'], { stdio: 'ignore' });
  } catch {
    // Debian has them apart.
    execFileSync('apt-get', ['-q', '-y', '--no-install-recommends', 'install', 'python3', 'python3-pip']);
  }
  const out = join(into, 'out');
  await run('python3', [
    ...pip,
    'install',
    '--quiet',
    '--no-compile',
    '--no-deps',
    '--target',
    out,
    '-r',
    requirements,
  ]);
  return out;
}

async function installNode(into) {
  const out = join(into, 'out');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--no-save'];
  await run('npm', ['install', '--prefix', out, '--ignore-scripts', ...quiet, ...npm]);
  const editions = join(out, 'node_modules/tiddlywiki/editions');
  for (const name of readdirSync(editions)) {
    if (name !== 'server') rmSync(join(editions, name), { recursive: true });
  }
  return out;
}

/** Unpacks aside and moves into place, so that whoever does it at the same time does no harm. */
async function ensure(folder, stamp, install, say) {
  const place = join(apps, folder);
  const done = join(apps, `.${folder}-${stamp}`);
  if (existsSync(done) && existsSync(place)) return;
  say(`installing the ${folder} applications`);
  const aside = mkdtempSync(join(apps, '.new-'));
  try {
    const out = await install(aside);
    rmSync(place, { recursive: true, force: true });
    renameSync(out, place);
    writeFileSync(done, '');
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Installs what is missing. */
export async function ensureApps(say = () => {}) {
  mkdirSync(apps, { recursive: true });
  // What is below belongs to no module of this repository's kind.
  writeFileSync(join(apps, 'package.json'), '{"type":"commonjs"}');
  ensureCorpus(say);
  await Promise.all([
    ensure('python', digest(readFileSync(requirements)), installPython, say),
    ensure('node', digest(npm.join()), installNode, say),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureApps((text) => console.log(text));
