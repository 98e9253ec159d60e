// An agent's browser: a bare page of an embedder that shows one session by EDGE/coview-agent.js.

import type { Ask, GrantName, Outcome, View } from '@coview/agent';
import type { Page } from '@playwright/test';
import { type StaticServer, serveStatic } from './static.ts';

declare global {
  interface Window {
    view?: View;
    /** What the view has told, in order. */
    told: { name: string; value: unknown }[];
    join(edge: string, token: string): Promise<void>;
  }
}

const page = (edge: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Agent</title>
<style>html, body { margin: 0; height: 100% } #stage { position: fixed; inset: 0 }</style></head><body><div id="stage"></div>
<script type="module">
import { connect } from '${edge}/coview-agent.js';
window.told = [];
window.join = async (edge, token) => {
  const view = await connect({ edge, token, container: document.querySelector('#stage'), onError: (error) => window.told.push({ name: 'fault', value: String(error) }) });
  window.view = view;
  for (const name of ['state', 'live', 'resync', 'refused', 'end', 'close', 'error', 'custom', 'url', 'title']) {
    view.on(name, (value) => window.told.push({ name, value: value instanceof Error ? String(value) : value }));
  }
};
</script></body></html>`;

/** Serves the agents' page, on a web origin that is neither the edge's nor a visitor's. */
export function serveAgent(edge: string): Promise<StaticServer> {
  return serveStatic({ pages: new Map([['/', page(edge)]]) });
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
    await this.page.waitForFunction(() => typeof window.join === 'function');
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
