// Coview's own interface lives in a closed shadow root; a person sees and presses it all the same, and so does this:
// the DevTools protocol finds the button's place, and a real mouse presses it.
import type { CDPSession, Page } from '@playwright/test';

interface Node {
  nodeId: number;
  nodeName: string;
  nodeValue?: string;
  attributes?: string[];
  children?: Node[];
  shadowRoots?: Node[];
}

async function ui(session: CDPSession): Promise<Node | undefined> {
  const { root } = await session.send('DOM.getDocument', { depth: -1, pierce: true });
  const find = (node: Node): Node | undefined => {
    if (node.nodeName === 'COVIEW-UI') return node;
    for (const child of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) {
      const found = find(child);
      if (found) return found;
    }
    return undefined;
  };
  return find(root);
}

function textOf(node: Node): string {
  const style = node.nodeName === 'STYLE';
  const own = node.nodeName === '#text' ? (node.nodeValue ?? '') : '';
  const below = [...(node.shadowRoots ?? []), ...(node.children ?? [])].map(textOf).join('');
  return style ? '' : own + below;
}

function buttons(node: Node): Node[] {
  const own = node.nodeName === 'BUTTON' ? [node] : [];
  return [...own, ...[...(node.shadowRoots ?? []), ...(node.children ?? [])].flatMap(buttons)];
}

/** All words that Coview shows in the visitor's page now; empty if it shows nothing. */
export async function uiText(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  try {
    const host = await ui(session);
    return host === undefined ? '' : textOf(host);
  } finally {
    await session.detach();
  }
}

/** Waits until Coview shows some words. */
export async function seen(page: Page, words: string | RegExp, timeout = 10_000): Promise<string> {
  let last = '';
  const until = Date.now() + timeout;
  while (Date.now() < until) {
    last = await uiText(page).catch(() => '');
    if (typeof words === 'string' ? last.includes(words) : words.test(last)) return last;
    await new Promise((done) => setTimeout(done, 60));
  }
  throw new Error(`the visitor never saw ${words}, but: ${last || 'nothing'}`);
}

/** Presses a button of Coview's interface with the mouse, until what it belongs to is gone. */
export async function press(page: Page, label: string, timeout = 10_000): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const until = Date.now() + timeout;
  let pressed = false;
  try {
    while (Date.now() < until) {
      const host = await ui(session);
      const button = host === undefined ? undefined : buttons(host).find((one) => textOf(one).trim() === label);
      if (button === undefined && pressed) return;
      const box = button && (await session.send('DOM.getBoxModel', { nodeId: button.nodeId }).catch(() => undefined));
      if (box) {
        const [x = 0, y = 0] = box.model.content;
        await page.mouse.click(x + box.model.width / 4, y + box.model.height / 4);
        pressed = true;
      }
      await new Promise((done) => setTimeout(done, 120));
    }
  } finally {
    await session.detach();
  }
  throw new Error(`the button ${label} ${pressed ? 'did nothing' : 'never showed'}`);
}
