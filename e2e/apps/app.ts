// How an application is started: with fresh data in a folder of its own, on free ports, behind a front that logs.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { SameOptions } from '../harness/same.ts';
import { Front, type Logged } from './front.ts';
import { compiled, python } from './install.mjs';

/** An application that runs. */
export interface App {
  /** Where a visitor finds it. */
  url: string;
  /** Where the test asks it: around the front, so that nothing of that is in the log. */
  inner: string;
  /** Its data. */
  folder: string;
  /** Every request that came through the front. */
  log(): Logged[];
  stop(): Promise<void>;
}

export interface Kind {
  name: string;
  /** Where one enters: a path. */
  home: string;
  start(): Promise<App>;
  /** What a person does in it, from its first page on; every step is checked, at last at the server itself. */
  use(page: Page, app: App): Promise<unknown>;
  /** How the last page and the agent's picture of it are compared. */
  same?: SameOptions;
}

interface Program {
  /** Its name on this machine: `NAME.localhost`. */
  host: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Says in what it writes that it listens. */
  ready: RegExp;
}

const SECONDS_TO_START = 40;
const SECONDS_TO_STOP = 8;

/** Starts a program; what it is depends on where its data is and on the port it has to listen at. */
export async function start(program: (folder: string, port: number) => Program | Promise<Program>): Promise<App> {
  const folder = await mkdtemp(join(tmpdir(), 'coview-app-'));
  const port = await freePort();
  const { host, command, args, env, ready } = await program(folder, port);
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await said(child, ready);
  const front = await Front.before(`${host}.localhost`, port);
  return {
    url: front.url,
    inner: `http://127.0.0.1:${port}`,
    folder,
    log: () => front.log,
    stop: async () => {
      await front.close();
      await end(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The environment of a program in Python. */
export const pythonic = (): Record<string, string> => ({
  PYTHONPATH: python,
  PYTHONPYCACHEPREFIX: compiled,
  PYTHONUNBUFFERED: '1',
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // it listens on a port
  await new Promise((done) => server.close(done));
  return port;
}

function said(child: ChildProcess, ready: RegExp): Promise<void> {
  return new Promise((done, fail) => {
    let text = '';
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`not ready after ${SECONDS_TO_START} s:\n${text}`));
    }, SECONDS_TO_START * 1000);
    const hear = (more: string) => {
      // What comes later is read so that the program can go on, and forgotten.
      if (!ready.test(text)) text += more;
      if (!ready.test(text)) return;
      clearTimeout(late);
      done();
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.once('error', fail);
    child.once('exit', (code) => {
      clearTimeout(late);
      fail(new Error(`it ended with ${code}:\n${text}`));
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), SECONDS_TO_STOP * 1000);
  await ended;
  clearTimeout(late);
}
