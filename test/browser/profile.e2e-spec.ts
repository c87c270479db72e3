import { describe, expect } from '@jest/globals';
import { itInBrowser } from '../support/chromium.js';
import { useProfileService } from '../support/profile.service.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

describe('the profile in a browser', () => {
  const redis = useRedis();
  const beside = useProfileService(redis);
  const site = useSampleSite(redis);

  itInBrowser('shows what the profile service answers, and is changed by a form', async () => {
    await site.start({ profileServiceUrl: () => beside.service });
    const page = await (await site.device()).newPage();
    await logIn(page);
    await page.getByRole('link', { name: 'Profile' }).click();
    const answered = page.locator('section', { hasText: 'What the profile service answers' });
    await answered.getByText('Oxford').waitFor();
    await expectAccessible(page);
    await picture(page, 'profile');
    await page.getByLabel('City').fill('<b>Wonderland</b>');
    await page.getByLabel('Interests').fill('chess, tea, croquet');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').waitFor();
    await answered.getByText('<b>Wonderland</b>').waitFor();
    await answered.getByText('croquet').waitFor();
    await expectAccessible(page);
  });

  itInBrowser('says what is wrong, without JavaScript and on a phone too', async () => {
    await site.start({ profileServiceUrl: () => beside.service });
    const page = await (await site.device({ ...PHONE, javaScriptEnabled: false })).newPage();
    await logIn(page, 'bob', 'bob-the-builder');
    await page.goto('/profile');
    await page.getByLabel('E-mail').fill('bob');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('must be empty or an address such as name@example.com').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe('bob');
  });

  itInBrowser('says that the service is not there, and works on', async () => {
    await site.start();
    const page = await (await site.device(PHONE)).newPage();
    await logIn(page, 'bob', 'bob-the-builder');
    await page.goto('/profile');
    expect(await page.getByRole('alert').textContent()).toContain('The profile service is not there.');
    await expectAccessible(page);
    await picture(page, 'profile-without-service-phone');
    await page.getByLabel('City').fill('Leeds');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByLabel('City').inputValue()).toBe('Leeds');
  });
});
