// The five pages: real ones that packages ship (e2e/corpus.mjs), from 600 to 40,000 nodes, their own scripts running.
import { readFileSync } from 'node:fs';
import { ensureCorpus } from '../../e2e/corpus.mjs';
import { serve } from './serve.mjs';

const PAGES = [
  { name: 'swagger-ui', path: '/pages/swagger.html' },
  { name: 'sb-admin-tables', path: '/sb-admin/tables.html' },
  { name: 'katex', path: '/pages/katex.html' },
  { name: 'node-fs', path: '/node-doc/fs.html' },
  { name: 'rust-slice', path: '/rust-doc/std/primitive.slice.html' },
];

/** Serves them; `only` narrows them to some names. */
export async function openCorpus(repository, only) {
  ensureCorpus((text) => console.log(text));
  const extra = new Map([['/blank.html', '<!doctype html><meta charset="utf-8"><title>blank</title><body>']]);
  for (const { path } of PAGES) {
    if (path.startsWith('/pages/')) extra.set(path, readFileSync(`${repository}/e2e${path}`, 'utf8'));
  }
  const server = await serve(`${repository}/e2e/corpus`, extra);
  const pages = PAGES.filter(({ name }) => only === undefined || only.includes(name)).map(({ name, path }) => ({
    name,
    url: server.url + path,
  }));
  return { server, pages };
}
