import { describe, expect, it } from '@jest/globals';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { useRedis } from '../support/redis.js';
import { letPass, throttleKeys } from '../support/throttle.keys.js';
import { ThrottlerStorageRedisService } from '../support/throttler.js';
import { useThrottlerStorages } from '../support/throttler.storages.js';

/** What is known to go wrong with @nest-lab/throttler-storage-redis: shown there, and that it does not happen here. */
describe('faults of another storage in Redis', () => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined }, keys: { 'throttle:': ['ours:'] } });
  const { storageOf } = useThrottlerStorages(redis);
  const theirs = (): ThrottlerStorage => new ThrottlerStorageRedisService(redis.client);
  const blockedAfter = async (storage: ThrottlerStorage, pauses: readonly number[], block = 5_000) => {
    const answers: boolean[] = [];
    for (const pause of pauses) {
      await letPass(redis.client, pause);
      answers.push((await storage.increment('k', 10_000, 2, block, 'default')).isBlocked);
    }
    return answers;
  };

  it('whoever was blocked for less than the ttl is blocked again at once', async () => {
    const pauses = [0, 0, 0, 5_000];
    expect(await blockedAfter(theirs(), pauses)).toEqual([false, false, true, true]);
    expect(await blockedAfter(storageOf({ prefix: 'ours:' }), pauses)).toEqual([false, false, true, false]);
  });

  it('twice the limit passes around the end of a window', async () => {
    const pauses = [0, 9_000, 1_001, 0];
    expect(await blockedAfter(theirs(), pauses)).toEqual([false, false, false, false]);
    expect(await blockedAfter(storageOf({ prefix: 'ours:' }), pauses)).toEqual([false, false, false, true]);
  });

  it('a blockDuration of 0 is an error of Redis once the limit is reached', async () => {
    await expect(blockedAfter(theirs(), [0, 0, 0], 0)).rejects.toThrow('invalid expire time');
    expect(await blockedAfter(storageOf({ prefix: 'ours:' }), [0, 0, 0], 0)).toEqual([false, false, true]);
  });

  it('a ttl of part of a millisecond is an error of Redis, after which the key never expires', async () => {
    await expect(theirs().increment('k', 900.5, 2, 900.5, 'default')).rejects.toThrow('not an integer');
    expect((await throttleKeys(redis.client)).map(({ expiresIn }) => expiresIn)).toEqual([-1]);
    await redis.client.flushall();
    await storageOf().increment('k', 900.5, 2, 900.5, 'default');
    expect((await throttleKeys(redis.client))[0]!.expiresIn).toBeGreaterThan(0);
  });
});
