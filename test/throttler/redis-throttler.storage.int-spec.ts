import { describe, expect, it } from '@jest/globals';
import { countHit } from '../../libs/session/src/throttler/count.script.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { SessionEvents } from '../../libs/session/src/common/index.js';
import { useRedis } from '../support/redis.js';
import { letPass, throttleKeys } from '../support/throttle.keys.js';
import { useThrottlerStorages } from '../support/throttler.storages.js';

const redis = useRedis({
  env: { ...process.env, REDIS_URL: undefined },
  keys: { 'throttle:': ['other:', 'k', 'without-block'] },
});
const { clientOf, storageOf } = useThrottlerStorages(redis);

/** One request after the other on one key. */
const times = async <T>(count: number, hit: () => Promise<T>): Promise<T[]> => {
  const answers: T[] = [];
  for (let turn = 0; turn < count; turn++) answers.push(await hit());
  return answers;
};

describe('counting', () => {
  it('200 requests at one time are counted exactly, and exactly as many as allowed pass', async () => {
    const storage = storageOf();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => storage.increment('k', 60_000, 150, 60_000, 'default')),
    );
    expect(answers.filter(({ isBlocked }) => !isBlocked).map(({ totalHits }) => totalHits)).toEqual(
      Array.from({ length: 150 }, (_, index) => index + 1),
    );
  });

  it('200 requests at one time below the limit get the numbers 1 to 200', async () => {
    const storage = storageOf();
    const hits = Array.from({ length: 200 }, () => storage.increment('k', 60_000, 500, 0, 'default'));
    const totals = (await Promise.all(hits)).map(({ totalHits }) => totalHits);
    expect(totals.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('two processes count together', async () => {
    const [one, other] = [storageOf(), storageOf()];
    await Promise.all(
      Array.from({ length: 50 }, (_, turn) =>
        (turn % 2 ? one : other).increment('k', 60_000, 50, 60_000, 'default'),
      ),
    );
    expect(await one.increment('k', 60_000, 50, 60_000, 'default')).toMatchObject({
      totalHits: 51,
      isBlocked: true,
    });
    expect((await other.increment('k', 60_000, 50, 60_000, 'default')).isBlocked).toBe(true);
  });

  it('other keys, throttlers and prefixes count by themselves, whatever signs their names are made of', async () => {
    const storage = storageOf();
    const names = [
      ['b:c', 'a'],
      ['c', 'a:b'],
      ['}{', 'a'],
      ['{x}', 'a'],
      ['', 'a'],
      ['\uD800', 'a'],
    ] as const;
    for (const [key, name] of names)
      expect((await storage.increment(key, 60_000, 5, 0, name)).totalHits).toBe(1);
    expect((await storageOf({ prefix: 'other:' }).increment('{x}', 60_000, 5, 0, 'a')).totalHits).toBe(1);
    const keys = (await throttleKeys(redis.client)).map(({ key }) => key);
    expect(keys).toHaveLength(names.length + 1);
    expect(keys.every((key) => /^(throttle|other):\{[^{}:]+:[^{}:]*\}$/.test(key))).toBe(true);
    expect(keys).toContain('throttle:{a%3Ab:c}');
  });

  it('a call that is carried out twice, because its answer was lost, counts once', async () => {
    const connection = new RedisConnection(
      resolveRedisOptions({ client: redis.itsClient }),
      new SessionEvents(),
    );
    const hit = { key: 'k', id: 'the same', ttl: 60_000, limit: 1, blockDuration: 60_000 };
    expect(await countHit(connection, hit)).toMatchObject({ totalHits: 1, isBlocked: false });
    expect(await countHit(connection, hit)).toMatchObject({ totalHits: 1, isBlocked: false });
    const open = { ...hit, key: 'without-block', blockDuration: 0 };
    expect(await countHit(connection, open)).toMatchObject({ totalHits: 1, isBlocked: false });
    expect(await countHit(connection, open)).toMatchObject({ totalHits: 1, isBlocked: false });
    await connection.close();
  });

  it('a client that gives numbers as text is understood', async () => {
    const storage = storageOf({ redis: clientOf({ stringNumbers: true }) });
    expect(await storage.increment('k', 60_000, 1, 60_000, 'default')).toEqual({
      totalHits: 1,
      timeToExpire: 60,
      isBlocked: false,
      timeToBlockExpire: 0,
    });
    expect((await storage.increment('k', 60_000, 1, 60_000, 'default')).isBlocked).toBe(true);
  });
});

describe('time', () => {
  it('every key has an expiry after each step, and nothing outlives what it counts', async () => {
    const storage = storageOf();
    const steps: [ttl: number, limit: number, block: number][] = [
      [60_000, 2, 90_000],
      [60_000, 2, 0],
      [60_000, 0, 0],
      [60_000, 0, 90_000],
      [0, 0, 0],
      [0, 2, 0],
      [0, 0, 90_000],
      [250, 2, 400],
    ];
    for (const [number, [ttl, limit, block]] of steps.entries()) {
      await times(4, async () => {
        await storage.increment(`k${number}`, ttl, limit, block, 'default');
        for (const { expiresIn } of await throttleKeys(redis.client)) {
          // 0 is Redis's word for its last millisecond; a key without expiry has -1.
          expect(expiresIn).toBeGreaterThanOrEqual(ttl > 500 ? 1 : 0);
          expect(expiresIn).toBeLessThanOrEqual(90_000);
        }
      });
    }
  });

  it('a ttl below a second lasts as long as it says, and headers round it up', async () => {
    const storage = storageOf();
    const answer = await storage.increment('k', 900.5, 1, 0, 'default');
    expect(answer.timeToExpire).toBe(1);
    const [stored] = await throttleKeys(redis.client);
    expect(stored!.expiresIn).toBeGreaterThan(0);
    expect(stored!.expiresIn).toBeLessThanOrEqual(901);
    await letPass(redis.client, 901);
    expect(await throttleKeys(redis.client)).toEqual([]);
  });

  it('blockDuration lasts as long as it says, neither ttl nor seconds', async () => {
    const storage = storageOf();
    const [, over] = await times(2, () => storage.increment('k', 60_000, 1, 7_500, 'default'));
    expect(over).toMatchObject({ isBlocked: true, timeToBlockExpire: 8 });
    const [stored] = await throttleKeys(redis.client);
    const { blocked, window: _window, ...hits } = stored!.members;
    const lastHitAt = Math.max(...Object.values(hits)) - 60_000;
    expect(blocked! - lastHitAt).toBe(7_500);
  });

  it('what is sent during a block extends neither block nor key', async () => {
    const storage = storageOf();
    await times(3, () => storage.increment('k', 10_000, 2, 60_000, 'default'));
    const [before] = await throttleKeys(redis.client);
    await letPass(redis.client, 55_000);
    await times(20, () => storage.increment('k', 10_000, 2, 60_000, 'default'));
    const [after] = await throttleKeys(redis.client);
    expect(after!.expiresIn).toBeLessThanOrEqual(5_000);
    expect(after!.members.blocked).toBe(before!.members.blocked! - 55_000);
    expect((await storage.increment('k', 10_000, 2, 60_000, 'default')).timeToBlockExpire).toBe(5);
  });

  it.each([
    ['shorter than', 5_000],
    ['as long as', 10_000],
    ['longer than', 60_000],
  ])('after a block %s the ttl, counting starts anew', async (_, block) => {
    const storage = storageOf();
    const hit = () => storage.increment('k', 10_000, 2, block, 'default');
    expect((await times(4, hit)).map(({ isBlocked }) => isBlocked)).toEqual([false, false, true, true]);
    await letPass(redis.client, block);
    expect(await times(3, hit)).toMatchObject([
      { totalHits: 1, isBlocked: false, timeToExpire: 10 },
      { totalHits: 2, isBlocked: false },
      { totalHits: 3, isBlocked: true },
    ]);
  });

  it('a limit of 0 lets nobody in, at no time', async () => {
    const storage = storageOf();
    for (const block of [0, 1_000, 10_000]) {
      const hit = () => storage.increment(`k${block}`, 5_000, 0, block, 'default');
      expect((await times(2, hit)).every(({ isBlocked }) => isBlocked)).toBe(true);
      await letPass(redis.client, block);
      expect((await times(2, hit)).every(({ isBlocked }) => isBlocked)).toBe(true);
    }
  });
});
