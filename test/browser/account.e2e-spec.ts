import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, heldBack, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

const NEW = 'wet gravel under my boots';
const OLD = 'alice-in-wonderland';

/** Fills in the form for a new password and sends it. */
async function choose(page: Page, password: string, repeat = password): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('New password again').fill(repeat);
  await page.getByRole('button', { name: 'Change password' }).click();
}

describe('the account in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);

  itInBrowser('shows who one is, and changes the password', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await logIn(page);
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('heading', { name: 'You are alice' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'account');

    const sendScript = await heldBack(page, '**/assets/account.js');
    await page.getByRole('link', { name: 'Change password' }).click();
    await page.getByLabel('New password', { exact: true }).fill('wet gravel');
    sendScript();
    await page.getByText('10 of 15 characters').waitFor();
    await page.getByLabel('Show the password').check();
    expect(await page.getByLabel('New password', { exact: true }).getAttribute('type')).toBe('text');
    await choose(page, 'wet gravel', NEW);
    await page.getByText('must have at least 15 characters').waitFor();
    await expectAccessible(page);
    await picture(page, 'password-problem');

    await choose(page, NEW, `${NEW}!`);
    await page.getByText('must be the same as the new password').waitFor();
    await choose(page, NEW);
    await page.getByText('Your password was changed.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await logIn(page, 'alice', NEW);
    // For the tests that follow.
    await page.goto('/account/password');
    await choose(page, OLD);
    await page.getByText('Your password was changed.').waitFor();
  });

  itInBrowser('asks for the password on the way, on a phone and without JavaScript too', async () => {
    await site.start();
    const page = await (await site.device({ ...PHONE, javaScriptEnabled: false })).newPage();
    await logIn(page);
    await page.goto('/account/confirm?to=/account/password');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.getByRole('alert').textContent()).toBe('The password is wrong.');
    await picture(page, 'confirm-phone');
    await page.getByLabel('Password').fill(OLD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/account/password');
    await picture(page, 'password-phone');
    await choose(page, 'alice-alice-alice');
    await page.getByText('must not be made of your user name').waitFor();
    await choose(page, OLD);
    await page.getByText('Your password was changed.').waitFor();
    await picture(page, 'account-phone');
  });

  itInBrowser('confirms on an accessible page', async () => {
    await site.start();
    const page = await (await site.device(PHONE)).newPage();
    await logIn(page);
    for (const path of ['/account/confirm', '/account/password', '/account']) {
      await page.goto(path);
      await expectAccessible(page);
    }
  });
});
