import { afterEach, describe, expect } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { hours, minutes, seconds } from 'nestjs-redis-session';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';
import { idleFor } from '../support/session.age.js';
import { untilWithin } from '../support/until.js';

const until = untilWithin(20_000, 20);

describe('session expiration in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);
  const keyOf = async (context: BrowserContext): Promise<string> => {
    const cookie = (await context.cookies()).find(({ name }) => name === 'sid');
    return `sess:${
      decodeURIComponent(cookie?.value ?? '')
        .slice(2)
        .split('.')[0]
    }`;
  };
  const lastActiveAt = async (context: BrowserContext): Promise<number> =>
    JSON.parse((await redis.client.get(await keyOf(context))) ?? '').$session.lastActiveAt;
  const dialogOf = (page: Page) => page.locator('#session-end');
  /** Pages that have asked how much is left, since they were opened. */
  const asked = new Set<Page>();
  /** A page of a user whose time in the browser is moved by hand. */
  const open = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage();
    page.on('framenavigated', () => void asked.delete(page));
    page.on('requestfinished', (request) => {
      if (request.url().endsWith('/expiration/time-left')) asked.add(page);
    });
    await page.clock.install();
    return page;
  };
  /** Until a page has been told how much is left, and loads nothing more that could come in between. */
  const untilWaiting = async (page: Page): Promise<void> => {
    await until(() => asked.has(page));
    await page.waitForLoadState('networkidle');
  };
  /** A time passes without a request, for the server and the browser, until this much is left of the idle timeout. */
  const letIdle = async (context: BrowserContext, pages: Page[], left: number): Promise<void> => {
    for (const page of pages) await untilWaiting(page);
    await idleFor(redis, await keyOf(context), minutes(30) - left);
    for (const page of pages) await page.clock.fastForward(minutes(30) - left);
  };
  afterEach(() => redis.client.flushall());

  itInBrowser('shows four strategies side by side, counting without keeping the session alive', async () => {
    await site.start();
    const context = await site.device();
    const page = await open(context);
    await page.goto('/expiration');
    await page.getByText('You have no session yet').waitFor();
    await logIn(page);
    await page.goto('/expiration');
    const idle = page.locator('.card', { hasText: 'So long without a request' }).getByRole('timer');
    await page.getByText(/This page has asked \d time/).waitFor();
    const before = await lastActiveAt(context);
    await expectAccessible(page);
    await picture(page, 'expiration');
    expect(await idle.textContent()).toMatch(/^(30 min|29 min 5\d s)$/);
    await page.clock.runFor(3_000);
    expect(await idle.textContent()).toMatch(/^29 min 5\d s$/);
    // The server's time, however the browser's has run.
    await idleFor(redis, await keyOf(context), minutes(20));
    await page.clock.runFor(5_000);
    await idle.filter({ hasText: /^9 min 5/ }).waitFor();
    expect(await lastActiveAt(context)).toBe(before - minutes(20));

    await page.getByLabel('Minutes without activity').fill('120');
    await page.getByRole('button', { name: 'Use it for this session' }).click();
    await page
      .getByText(/^(2 h|1 h 59 min)$/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Back to the configured lifetime' }).click();
    await page.getByText('none chosen').waitFor();
  });

  itInBrowser('warns before the end, and "stay logged in" moves it', async () => {
    await site.start();
    const context = await site.device(PHONE);
    const page = await open(context);
    await logIn(page);
    expect(await dialogOf(page).isVisible()).toBe(false);
    await letIdle(context, [page], seconds(50));
    await page.getByRole('heading', { name: 'Are you still there?' }).waitFor();
    const timer = dialogOf(page).getByRole('timer');
    expect(await timer.textContent()).toMatch(/^(50|4\d) s$/);
    await page.clock.runFor(2_000);
    expect(await timer.textContent()).toMatch(/^4\d s$/);
    expect(
      await page
        .getByRole('button', { name: 'Stay logged in' })
        .evaluate((b) => b === document.activeElement),
    ).toBe(true);
    await expectAccessible(page);
    await picture(page, 'expiration-warning-phone');
    await page.getByRole('button', { name: 'Stay logged in' }).click();
    await dialogOf(page).waitFor({ state: 'hidden' });
    expect(Date.now() - (await lastActiveAt(context))).toBeLessThan(seconds(10));
    expect(page.url()).toMatch(/\/$/);
  });

  itInBrowser('activity in another tab closes the warning', async () => {
    await site.start();
    const context = await site.device();
    const page = await open(context);
    await logIn(page);
    await letIdle(context, [page], seconds(50));
    await dialogOf(page).waitFor();
    const other = await context.newPage();
    await other.goto('/login-limits');
    await dialogOf(page).waitFor({ state: 'hidden' });
    expect(await dialogOf(other).isVisible()).toBe(false);
  });

  itInBrowser('says so when it is over, and logs out on request', async () => {
    await site.start();
    const context = await site.device();
    const page = await open(context);
    await logIn(page);
    await letIdle(context, [page], seconds(50));
    await dialogOf(page).waitFor();
    await redis.client.del(await keyOf(context));
    await page.clock.fastForward(seconds(51));
    await page.getByRole('heading', { name: 'You have been logged out' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'expiration-over');
    await page.getByRole('link', { name: 'Log in again' }).click();
    await logIn(page);
    await letIdle(context, [page], seconds(50));
    await page.getByRole('button', { name: 'Log out now' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
  });

  itInBrowser('does not offer to stay when nothing can move the end', async () => {
    await site.start();
    const context = await site.device();
    const page = await open(context);
    await logIn(page);
    await idleFor(redis, await keyOf(context), hours(8) - seconds(40), 'createdAt');
    await page.clock.fastForward(minutes(29.5));
    await page.getByRole('heading', { name: 'This session ends soon' }).waitFor();
    expect(await page.getByRole('button', { name: 'Stay logged in' }).isVisible()).toBe(false);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'I see' }).click();
    await dialogOf(page).waitFor({ state: 'hidden' });
    await page.clock.runFor(10_000);
    expect(await dialogOf(page).isVisible()).toBe(false);
  });

  itInBrowser('without JavaScript the page tells when the session ends, and the forms work', async () => {
    await site.start();
    const page = await (await site.device({ ...PHONE, javaScriptEnabled: false })).newPage();
    await logIn(page);
    await page.goto('/expiration');
    await page.getByText(/at \d{4}-\d\d-\d\d \d\d:\d\d UTC/).waitFor();
    await picture(page, 'expiration-phone');
    await page.getByLabel('Minutes without activity').fill('5');
    await page.getByRole('button', { name: 'Use it for this session' }).click();
    await page
      .getByText(/^(5 min|4 min 59 s)$/)
      .first()
      .waitFor();
  });
});
