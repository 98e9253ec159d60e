// Hits of the asset cache: the edge, nginx, varnish and a floor answer with the same 20 KB, each on one core, wrk on
// another, in turn. Both figures are best-of: whatever else the machine does can only make them worse.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as servers from '../servers.mjs';
import { median } from '../stats.mjs';

const run = promisify(execFile);
const LOAD_CORE = 1;
const SIZE = 20_000;
export const CONNECTIONS = [8, 64];

export async function assets({ repository, rounds, seconds }) {
  const built = (name, variable) => process.env[variable] ?? `${repository}/target/release/${name}`;
  const upstream = await servers.upstream(SIZE);
  const all = [];
  try {
    all.push(await servers.edge(built('assets_edge', 'COVIEW_BENCH_EDGE'), upstream.address));
    all.push(await servers.nginx(upstream.address));
    all.push(await servers.tunedNginx(upstream.address));
    all.push(await servers.varnish(upstream.address));
    all.push(await servers.floor(built('assets_floor', 'COVIEW_BENCH_FLOOR'), SIZE));
    for (const server of all) await check(server);
    const results = await measure(all, rounds, seconds);
    const asked = results.flatMap(({ at }) => at.map(({ requests }) => requests));
    await hits(all[0], asked.slice(0, CONNECTIONS.length));
    if (upstream.asked() !== all.length - 1) throw new Error(`the upstream was asked ${upstream.asked()} times`);
    return { size: SIZE, rounds, seconds, servers: results };
  } finally {
    for (const server of all) await server.stop();
    await upstream.close();
  }
}

/** All of them in turn, and each round begins with another one. */
export async function measure(all, rounds, seconds) {
  const samples = all.map(() => CONNECTIONS.map(() => []));
  for (let round = 0; round < rounds; round++) {
    for (const [column, connections] of CONNECTIONS.entries()) {
      for (let turn = 0; turn < all.length; turn++) {
        const row = (turn + round) % all.length;
        samples[row][column].push(await load(all[row], connections, seconds));
      }
    }
  }
  return all.map(({ name }, row) => ({
    name,
    at: CONNECTIONS.map((connections, column) => ({ connections, ...summary(samples[row][column]) })),
  }));
}

function summary(samples) {
  const rates = samples.map(({ rate }) => rate);
  const cpu = samples.map((sample) => sample.cpu);
  return {
    requests: samples.reduce((sum, { requests }) => sum + requests, 0),
    rate: { best: Math.max(...rates), median: median(rates) },
    cpu: { best: Math.min(...cpu), median: median(cpu) },
  };
}

/** Requests per second, and CPU time of the server per request in µs. */
async function load({ name, url, pid }, connections, seconds) {
  const before = servers.cpuOf(pid);
  const wrk = ['-c', `${LOAD_CORE}`, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, url];
  const { stdout } = await run('taskset', wrk);
  const cpu = servers.cpuOf(pid) - before;
  const [, requests] = /(\d+) requests in/.exec(stdout) ?? [];
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  if (rate === undefined || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`${name}: ${stdout}`);
  return { requests: Number(requests), rate: Number(rate), cpu: cpu / Number(requests) };
}

/** The same body from everybody. */
async function check({ name, url }) {
  const reply = await fetch(url);
  const { byteLength } = await reply.arrayBuffer();
  if (reply.status !== 200 || byteLength !== SIZE) throw new Error(`${name}: ${reply.status}, ${byteLength} bytes`);
}

/** What the edge counted: one fetch, and at least what wrk has read as hits. */
async function hits(edge, requests) {
  const text = await edge.metrics();
  const of = (by) => Number(new RegExp(`^coview_assets_total\\{by="${by}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
  const wanted = requests.reduce((sum, count) => sum + count, 0);
  if (of('fetched') !== 1 || of('nobody') !== 0 || of('hit') < wanted) throw new Error(`not all were hits:\n${text}`);
}
