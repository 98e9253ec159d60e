// One runner for every browser test and for the Node-only tests of the TypeScript parts, on Debian's own Chromium.
import { defineConfig } from '@playwright/test';

// biome-ignore lint/style/noDefaultExport: the runner reads the default export
export default defineConfig({
  testDir: '.',
  // Applications that packages ship, visited directly and through the proxy, are a run of their own: `make proxied`.
  testMatch:
    process.env.COVIEW_COMPARE === undefined
      ? [
          'dom-capture/*/test/**/*.spec.ts',
          'proxy/runtime/test/**/*.spec.ts',
          'console/test/**/*.spec.ts',
          'e2e/tests/**/*.e2e.ts',
        ]
      : ['e2e/tests/**/*.compare.ts'],
  outputDir: 'e2e/results',
  forbidOnly: true,
  fullyParallel: false,
  retries: 0,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: process.env.CI === undefined ? [['list']] : [['dot']],
  use: {
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1200, height: 800 },
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    launchOptions: {
      executablePath: process.env.COVIEW_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Whatever a page asks for, nothing leaves this machine.
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.*, EXCLUDE [::1]',
      ],
    },
  },
});
