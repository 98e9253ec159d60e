// Builds the snippet: dist/coview.js, and dist/coview.unmasked.js without the first masking, with which tests see what
// the edge's masking alone holds back. `bundle` is also what tests build their harness with.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** Style sheets become their minified text. */
const sheets = {
  name: 'sheets',
  setup(to) {
    to.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: 'css',
        minify: true,
        target: ['chrome111', 'firefox115', 'safari16'],
      });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

/** One file, no dependency: the text of a bundle. */
export async function bundle(entry, { mask = true, minify = true, format = 'iife' } = {}) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format,
    minify,
    // A page without a charset has its scripts read in another one.
    charset: 'ascii',
    legalComments: 'none',
    target: ['chrome100', 'firefox115', 'safari16'],
    define: { COVIEW_MASK: String(mask) },
    plugins: [sheets],
    logLevel: 'warning',
  });
  const [file] = result.outputFiles;
  return file.text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(here, 'dist');
  await mkdir(dist, { recursive: true });
  for (const [name, mask] of [
    ['coview.js', true],
    ['coview.unmasked.js', false],
  ]) {
    const text = await bundle(join(here, 'src/index.ts'), { mask });
    await writeFile(join(dist, name), text);
    const sizes = [text.length, gzipSync(text, { level: 9 }).length, brotliCompressSync(text).length];
    console.log(`${name}: ${sizes[0]} bytes, gzip ${sizes[1]}, brotli ${sizes[2]}`);
  }
}
