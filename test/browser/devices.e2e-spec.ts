import { afterEach, describe, expect, jest } from '@jest/globals';
import { minutes, seconds } from 'nestjs-redis-session';
import type { BrowserContext, Page, Route } from 'playwright-core';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const STILL_HERE = '**/devices/still-here';
const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'You were logged out on another device' });

/** Notes in the page when a dialog opens, by the clock that this process has too. */
async function noteDialogs(page: Page): Promise<void> {
  await page.evaluate(() => {
    new MutationObserver(() => {
      if (document.querySelector('dialog[open]')) document.body.dataset['dialogAt'] ??= String(Date.now());
    }).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
}

/** Opens a page that is logged in, whose time the test moves, and which notes when it asks. */
async function openWatched(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.clock.install();
  await page.addInitScript(() => {
    const { fetch } = globalThis;
    const askedAt: number[] = [];
    const noting: typeof fetch = (...how) => {
      // Pages ask other things, too.
      if (how[0] === '/devices/still-here') askedAt.push(performance.now());
      return fetch(...how);
    };
    Object.assign(globalThis, { fetch: noting, askedAt });
  });
  await logIn(page);
  await page.clock.pauseAt(Date.now() + minutes(1));
  return page;
}

const askedAt = (page: Page) => page.evaluate<number[]>('askedAt');

/** Lets time pass in a page until it has asked so often; when it asked. */
async function untilAsked(page: Page, times: number): Promise<number[]> {
  let asked = await askedAt(page);
  while (asked.length < times) {
    await page.clock.runFor(100);
    asked = await askedAt(page);
  }
  return asked;
}

describe('devices in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);
  afterEach(() => {
    jest.restoreAllMocks();
  });

  itInBrowser('end one another at once, and an open page notices it within 2 s', async () => {
    await site.start();
    const laptop = await (await site.device()).newPage();
    const phone = await (await site.device({ ...PHONE, userAgent: IPHONE })).newPage();
    await logIn(phone);
    await logIn(laptop);
    await phone.goto('/devices');
    await noteDialogs(phone);
    await laptop.goto('/devices');
    await expectAccessible(laptop);
    await picture(laptop, 'devices');
    await picture(phone, 'devices-phone');

    const answered = laptop.waitForResponse((response) => response.request().method() === 'POST');
    await laptop.getByRole('button', { name: 'Log out on this device: Safari on iPhone' }).click();
    await answered;
    const endedAt = Date.now();
    await dialogOf(phone).waitFor();
    const noticedAt = Number(await phone.evaluate(() => document.body.dataset['dialogAt']));
    if (process.env['SCREENSHOTS']) process.stdout.write(`noticed after ${noticedAt - endedAt} ms\n`);
    expect(noticedAt - endedAt).toBeLessThan(seconds(2));
    await laptop.getByText('You are logged out on that device.').waitFor();
    await laptop.getByText('You are logged in on this device alone.').waitFor();

    await expectAccessible(phone);
    await picture(phone, 'logged-out-phone');
    await phone.getByRole('link', { name: 'Log in again' }).click();
    await phone.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  itInBrowser('end all others, without JavaScript too, after the password if that is old', async () => {
    await site.start();
    const laptop = await (await site.device({ javaScriptEnabled: false })).newPage();
    const others = await Promise.all([site.device(), site.device()]);
    await logIn(laptop);
    for (const context of others) await logIn(await context.newPage());
    const now = Date.now() + minutes(25);
    const time = jest.spyOn(Date, 'now').mockImplementation(() => now);
    await laptop.goto('/devices');
    for (const context of others) await context.pages()[0]!.reload();
    time.mockImplementation(() => now + minutes(10));
    await laptop.getByRole('button', { name: 'Log out on all other devices' }).click();
    await laptop.getByRole('heading', { name: 'Confirm your password' }).waitFor();
    await laptop.getByLabel('Password').fill('alice-in-wonderland');
    await laptop.getByRole('button', { name: 'Continue' }).click();
    await laptop.getByRole('button', { name: 'Log out on all other devices' }).click();
    await laptop.getByText('You are logged out on all other devices.').waitFor();
    for (const context of others) await dialogOf(context.pages()[0]!).waitFor();
  });

  itInBrowser(
    'say nothing wrong while the server or the network is away, and ask less and less often',
    async () => {
      await site.start();
      const page = await openWatched(await site.device());
      let isNetwork = true;
      await page.route(STILL_HERE, (route) =>
        isNetwork
          ? route.fulfill({ status: 503, json: { code: 'SESSION_STORE_UNAVAILABLE' } })
          : route.abort(),
      );
      const first = (await askedAt(page)).length;
      await untilAsked(page, first + 2);
      isNetwork = false;
      const asked = (await untilAsked(page, first + 4)).slice(first);
      expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(2_500);
      expect(asked[2]! - asked[1]!).toBeGreaterThanOrEqual(5_000);
      expect(asked[3]! - asked[2]!).toBeGreaterThanOrEqual(10_000);
      expect(await page.getByRole('dialog').count()).toBe(0);
      await page.unroute(STILL_HERE);
      const answer = page.waitForResponse(STILL_HERE);
      await page.evaluate(() => globalThis.dispatchEvent(new Event('online')));
      await page.clock.runFor(1);
      expect((await answer).status()).toBe(204);
    },
  );

  itInBrowser('say nothing when another tab gets a new id, and ask nothing while nobody looks', async () => {
    await site.start();
    const context = await site.device();
    const page = await openWatched(context);
    const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const tab = await context.newPage();
    await tab.goto('/account/confirm');
    await tab.getByLabel('Password').fill('alice-in-wonderland');
    await tab.getByRole('button', { name: 'Continue' }).click();
    await tab.getByRole('heading', { name: 'You are alice' }).waitFor();
    // A question that left before, with the cookie of that time, and is answered now.
    const statuses: number[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/devices/still-here')) statuses.push(response.status());
    });
    const late = async (route: Route) => {
      const answer = await fetch(route.request().url(), { headers: { cookie: cookies } });
      await route.fulfill({ status: answer.status, json: await answer.json() });
    };
    await page.route(STILL_HERE, late, { times: 1 });
    while (statuses.length < 2) await page.clock.runFor(100);
    expect(statuses.slice(0, 2)).toEqual([401, 204]);
    expect(await page.getByRole('dialog').count()).toBe(0);

    const see = (isSeen: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, !isSeen);
    await see(false);
    const { length } = await askedAt(page);
    await page.clock.runFor(minutes(1));
    expect(await askedAt(page)).toHaveLength(length);
    await see(true);
    await page.clock.runFor(1);
    expect(await askedAt(page)).toHaveLength(length + 1);
  });
});
