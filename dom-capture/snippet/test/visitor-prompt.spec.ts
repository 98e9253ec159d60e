// The question to the visitor can be answered by a person who had the time to read it, and by nobody else.
import { expect, type Page, test } from '@playwright/test';
import { harnessText, SHOP } from './visitor-edge';
import type { Harness } from './visitor-harness';
import { uiButton, uiPress, uiShows, uiText } from './visitor-ui';

declare global {
  interface Window {
    harness: Harness;
    answers: boolean[];
  }
}

const BODY = '<input id="field"><button id="buy" onclick="this.textContent=\'bought\'">Buy</button>';

async function open(page: Page, { csp = "style-src 'none'", before = '' } = {}): Promise<void> {
  const code = await harnessText();
  await page.route(/localhost/, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': csp },
      body: `<!doctype html><html lang="en"><title>Shop</title><script>${before}</script><body>${BODY}`,
    }),
  );
  await page.goto(SHOP);
  await page.evaluate(code);
}

async function ask(page: Page, view = true): Promise<void> {
  await page.evaluate((seeing) => {
    window.answers = [];
    window.harness.ui.ask({
      agent: 'Ana',
      site: 'Nordlys',
      view: seeing,
      control: !seeing,
      answer: (yes) => window.answers.push(yes),
    });
  }, view);
}

const answers = (page: Page) => page.evaluate(() => window.answers);
const answered = (page: Page) => async () => (await answers(page)).length > 0;

