import { describe, expect } from '@jest/globals';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

describe('visits and login in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);

  itInBrowser('counts visits, logs in and out, and goes on counting', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await page.goto('/');
    await page.getByRole('link', { name: 'Visit again' }).click();
    await page.getByRole('heading', { name: 'You have visited this page 2 time(s).' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'visits');
    await logIn(page);
    await page.getByRole('heading', { name: 'You have visited this page 3 time(s).' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You have visited this page 1 time(s).' }).waitFor();
  });

  itInBrowser('says what is wrong with a login, on a phone too', async () => {
    await site.start();
    const page = await (await site.device(PHONE)).newPage();
    await page.goto('/login');
    await page.getByLabel('User name').fill('<b>nobody</b>');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    expect(await page.getByRole('alert').textContent()).toBe('The user name or the password is wrong.');
    expect(await page.getByLabel('User name').inputValue()).toBe('<b>nobody</b>');
    await expectAccessible(page);
    await picture(page, 'login-phone');
  });

  itInBrowser('works without JavaScript', async () => {
    await site.start();
    const page = await (await site.device({ javaScriptEnabled: false })).newPage();
    await logIn(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
  });
});
