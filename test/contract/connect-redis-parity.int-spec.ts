import { beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import { Redis } from 'ioredis';
import { InvalidOptionError, RedisSessionStore, type RedisSessionStoreOptions } from 'nestjs-redis-session';
import { useRedis } from '../support/redis.js';

const PREFIXES = ['', 'app:', 'é:', 'a*', '[abc]', 'a?', 'back\\slash'];
const redis = useRedis({ keys: { 'sess:': [...PREFIXES, 'app*:sess:'], 'sess-': ['app*:sess-'] } });
beforeEach(() => redis.client.flushall());

type Options = Omit<RedisSessionStoreOptions, 'client'>;

const ours = (options: Options = {}) => new RedisSessionStore({ client: redis.itsClient, ...options });
const session = (data: object = {}, cookie: object = { originalMaxAge: null }) =>
  ({ cookie, ...data }) as unknown as SessionData;
/** As a session object's cookie is: ends in so many milliseconds. */
const endsIn = (ms: number) => ({ originalMaxAge: ms, expires: new Date(Date.now() + ms) });
const pttl = (id: string, prefix = 'sess:') => redis.client.pttl(prefix + id);
const expectAbout = (actual: number, expected: number) => {
  expect(actual).toBeLessThanOrEqual(expected);
  expect(actual).toBeGreaterThan(expected - 500);
};

describe('RedisSessionStore in the place of connect-redis', () => {
  it('is one, with the same properties and defaults', () => {
    const [mine, theirs] = [ours(), new RedisStore({ client: redis.client })];
    expect(mine).toBeInstanceOf(RedisStore);
    for (const name of ['prefix', 'scanCount', 'ttl', 'disableTTL', 'disableTouch'] as const)
      expect([name, mine[name]]).toEqual([name, theirs[name]]);
  });

  it('without a client says so', () => {
    expect(() => new RedisSessionStore({} as RedisSessionStoreOptions)).toThrow(InvalidOptionError);
  });

  it('reads what connect-redis wrote, and connect-redis reads what it wrote', async () => {
    const theirs = new RedisStore({ client: redis.client });
    await theirs.set('one', session({ a: 1 }, endsIn(60_000)));
    expect(await ours().get('one')).toMatchObject({ a: 1, cookie: { originalMaxAge: 60_000 } });
    await ours().set('two', session({ b: 2 }, endsIn(60_000)));
    expect(await theirs.get('two')).toMatchObject({ b: 2, cookie: { originalMaxAge: 60_000 } });
  });

  describe('prefix', () => {
    it.each(PREFIXES)('%j begins each key, literally', async (prefix) => {
      const store = ours({ prefix });
      await store.set('one', session({ a: 1 }));
      expect(await redis.client.keys('*')).toEqual([`${prefix}one`]);
      if (prefix !== '') await redis.client.mset('abc', '{}', 'a', '{}', 'other:one', '{}', 'axone', '{}');
      expect(await store.ids()).toEqual(['one']);
      expect(await store.length()).toBe(1);
      expect(await store.all()).toMatchObject([{ id: 'one', a: 1 }]);
      await store.clear();
      expect(await redis.client.exists('abc', 'a', 'other:one', 'axone')).toBe(prefix === '' ? 0 : 4);
      expect(await redis.client.exists(`${prefix}one`)).toBe(0);
    });

    it("stands after ioredis's own keyPrefix", async () => {
      const client = new Redis(redis.url, { keyPrefix: 'app*:' });
      const store = new RedisSessionStore({ client });
      await store.set('one', session({ a: 1 }));
      await redis.client.set('apple:sess:two', '{}');
      expect(await redis.client.exists('app*:sess:one')).toBe(1);
      expect(await store.ids()).toEqual(['one']);
      expect(await store.all()).toMatchObject([{ id: 'one', a: 1 }]);
      await store.clear();
      expect(await redis.client.keys('*')).toEqual(['apple:sess:two']);
      client.disconnect();
    });
  });

  describe('ttl', () => {
    it('is a day for a session without a lifetime, and does not make its cookie persistent', async () => {
      await ours().set('one', session());
      expectAbout(await pttl('one'), 86_400_000);
      expect((await ours().get('one')).cookie).not.toHaveProperty('expires', expect.anything());
    });

    it('as a number of seconds is for sessions without a lifetime; the cookie goes first', async () => {
      const store = ours({ ttl: 100 });
      await store.set('one', session());
      await store.set('two', session({}, endsIn(7_000)));
      expectAbout(await pttl('one'), 100_000);
      expectAbout(await pttl('two'), 7_000);
    });

    it('is exact to the millisecond', async () => {
      await ours().set('one', session({}, endsIn(1_500)));
      const left = await pttl('one');
      expect(left).toBeLessThanOrEqual(1_500);
      expect(left).toBeGreaterThan(1_400);
      await ours({ ttl: 0.25 }).set('two', session());
      expect(await pttl('two')).toBeLessThanOrEqual(250);
    });

    it('as a function is asked for each session, with that session, and goes before the cookie', async () => {
      const asked: SessionData[] = [];
      const store = ours({
        ttl: (each) => {
          asked.push(each);
          return (each as { seconds?: number }).seconds ?? each.cookie.originalMaxAge! / 1_000;
        },
      });
      expect(asked).toHaveLength(0);
      await store.set('one', session({ seconds: 50 }, endsIn(7_000)));
      expectAbout(await pttl('one'), 50_000);
      expect((await store.get('one')).cookie.originalMaxAge).toBe(7_000);
      await store.touch('one', session({ seconds: 500 }));
      expectAbout(await pttl('one'), 500_000);
      await store.set('two', session({}, endsIn(9_000)));
      expectAbout(await pttl('two'), 9_000);
      expect(asked.every((each) => 'cookie' in each)).toBe(true);
    });

    it.each([
      ['a ttl function that says 0', { ttl: () => 0 }, null],
      ['a ttl function that says less', { ttl: () => -1 }, null],
      ['a cookie that is over', {}, endsIn(-1_000)],
    ])('%s ends the session instead of storing it', async (_, options: Options, cookie) => {
      await ours().set('one', session({ a: 1 }, endsIn(60_000)));
      await ours(options).set('one', session({ a: 2 }, cookie ?? endsIn(60_000)));
      expect(await redis.client.exists('sess:one')).toBe(0);
    });

    it('a lifetime given as text counts too', async () => {
      await ours().set(
        'one',
        session({}, { originalMaxAge: 9_000, expires: new Date(Date.now() + 9_000).toISOString() }),
      );
      expectAbout(await pttl('one'), 9_000);
      await ours().set('two', session({}, { expires: new Date(Date.now() + 8_000).toISOString() }));
      expectAbout(await pttl('two'), 8_000);
    });
  });

  describe('serializer', () => {
    const reverse = (text: string) => text.split('').toReversed().join('');

    it.each([
      ['synchronous', (record: object) => reverse(JSON.stringify(record))],
      ['asynchronous', async (record: object) => reverse(JSON.stringify(record))],
    ])('%s: writes and reads the whole record', async (_, stringify) => {
      const store = ours({ serializer: { stringify, parse: (text) => JSON.parse(reverse(text)) } });
      await store.set('one', session({ a: 'ü' }));
      expect(JSON.parse(reverse((await redis.client.get('sess:one'))!))).toMatchObject({
        a: 'ü',
        cookie: {},
      });
      expect(await store.get('one')).toMatchObject({ a: 'ü' });
      expect(await store.all()).toMatchObject([{ id: 'one', a: 'ü' }]);
      await ours().set('two', session());
      expect(await store.get('two')).toBeNull();
      expect(await store.all()).toHaveLength(1);
    });
  });

  describe('disableTTL', () => {
    it('gives keys no expiry, whatever is done with them', async () => {
      const store = ours({ disableTTL: true });
      await store.set('one', session({ a: 1 }, endsIn(60_000)));
      expect(await pttl('one')).toBe(-1);
      await store.touch('one', session({}, endsIn(60_000)));
      expect(await pttl('one')).toBe(-1);
      const data = await store.get('one');
      data.a = 2;
      await store.set('one', data);
      expect(await pttl('one')).toBe(-1);
      expect(await store.get('one')).toMatchObject({ a: 2 });
    });
  });

  describe('disableTouch', () => {
    it('leaves the expiry alone on touch, and not on set', async () => {
      const store = ours({ disableTouch: true });
      await store.set('one', session({ a: 1 }, endsIn(5_000)));
      await store.touch('one', session({}, endsIn(60_000)));
      expectAbout(await pttl('one'), 5_000);
      await store.set('one', session({ a: 2 }, endsIn(60_000)));
      expectAbout(await pttl('one'), 60_000);
    });

    it('is off: touch moves the expiry, creates nothing, and ends what is over', async () => {
      const store = ours();
      await store.set('one', session({ a: 1 }, endsIn(5_000)));
      await store.touch('one', session({}, endsIn(60_000)));
      expectAbout(await pttl('one'), 60_000);
      await store.touch('two', session({}, endsIn(60_000)));
      expect(await redis.client.exists('sess:two')).toBe(0);
      await store.touch('one', session({}, endsIn(-1)));
      expect(await redis.client.exists('sess:one')).toBe(0);
    });
  });

  describe('scanCount', () => {
    it('is the COUNT of each SCAN, and all sessions are found whatever it is', async () => {
      const store = ours({ scanCount: 7 });
      await Promise.all(
        Array.from({ length: 250 }, (_, index) => store.set(`s${index}`, session({ index }))),
      );
      const monitor = await redis.client.duplicate({ protocol: 2 }).monitor();
      const counts: string[] = [];
      monitor.on('monitor', (_: string, [command, , , , , count]: string[]) => {
        if (command!.toLowerCase() === 'scan') counts.push(count!);
      });
      expect(new Set(await store.ids()).size).toBe(250);
      expect(await store.all()).toHaveLength(250);
      await store.clear();
      expect(await store.length()).toBe(0);
      await redis.client.ping();
      monitor.disconnect();
      expect(new Set(counts)).toEqual(new Set(['7']));
    });
  });
});
