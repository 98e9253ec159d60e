// What a visitor does with Coview's own interface. It lives in a closed shadow root, so the DevTools protocol says where
// a button is and a real mouse presses it.
import { type CDPSession, expect, type Page } from '@playwright/test';

interface Node {
  nodeId: number;
  nodeName: string;
  nodeValue?: string;
  children?: Node[];
  shadowRoots?: Node[];
}

function below(node: Node): Node[] {
  return [...(node.shadowRoots ?? []), ...(node.children ?? [])];
}

function all(node: Node): Node[] {
  return [node, ...below(node).flatMap(all)];
}

function text(node: Node): string {
  if (node.nodeName === 'STYLE') return '';
  return node.nodeName === '#text' ? (node.nodeValue ?? '') : below(node).map(text).join('');
}

async function nodes(session: CDPSession): Promise<Node[]> {
  const { root } = await session.send('DOM.getDocument', { depth: -1, pierce: true });
  const host = all(root).find((node) => node.nodeName === 'COVIEW-UI');
  return host === undefined ? [] : all(host);
}

async function withSession<T>(page: Page, run: (session: CDPSession) => Promise<T>): Promise<T> {
  const session = await page.context().newCDPSession(page);
  try {
    return await run(session);
  } finally {
    await session.detach();
  }
}

/** All words of Coview's interface in the visitor's page. */
export function words(page: Page): Promise<string> {
  return withSession(page, async (session) => {
    const [host] = await nodes(session);
    return host === undefined ? '' : text(host);
  });
}

/** Presses a button of Coview's interface once it is there, until it is gone: a prompt is deaf for its first moments. */
export async function press(page: Page, label: string): Promise<void> {
  let pressed = false;
  await expect(async () => {
    const place = await withSession(page, (session) => placeOf(session, label));
    if (place === null && pressed) return;
    expect(place, `a button “${label}”`).not.toBeNull();
    if (place !== null) await page.mouse.click(place.x, place.y);
    pressed = true;
    throw new Error(`“${label}” is still there`);
  }).toPass({ intervals: [150] });
}

async function placeOf(session: CDPSession, label: string): Promise<{ x: number; y: number } | null> {
  const button = (await nodes(session)).find(
    (node) => node.nodeName === 'BUTTON' && text(node).trim().startsWith(label),
  );
  if (button === undefined) return null;
  try {
    const { model } = await session.send('DOM.getBoxModel', { nodeId: button.nodeId });
    const [x = 0, y = 0] = model.content;
    return { x: x + model.width / 4, y: y + model.height / 4 };
  } catch {
    return null; // it is there, but not shown
  }
}

/** The six digits of the visitor's code panel. */
export async function codeShown(page: Page): Promise<string> {
  let digits = '';
  await expect(async () => {
    const shown = (await words(page)).replace(/\s/g, '');
    digits = /\d{6}/.exec(shown)?.[0] ?? '';
    expect(digits).toHaveLength(6);
  }).toPass({ intervals: [100] });
  return digits;
}
