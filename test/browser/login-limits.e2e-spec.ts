import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, heldBack, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

const HOSTILE = '<b>bob</b>';

describe('login limits in a browser', () => {
  // A server of its own: what other test files fail at must not be counted here.
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const site = useSampleSite(redis);
  const guess = async (page: Page, name: string, times: number): Promise<void> => {
    await page.goto('/login');
    for (let turn = 0; turn < times; turn++) {
      await page.getByLabel('User name').fill(name);
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').waitFor();
    }
  };

  itInBrowser(
    'after too many attempts the button waits, counts down, and lets another name try',
    async () => {
      await redis.client.flushall();
      await site.start();
      const page = await (await site.device(PHONE)).newPage();
      await page.clock.install();
      await guess(page, HOSTILE, 6);
      const button = page.getByRole('main').getByRole('button', { name: 'Log in' });
      const left = page.getByRole('timer');
      // The page is there before its script has run.
      await page.getByRole('main').getByRole('button', { name: 'Log in', disabled: true }).waitFor();
      expect(await left.textContent()).toMatch(/^(1 min|5\d s)$/);
      expect(await button.isDisabled()).toBe(true);
      expect(await page.getByLabel('User name').inputValue()).toBe(HOSTILE);
      await expectAccessible(page);
      await picture(page, 'login-blocked-phone');
      await page.getByLabel('User name').fill('alice');
      expect(await button.isEnabled()).toBe(true);
      await page.getByLabel('User name').fill(HOSTILE);
      expect(await button.isDisabled()).toBe(true);
      await page.clock.runFor(20_000);
      expect(await left.textContent()).toMatch(/^(40|3\d) s$/);
      await page.clock.runFor(40_000);
      await page.getByText('You can try again now.').waitFor();
      expect(await button.isEnabled()).toBe(true);
      expect(await left.isVisible()).toBe(false);
      await expectAccessible(page);
    },
  );

  itInBrowser('another name that was typed before the script came need not wait', async () => {
    await redis.client.flushall();
    await site.start();
    const page = await (await site.device()).newPage();
    const sendScript = await heldBack(page, '**/assets/login.js');
    await guess(page, HOSTILE, 6);
    await page.getByRole('timer').waitFor();
    await page.getByLabel('User name').fill('alice');
    sendScript();
    await page.waitForLoadState('load');
    const button = page.getByRole('main').getByRole('button', { name: 'Log in' });
    expect(await button.isEnabled()).toBe(true);
    await page.getByLabel('User name').fill(HOSTILE);
    expect(await button.isDisabled()).toBe(true);
  });

  itInBrowser('without JavaScript the wait is told as text, and the form can be sent', async () => {
    await redis.client.flushall();
    await site.start();
    const page = await (await site.device({ javaScriptEnabled: false })).newPage();
    await guess(page, HOSTILE, 6);
    expect(await page.getByRole('timer').textContent()).toMatch(/^(1 min|5\d s)$/);
    expect(await page.getByRole('main').getByRole('button', { name: 'Log in' }).isEnabled()).toBe(true);
    await page.getByRole('link', { name: 'What is counted, and why' }).click();
    await page.getByRole('heading', { level: 1, name: 'Login limits' }).waitFor();
    await page.getByText('of 100 attempts within 1 h').waitFor();
  });

  itInBrowser('an administrator sees the blocks, finds one by the name and lifts it', async () => {
    await redis.client.flushall();
    await site.start();
    const victim = await (await site.device()).newPage();
    await guess(victim, 'alice', 6);
    await guess(victim, HOSTILE, 5);
    const page = await (await site.device()).newPage();
    await logIn(page, 'admin', 'admin-of-all-things');
    await page.getByRole('navigation').getByRole('link', { name: 'Login limits' }).click();
    await page.getByRole('heading', { level: 1, name: 'Login limits' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'login-limits');
    await page.getByRole('navigation').getByRole('link', { name: 'Blocks' }).click();
    await page
      .getByRole('row', { name: /account from one address/ })
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: /^Unblock/ }).count()).toBe(2);
    await expectAccessible(page);
    await picture(page, 'blocks');

    await page.getByLabel('Account').fill(HOSTILE);
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('heading', { name: `Account ${HOSTILE}` }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.getByLabel('Account').fill('alice');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('heading', { name: 'Account alice' }).waitFor();
    expect(await page.getByRole('button', { name: /^Unblock/ }).count()).toBe(1);
    await expectAccessible(page);
    await picture(page, 'blocks-found');
    await page.getByRole('button', { name: 'Lift all of this' }).click();
    await page.getByText('The block is lifted.').waitFor();
    expect(await page.getByRole('button', { name: /^Unblock/ }).count()).toBe(1);
    await page.getByRole('button', { name: /^Unblock/ }).click();
    await page.getByText('Nobody is blocked.').waitFor();
    await logIn(victim);
  });

  itInBrowser('works on a phone in the dark, without JavaScript too', async () => {
    await redis.client.flushall();
    await site.start();
    const other = await (await site.device()).newPage();
    await guess(other, 'bob', 5);
    const page = await (await site.device({ ...PHONE, javaScriptEnabled: false })).newPage();
    await logIn(page, 'admin', 'admin-of-all-things');
    await page.goto('/login-limits');
    await picture(page, 'login-limits-phone');
    await page.goto('/admin/blocks');
    await picture(page, 'blocks-phone');
    const width = await page
      .locator('html')
      .evaluate((html) => html.scrollWidth)
      .catch(() => 390);
    expect(width).toBeLessThanOrEqual(390);
    await page.getByLabel('Address').fill('nowhere');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('must be an IPv4 or IPv6 address').first().waitFor();
    await page.getByLabel('Address').fill('127.0.0.1');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('Counted as').waitFor();
    await page.getByRole('button', { name: 'Unblock' }).click();
    await page.getByText('The block is lifted.').waitFor();
  });
});
