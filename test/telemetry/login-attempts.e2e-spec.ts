import { describe, expect, it } from '@jest/globals';
import type { LoginAttemptsOptions } from 'nestjs-redis-session';
import { useRedis } from '../support/redis.js';
import { useTelemetryApps } from '../support/telemetry.js';
import { ADAPTERS } from '../support/test-app.js';

const OUTCOME = 'redis_session.outcome';
const BLOCKED_BY = 'redis_session.blocked_by';
const DECIDED_BY = 'redis_session.decided_by';
const ATTEMPTS = 'redis_session.login.attempts';
const DURATION = 'redis_session.operation.duration';

describe.each(ADAPTERS)('metrics of login attempts, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const launch = useTelemetryApps(redis, adapter);

  async function start(loginAttempts: LoginAttemptsOptions = {}, maxWait = 10_000) {
    await redis.client.flushdb();
    return launch({
      session: {
        redis: { url: redis.url, maxWait },
        loginAttempts: { minimumTime: 0, ...loginAttempts },
      },
    });
  }

  it('an attempt is allowed by Redis, and told how it ended', async () => {
    const app = await start();
    await app.from().login('alice', 'wonderland');
    expect(await app.value(ATTEMPTS, { [OUTCOME]: 'allowed', [DECIDED_BY]: 'redis' })).toBe(1);
    expect(await app.value(DURATION, { 'db.operation.name': 'login_attempt.reserve' })).toBe(1);
    expect(await app.value(DURATION, { 'db.operation.name': 'login_attempt.settle' })).toBe(1);
    expect(await app.value('redis_session.sessions.created')).toBe(1);
  });

  it('a blocked one by what blocks it, first by Redis and then from memory', async () => {
    const app = await start({ pair: { maxAttempts: 2 } });
    const client = app.from();
    for (let tries = 0; tries < 5; tries++) await client.login('alice');
    const blocked = { [OUTCOME]: 'blocked', [BLOCKED_BY]: 'pair' };
    expect(await app.value(ATTEMPTS, { [OUTCOME]: 'allowed' })).toBe(2);
    expect(await app.value(ATTEMPTS, { ...blocked, [DECIDED_BY]: 'redis' })).toBe(1);
    expect(await app.value(ATTEMPTS, { ...blocked, [DECIDED_BY]: 'memory' })).toBe(2);
    expect(await app.value(ATTEMPTS)).toBe(5);
    // From memory means that Redis was not asked.
    expect(await app.value(DURATION, { 'db.operation.name': 'login_attempt.reserve' })).toBe(3);
  });

  it('each rule that blocks has its name', async () => {
    const app = await start({
      account: { maxAttempts: 3 },
      address: { maxAttempts: 3 },
      pair: { maxAttempts: 2 },
      deny: ['203.0.113.0/24'],
    });
    await app.from('203.0.113.7').login('alice');
    for (const account of ['a', 'b', 'c', 'd']) await app.from('192.0.2.1').login(account);
    for (const at of [1, 2, 3, 4]) await app.from(`198.51.100.${at}`).login('bob');
    for (const tries of [1, 2, 3]) await app.from('192.0.2.99').login(tries > 0 ? 'carol' : '');
    const by = (rule: string) => app.value(ATTEMPTS, { [OUTCOME]: 'blocked', [BLOCKED_BY]: rule });
    expect(await by('network')).toBe(1);
    expect(await app.value(ATTEMPTS, { [BLOCKED_BY]: 'network', [DECIDED_BY]: 'options' })).toBe(1);
    expect(await by('address')).toBe(1);
    expect(await by('account')).toBe(1);
    expect(await by('pair')).toBe(1);
  });

  it('challenges are counted apart, with what came of them', async () => {
    const app = await start({
      challenge: {
        check: (request) => (request as { headers: Record<string, string> }).headers['x-proof'] === 'ok',
      },
    });
    const client = app.from();
    for (let tries = 0; tries < 5; tries++) await client.login('alice');
    const challenges = (outcome: string) =>
      app.value('redis_session.login.challenges', { [OUTCOME]: outcome });
    expect([await challenges('refused'), await challenges('passed')]).toEqual([2, 0]);
    await client.post('/login', { account: 'alice', password: 'wonderland' }, { 'x-proof': 'ok' });
    expect([await challenges('refused'), await challenges('passed')]).toEqual([2, 1]);
  });

  it('without Redis an attempt fails, or this process decides if that is wanted', async () => {
    const refusing = await start({}, 300);
    const counting = await start({ onStoreFailure: 'memory' }, 300);
    await redis.server.kill();
    try {
      expect((await refusing.from().login('alice')).status).toBe(503);
      await counting.from().login('alice');
    } finally {
      await redis.server.restart();
      await redis.client.ping();
    }
    const failed = { [OUTCOME]: 'failed', 'error.type': 'SESSION_STORE_UNAVAILABLE' };
    expect(await refusing.value(ATTEMPTS, failed)).toBe(1);
    expect(await counting.value(ATTEMPTS, { [OUTCOME]: 'allowed', [DECIDED_BY]: 'process' })).toBe(1);
  });
});
