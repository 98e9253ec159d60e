// Builds what the edge serves on every proxied host below /.coview/: dist/shim.js, dist/sw.js, dist/boot.js.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** The shim carries its own text, to start anew in blank frames that no request brings it to. */
const selfCarrying = { banner: { js: '(function coviewShim(given){' }, footer: { js: '})();' } };

/** One file, no dependency: the text of a bundle. */
export async function bundle(name, { minify = true } = {}) {
  const result = await build({
    entryPoints: [join(here, 'src', `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    minify,
    // A page without a charset has its scripts read in another one.
    charset: 'ascii',
    legalComments: 'none',
    target: ['chrome100', 'firefox115', 'safari16'],
    logLevel: 'warning',
    ...(name === 'shim' ? selfCarrying : {}),
  });
  const [file] = result.outputFiles;
  return file.text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(here, 'dist');
  await mkdir(dist, { recursive: true });
  for (const name of ['shim', 'sw', 'boot']) {
    const text = await bundle(name);
    await writeFile(join(dist, `${name}.js`), text);
    console.log(`${name}.js: ${text.length} bytes, gzip ${gzipSync(text, { level: 9 }).length}`);
  }
}
