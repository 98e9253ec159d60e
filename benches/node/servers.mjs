// Servers that answer with one cached image, each a child on the first core: the edge, other caches, and a floor. They
// have settings and folders of their own and end with `stop`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVER_CORE = 0;
const PATH = `${process.env.PATH}:/usr/sbin`;

/** Where all of them have the image from; counts how often it was asked. */
export async function upstream(size) {
  const body = Buffer.alloc(size, 'x');
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(200, {
      'content-type': 'image/png',
      'content-length': size,
      'cache-control': 'public, max-age=86400',
      etag: '"1"',
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${server.address().port}`,
    asked: () => asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The edge with a session in which the image may be loaded. */
export async function edge(binary, from) {
  const child = start(binary, [`http://${from}/image.png`]);
  const { public: address, internal, path } = await firstLine(child);
  return {
    ...served('Coview', child, `http://${address}${path}`),
    metrics: async () => (await fetch(`http://${internal}/metrics`)).text(),
  };
}

/** Fixed bytes over bare sockets. */
export async function floor(binary, size) {
  const child = start(binary, [`${size}`]);
  const { public: address, path } = await firstLine(child);
  return served('floor', child, `http://${address}${path}`);
}

/** Its disk cache, with sendfile and without logs; `more` are further lines of its settings. */
export async function nginx(from, name = 'nginx', more = '') {
  const folder = temporary();
  const port = await freePort();
  const settings = `
daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  ${more}
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  scgi_temp_path ${folder}/scgi;
  uwsgi_temp_path ${folder}/uwsgi;
  proxy_cache_path ${folder}/cache keys_zone=assets:10m inactive=1d;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://${from};
      proxy_cache assets;
    }
  }
}
`;
  writeFileSync(join(folder, 'nginx.conf'), settings);
  const child = start('nginx', ['-p', folder, '-e', join(folder, 'log'), '-c', join(folder, 'nginx.conf')]);
  const server = served(name, child, `http://127.0.0.1:${port}/image.png`, folder);
  await answers(server.url);
  return server;
}

/** The same with files that stay open, which its documentation advises for hits. */
export const tunedNginx = (from) =>
  nginx(from, 'nginx, open files', 'open_file_cache max=100 inactive=1h; open_file_cache_valid 1h;');

/** As it comes, with its memory store. */
export async function varnish(from) {
  const folder = temporary();
  const port = await freePort();
  mkdirSync(join(folder, 'work'));
  const settings = ['-a', `127.0.0.1:${port}`, '-b', from, '-s', 'malloc,64m'];
  // It says there what it does, not only what went wrong.
  const child = start(
    'varnishd',
    ['-F', '-j', 'none', '-T', 'none', '-n', join(folder, 'work'), ...settings],
    'ignore',
  );
  const server = served('varnish', child, `http://127.0.0.1:${port}/image.png`, folder);
  await answers(server.url);
  return server;
}

/** CPU time of a process and all below it so far, in µs. The scheduler's own count: `stat` has it in 10 ms. */
export function cpuOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
  const own = threads.map((thread) => Number(words(`${thread}/schedstat`)[0] ?? 0) / 1000);
  const below = threads.flatMap((thread) => words(`${thread}/children`));
  return [...own, ...below.map(cpuOf)].reduce((sum, micros) => sum + micros, 0);
}

function words(file) {
  try {
    return readFileSync(file, 'utf8').split(' ').filter(Boolean);
  } catch {
    return []; // it has just ended
  }
}

function start(program, args, errors = 'inherit') {
  return spawn('taskset', ['-c', `${SERVER_CORE}`, program, ...args], {
    stdio: ['ignore', 'pipe', errors],
    env: { ...process.env, PATH },
  });
}

function served(name, child, url, folder) {
  return {
    name,
    url,
    pid: child.pid,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      if (folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a server of ours says of itself. */
function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (bytes) => {
      text += bytes;
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    child.once('exit', () => reject(new Error('a server ended before it was ready')));
  });
}

async function answers(url) {
  for (let tries = 0; tries < 100; tries++) {
    const reply = await fetch(url).catch(() => undefined);
    await reply?.arrayBuffer();
    if (reply?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing answers at ${new URL(url).host}`);
}

const temporary = () => mkdtempSync(join(tmpdir(), 'coview-bench-'));

async function freePort() {
  const socket = createSocket();
  await new Promise((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}
