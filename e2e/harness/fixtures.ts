// What a test gets: a real edge per worker, visitors and agents in browser contexts of their own.
import { type BrowserContext, test as base, type Page } from '@playwright/test';
import { type Agent, openAgent } from './agent.ts';
import { Edge } from './edge.ts';
import { injectTag, type StaticServer, serveStatic } from './static.ts';

interface WorkerFixtures {
  edge: Edge;
  /** Cookies of an agent who is signed in at the console: the link that the demo prints works once for each edge. */
  signedIn: SignedIn;
}

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>;

export interface People {
  /** A visitor's page in a new browser profile. Faults in the page fail the test at its end. */
  visitor(options?: { context?: BrowserContext; before?: (page: Page) => Promise<unknown> }): Promise<Page>;
  /** An agent who joins the visitor that is online at this address. */
  agent(options: JoinOptions): Promise<Agent>;
}

interface JoinOptions {
  /** Address of the visitor's page. */
  at: string;
  name?: string;
  grants?: string[];
  /** Where the agent finds the edge: a pipe, or the edge itself. */
  through?: string;
  before?: (page: Page) => Promise<unknown>;
}

/** The tag of the `lab` site, that needs no prompt. */
export const labTag = (edge: string): string =>
  `<script async src="${edge}/coview.js" data-site="lab" data-consent="granted"></script>`;

/** Serves pages with the lab's tag in them. */
export function serveLab(edge: string, options: Parameters<typeof serveStatic>[0]): Promise<StaticServer> {
  return serveStatic({ ...options, html: (text) => injectTag(text, labTag(edge)) });
}

interface TestFixtures {
  people: People;
  /** Opens the console in a browser of its own, as an agent who is signed in. */
  openConsole: () => Promise<Page>;
  /** Serves made-up pages with the lab's tag: path → HTML. */
  lab: (pages: Record<string, string>, edge?: string) => Promise<StaticServer>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  edge: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads the names of what a fixture needs from the pattern
    async ({}, use) => {
      const edge = await Edge.start();
      await use(edge);
      const code = await edge.stop();
      if (code !== 0) throw new Error(`the edge ended with ${code}, not as asked:\n${edge.log.slice(-2000)}`);
    },
    { scope: 'worker', timeout: 30_000 },
  ],
  signedIn: [
    async ({ edge, browser }, use) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(edge.ready.console);
      await page.getByRole('heading', { name: 'Visitors', level: 1 }).waitFor();
      await use(await context.storageState());
      await context.close();
    },
    { scope: 'worker' },
  ],
  openConsole: async ({ browser, edge, signedIn }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ storageState: signedIn });
      contexts.push(context);
      const page = await context.newPage();
      await page.goto(`${edge.url}/console/`);
      return page;
    });
    for (const context of contexts) await context.close();
  },
  people: async ({ browser, edge }, use) => {
    const contexts: BrowserContext[] = [];
    const open = async (): Promise<BrowserContext> => {
      const context = await browser.newContext();
      contexts.push(context);
      return context;
    };
    await use({
      visitor: async (options = {}) => {
        const page = await (options.context ?? (await open())).newPage();
        await options.before?.(page);
        return page;
      },
      agent: async ({ at, name = 'Ana', grants, through, before }) => {
        const visitor = await edge.visitorAt(at);
        const { token } = await edge.join(visitor.id, name, grants);
        const page = await (await open()).newPage();
        await before?.(page);
        const agent = await openAgent(page, edge.url);
        await agent.join(through ?? edge.url, token);
        return agent;
      },
    });
    for (const context of contexts) await context.close();
  },
  lab: async ({ edge }, use) => {
    const servers: StaticServer[] = [];
    await use(async (pages, through = edge.url) => {
      const server = await serveLab(through, { pages: new Map(Object.entries(pages)) });
      servers.push(server);
      return server;
    });
    for (const server of servers) await server.close();
  },
});
export { expect } from '@playwright/test';
