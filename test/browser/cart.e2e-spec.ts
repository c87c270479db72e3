import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

const HOSTILE = '<img src=x onerror=alert(1)>"\'</li>';

const cartOf = (page: Page) => page.getByRole('region', { name: 'Your cart' });
const addTo = (page: Page, name: string) =>
  page.getByRole('button', { name: `Add to cart: ${name}` }).click();

/** Sends the form that adds a notebook ten times at once. */
const addTenTimes = (page: Page) =>
  page.evaluate(async () => {
    const send = async () => {
      const body = new URLSearchParams({ productId: 'notebook', quantity: '1' });
      await fetch('/cart/add', { method: 'POST', body, redirect: 'manual' });
    };
    await Promise.all(Array.from({ length: 10 }, send));
  });

describe('the cart in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);

  itInBrowser(
    'takes products from two tabs at once without loading a page, and keeps them at the login',
    async () => {
      await site.start();
      const device = await site.device();
      const [page, other] = [await device.newPage(), await device.newPage()];
      await page.goto('/cart');
      await expectAccessible(page);
      await addTo(page, 'Stoneware mug');
      await page.getByRole('status').getByText('In your cart: 1 piece').waitFor();
      await other.goto('/cart');
      await Promise.all([page, other].map(addTenTimes));
      await page.reload();
      await cartOf(page).getByText('21 pieces').waitFor();
      expect(await page.getByRole('spinbutton', { name: 'Quantity: Dotted notebook' }).inputValue()).toBe(
        '20',
      );
      let loads = 0;
      page.on('framenavigated', () => loads++);

      await page.getByRole('spinbutton', { name: 'Quantity: Dotted notebook' }).fill('2');
      await page.getByRole('button', { name: 'Change the quantity: Dotted notebook' }).click();
      await cartOf(page).getByText('€34.80').waitFor();
      expect(await page.evaluate(() => (globalThis as any).document.activeElement.id)).toBe(
        'change-notebook',
      );
      await addTo(page, 'Desk lamp');
      await cartOf(page).getByText('€83.80').waitFor();
      expect(loads).toBe(0);
      await expectAccessible(page);
      await picture(page, 'cart');

      await logIn(page);
      await page.goto('/cart');
      await cartOf(page).getByText('€83.80').waitFor();
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('link', { name: 'Cart' }).click();
      await cartOf(page).getByText('It is empty.').waitFor();
    },
  );

  itInBrowser('says why something was not added, and shows what it has', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await page.goto('/cart');
    await addTo(page, 'Teapot');
    await page.getByRole('spinbutton', { name: 'Quantity: Teapot' }).fill('99');
    await page.keyboard.press('Enter');
    await cartOf(page).getByText('99 pieces').waitFor();
    await addTo(page, 'Teapot');
    expect(await cartOf(page).getByRole('alert').textContent()).toContain('at most 99 pieces');
    await cartOf(page).getByText('99 pieces', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove: Teapot' }).click();
    await cartOf(page).getByText('It is empty.').waitFor();
    expect(await page.evaluate(() => (globalThis as any).document.activeElement.id)).toBe('cart-title');
  });

  itInBrowser('shows a hostile product as text, on a phone too', async () => {
    await site.start();
    const page = await (await site.device(PHONE)).newPage();
    await page.goto('/cart');
    await page.evaluate(async (name) => {
      const headers = { 'content-type': 'application/json' };
      for (const body of [
        { productId: 'hostile', name, price: 12.5, quantity: 2 },
        { productId: 'plant', quantity: 1 },
      ])
        await fetch('/cart/add', { method: 'POST', headers, body: JSON.stringify(body) });
    }, HOSTILE);
    let alerts = 0;
    page.on('dialog', () => alerts++);
    await page.reload();
    await cartOf(page).getByText(HOSTILE, { exact: true }).waitFor();
    expect(await cartOf(page).locator('img').count()).toBe(2);
    expect(alerts).toBe(0);
    await expectAccessible(page);
    const { scrollWidth, clientWidth } = await page.evaluate(
      () => (globalThis as any).document.documentElement,
    );
    expect(scrollWidth).toBe(clientWidth);
    await picture(page, 'cart-phone');
  });

  itInBrowser('works without JavaScript', async () => {
    await site.start();
    const page = await (await site.device({ javaScriptEnabled: false })).newPage();
    await page.goto('/cart');
    await addTo(page, 'Three pencils');
    await addTo(page, 'Three pencils');
    await cartOf(page).getByText('2 pieces').waitFor();
    await page.getByRole('spinbutton', { name: 'Quantity: Three pencils' }).fill('3');
    await page.getByRole('button', { name: 'Change the quantity: Three pencils' }).click();
    await cartOf(page).getByText('3 pieces').waitFor();
    await logIn(page);
    await page.goto('/cart');
    await page.getByRole('button', { name: 'Remove: Three pencils' }).click();
    await cartOf(page).getByText('It is empty.').waitFor();
  });
});
