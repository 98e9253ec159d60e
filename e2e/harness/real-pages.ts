// Real pages that packages ship, each with the moment it is ready and what a person does in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { corpus, ensureCorpus } from '../corpus.mjs';
import { serveLab } from './fixtures.ts';
import type { StaticServer } from './static.ts';

export interface RealPage {
  name: string;
  path: string;
  /** Fewest nodes it must have, so that an empty page never counts. */
  nodes: number;
  ready: (page: Page) => Promise<unknown>;
  /** Steps of a person; after each the trees are compared. */
  steps: ((page: Page) => Promise<unknown>)[];
  /** Selectors of fields that hide something besides the automatic masks. */
  masks?: string[];
}

const hosts = join(import.meta.dirname, '../pages');

/** Serves all of them, with the lab's tag in each. */
export function servePages(edge: string): Promise<StaticServer> {
  ensureCorpus();
  const pages = new Map<string, string>();
  for (const name of readdirSync(hosts)) pages.set(`/pages/${name}`, readFileSync(join(hosts, name), 'utf8'));
  return serveLab(edge, { root: corpus, pages });
}

/** Turns the wheel in the middle of the page, and sees that something scrolls. */
const scroll = (by: number) => async (page: Page) => {
  await page.evaluate(() => {
    const state = window as unknown as { scrolled?: boolean }; // a mark of ours in the page's window
    state.scrolled = false;
    addEventListener('scroll', () => Object.assign(state, { scrolled: true }), { capture: true, once: true });
  });
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, by);
  await page.waitForFunction(() => (window as unknown as { scrolled?: boolean }).scrolled); // as above
};
const shown = (selector: string) => (page: Page) => page.locator(selector).first().waitFor({ state: 'visible' });

