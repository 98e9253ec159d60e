// Fetches the real pages that the browser tests mirror: packages at pinned versions, kept in e2e/corpus/.
// Run again, it does nothing that is done already.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** Where the packages are unpacked, one folder each. */
export const corpus = join(here, 'corpus');

/** What is fetched. `only`: the paths of a Debian package that the pages need. */
const packages = [
  { folder: 'sb-admin', npm: 'startbootstrap-sb-admin-2@4.1.4' },
  { folder: 'swagger', npm: 'swagger-ui-dist@5.35.0' },
  { folder: 'reveal', npm: 'reveal.js@6.0.2' },
  { folder: 'quill', npm: 'quill@2.0.3' },
  { folder: 'codemirror', npm: 'codemirror@5.65.20' },
  { folder: 'ag-grid', npm: 'ag-grid-community@36.2.0' },
  { folder: 'katex', npm: 'katex@0.19.1' },
  { folder: 'rapidoc', npm: 'rapidoc@9.3.8' },
  { folder: 'redoc', npm: 'redoc@2.5.1' },
  { folder: 'fullcalendar', npm: 'fullcalendar@6.1.19' },
  {
    folder: 'node-doc',
    deb: 'nodejs-doc',
    version: '18.20.4+dfsg-1~deb12u3',
    root: 'usr/share/doc/nodejs/api',
    only: ['fs.html', 'assets'],
  },
  {
    folder: 'rust-doc',
    deb: 'rust-doc',
    version: '1.63.0+dfsg1-2',
    root: 'usr/share/doc/rust-doc/html',
    only: ['std/primitive.slice.html', 'std/sidebar-items*.js', '*.css', '*.js', '*.woff2', '*.svg'],
  },
];

const run = (command, args, options = {}) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });

function fetchNpm(spec, into) {
  const name = run('npm', ['pack', '--silent', '--pack-destination', into, spec], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .pop();
  const out = join(into, 'out');
  mkdirSync(out);
  run('tar', ['-xzf', join(into, name ?? ''), '-C', out, '--strip-components=1']);
  return out;
}

function fetchDeb(entry, into) {
  const download = (name) => run('apt-get', ['-q', 'download', name], { cwd: into });
  try {
    download(`${entry.deb}=${entry.version}`);
  } catch {
    // The lists may be old, or the distribution may have replaced the version by a point release.
    run('apt-get', ['-q', 'update']);
    download(entry.deb);
  }
  const file = readdirSync(into).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Error(`no ${entry.deb} was downloaded`);
  const tar = run('dpkg-deb', ['--fsys-tarfile', join(into, file)], { maxBuffer: 2 ** 30 });
  const out = join(into, 'out');
  mkdirSync(out);
  const depth = entry.root.split('/').length + 1;
  const wanted = entry.only.map((path) => `./${entry.root}/${path}`);
  run(
    'tar',
    ['-xf', '-', '-C', out, `--strip-components=${depth}`, '--wildcards', '--no-wildcards-match-slash', ...wanted],
    {
      input: tar,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  return out;
}

/** An API description with enough operations and models to fill a page. */
function description() {
  const things = [
    'lamp',
    'table',
    'shade',
    'cable',
    'order',
    'parcel',
    'workshop',
    'repair',
    'review',
    'customer',
    'voucher',
    'invoice',
  ];
  const schemas = {};
  const paths = {};
  for (const thing of things) {
    schemas[thing] = {
      type: 'object',
      description: `What the workshop knows about a ${thing}.`,
      required: ['id', 'name'],
      properties: {
        id: { type: 'string', format: 'uuid' },
        name: { type: 'string', example: `Good ${thing}` },
        price: { type: 'number', minimum: 0, description: 'In euro.' },
        state: { type: 'string', enum: ['new', 'made', 'sent', 'mended'] },
        parts: {
          type: 'array',
          items: { type: 'object', properties: { material: { type: 'string' }, weight: { type: 'number' } } },
        },
      },
    };
    const body = { content: { 'application/json': { schema: { $ref: `#/components/schemas/${thing}` } } } };
    const one = { 200: { description: `The ${thing}`, ...body }, 404: { description: 'Not here' } };
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const limit = {
      name: 'limit',
      in: 'query',
      schema: { type: 'integer', default: 20 },
      description: 'At most so many.',
    };
    paths[`/${thing}s`] = {
      get: {
        tags: [thing],
        summary: `List every ${thing}`,
        operationId: `list-${thing}`,
        parameters: [limit],
        responses: one,
      },
      post: {
        tags: [thing],
        summary: `Make a ${thing}`,
        operationId: `make-${thing}`,
        requestBody: body,
        responses: one,
      },
    };
    paths[`/${thing}s/{id}`] = {
      get: { tags: [thing], summary: `One ${thing}`, operationId: `get-${thing}`, parameters: [id], responses: one },
      delete: {
        tags: [thing],
        summary: `Forget a ${thing}`,
        operationId: `drop-${thing}`,
        parameters: [id],
        responses: one,
      },
    };
  }
  const info = { title: 'Workshop', version: '1.0.0', description: 'Lamps and tables, and all that belongs to them.' };
  return {
    openapi: '3.0.3',
    info,
    servers: [{ url: '/api' }],
    tags: things.map((name) => ({ name })),
    paths,
    components: { schemas },
  };
}

/** Fetches what is missing. Several processes may do it at once: each unpacks aside and moves into place. */
export function ensureCorpus(say = () => {}) {
  mkdirSync(corpus, { recursive: true });
  for (const entry of packages) {
    const spec = entry.npm ?? `${entry.deb}=${entry.version}`;
    const place = join(corpus, entry.folder);
    const stamp = join(corpus, `.${entry.folder}-${spec.replace(/[^a-z0-9.-]/gi, '_')}`);
    if (existsSync(stamp) && existsSync(place)) continue;
    say(`fetching ${spec}`);
    const aside = mkdtempSync(join(corpus, '.new-'));
    try {
      const out = entry.npm === undefined ? fetchDeb(entry, aside) : fetchNpm(entry.npm, aside);
      rmSync(place, { recursive: true, force: true });
      renameSync(out, place);
      writeFileSync(stamp, '');
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  writeFileSync(join(corpus, 'api.json'), JSON.stringify(description()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureCorpus((text) => console.log(text));
