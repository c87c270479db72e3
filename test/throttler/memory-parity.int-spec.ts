import { beforeEach, expect, it, jest } from '@jest/globals';
import { RedisThrottlerStorage } from 'nestjs-redis-session/throttler';
import { useRedis } from '../support/redis.js';
import { letPass } from '../support/throttle.keys.js';
import { throttler } from '../support/throttler.js';

/**
 * The storage in memory reads a clock that stands still between the steps, and steps are multiples of five seconds. Redis's own goes on by
 * less than a second in one sequence, so that both round up to the same seconds. A sequence that took longer, on a machine that stood
 * still, tells nothing.
 */
const STEPS = [0, 0, 0, 5_000, 10_000, 15_000, 35_000];
const LENGTH = 24;

const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
beforeEach(() => redis.client.flushall());

/** Pseudo-random numbers below `below`, the same in every run (Park and Miller). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

/** The same requests, with the same time between them, to both storages. */
async function sideBySide(seed: number, [ttl, limit, block]: readonly [number, number, number]) {
  const memory = new throttler.ThrottlerStorageService();
  const storage = new RedisThrottlerStorage({ redis: redis.itsClient });
  const roll = dice(seed);
  const startedAt = performance.now();
  const pairs: { step: string; inMemory: object; inRedis: object }[] = [];
  let now = 1_800_000_000_000;
  let wasBlocked = false;
  let isAfterBlock = false;
  for (let turn = 0; turn < LENGTH; turn++) {
    const pause = STEPS[roll(STEPS.length)]!;
    now += pause;
    await letPass(redis.client, pause);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
    const inMemory = await memory.increment('k', ttl, limit, block, 'default');
    clock.mockRestore();
    const inRedis = await storage.increment('k', ttl, limit, block, 'default');
    // Where they differ on purpose, see docs/throttling.md: without a block the one in memory counts its end down from 1970, and
    // after one it goes on with the window from before.
    if (!inMemory.isBlocked) inMemory.timeToBlockExpire = 0;
    isAfterBlock ||= wasBlocked && !inMemory.isBlocked;
    if (isAfterBlock) inMemory.timeToExpire = inRedis.timeToExpire;
    wasBlocked = block > 0 && inMemory.isBlocked;
    pairs.push({ step: `${turn}: after ${pause}`, inMemory, inRedis });
  }
  memory.onApplicationShutdown();
  await storage.onApplicationShutdown();
  return performance.now() - startedAt < 900 ? pairs : [];
}

it.each([
  [[20_000, 3, 20_000]],
  [[20_000, 2, 60_000]],
  [[60_000, 4, 10_000]],
  [[20_000, 2, 0]],
  [[60_000, 5, 0]],
  [[20_000, 0, 0]],
] as const)('ttl, limit and blockDuration %p mean what they mean in memory', async (settings) => {
  let compared = 0;
  for (let seed = 1; seed <= 12; seed++) {
    await redis.client.flushall();
    const pairs = await sideBySide(seed * 7_919, settings);
    expect(pairs.map(({ step, inRedis }) => ({ step, ...inRedis }))).toEqual(
      pairs.map(({ step, inMemory }) => ({ step, ...inMemory })),
    );
    compared += pairs.length;
  }
  expect(compared).toBeGreaterThanOrEqual(LENGTH * 3);
});
