import { describe, expect, it } from '@jest/globals';
import { minutes } from 'nestjs-redis-session';
import { refusal, useAccountApps } from '../support/account.apps.js';
import type { Answer, Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

const whoIs = async (browser: Browser): Promise<unknown> => (await browser.get('/who')).json.userId;

describe.each(ADAPTERS)('the limit on sessions of a user, on %s', (adapter) => {
  const redis = useRedis();
  const start = useAccountApps(redis, adapter);
  let users = 0;
  const newUser = (): string => `limited {${adapter}} ${++users}`;

  it('without one, a user may have any number', async () => {
    const { login, registry } = await start();
    const userId = newUser();
    for (let each = 0; each < 12; each++) await login(userId);
    expect(await registry.list(userId)).toHaveLength(12);
  });

  describe('that evicts the oldest', () => {
    it('ends the oldest session, with an event, and tells it why', async () => {
      const { login, events } = await start({ auth: { maxSessions: 2 } });
      const userId = newUser();
      const [first, second, third] = [await login(userId), await login(userId), await login(userId)];
      expect(await Promise.all([first, second, third].map(whoIs))).toEqual([null, userId, userId]);
      expect(events.filter(({ type }) => type === 'session.ended')).toEqual([
        { type: 'session.ended', handle: first.handle, userId, reason: 'evicted' },
      ]);
      expect(await redis.client.get(`sess-ended:${first.handle}`)).toBe('evicted');
    });

    it('goes by the order of the logins on Redis, whatever the clocks of the applications say', async () => {
      const userId = newUser();
      const { clock, login } = await start({ auth: { maxSessions: 1 } });
      await login(userId);
      clock.advance(-minutes(5));
      expect(await whoIs(await login(userId))).toBe(userId);
    });

    it('twenty logins at one time leave exactly as many sessions as allowed', async () => {
      const { login, registry } = await start({ auth: { maxSessions: 3 } });
      const userId = newUser();
      const browsers = await Promise.all(Array.from({ length: 20 }, () => login(userId)));
      expect(await registry.list(userId)).toHaveLength(3);
      const alive = await Promise.all(browsers.map(whoIs));
      expect(alive.filter((who) => who === userId)).toHaveLength(3);
    });

    it('leaves the sessions of others alone', async () => {
      const { login } = await start({ auth: { maxSessions: 1 } });
      const [one, other] = [await login(newUser()), await login(newUser())];
      expect(await Promise.all([one, other].map(whoIs))).not.toContain(null);
    });
  });

  describe('that refuses', () => {
    const refuse = { auth: { maxSessions: 2, onLimit: 'refuse', carryOver: ['cart'] } } as const;

    it('refuses a login too many with 409, and the visitor keeps what was there', async () => {
      const { login, visit, events } = await start(refuse);
      const userId = newUser();
      const [first, second] = [await login(userId), await login(userId)];
      const visitor = visit();
      await visitor.post('/put', { cart: ['book'] });
      const { cookie } = visitor;
      const answer = await visitor.post('/login', { userId });
      expect([refusal(answer), answer.setCookie]).toEqual([[409, 'SESSION_LIMIT_REACHED'], undefined]);
      expect(visitor.cookie).toBe(cookie);
      expect((await visitor.get('/who')).json).toMatchObject({ userId: null, cart: ['book'] });
      expect(await Promise.all([first, second].map(whoIs))).toEqual([userId, userId]);
      expect(events.at(-1)).toEqual({ type: 'login.failed', reason: 'session-limit', userId });
    });

    it('a place becomes free by a logout', async () => {
      const { login } = await start(refuse);
      const userId = newUser();
      const first = await login(userId);
      await login(userId);
      await first.post('/logout');
      expect(await whoIs(await login(userId))).toBe(userId);
    });

    it('the session that a login replaces is not counted, nor that of a re-authentication', async () => {
      const { login } = await start(refuse);
      const userId = newUser();
      const [browser] = [await login(userId), await login(userId)];
      expect((await browser.post('/login', { userId })).status).toBe(200);
      expect((await browser.post('/reauthenticate', { userId })).status).toBe(200);
      expect(await whoIs(browser)).toBe(userId);
    });

    it('a session that is gone without a word takes no place', async () => {
      const { login } = await start(refuse);
      const userId = newUser();
      const [first] = [await login(userId), await login(userId)];
      await redis.client.del(`sess:${first.handle}`);
      expect(await whoIs(await login(userId))).toBe(userId);
    });

    it('a login that died on its way takes a place for a minute at most', async () => {
      const { login, visit } = await start(refuse);
      const userId = newUser();
      const index = `sess-user:{${encodeURIComponent(userId)}}`;
      await login(userId);
      const inFlight = Date.now() + minutes(1) - 1_000;
      await redis.client.zadd(index, inFlight + 0.5, 'a-login-that-is-being-made');
      expect((await visit().post('/login', { userId })).status).toBe(409);
      await redis.client.zadd(index, Date.now() - 1, 'a-login-that-is-being-made');
      expect(await whoIs(await login(userId))).toBe(userId);
    });

    it('twenty logins at one time let exactly as many in as allowed', async () => {
      const { visit, registry } = await start(refuse);
      const userId = newUser();
      const answers: Answer[] = await Promise.all(
        Array.from({ length: 20 }, () => visit().post('/login', { userId })),
      );
      const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
      expect(statuses).toEqual([...Array(2).fill(200), ...Array(18).fill(409)]);
      expect(await registry.list(userId)).toHaveLength(2);
    });
  });

  it('is asked for each user: one for administrators, none for others', async () => {
    const { login, registry } = await start({
      auth: { maxSessions: ({ roles }) => (roles.includes('admin') ? 1 : undefined) },
    });
    const [admin, user] = [newUser(), newUser()];
    for (let each = 0; each < 3; each++) {
      await login(admin, { roles: ['admin'] });
      await login(user);
    }
    expect(await registry.list(admin)).toHaveLength(1);
    expect(await registry.list(user)).toHaveLength(3);
  });
});
