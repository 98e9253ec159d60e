// The snippet is on every page of every site: its size is watched.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

// 41.5 kB: private assets and proxied pages came to the snippet; what waits for its use is to be loaded apart.
const LIMITS = { 'dom-capture/snippet/dist/coview.js': 41_500, 'dom-capture/viewer/dist/coview-agent.js': 26_000 };

let failed = false;
for (const [file, limit] of Object.entries(LIMITS)) {
  const bytes = readFileSync(new URL(`../${file}`, import.meta.url));
  const brotli = brotliCompressSync(bytes).length;
  console.log(
    `${file}: ${bytes.length} B, gzip ${gzipSync(bytes, { level: 9 }).length} B, brotli ${brotli} B (limit ${limit} B)`,
  );
  failed ||= brotli > limit;
}
if (failed) {
  console.error('over the limit');
  process.exit(1);
}
