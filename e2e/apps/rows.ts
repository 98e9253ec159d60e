// SQLite files, read and made past the application that has them. Node 20 has no SQLite; Python has.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs statements, and gives the rows of the last. */
export async function rows(file: string, ...statements: string[]): Promise<unknown> {
  const { stdout } = await run('python3', [join(import.meta.dirname, 'rows.py'), file, ...statements]);
  return JSON.parse(stdout);
}
