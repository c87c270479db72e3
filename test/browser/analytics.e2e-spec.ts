import { beforeEach, describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { days, minutes } from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { startCounting } from '../support/analytics.apps.js';
import { itInBrowser } from '../support/chromium.js';
import { dice } from '../support/dice.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

const PATH = '/admin/analytics';
const ROUTES = [
  'GET /',
  'GET /cart',
  'GET /cart',
  'POST /cart/add',
  'GET /devices',
  'DELETE /cart/:productId',
];
const STEPS = ['account', 'person', 'interests', 'review', 'welcome'];
const AGES = [0.5, 2, 7, 20, 45, 90, 300].map(minutes);

describe('analytics in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);
  beforeEach(() => redis.client.flushall());

  const logInAsAdmin = (page: Page) => logIn(page, 'admin', 'admin-of-all-things');

  /** A month of visitors, as if they had been there. */
  async function seedMonth(): Promise<void> {
    const roll = dice(7);
    const clock = new FakeClock();
    const app = await startCounting(redis.url, 'express', { funnels: { 'sign-up': STEPS } }, { clock });
    const today = clock.now();
    for (let back = 29; back >= 0; back--) {
      clock.set(today - days(back));
      const visitors = 30 + roll(25) + (29 - back);
      for (let visitor = 0; visitor < visitors; visitor++) {
        const handle = `visitor-${back}-${visitor}`;
        const session: any = {};
        for (const step of STEPS.slice(0, roll(12))) app.analytics.reach(session, 'sign-up', step);
        const used = { handle, createdAt: clock.now() - AGES[roll(AGES.length)]! };
        const requests = 1 + roll(9);
        for (let turn = 0; turn < requests; turn++) {
          app.analytics.count({ session: used, route: ROUTES[roll(ROUTES.length)]! }, session);
        }
      }
      await app.analytics.flush();
    }
    await app.close();
  }

  itInBrowser('draws charts, and has their figures in tables too', async () => {
    await seedMonth();
    await site.start();
    const page = await (await site.device()).newPage();
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await logInAsAdmin(page);
    await page.getByRole('link', { name: 'Analytics' }).click();
    await page.getByRole('heading', { name: 'Analytics', level: 1 }).waitFor();
    for (const name of ['Visitors', 'Requests', 'Sessions that reached a step']) {
      await page
        .getByRole('img', { name: `${name}, as a chart` })
        .first()
        .waitFor();
    }
    // Something was drawn on each of them.
    const drawn = await page.locator('canvas').evaluateAll((all: any[]) =>
      all.map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value: number) => value > 0);
      }),
    );
    expect(drawn).toEqual([true, true, true, true, true]);
    await expectAccessible(page);
    await page.mouse.move(0, 0);
    await picture(page, 'analytics');
    await page.getByText('Figures').first().click();
    expect(await page.locator('#by-day tbody tr').count()).toBe(30);
    await expectAccessible(page);
    await page.getByRole('link', { name: '7 days' }).click();
    await page.locator('#by-day tbody tr').nth(6).waitFor({ state: 'attached' });
    expect(await page.locator('#by-day tbody tr').count()).toBe(7);
    expect(problems).toEqual([]);
  });

  itInBrowser('is readable on a phone, in the dark', async () => {
    await seedMonth();
    await site.start();
    const page = await (await site.device(PHONE)).newPage();
    await logInAsAdmin(page);
    await page.goto(PATH);
    await page.getByRole('img', { name: 'Visitors, as a chart' }).waitFor();
    await expectAccessible(page);
    const overflow = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = (globalThis as any).document.documentElement;
      return scrollWidth - clientWidth;
    });
    expect(overflow).toBe(0);
    await picture(page, 'analytics-phone');
  });

  itInBrowser('says all of it without JavaScript', async () => {
    await seedMonth();
    await site.start();
    const page = await (await site.device({ javaScriptEnabled: false })).newPage();
    await logInAsAdmin(page);
    await page.goto(`${PATH}?days=7`);
    expect(await page.locator('canvas').first().isVisible()).toBe(false);
    expect(await page.getByRole('rowheader', { name: 'DELETE /cart/:productId' }).isVisible()).toBe(true);
    expect(await page.getByRole('rowheader', { name: 'account', exact: true }).isVisible()).toBe(true);
    await picture(page, 'analytics-without-javascript');
  });

  itInBrowser('says what to do where nothing was counted', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await logInAsAdmin(page);
    // Counted are the requests before this one, a second after them; so what they wrote goes first.
    await page.goto(PATH);
    while ((await redis.client.keys('analytics:*')).length === 0) await page.waitForTimeout(50);
    await redis.client.del(...(await redis.client.keys('analytics:*')));
    await page.goto(`${PATH}?days=7`);
    await page.getByRole('heading', { name: 'Nothing was counted in these 7 days' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'analytics-empty');
  });
});
