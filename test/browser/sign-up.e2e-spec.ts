import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { DESKTOP, expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

const PASSWORD = 'four words nobody joins';
const HOSTILE = '<img src=x onerror="document.title=1">';

describe('the sign-up in a browser', () => {
  const site = useSampleSite(useRedis());
  const go = (page: Page, button: string) =>
    page.getByRole('main').getByRole('button', { name: button }).click();
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  async function fillAccount(page: Page, username: string): Promise<void> {
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('The same password again').fill(PASSWORD);
    await go(page, 'Continue');
  }

  async function fillPerson(page: Page, fullName: string): Promise<void> {
    await page.getByLabel('Full name').fill(fullName);
    await page.getByLabel('E-mail address').fill('carol@example.com');
    await page.getByLabel('City').fill('Oxford');
    await go(page, 'Continue');
  }

  async function fillInterests(page: Page): Promise<void> {
    await page.getByLabel('chess').check();
    await page.getByLabel('tea').check();
    await page.getByLabel('A few words about you').fill(`First line,\n${HOSTILE}`);
    await go(page, 'Continue');
    await heading(page, 'Sign up: review and submit');
  }

  itInBrowser('leads through four steps to an account, and shows hostile values as text', async () => {
    await site.start();
    const device = await site.device(DESKTOP);
    const page = await device.newPage();
    await page.goto('/');
    await page.getByRole('link', { name: 'Sign up' }).click();
    await heading(page, 'Sign up: your account');
    await expectAccessible(page);
    await fillAccount(page, HOSTILE);
    await page.getByText('Please look at the marked fields once more.').waitFor();
    expect(await page.getByLabel('User name').inputValue()).toBe(HOSTILE);
    expect(await page.getByLabel('User name').getAttribute('aria-invalid')).toBe('true');
    await expectAccessible(page);
    await picture(page, 'sign-up-problem');
    await fillAccount(page, 'carol');
    await heading(page, 'Sign up: about you');
    await expectAccessible(page);
    await picture(page, 'sign-up-person');
    await fillPerson(page, HOSTILE);
    await heading(page, 'Sign up: your interests');
    await expectAccessible(page);
    await fillInterests(page);
    expect(await page.locator('dd', { hasText: 'First line' }).innerText()).toBe(`First line,\n${HOSTILE}`);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.locator('[aria-current="step"]').innerText()).toBe('Review');
    await expectAccessible(page);
    await picture(page, 'sign-up-review');
    await go(page, 'Make my account');
    await heading(page, 'Welcome, carol!');
    await page.getByText('Logged in as carol').waitFor();
    expect(await page.title()).toMatch(/^Welcome/);
    await expectAccessible(page);
    await picture(page, 'sign-up-welcome');
    await page.goto('/sign-up');
    await page.getByText('You are logged in. To make another account, log out first.').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    await logIn(page, 'carol', PASSWORD);
  });

  itInBrowser('goes on in another tab, back and forward, and comes to a step in turn only', async () => {
    await site.start();
    const device = await site.device();
    const [one, other] = [await device.newPage(), await device.newPage()];
    await one.goto('/sign-up/review');
    await one.getByText('Please do this step first.').waitFor();
    await expectAccessible(one);
    await fillAccount(one, 'dora');
    await heading(one, 'Sign up: about you');
    await other.goto('/sign-up');
    await fillPerson(other, 'Carol Doe');
    await fillInterests(other);
    await one.reload();
    expect(await one.getByLabel('Full name').inputValue()).toBe('Carol Doe');
    await one.getByRole('link', { name: 'Back' }).click();
    expect(await one.getByLabel('User name').inputValue()).toBe('dora');
    await expectAccessible(one);
    await one.getByRole('link', { name: 'Forward unchanged' }).click();
    await heading(one, 'Sign up: about you');
    await one.getByRole('link', { name: 'Interests' }).click();
    expect(await one.getByLabel('tea').isChecked()).toBe(true);
    await go(one, 'Cancel the sign-up');
    await one.getByText('The sign-up was cancelled.').waitFor();
    await go(other, 'Make my account');
    await other.getByText('There is nothing to submit').waitFor();
  });

  itInBrowser('makes one account of a double click', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await page.goto('/sign-up');
    await fillAccount(page, 'erin');
    await fillPerson(page, 'Carol Doe');
    await fillInterests(page);
    await page.getByRole('button', { name: 'Make my account' }).dblclick();
    await heading(page, 'Welcome, erin!');
    await page.getByText('Logged in as erin').waitFor();
  });

  itInBrowser('works without JavaScript, on a phone in the dark', async () => {
    await site.start();
    const page = await (await site.device({ ...PHONE, javaScriptEnabled: false })).newPage();
    await page.goto('/sign-up');
    await picture(page, 'sign-up-account-phone');
    await fillAccount(page, 'frank');
    await fillPerson(page, 'Carol Doe');
    await heading(page, 'Sign up: your interests');
    await picture(page, 'sign-up-interests-phone');
    await fillInterests(page);
    await picture(page, 'sign-up-review-phone');
    const width = await page.locator('html').evaluate((html) => html.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    // Nothing holds a double click back here, and the answer to the first click may be the one that is dropped.
    await page.getByRole('button', { name: 'Make my account' }).dblclick();
    await page.getByText(/Your account is made|your account is there/).waitFor();
    await page.context().clearCookies();
    await logIn(page, 'frank', PASSWORD);
  });
});
