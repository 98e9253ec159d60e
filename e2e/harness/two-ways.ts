// The made-up web visited in two ways at once: directly, and through a proxied session of a real edge. Each way has a
// web of its own, so that neither disturbs what the other's servers count, and what reached them shows who asked.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from '@playwright/test';
import { configOf } from '../../proxy/runtime/src/addresses.ts';
import { Places } from '../../proxy/runtime/src/places.ts';
import { Texts } from '../../proxy/runtime/src/text.ts';
import type { Check, Site } from '../origins/checks/kit.ts';
import { startWorld, type World } from '../origins/world.ts';
import type { Edge } from './edge.ts';

const BOOT = 'script[src^="/.coview/boot.js"]';

export interface Way {
  world: World;
  /** What a check saw, with names in place of what differs between the ways. */
  take(check: Check): Promise<unknown>;
  close(): Promise<void>;
}

async function take(
  context: BrowserContext,
  site: Site,
  check: Check,
  plain: (text: string) => string,
): Promise<unknown> {
  const page = await context.newPage();
  try {
    const seen = (await check.run(page, site)) ?? null;
    return JSON.parse(plain(JSON.stringify(seen)));
  } catch (error) {
    return { failed: plain(String(error)) };
  } finally {
    await page.close();
  }
}

/** Ports become their hosts' names. */
function named(world: World): (text: string) => string {
  const ports = Object.entries(world.hosts).map(([name, url]) => [name, new URL(url).port] as const);
  return (text) =>
    ports.reduce((done, [name, port]) => done.replaceAll(new RegExp(`(:|%3A)${port}`, 'gi'), `$1{${name}}`), text);
}

/** `private`: frames of other sites get no storage, so no service worker either. */
type Kind = 'ordinary' | 'private';

/** A browser of its own. */
interface Profile {
  context: BrowserContext;
  close(): Promise<void>;
}

// The runner's contexts are like private windows, which refuse cookies and workers to frames of other sites, and its
// browsers lack the partitions that people's have; the last list of features wins.
const FEATURES = '--disable-features=Translate,MediaRouter,OptimizationHints';

async function profile(options: LaunchOptions & BrowserContextOptions, kind: Kind): Promise<Profile> {
  if (kind === 'private') {
    const browser = await chromium.launch(options);
    return { context: await browser.newContext(), close: () => browser.close() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'coview-profile-'));
  const args = [...(options.args ?? []), FEATURES];
  const context = await chromium.launchPersistentContext(folder, { ...options, args });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function goDirectly(options: LaunchOptions, kind: Kind = 'ordinary'): Promise<Way> {
  const world = await startWorld();
  const { context, close } = await profile(options, kind);
  const site: Site = {
    hosts: world.hosts,
    open: async (page, url) => void (await page.goto(url)),
    settled: (page) => page.waitForLoadState(),
  };
  return {
    world,
    take: (check) => take(context, site, check, named(world)),
    close: async () => {
      await close();
      await world.close();
    },
  };
}

export interface ProxiedWay extends Way {
  context: BrowserContext;
  places: Places;
  session: string;
}

interface Visit {
  visit_url: string;
  session: string;
  token: string;
}

export async function goProxied(options: LaunchOptions, edge: Edge, kind: Kind = 'ordinary'): Promise<ProxiedWay> {
  const world = await startWorld();
  const answer = await edge.api('POST', 'proxy-sessions', {
    url: `${world.hosts.www}/`,
    agent: { id: 'ana', name: 'Ana' },
  });
  if (!answer.ok) throw new Error(`no proxied session: ${answer.status} ${await answer.text()}`);
  const { visit_url, session }: Visit = await answer.json(); // the API's own shape
  const { context, close } = await profile(options, kind);
  const first = await context.newPage();
  await first.goto(visit_url);
  await first.getByRole('button', { name: 'Open the site' }).click();
  await first.waitForSelector('#in');
  const at = new URL(first.url());
  const config = configOf(at.protocol, at.host);
  if (!config) throw new Error(`${at.origin} is no proxied host`);
  const places = new Places(config);
  const texts = new Texts(places);
  const plain = named(world);
  const settled = async (page: Page): Promise<void> => {
    await page.waitForFunction(
      (boot) => document.readyState === 'complete' && document.querySelector(boot) === null,
      BOOT,
      // The first document of a host is loaded anew.
      { polling: 30 },
    );
  };
  const site: Site = {
    hosts: world.hosts,
    settled,
    open: async (page, url) => {
      const proxied = places.proxied(new URL(url));
      if (proxied === undefined) throw new Error(`${url} has no label`);
      await page.goto(proxied);
      await settled(page);
    },
  };
  return {
    world,
    context,
    places,
    session,
    take: (check) => take(context, site, check, (text) => plain(texts.real(text))),
    close: async () => {
      await close();
      await world.close();
    },
  };
}
