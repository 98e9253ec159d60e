// One Chromium for a whole run; each sample that has to be cold gets a fresh page in a fresh context.
import { chromium } from 'playwright-core';

/** The flags of the root playwright.config.ts, and a `gc()` to call between samples. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--js-flags=--expose-gc',
];

export function launch() {
  return chromium.launch({
    executablePath: process.env.COVIEW_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ARGS,
  });
}

/** Opens `url` in a fresh context, waits until its own scripts are done, and hands the page to `use`. */
export async function withPage(browser, url, use) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load', timeout: 60_000 });
    await quiet(page);
    return await use(page);
  } finally {
    await context.close();
  }
}

/** Waits until the page has not changed its tree for 300 ms (at most 10 s: some pages tick for ever). */
async function quiet(page) {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        let last = performance.now();
        const end = last + 10_000;
        const observer = new MutationObserver(() => {
          last = performance.now();
        });
        observer.observe(document, { childList: true, attributes: true, characterData: true, subtree: true });
        const timer = setInterval(() => {
          const now = performance.now();
          if (now - last < 300 && now < end) return;
          clearInterval(timer);
          observer.disconnect();
          resolve();
        }, 50);
      }),
  );
}

/** Main-thread CPU time of the page so far, in ms: what the thread used, not what the clock showed meanwhile. */
export async function meter(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    const of = (name) => (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN) * 1000;
    return { task: of('TaskDuration'), script: of('ScriptDuration') };
  };
}

/** CPU time of one call in a task of its own, in ms; `code` is an expression. */
export async function cpu(tab, read, code) {
  const before = await read();
  await tab.evaluate(
    `new Promise((done, failed) => setTimeout(() => { try { ${code}; done(); } catch (error) { failed(error); } }))`,
  );
  const after = await read();
  return after.script - before.script;
}
