// Reaches into Coview's closed shadow root as a person does: reads what is on the screen, and presses where a button
// is. Only the debugger sees inside; the page's scripts can't.
import type { CDPSession, Page } from '@playwright/test';
import { expect } from '@playwright/test';

interface DomNode {
  nodeId: number;
  nodeType: number;
  localName: string;
  nodeValue: string;
  attributes?: string[];
  children?: DomNode[];
  shadowRoots?: DomNode[];
}

const sessions = new WeakMap<Page, CDPSession>();

async function cdp(page: Page): Promise<CDPSession> {
  let session = sessions.get(page);
  if (!session) {
    session = await page.context().newCDPSession(page);
    sessions.set(page, session);
  }
  return session;
}

/** Coview's root, or undefined while nothing is shown. */
async function root(page: Page): Promise<DomNode | undefined> {
  const session = await cdp(page);
  const { root: top } = (await session.send('DOM.getDocument', { depth: -1, pierce: true })) as unknown as {
    root: DomNode;
  }; // the fields used are the debugger's
  const host = find(top, (node) => node.localName === 'coview-ui');
  return host?.shadowRoots?.[0];
}

function find(node: DomNode, wanted: (node: DomNode) => boolean): DomNode | undefined {
  if (wanted(node)) return node;
  for (const child of [...(node.shadowRoots ?? []), ...(node.children ?? [])]) {
    const found = find(child, wanted);
    if (found) return found;
  }
  return undefined;
}

function attribute(node: DomNode, name: string): string | undefined {
  const list = node.attributes ?? [];
  for (let i = 0; i < list.length; i += 2) if (list[i] === name) return list[i + 1];
  return undefined;
}

function text(node: DomNode): string {
  if (node.nodeType === 3) return node.nodeValue;
  if (attribute(node, 'hidden') !== undefined || node.localName === 'style') return '';
  return (node.children ?? [])
    .map(text)
    .join(
      /^(bdi|p|h\d|div)$/.test(node.localName) &&
        !(node.children ?? []).some((one) => /^(div|p|h\d|ul|button)$/.test(one.localName))
        ? ''
        : ' ',
    );
}

/** All words Coview shows now. */
export async function uiText(page: Page): Promise<string> {
  const top = await root(page);
  return top ? text(top).replace(/\s+/g, ' ').trim() : '';
}

/** Waits until Coview shows these words. */
export async function uiShows(page: Page, words: string): Promise<void> {
  await expect.poll(() => uiText(page), { message: `Coview shows "${words}"` }).toContain(words);
}

/** The middle of a button, by its name. */
export async function uiButton(page: Page, name: string): Promise<{ x: number; y: number }> {
  let at: { x: number; y: number } | undefined;
  await expect
    .poll(
      async () => {
        at = await locate(page, name);
        return at !== undefined;
      },
      { message: `Coview shows a button "${name}"` },
    )
    .toBe(true);
  if (!at) throw new Error(`no button "${name}"`);
  return at;
}

async function locate(page: Page, name: string): Promise<{ x: number; y: number } | undefined> {
  const top = await root(page);
  const button =
    top &&
    find(top, (node) => node.localName === 'button' && (attribute(node, 'aria-label') ?? text(node).trim()) === name);
  if (!button) return undefined;
  try {
    const { model } = await (await cdp(page)).send('DOM.getBoxModel', { nodeId: button.nodeId });
    const [left = 0, top = 0, right = 0, , , bottom = 0] = model.border;
    return { x: (left + right) / 2, y: (top + bottom) / 2 };
  } catch {
    return undefined; // in the tree and not on the screen
  }
}

/** Presses a button with the mouse until what it does has happened: a prompt counts presses only once it is armed. */
export async function uiPress(page: Page, name: string, done: () => Promise<boolean> | boolean): Promise<void> {
  await expect
    .poll(
      async () => {
        if (await done()) return true;
        const at = await locate(page, name);
        if (at) await page.mouse.click(at.x, at.y);
        return done();
      },
      { message: `pressing "${name}"`, intervals: [100, 200, 300, 300] },
    )
    .toBe(true);
}
