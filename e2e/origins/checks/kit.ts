// What a check is: it visits the made-up web and gives what it saw as plain values. The same code runs directly and
// through the proxy, and the values must be equal; proxied addresses in them are read as the real ones before.
import type { Page } from '@playwright/test';
import type { Hosts } from '../world.ts';

export interface Site {
  hosts: Hosts;
  /** Goes to a real URL, directly or by its proxied one, and waits for the document itself. */
  open(page: Page, url: string): Promise<void>;
  /** Waits until a page shows a document of the site, wherever it is led. */
  settled(page: Page): Promise<void>;
}

export interface Check {
  name: string;
  run(page: Page, site: Site): Promise<unknown>;
}

/** The text of an element, once it is there: in whatever document comes. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().textContent()) ?? '';
}

/** What `/echo?page` saw. */
export async function echoed(page: Page): Promise<unknown> {
  return JSON.parse(await textOf(page, '#echo'));
}
