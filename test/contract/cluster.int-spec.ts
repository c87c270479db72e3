import { describe, expect, it } from '@jest/globals';
import type { SessionData } from 'express-session';
import { RedisSessionStore } from 'nestjs-redis-session';
import { describeSessionStore } from 'nestjs-redis-session/testing';
import { useRedisCluster } from '../support/redis-cluster.js';

const redis = useRedisCluster();
const clean = () => Promise.all(redis.cluster.nodes('master').map((node) => node.flushall()));

describe('on a Cluster of three primaries', () => {
  it('ids, length, all and clear see every primary, without a command over several slots', async () => {
    await clean();
    const store = new RedisSessionStore({ client: redis.cluster, prefix: 'a*[b]:', scanCount: 10 });
    const session = (index: number) =>
      ({ cookie: { originalMaxAge: null }, index }) as unknown as SessionData;
    await Promise.all(Array.from({ length: 150 }, (_, index) => store.set(`s${index}`, session(index))));
    await redis.cluster.set('axb:', 'of somebody else');
    const sizes = await Promise.all(redis.cluster.nodes('master').map((node) => node.dbsize()));
    expect(sizes.every((size) => size > 20)).toBe(true);
    expect(await store.length()).toBe(150);
    expect(new Set(await store.ids()).size).toBe(150);
    const all: { index: number }[] = await store.all();
    expect(new Set(all.map(({ index }) => index)).size).toBe(150);
    await store.clear();
    expect(await store.length()).toBe(0);
    expect(await redis.cluster.get('axb:')).toBe('of somebody else');
  });

  let shared: RedisSessionStore | undefined;
  describeSessionStore(
    'RedisSessionStore',
    async () => {
      await clean();
      return { store: (shared ??= new RedisSessionStore({ client: redis.cluster })) };
    },
    { describe, it },
  );
});
