// An agent's browser: a bare page that shows one session by EDGE/coview-agent.js. It stands on the edge's own web
// origin, from where agents may connect: one of the edge's plain answers, emptied and filled anew.

import type { Ask, GrantName, Outcome, View } from '@coview/agent';
import type { Page } from '@playwright/test';

declare global {
  interface Window {
    view?: View;
    /** What the view has told, in order. */
    told: { name: string; value: unknown }[];
    join(edge: string, token: string): Promise<void>;
  }
}

/** Opens the agent's page. */
export async function openAgent(page: Page, edge: string): Promise<Agent> {
  await page.goto(`${edge}/v1/sites/lab`);
  await page.evaluate(async (from) => {
    const stage = document.createElement('div');
    stage.style.cssText = 'position:fixed;inset:0;background:#fff';
    document.body.replaceChildren(stage);
    window.told = [];
    const module: typeof import('@coview/agent') = await import(`${from}/coview-agent.js`);
    window.join = async (edge, token) => {
      const tell = (name: string, value: unknown): void => void window.told.push({ name, value });
      const onError = (error: Error): void => tell('fault', String(error));
      const view = await module.connect({ edge, token, container: stage, onError });
      window.view = view;
      for (const name of ['state', 'live', 'resync', 'refused', 'end', 'close', 'custom', 'url', 'title'] as const) {
        view.on(name, (value) => tell(name, value));
      }
    };
  }, edge);
  return new Agent(page);
}

/** Which node of the mirrored document is meant. */
export interface Spot {
  selector: string;
  /** Inside the shadow root of the element that `selector` finds. */
  inside?: string;
}

export class Agent {
  constructor(readonly page: Page) {}

  /** Joins by token; resolves when the edge has let the agent in. */
  async join(edge: string, token: string): Promise<void> {
    await this.page.evaluate(([to, secret]) => window.join(to ?? '', secret ?? ''), [edge, token]);
  }

  /** Waits until the picture is the page as it is now. */
  async live(timeout = 10_000): Promise<void> {
    await this.page.waitForFunction(() => window.view?.isLive === true, undefined, { timeout });
  }

  phase(): Promise<string | undefined> {
    return this.page.evaluate(() => window.view?.state.phase);
  }

  grants(): Promise<string[]> {
    return this.page.evaluate(() =>
      Object.entries(window.view?.state.grants ?? {})
        .filter(([, given]) => given)
        .map(([name]) => name),
    );
  }

  /** Waits for an event of the view. */
  async heard(name: string, timeout = 10_000): Promise<unknown> {
    const found = await this.page.waitForFunction((wanted) => window.told.find((one) => one.name === wanted), name, {
      timeout,
    });
    return (await found.jsonValue())?.value;
  }

  request(grant: GrantName): Promise<boolean> {
    return this.page.evaluate((wanted) => window.view?.request(wanted) ?? false, grant);
  }

  /** Asks for something that happens to an element. */
  instruct(spot: Spot, ask: { kind: string } & Record<string, unknown>): Promise<Outcome> {
    return this.page.evaluate(
      ([where, what]) => {
        const view = window.view;
        const outer = view?.document?.querySelector(where.selector);
        const node = where.inside === undefined ? outer : outer?.shadowRoot?.querySelector(where.inside);
        if (!view || !node) throw new Error(`the mirror has no ${where.selector} ${where.inside ?? ''}`);
        return view.instruct({ ...what, node } as Ask); // the tests write what docs/protocol.md, 4.5 says
      },
      [spot, ask] as const,
    );
  }

  /** Asks for something without an element. */
  ask(ask: { kind: string } & Record<string, unknown>): Promise<Outcome> {
    return this.page.evaluate((what) => {
      if (!window.view) throw new Error('no view');
      return window.view.instruct(what as Ask); // as above
    }, ask);
  }

  stats(): Promise<ReturnType<View['stats']> | undefined> {
    return this.page.evaluate(() => window.view?.stats());
  }
}
