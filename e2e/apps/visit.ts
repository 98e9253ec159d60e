// An application visited through the proxy by its link, with an agent who joined before.
import type { Page } from '@playwright/test';
import { configOf } from '../../proxy/runtime/src/addresses.ts';
import { type Agent, openAgent } from '../harness/agent.ts';
import type { Edge } from '../harness/edge.ts';
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

/** Requests that no edge sent: a browser that came around it. */
export function around(log: Logged[]): string[] {
  const found = log.filter(
    ({ headers }) =>
      headers.via === undefined ||
      headers['accept-encoding'] !== 'gzip, br' ||
      Object.keys(headers).some((name) => /^x-coview|^x-forwarded/.test(name)) ||
      JSON.stringify(headers).includes('__Host-coview'),
  );
  return found.map(({ method, url }) => `${method} ${url}`);
}
