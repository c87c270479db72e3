import { describe } from '@jest/globals';
import { itInBrowser } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { expectAccessible, logIn, PHONE, picture, useSampleSite } from '../support/sample.site.js';

describe('the guide in a browser', () => {
  const redis = useRedis();
  const site = useSampleSite(redis);

  itInBrowser('leads from each topic to its page', async () => {
    await site.start();
    const page = await (await site.device()).newPage();
    await page.goto('/guide');
    await expectAccessible(page);
    await picture(page, 'guide');
    await page.getByRole('link', { name: 'Examining Redis session data' }).click();
    await page.getByRole('heading', { name: 'Your session in Redis' }).waitFor();
    await page.getByText('Nothing is stored of you yet').waitFor();
    await expectAccessible(page);
  });

  itInBrowser('shows a session as Redis has it, on a phone too', async () => {
    await site.start();
    const page = await (await site.device(PHONE)).newPage();
    await logIn(page);
    await page.goto('/examine');
    await page.getByText(/^sess:[\w-]{22}$/).waitFor();
    await expectAccessible(page);
    await picture(page, 'examine-phone');
    await page.goto('/guide');
    await expectAccessible(page);
  });
});
