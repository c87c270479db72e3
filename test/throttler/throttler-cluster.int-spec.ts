import { expect, it } from '@jest/globals';
import { RedisThrottlerStorage } from 'nestjs-redis-session/throttler';
import { useRedisCluster } from '../support/redis-cluster.js';

const redis = useRedisCluster();

it('a Cluster of three primaries counts exactly, on all of them, and blocks', async () => {
  const storage = new RedisThrottlerStorage({ redis: redis.cluster });
  const keys = Array.from({ length: 30 }, (_, index) => `{same}${index}`);
  const hit = (key: string) => storage.increment(key, 60_000, 5, 90_000, 'default');
  const answers = await Promise.all(
    keys.map((key) => Promise.all(Array.from({ length: 7 }, () => hit(key)))),
  );
  for (const each of answers)
    expect(each.map(({ totalHits, isBlocked }) => [totalHits, isBlocked])).toEqual([
      ...[1, 2, 3, 4, 5].map((total) => [total, false]),
      [6, true],
      [6, true],
    ]);
  const nodes = await Promise.all(
    redis.cluster.nodes('master').map(async (node) => {
      const found = await node.keys('*');
      return Promise.all(found.map((key) => node.pttl(key)));
    }),
  );
  expect(nodes.flat()).toHaveLength(keys.length);
  expect(nodes.every((lives) => lives.length > 0 && lives.every((left) => left > 0))).toBe(true);
  await storage.onApplicationShutdown();
});
