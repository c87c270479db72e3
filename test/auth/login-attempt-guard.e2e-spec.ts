import { describe, expect, it } from '@jest/globals';
import { refusal } from '../support/account.apps.js';
import { useAttemptsApps } from '../support/attempts.apps.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

const BLOCKED = [429, 'LOGIN_BLOCKED'];
/** A Redis that is not there. */
const away = { url: 'redis://127.0.0.1:1', startWithout: true, maxWait: 200 };

describe.each(ADAPTERS)('LoginAttemptGuard, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useAttemptsApps(redis, adapter);

  it('lets a handler run as often as attempts are left, also when 200 requests come at one time', async () => {
    const { from, passwords } = await start();
    const client = from();
    const tries = Array.from({ length: 200 }, () => client.post('/code', { account: 'alice' }));
    const answers = await Promise.all(tries);
    expect(passwords.checks).toBe(5);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    const refused = await client.post('/code', { account: 'alice', password: 'right' });
    expect(refusal(refused)).toEqual(BLOCKED);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it.each([400, 401, 403, 404, 422])('takes a %d of the handler for a failure', async (answer) => {
    const { from, passwords } = await start();
    for (let tries = 0; tries < 8; tries++) await from().post('/code', { account: 'alice', answer });
    expect(passwords.checks).toBe(5);
  });

  it.each([500, 503])('does not count a %d of the handler', async (answer) => {
    const { from, passwords } = await start();
    for (let tries = 0; tries < 8; tries++) await from().post('/code', { account: 'alice', answer });
    expect(passwords.checks).toBe(8);
  });

  it('gives an attempt back that succeeded, and clears the failures before it', async () => {
    const { from, limiter } = await start();
    for (let round = 0; round < 4; round++) {
      for (let tries = 0; tries < 4; tries++) await from().post('/code', { account: 'alice' });
      const right = await from().post('/code', { account: 'alice', password: 'right' });
      expect(right.json).toEqual({ right: true });
    }
    const status = await limiter.status({ account: 'alice', address: '198.51.100.1', purpose: 'code' });
    expect(status).toMatchObject({
      account: { attempts: 0 },
      pair: { attempts: 0 },
      address: { attempts: 16 },
    });
  });

  it('asks isSuccess where the status does not tell', async () => {
    const { from } = await start();
    for (let tries = 0; tries < 5; tries++) {
      expect((await from().post('/soft-code', { account: 'alice' })).json).toEqual({ right: false });
    }
    expect(refusal(await from().post('/soft-code', { account: 'alice' }))).toEqual(BLOCKED);
  });

  it('counts different purposes apart', async () => {
    const { from } = await start();
    for (let tries = 0; tries < 6; tries++) await from().post('/code', { account: 'alice' });
    expect((await from().login('alice', 'wonderland')).status).toBe(200);
    expect((await from().post('/soft-code', { account: 'alice', password: 'right' })).status).toBe(200);
  });

  it('counts once where the handler calls LoginService', async () => {
    const { from, passwords } = await start();
    for (let tries = 0; tries < 8; tries++) await from().post('/guarded-login', { account: 'alice' });
    expect(passwords.checks).toBe(5);
    const owner = from('203.0.113.1');
    const body = { account: 'alice', password: 'wonderland' };
    const { status, headers } = await owner.post('/guarded-login', body);
    expect(status).toBe(200);
    expect(headers.getSetCookie().filter((line) => line.startsWith('device='))).toHaveLength(1);
    for (let tries = 0; tries < 10; tries++) await from(`192.0.2.${tries}`).login('alice');
    expect((await owner.post('/guarded-login', body)).status).toBe(200);
  });

  it('waits for the minimum time once where the handler calls LoginService', async () => {
    const { from } = await start({ minimumTime: 300 });
    const begun = performance.now();
    await from().post('/guarded-login', { account: 'alice' });
    expect(performance.now() - begun).toBeGreaterThan(299);
    expect(performance.now() - begun).toBeLessThan(590);
  });

  it('takes a limit on the class for handlers that say @Public() too', async () => {
    const { from, passwords } = await start();
    for (let tries = 0; tries < 8; tries++) await from().post('/pins/pin', { account: 'alice' });
    expect(passwords.checks).toBe(5);
  });

  it('answers 400 to a request in which it finds no account', async () => {
    const { from, origin, passwords } = await start();
    for (const body of [{}, { account: 7 }, { account: '' }, '', '[]']) {
      expect((await from().post('/code', body)).status).toBe(400);
    }
    const bodiless = await fetch(`${origin}/code`, { method: 'POST' });
    expect(bodiless.status).toBe(400);
    expect(passwords.checks).toBe(0);
    expect(await redis.client.dbsize()).toBe(0);
  });

  it('refuses as wrong what is disabled', async () => {
    const { from, limiter, passwords } = await start({ account: false, pair: false, disableAfter: 3 });
    for (let tries = 0; tries < 3; tries++) {
      const verdict = await limiter.reserve({ account: 'alice', address: undefined, purpose: 'code' });
      await limiter.fail(verdict, { userId: '1' });
    }
    const answer = await from().post('/code', { account: 'alice', password: 'right' });
    expect(refusal(answer)).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(passwords.checks).toBe(0);
  });

  it('answers 503 while Redis is away, and lets nobody pass uncounted', async () => {
    const { from, passwords } = await start({}, { redis: away });
    const answer = await from().post('/code', { account: 'alice', password: 'right' });
    expect(refusal(answer)).toEqual([503, 'SESSION_STORE_UNAVAILABLE']);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(passwords.checks).toBe(0);
  });

  it('answers so at once when nobody need wait for Redis any more', async () => {
    const { from } = await start({}, { redis: { ...away, maxWait: 500 } });
    await from().post('/code', { account: 'alice' });
    const begun = performance.now();
    for (let tries = 0; tries < 10; tries++) await from().post('/code', { account: 'alice' });
    expect(performance.now() - begun).toBeLessThan(2_500);
  });

  it('counts in the process while Redis is away, with onStoreFailure: memory', async () => {
    const { from, passwords } = await start({ onStoreFailure: 'memory' }, { redis: away });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => from().post('/code', { account: 'alice' })),
    );
    expect(passwords.checks).toBe(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(15);
  });
});
