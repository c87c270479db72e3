import { beforeAll, describe, expect, it } from '@jest/globals';
import { SessionEvents } from 'nestjs-redis-session';
import {
  KeyNames,
  RedisAttemptStore,
  resolveLoginAttemptsOptions,
} from '../../libs/session/src/login-attempts/index.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { ATTEMPT_SECRET, TestLimiter } from '../support/attempt.stores.js';
import { useRedisCluster } from '../support/redis-cluster.js';

const HERE = { account: 'ann', address: '203.0.113.1' };
const DEVICE = { ...HERE, device: 'token' };

describe('login attempts in a Redis Cluster', () => {
  const nodes = useRedisCluster();
  let limiter: TestLimiter;
  beforeAll(async () => {
    const options = resolveLoginAttemptsOptions({ sprayedAfter: 3 }, [ATTEMPT_SECRET]);
    const redis = new RedisConnection(resolveRedisOptions({ client: nodes.cluster }), new SessionEvents());
    await redis.open();
    const store = new RedisAttemptStore(redis, new KeyNames('sess:', options.nameKey), options);
    limiter = new TestLimiter(options, { store }, () => performance.now());
  });

  it('are counted, given back and cleared', async () => {
    await limiter.right(HERE, { userId: '1', device: 'token' });
    expect(await limiter.wrongs(20, () => HERE)).toBe(5);
    expect(await limiter.right(DEVICE)).toMatchObject({ allowed: true, isKnownDevice: true });
    await limiter.release(await limiter.reserve(DEVICE));
    expect(await limiter.wrongs(3, (n) => ({ ...HERE, account: `user${n}` }))).toBe(3);
    expect(limiter.heard('login.sprayed')).toHaveLength(1);
    await limiter.passwordChanged('1', { before: 'token', now: 'other' });
    expect((await limiter.reserve({ ...HERE, device: 'other' })).isKnownDevice).toBe(true);
    expect((await limiter.reserve(DEVICE)).isKnownDevice).toBe(false);
    expect(await limiter.wrongs(5, () => ({ account: 'carl', address: '203.0.113.9' }))).toBe(5);
    const { blocks, isComplete } = await limiter.blocks();
    expect([blocks.length, isComplete]).toEqual([1, true]);
    await limiter.unblock({ id: blocks[0]!.id });
    expect((await limiter.blocks()).blocks).toEqual([]);
    await limiter.unblock(HERE);
    expect(await limiter.status(HERE)).toMatchObject({ account: { attempts: 0 }, address: { attempts: 0 } });
  });
});
