// Bundles what is measured, both sides with the same settings.
import { build } from 'esbuild';

const SETTINGS = {
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'chrome120',
  legalComments: 'none',
  write: false,
  logLevel: 'error',
  define: { COVIEW_MASK: 'true', 'process.env.NODE_ENV': '"production"' },
};

/** One entry file as a classic script. */
export async function bundle(entry, plain = false) {
  const out = await build({ ...SETTINGS, minify: !plain, entryPoints: [entry] });
  return out.outputFiles[0].text;
}

/** A few lines of code as a classic script; `folder` is where its imports are looked up. */
export async function bundleText(contents, folder) {
  const out = await build({ ...SETTINGS, stdin: { contents, resolveDir: folder, loader: 'ts' } });
  return out.outputFiles[0].text;
}