/** Until what was drawn has been painted and looked at by observers. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((done) => {
        const observer = new IntersectionObserver(() => {
          observer.disconnect();
          done();
        });
        observer.observe(document.body);
      }),
  );
}

test('names the agent and the site, and two buttons of equal size', async ({ page }) => {
  await open(page);
  await ask(page);
  await uiShows(page, 'Show this page to Ana?');
  expect(await uiText(page)).toContain('Ana from Nordlys would like to see this tab');
  const no = await uiButton(page, 'Not now');
  const yes = await uiButton(page, 'Show my page');
  expect(no.y).toBe(yes.y);
});

test('a real click on an armed button answers', async ({ page }) => {
  await open(page);
  await ask(page);
  await uiPress(page, 'Show my page', answered(page));
  expect(await answers(page)).toEqual([true]);
  expect(await uiText(page)).toBe('');
  expect(await page.locator('coview-ui').count()).toBe(0);
});

test('"Not now" answers no', async ({ page }) => {
  await open(page);
  await ask(page);
  await uiPress(page, 'Not now', answered(page));
  expect(await answers(page)).toEqual([false]);
});

test('clicks before half a second in view are ignored', async ({ page }) => {
  await page.clock.install({ time: 0 });
  await open(page);
  await page.clock.pauseAt(100_000);
  await ask(page);
  const yes = await uiButton(page, 'Show my page');
  for (let i = 0; i < 5; i++) {
    await painted(page);
    await page.mouse.click(yes.x, yes.y);
  }
  expect(await answers(page)).toEqual([]);
  await page.clock.runFor(450);
  await page.mouse.click(yes.x, yes.y);
  expect(await answers(page)).toEqual([]);
  await page.clock.runFor(600);
  await page.mouse.click(yes.x, yes.y);
  expect(await answers(page)).toEqual([true]);
});

test('a press that began before the prompt was armed is ignored', async ({ page }) => {
  await page.clock.install({ time: 0 });
  await open(page);
  await page.clock.pauseAt(100_000);
  await ask(page);
  const yes = await uiButton(page, 'Show my page');
  await page.mouse.move(yes.x, yes.y);
  await page.mouse.down();
  await page.clock.runFor(2000);
  await page.mouse.up();
  expect(await answers(page)).toEqual([]);
});

test('the second half of a double click is ignored', async ({ page }) => {
  await open(page);
  await ask(page);
  const yes = await uiButton(page, 'Show my page');
  await page.mouse.move(yes.x, yes.y);
  for (let i = 0; i < 20; i++) {
    await page.mouse.down({ clickCount: 2 });
    await page.mouse.up({ clickCount: 2 });
    await painted(page);
  }
  expect(await answers(page)).toEqual([]);
  await uiPress(page, 'Show my page', answered(page));
});

test('scripts can neither see nor press the buttons, even those they caught while being made', async ({ page }) => {
  await open(page, {
    before: `
      window.caught = []; window.roots = [];
      const create = Document.prototype.createElement;
      Document.prototype.createElement = function (...a) { const e = create.apply(this, a); caught.push(e); return e; };
      const attach = Element.prototype.attachShadow;
      Element.prototype.attachShadow = function (...a) { const r = attach.apply(this, a); roots.push(r); return r; };`,
  });
  await ask(page);
  await uiShows(page, 'Show this page to Ana?');
  const yes = await uiButton(page, 'Show my page');
  const seen = await page.evaluate(async ({ x, y }) => {
    const { caught, roots } = window as unknown as { caught: Element[]; roots: ShadowRoot[] }; // made by the page above
    const host = document.querySelector('coview-ui');
    const until = performance.now() + 1500;
    let presses = 0;
    while (performance.now() < until) {
      for (const one of caught.filter((node) => node instanceof HTMLButtonElement)) {
        (one as HTMLButtonElement).click();
        for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
          one.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, detail: 1, clientX: x, clientY: y }));
        }
        one.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        presses++;
      }
      host?.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: x, clientY: y }));
      await new Promise((done) => requestAnimationFrame(done));
    }
    return { roots: roots.length, shadow: host?.shadowRoot ?? null, presses };
  }, yes);
  expect(seen.roots).toBe(0);
  expect(seen.shadow).toBeNull();
  expect(seen.presses).toBeGreaterThan(10);
  expect(await answers(page)).toEqual([]);
});

test('page styles can not fade, move or hide the prompt', async ({ page }) => {
  await open(page, { csp: "style-src 'unsafe-inline'" });
  await ask(page);
  await page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent =
      'coview-ui { opacity: 0.01 !important; display: none !important; transform: scale(0) !important; inset: 9999px !important; }';
    document.head.append(style);
    document
      .querySelector<HTMLElement>('coview-ui')
      ?.setAttribute('style', 'opacity: 0 !important; visibility: hidden !important');
  });
  const seen = await page.evaluate(() => {
    const { opacity, display, visibility, top } = getComputedStyle(document.querySelector('coview-ui') as Element); // the prompt is shown
    return { opacity, display, visibility, top };
  });
  expect(seen).toEqual({ opacity: '1', display: 'block', visibility: 'visible', top: '0px' });
});

test('a prompt that something is painted over does not count presses', async ({ page }) => {
  await open(page, { csp: "style-src 'unsafe-inline'" });
  await ask(page);
  const yes = await uiButton(page, 'Show my page');
  // In the top layer, above the prompt, transparent to the mouse, and without the event that would let the prompt know.
  await page.evaluate(async () => {
    addEventListener('toggle', (event) => event.stopImmediatePropagation(), true);
    const cover = document.createElement('div');
    cover.popover = 'manual';
    cover.setAttribute(
      'style',
      'position:fixed;inset:0;width:auto;height:auto;margin:0;border:0;background:#fff;pointer-events:none',
    );
    cover.textContent = 'Click here for your prize';
    document.body.append(cover);
    cover.showPopover();
    // Browsers look for covers every 100 ms; after two looks at something else below it, the prompt's had its own.
    for (let looks = 0; looks < 2; looks++) {
      await new Promise<void>((done) => {
        const init: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
          trackVisibility: true,
          delay: 100,
        };
        const observer = new IntersectionObserver(
          (entries: (IntersectionObserverEntry & { isVisible?: boolean })[]) => {
            if (entries.some((entry) => entry.isVisible)) return;
            observer.disconnect();
            done();
          },
          init,
        );
        observer.observe(document.getElementById('buy') as Element); // in the page's body
      });
    }
  });
  for (let i = 0; i < 30; i++) {
    await page.mouse.click(yes.x, yes.y);
    await painted(page);
  }
  expect(await answers(page)).toEqual([]);
});

test('stays above dialogs and popovers that open later, and can be pressed there', async ({ page }) => {
  await open(page);
  await ask(page);
  await uiShows(page, 'Show this page to Ana?');
  await page.evaluate(() => {
    const dialog = document.createElement('dialog');
    dialog.textContent = 'Subscribe!';
    document.body.append(dialog);
    dialog.showModal();
  });
  await uiPress(page, 'Show my page', answered(page));
  expect(await answers(page)).toEqual([true]);
});

test('comes back when the page removes it', async ({ page }) => {
  await open(page);
  await ask(page);
  await uiShows(page, 'Show this page to Ana?');
  await page.evaluate(() => document.querySelector('coview-ui')?.remove());
  await uiPress(page, 'Not now', answered(page));
  expect(await answers(page)).toEqual([false]);
});

test('takes the focus, is walked with Tab, and Enter presses', async ({ page }) => {
  await open(page);
  await page.locator('#buy').focus();
  await ask(page);
  await expect.poll(() => page.evaluate(() => document.activeElement?.localName)).toBe('coview-ui');
  await page.keyboard.press('Enter'); // on the dialog itself: nothing
  expect(await answers(page)).toEqual([]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect
    .poll(async () => {
      if (await answered(page)()) return true;
      await page.keyboard.press('Enter');
      return answered(page)();
    })
    .toBe(true);
  expect(await answers(page)).toEqual([true]);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('buy');
});

test('Esc means not now', async ({ page }) => {
  await open(page);
  await ask(page, false);
  await uiShows(page, 'Let Ana click and type?');
  await page.keyboard.press('Escape');
  expect(await answers(page)).toEqual([false]);
});

test('does not take the focus from a visitor in the middle of a word', async ({ page }) => {
  await page.clock.install({ time: 0 });
  await open(page);
  await page.clock.pauseAt(100_000);
  await page.locator('#field').focus();
  await ask(page);
  await page.keyboard.type('hel');
  expect(await page.locator('#field').inputValue()).toBe('hel');
  await page.clock.runFor(2000);
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('coview-ui');
});

test('is an alert dialog with name, description and buttons for assistive technology', async ({ page }) => {
  await open(page);
  await ask(page);
  await uiShows(page, 'Show this page to Ana?');
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const named = (role: string) =>
    nodes.filter((node) => node.role?.value === role).map((node) => String(node.name?.value));
  expect(named('alertdialog').map((name) => name.replace(/\s+/g, ' '))).toEqual(['Show this page to Ana?']);
  expect(named('button')).toEqual(expect.arrayContaining(['Not now', 'Show my page']));
});

for (const [scheme, width, height] of [
  ['light', 1200, 800],
  ['dark', 360, 640],
  ['light', 320, 256],
] as const) {
  test(`both answers are in view and large enough to touch, ${scheme} ${width}×${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await open(page);
    await ask(page);
    for (const name of ['Not now', 'Show my page']) {
      const { x, y } = await uiButton(page, name);
      expect(x > 22 && x < width - 22 && y > 22 && y < height - 21).toBe(true);
      expect(await page.evaluate(([a, b]) => document.elementFromPoint(a, b)?.localName, [x, y - 21] as const)).toBe(
        'coview-ui',
      );
    }
    await uiPress(page, 'Show my page', answered(page));
  });
}

test('costs nothing while it waits: it comes up once, not over and over', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    Object.assign(window, { toggles: 0 });
    document.addEventListener(
      'toggle',
      () => Object.assign(window, { toggles: (window as unknown as { toggles: number }).toggles + 1 }),
      true,
    ); // put there above
  });
  await ask(page);
  await uiShows(page, 'Show this page to Ana?');
  for (let i = 0; i < 10; i++) await painted(page);
  expect(await page.evaluate(() => (window as unknown as { toggles: number }).toggles)).toBe(1); // as above
});
