// The edge's side, in Rust: benches/src/bin/mask.rs, on a generated page and on the snapshots captured before.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function masking({ repository, files }) {
  const binary = process.env.COVIEW_BENCH_MASK ?? `${repository}/target/release/mask`;
  const { stdout } = await run(binary, files, { maxBuffer: 64 << 20 });
  return JSON.parse(stdout);
}
