// What a visitor downloads: both as one minified classic script, compressed as a server would.
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { bundleText } from '../bundle.mjs';

const measure = (name, text) => ({
  name,
  minified: Buffer.byteLength(text),
  gzip: gzipSync(text, { level: 9 }).length,
  brotli: brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
});

export async function sizes({ repository, folder }) {
  const built = await readFile(`${repository}/dom-capture/snippet/dist/coview.js`, 'utf8');
  const keep = (code) => bundleText(code, folder);
  return {
    ours: measure('snippet (capture, consent, instructions, transport)', built),
    capture: measure(
      'capture alone',
      await keep(
        "import { startCapture } from '../dom-capture/snippet/src/capture'; import { takeNatives } from '../dom-capture/snippet/src/natives'; globalThis.x = [startCapture, takeNatives];",
      ),
    ),
    record: measure(
      '@rrweb/record 2.1.6 (recording alone)',
      await keep("import { record } from '@rrweb/record'; globalThis.x = record;"),
    ),
    record22: measure(
      'rrweb 2.2.2, `record` alone after tree shaking',
      await keep("import { record } from 'rrweb'; globalThis.x = record;"),
    ),
  };
}
