import { beforeEach, describe, expect, it } from '@jest/globals';
import { sign } from 'cookie-signature';
import { Browser } from '../support/browser.js';
import { useProfileService } from '../support/profile.service.js';
import { useRedis } from '../support/redis.js';

const ALICE = { username: 'alice', password: 'alice-in-wonderland' };
const PROFILE = {
  userId: '1001',
  name: 'alice',
  fullName: 'Alice Liddell',
  email: 'alice@example.com',
  city: 'Oxford',
  about: 'Down the rabbit hole.',
  interests: ['chess', 'tea'],
};
const KEY = 'user_profile:1001';

describe('the profile service', () => {
  const redis = useRedis();
  const site = useProfileService(redis);
  let browser: Browser;
  /** The same browser at the service, which must never give it a cookie. */
  async function ask(path = '/profile', cookie = browser.cookie) {
    const visitor = new Browser(site.service);
    visitor.cookie = cookie;
    const answer = await visitor.get(path);
    expect(answer.headers.getSetCookie()).toEqual([]);
    return answer;
  }
  beforeEach(async () => {
    browser = new Browser(site.app);
    await redis.client.del(KEY);
  });

  it('gives the profile to whoever has logged in at the application, at once', async () => {
    for (let times = 0; times < 3; times++) {
      browser = new Browser(site.app);
      await redis.client.del(KEY);
      expect((await browser.post('/login', ALICE)).status).toBe(200);
      expect(await ask()).toMatchObject({ status: 200, json: PROFILE });
    }
  });

  it('finds it in Redis, where a login keeps it for seven days, and not in the session', async () => {
    await browser.post('/login', ALICE);
    expect(JSON.parse((await redis.client.get(KEY))!)).toEqual(PROFILE);
    expect(await redis.client.ttl(KEY)).toBeGreaterThan(604_790);
    expect(await redis.client.get(`sess:${browser.handle}`)).not.toContain('Liddell');
  });

  it.each([
    ['no cookie', () => undefined],
    ['the session of nobody', () => browser.get('/').then(() => browser.cookie)],
    [
      'a cookie that was signed elsewhere',
      async () => {
        await browser.post('/login', ALICE);
        return `sid=${encodeURIComponent(`s:${sign(browser.sid, 'another-secret-0123456789-0123456789')}`)}`;
      },
    ],
    [
      'the handle of a session, signed',
      async () => {
        await browser.post('/login', ALICE);
        return `sid=${encodeURIComponent(`s:${sign(browser.handle, 'x')}`)}`;
      },
    ],
  ])('refuses %s with 401 and stores nothing', async (_, cookieOf) => {
    const cookie = await cookieOf();
    const keys = (await redis.client.keys('*')).toSorted();
    expect(await ask('/profile', cookie)).toMatchObject({
      status: 401,
      json: { code: 'UNAUTHENTICATED' },
    });
    expect((await redis.client.keys('*')).toSorted()).toEqual(keys);
  });

  it('refuses with 401 as soon as the user has logged out', async () => {
    await browser.post('/login', ALICE);
    const { cookie } = browser;
    expect((await ask()).status).toBe(200);
    await browser.post('/logout');
    expect(await ask('/profile', cookie)).toMatchObject({ status: 401, json: { code: 'SESSION_ENDED' } });
  });

  it('answers 404 where no profile is kept', async () => {
    await browser.post('/login', ALICE);
    await redis.client.del(KEY);
    expect(await ask()).toMatchObject({ status: 404, json: { code: 'PROFILE_NOT_FOUND' } });
  });

  it('neither changes the session nor prolongs it', async () => {
    await browser.post('/login', ALICE);
    const key = `sess:${browser.handle}`;
    await redis.client.pexpire(key, 100_000);
    const before = await redis.client.get(key);
    await ask();
    expect(await redis.client.get(key)).toBe(before);
    expect(await redis.client.pttl(key)).toBeLessThanOrEqual(100_000);
  });

  it('tells whether it and Redis are well, and forbids browsers everything', async () => {
    const { json, headers } = await ask('/health');
    expect(json).toEqual({ service: 'profile-service', status: 'ok', redis: 'up' });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await ask('/')).status).toBe(404);
  });
});
