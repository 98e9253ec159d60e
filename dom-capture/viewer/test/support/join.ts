// Joins a fake edge from the page under test.
import type { Page } from '@playwright/test';
import type { View } from '../../src/index';
import { FakeEdge } from './fake-edge';

declare global {
  var view: View;
  var events: [string, unknown][];
  var joining: Promise<unknown>;
}

/** Starts to join; `globalThis.view` is there once the edge said welcome, `told` has every event. */
export async function join(page: Page, edge: string, limits = {}): Promise<void> {
  await page.evaluate(
    ([address, bounds]) => {
      const container = document.createElement('div');
      container.style.cssText = 'width:600px;height:400px;position:absolute;left:0;top:0';
      document.body.append(container);
      globalThis.events = [];
      globalThis.joining = viewer
        .connect({
          edge: address,
          token: 'token-1',
          container,
          limits: bounds,
          onError: (e) => events.push(['onError', e.message]),
        })
        .then((view) => {
          globalThis.view = view;
          const names = [
            'state',
            'live',
            'snapshot',
            'patch',
            'resync',
            'url',
            'title',
            'viewport',
            'pointer',
            'refused',
            'outcome',
            'rtt',
            'health',
            'choose',
            'focus',
            'custom',
            'end',
            'close',
          ] as const;
          for (const name of names) view.on(name, (value) => events.push([name, value]));
        });
    },
    [edge, limits] as const,
  );
}

/** Joins and waits for the first picture. */
export async function joined(page: Page, place: string, grants = 3): Promise<FakeEdge> {
  const edge = await FakeEdge.on(page);
  await join(page, place);
  await edge.start(grants);
  await page.waitForFunction(() => globalThis.view?.isLive);
  return edge;
}

/** The values of all events of a name. */
export const told = (page: Page, name: string): Promise<unknown[]> =>
  page.evaluate((wanted) => globalThis.events.filter(([one]) => one === wanted).map(([, value]) => value), name);
/** The mirrored body. */
export const body = (page: Page): Promise<string | undefined> => page.evaluate(() => view.document?.body.outerHTML);
