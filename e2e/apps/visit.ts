// An application visited through the proxy by its link, with an agent who joined before.
import type { Page } from '@playwright/test';
import { configOf } from '../../proxy/runtime/src/addresses.ts';
import { Places } from '../../proxy/runtime/src/places.ts';
import { Texts } from '../../proxy/runtime/src/text.ts';
import { type Agent, openAgent } from '../harness/agent.ts';
import { dumpDocument } from '../harness/dump.ts';
import type { Edge } from '../harness/edge.ts';
import { difference, type SameOptions } from '../harness/same.ts';
import type { App, Kind } from './app.ts';
import type { Logged } from './front.ts';

/** What the API gives, as its documentation says. */
interface Begun {
  visit_url: string;
  session: string;
  token: string;
}

const BOOT = 'script[src^="/.coview/boot.js"]';

/** Begins a proxied session, lets an agent join it, and opens the site as its visitor. */
export async function visit(edge: Edge, kind: Kind, app: App, page: Page, beside: Page): Promise<Agent> {
  const answer = await edge.api('POST', 'proxy-sessions', { url: `${app.url}${kind.home}` });
  if (!answer.ok) throw new Error(`no proxied session: ${answer.status} ${await answer.text()}`);
  const { visit_url, token }: Begun = await answer.json();
  const agent = await openAgent(beside, edge.url);
  await agent.join(edge.url, token);
  await page.goto(visit_url);
  await page.getByRole('button', { name: 'Open the site' }).click();
  const proxied = (url: URL): boolean => configOf(url.protocol, url.host) !== undefined;
  await page.waitForURL(proxied);
  // The first document of a host is loaded anew, by a page that only prepares.
  await page.waitForFunction(
    (boot) => document.readyState === 'complete' && document.querySelector(boot) === null,
    BOOT,
  );
  return agent;
}

/**
 * Where the agent's picture first differs from the visitor's page, now. The page's own addresses are proxied ones in
 * what the browser resolves, such as rules of style sheets; the agent is told the real ones.
 */
export async function unlike(page: Page, agent: Agent, options: SameOptions = {}): Promise<string | undefined> {
  const { protocol, host } = new URL(page.url());
  const config = configOf(protocol, host);
  if (config === undefined) return `${host} is no proxied host`;
  const asked = { masks: options.masks ?? [], lines: true };
  const [ours, theirs] = await Promise.all([
    page.evaluate(dumpDocument, { ...asked, side: 'visitor' as const }),
    agent.page.evaluate(dumpDocument, { ...asked, side: 'agent' as const }),
  ]);
  // What an import's rule says is not compared: the agent's is of another document, by which it is not known as one.
  const seen = theirs.replaceAll(/@import url\([^)]*\)[^;]*;/g, '@import');
  return difference(JSON.parse(new Texts(new Places(config)).real(ours)), JSON.parse(seen), options);
}

/**
 * Requests that no edge sent: a browser that came around it. What the edge fetches for the agent's picture says so by
 * its own name.
 */
export function around(log: Logged[]): string[] {
  const found = log.filter(
    ({ headers }) =>
      !headers['user-agent']?.startsWith('Coview/') &&
      (headers.via === undefined ||
        headers['accept-encoding'] !== 'gzip, br' ||
        Object.keys(headers).some((name) => /^x-coview|^x-forwarded/.test(name)) ||
        JSON.stringify(headers).includes('__Host-coview')),
  );
  return found.map(({ method, url }) => `${method} ${url}`);
}
