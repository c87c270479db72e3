import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { AppOptions } from '../../src/app.module.js';
import { hasChromium, launchChromium } from './chromium.js';
import { useSampleApps } from './sample.app.js';
import type { TestRedis } from './redis.js';

const AXE = createRequire(import.meta.url).resolve('axe-core');
/** `SCREENSHOTS=1 npm run test:browser` makes the pictures of the documentation anew. */
const IMAGES = process.env['SCREENSHOTS'] ? 'docs/images' : undefined;

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  colorScheme: 'dark',
};

/** The sample application and a Chromium that visits it; what a test opens is closed after it. */
export interface SampleSite {
  /** Starts the application. Call it once a test. */
  start(options?: Partial<AppOptions>): Promise<{ readonly origin: string }>;
  /** Another browser profile: a device of its own. Its pages lead to the application that was started last. */
  device(options?: BrowserContextOptions): Promise<BrowserContext>;
}

export function useSampleSite(redis: TestRedis): SampleSite {
  const startApp = useSampleApps(() => redis.url);
  const contexts: BrowserContext[] = [];
  let chromium: Browser | undefined;
  let origin: string;
  beforeAll(async () => {
    if (hasChromium) chromium = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  afterAll(() => chromium?.close());
  return {
    async start(options) {
      const app = await startApp(options);
      // A name that browsers take for a safe place, without TLS.
      origin = app.origin.replace('127.0.0.1', 'localhost');
      return { origin };
    },
    async device(options = DESKTOP) {
      const context = await chromium!.newContext({ baseURL: origin, ...options });
      contexts.push(context);
      return context;
    },
  };
}

/** Holds a file back until the function is called that this resolves with, as a slow connection would. */
export async function heldBack(page: Page, url: string): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(url, (route) => released.then(() => route.continue()));
  return release;
}

/** Logs in by the form. */
export async function logIn(page: Page, username = 'alice', password = 'alice-in-wonderland'): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
  await page.getByText(`Logged in as ${username}`).waitFor();
}

/** Fails with what keeps people from using the page who see, hear or move differently (axe-core, WCAG 2.2 A and AA). */
export async function expectAccessible(page: Page): Promise<void> {
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  // Evaluated, not added as a script: the page's Content-Security-Policy forbids that, and stays on.
  if (!isThere) await page.evaluate(readFileSync(AXE, 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: unknown): Promise<any> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return found.violations.map(({ id, help, nodes }: any) => `${id}: ${help}: ${nodes[0].html}`);
  });
  expect(violations).toEqual([]);
}

/** Takes a picture of the whole page; it is kept in docs/images only on demand. */
export async function picture(page: Page, name: string): Promise<void> {
  if (IMAGES !== undefined) mkdirSync(IMAGES, { recursive: true });
  const path = IMAGES && join(IMAGES, `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
}
