// One real edge: `coview demo` as anybody starts it, on ports of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../..');

/** The line that `coview demo --json` prints. */
interface Ready {
  edge: string;
  shop: string;
  console: string;
  site: string;
  lab: string;
  api_key: string;
  pid: number;
  internal: string;
}

export interface VisitorRow {
  id: string;
  short_id: string;
  site: string;
  online: boolean;
  page: { url: string; title: string } | null;
  waiting_s: number | null;
  session: { id: string; agents: string[] } | null;
}

export interface Joined {
  session: string;
  token: string;
  watch_url: string;
}

export class Edge {
  /** All that the edge wrote to its standard error: its log. */
  log = '';

  private constructor(
    readonly ready: Ready,
    private readonly child: ChildProcess,
  ) {}

  get url(): string {
    return this.ready.edge.replace(/\/$/, '');
  }

  /** Where metrics are. */
  get internal(): string {
    return this.ready.internal;
  }

  get shop(): string {
    return this.ready.shop.replace(/\/$/, '');
  }

  static async start(): Promise<Edge> {
    const binary = process.env.COVIEW_BIN ?? join(root, 'target/debug/coview');
    if (!existsSync(binary)) throw new Error(`${binary} is not built: cargo build -p coview-relay`);
    const child = spawn(binary, ['demo', '--port', '0', '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    let edge: Edge | undefined;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (edge) edge.log = log;
    });
    const lines = createInterface({ input: child.stdout });
    const line = await new Promise<string>((done, fail) => {
      lines.once('line', done);
      child.once('exit', (code) => fail(new Error(`coview demo ended with ${code}:\n${log}`)));
      child.once('error', fail);
    });
    const ready: Ready = JSON.parse(line); // the contract's line; a field that is missing fails the first test that needs it
    edge = new Edge(ready, child);
    edge.log = log;
    return edge;
  }

  /** Asks it to stop, and gives its exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const ended = new Promise<number | null>((done) => this.child.once('exit', (code) => done(code)));
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    const code = await ended;
    clearTimeout(late);
    return code;
  }

  async api(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.ready.api_key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    return fetch(`${this.url}/api/v1/${path}`, init);
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.api(method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const value: T = await answer.json(); // the API's own shape, as its documentation says
    return value;
  }

  async visitors(): Promise<VisitorRow[]> {
    return (await this.json<{ visitors: VisitorRow[] }>('GET', 'visitors')).visitors;
  }

  /** The visitor whose page has this address, once it is online. */
  async visitorAt(url: string, timeout = 8000): Promise<VisitorRow> {
    const until = Date.now() + timeout;
    let rows: VisitorRow[] = [];
    while (Date.now() < until) {
      rows = await this.visitors();
      const row = rows.find((one) => one.online && one.page?.url === url);
      if (row) return row;
      await new Promise((done) => setTimeout(done, 60));
    }
    throw new Error(`no visitor online at ${url}; there are ${rows.map((row) => row.page?.url).join(', ') || 'none'}`);
  }

  /** Lets an agent join a visitor. */
  join(visitor: string, agent: string, grants?: string[]): Promise<Joined> {
    const who = { id: agent.toLowerCase(), name: agent };
    return this.json('POST', `visitors/${visitor}/session`, grants ? { agent: who, grants } : { agent: who });
  }

  endSession(visitor: string): Promise<Response> {
    return this.api('DELETE', `visitors/${visitor}/session`);
  }
}