export const applications: RealPage[] = [
  {
    name: 'an admin dashboard (SB Admin 2)',
    path: '/sb-admin/index.html',
    nodes: 900,
    ready: shown('.card'),
    steps: [
      (page) => page.locator('#sidebarToggle').click(),
      (page) => page.locator('#userDropdown').click(),
      scroll(600),
    ],
  },
  {
    name: 'a table with search and pages (DataTables)',
    path: '/sb-admin/tables.html',
    nodes: 800,
    ready: shown('#dataTable_wrapper'),
    steps: [
      (page) => page.locator('#dataTable_filter input').pressSequentially('lon'),
      (page) => page.locator('#dataTable_filter input').fill(''),
      (page) => page.locator('#dataTable th').nth(3).click(),
      (page) => page.locator('#dataTable_next').click(),
      (page) => page.locator('#dataTable_length select').selectOption('50'),
    ],
  },
  {
    name: 'an API explorer (Swagger UI)',
    path: '/pages/swagger.html',
    nodes: 1000,
    ready: shown('.opblock'),
    steps: [
      (page) => page.locator('.opblock-summary-control').first().click(),
      (page) => page.locator('.parameters input').first().fill('7'),
      (page) => page.locator('.execute').first().click(),
      scroll(500),
    ],
  },
  {
    name: 'API documentation (Redoc)',
    path: '/pages/redoc.html',
    nodes: 2000,
    ready: shown('.menu-content li'),
    steps: [scroll(1500), (page) => page.locator('.menu-content label').nth(4).click(), scroll(-400)],
  },
  {
    name: 'API documentation in shadow roots (RapiDoc)',
    path: '/pages/rapidoc.html',
    nodes: 1500,
    ready: shown('rapi-doc .section-tag'),
    steps: [
      // Scroll events of a shadow root end at its host.
      (page) => page.locator('rapi-doc .main-content').evaluate((element) => element.scrollTo(0, 900)),
      (page) => page.locator('rapi-doc .section-tag-header').nth(2).click(),
      (page) => page.locator('rapi-doc .main-content').evaluate((element) => element.scrollTo(0, 300)),
    ],
  },
  {
    name: 'slides (reveal.js)',
    path: '/reveal/demo.html',
    nodes: 1500,
    ready: shown('.reveal.ready'),
    steps: [
      (page) => page.keyboard.press('ArrowRight'),
      (page) => page.keyboard.press('ArrowDown'),
      (page) => page.keyboard.press('Escape'),
    ],
  },
  {
    name: 'a text editor (Quill)',
    path: '/pages/quill.html',
    nodes: 700,
    ready: shown('.ql-editor p'),
    steps: [
      async (page) => {
        await page.locator('.ql-editor p').first().click();
        await page.keyboard.type('Good evening. ');
      },
      async (page) => {
        await page.keyboard.press('Shift+Home');
        await page.keyboard.press('Control+b');
      },
      (page) => page.keyboard.press('Enter'),
      (page) => page.keyboard.press('Control+z'),
      scroll(700),
    ],
  },
  {
    name: 'a code editor (CodeMirror)',
    path: '/pages/codemirror.html',
    nodes: 500,
    ready: shown('.CodeMirror-code .CodeMirror-line'),
    steps: [
      async (page) => {
        await page
          .locator('.CodeMirror-code .CodeMirror-line')
          .nth(14)
          .click({ position: { x: 30, y: 6 } });
        await page.keyboard.type('const lamp = (bright) => bright * 2;');
      },
      (page) => page.locator('.CodeMirror-scroll').evaluate((element) => element.scrollTo(0, 1400)),
      (page) => page.keyboard.press('Control+a'),
    ],
  },
  {
    name: 'a data grid (AG Grid)',
    path: '/pages/ag-grid.html',
    nodes: 900,
    ready: shown('.ag-row'),
    steps: [
      (page) => page.locator('.ag-header-cell').nth(3).click(),
      async (page) => {
        await page.mouse.move(400, 400);
        await page.mouse.wheel(0, 1200);
      },
      async (page) => {
        await page.locator('.ag-row [col-id="what"]').nth(12).dblclick();
        await page.keyboard.type('mended');
        await page.keyboard.press('Enter');
      },
    ],
  },
  {
    name: 'a calendar (FullCalendar)',
    path: '/pages/fullcalendar.html',
    nodes: 600,
    ready: shown('.fc-event'),
    steps: [
      (page) => page.locator('.fc-next-button').click(),
      (page) => page.locator('.fc-prev-button').click(),
      (page) => page.locator('.fc-timeGridWeek-button').click(),
      (page) => page.locator('.fc-listWeek-button').click(),
    ],
  },
];

export const documents: RealPage[] = [
  {
    name: 'formulas (KaTeX)',
    path: '/pages/katex.html',
    nodes: 15_000,
    ready: shown('.katex-html'),
    steps: [(page) => page.locator('#tex').pressSequentially('\\frac{1}{x^2}'), scroll(3000)],
  },
  {
    name: 'documentation of file systems (Node.js)',
    path: '/node-doc/fs.html',
    nodes: 25_000,
    ready: shown('#apicontent h2'),
    steps: [
      scroll(4000),
      (page) => page.locator('#toc a').nth(30).click(),
      (page) =>
        page.evaluate(() => {
          // What a filter in a page does: much goes, some of it comes back elsewhere.
          const sections = [...document.querySelectorAll('#apicontent h3')];
          for (const one of sections.slice(0, 40)) one.remove();
          document.querySelector('#apicontent')?.append(...sections.slice(10, 30));
        }),
    ],
  },
  {
    name: 'documentation of slices (rustdoc)',
    path: '/rust-doc/std/primitive.slice.html',
    nodes: 35_000,
    ready: shown('#main-content'),
    steps: [
      scroll(6000),
      (page) => page.locator('#toggle-all-docs').click(),
      (page) => page.evaluate(() => document.documentElement.setAttribute('data-theme', 'dark')),
    ],
  },
];
