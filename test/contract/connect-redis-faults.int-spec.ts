import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionData } from 'express-session';
import { Redis } from 'ioredis';
import { RedisSessionStore, SessionEvents } from 'nestjs-redis-session';
import { useRedis } from '../support/redis.js';

const redis = useRedis();
beforeEach(() => redis.client.flushall());

const ours = () => new RedisSessionStore({ client: redis.itsClient });
const session = (data: object = {}) =>
  ({ cookie: { originalMaxAge: null }, ...data }) as unknown as SessionData;

describe("connect-redis's faults are not RedisSessionStore's", () => {
  describe('all', () => {
    it('gives the readable sessions although others are not', async () => {
      const store = ours();
      await store.set('one', session({ a: 1 }));
      await redis.client.mset(
        'sess:text',
        'no json',
        'sess:list',
        '[]',
        'sess:null',
        'null',
        'sess:empty',
        '',
      );
      await redis.client.lpush('sess:wrong-type', 'x');
      expect(await store.all()).toMatchObject([{ id: 'one', a: 1 }]);
      expect(await store.length()).toBe(6);
      await store.clear();
      expect(await store.length()).toBe(0);
    });

    it('of nothing is nothing', async () => {
      expect(await ours().all()).toEqual([]);
      expect(await ours().ids()).toEqual([]);
      await ours().clear();
    });
  });

  it('takes the closing of its client by the application for no outage, and a lost connection for one', async () => {
    const client = redis.client.duplicate();
    const events = new SessionEvents();
    const seen: string[] = [];
    events.all$.subscribe(({ type }) => seen.push(type));
    const store = new RedisSessionStore({ client, parts: { events } });
    await store.get('one');
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES');
    expect(await store.get('one')).toBeNull();
    expect(seen).toEqual(['store.unavailable', 'store.recovered']);
    await client.quit();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toHaveLength(2);
  });

  it('without Redis fails within the deadline, and by the callback once', async () => {
    const client = new Redis('redis://127.0.0.1:1', { lazyConnect: true });
    const store = new RedisSessionStore({ client });
    for (const call of [() => store.get('one'), () => store.ids(), () => store.all(), () => store.clear()])
      await expect(call()).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    let times = 0;
    await new Promise((resolve) => void store.set('one', session(), () => resolve(times++)));
    expect(times).toBe(1);
    client.disconnect();
  });
});
