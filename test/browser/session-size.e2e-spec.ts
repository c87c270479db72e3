import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

const add = (page: Page, kilobytes: number) =>
  page.getByRole('button', { name: `Add ${kilobytes} KB` }).click();

describe('the size of the session in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);

  itInBrowser('is shown field by field, warned of, bounded, and made smaller', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await page.goto('/session');
    await page.getByText('Nothing is stored for you yet').waitFor();
    await expectAccessible(page);
    await add(page, 1);
    await page.getByText('Small', { exact: true }).waitFor();
    await add(page, 8);
    await page.getByText('Growing', { exact: true }).waitFor();
    await page.getByRole('cell', { name: 'activityHistory' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'session-size');
    await add(page, 32);
    await page.getByText('Large', { exact: true }).waitFor();
    await add(page, 32);
    expect(await page.getByRole('alert').textContent()).toContain('Nothing was saved.');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Back to your session' }).click();
    await page.getByRole('button', { name: 'Remove it again' }).click();
    await page.getByText('Small', { exact: true }).waitFor();
  });

  itInBrowser('comes over one connection, fifty times at once', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await page.goto('/session');
    await add(page, 1);
    await page.getByRole('button', { name: 'Load my session 50 times at once' }).click();
    await page.getByRole('heading', { name: '50 loads went over 1 connection' }).waitFor();
    await expectAccessible(page);
  });

  itInBrowser(
    'does not grow by preferences, which all devices share, on a phone and without JavaScript',
    async () => {
      await site.start();
      const page = await (await site.device({ ...PHONE, javaScriptEnabled: false })).newPage();
      await logIn(page);
      await page.goto('/session');
      await page.getByRole('link', { name: 'Look at them' }).click();
      await page.getByLabel('Theme').selectOption('dark');
      await page.getByLabel('Products on a page').fill('35');
      await page.getByLabel('A note for whoever delivers').fill('</textarea><img src=x onerror=alert(1)>');
      await page.getByRole('button', { name: 'Keep' }).click();
      await page.getByText(/They take \d+ bytes/).waitFor();

      const other = await (await site.device(PHONE)).newPage();
      await logIn(other);
      await other.goto('/session/preferences');
      expect(await other.getByLabel('Theme').inputValue()).toBe('dark');
      expect(await other.getByLabel('A note for whoever delivers').inputValue()).toBe(
        '</textarea><img src=x onerror=alert(1)>',
      );
      await expectAccessible(other);
      await picture(other, 'preferences-phone');
      await other.getByRole('link', { name: 'Back to your session' }).click();
      await other.getByRole('heading', { name: 'Beside the session' }).waitFor();
      const { scrollWidth, clientWidth } = await other.evaluate(
        () => (globalThis as any).document.documentElement,
      );
      expect(scrollWidth).toBe(clientWidth);
      await expectAccessible(other);
      await picture(other, 'session-size-phone');
    },
  );
});
