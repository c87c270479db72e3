import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { hours, minutes, type SessionEvent, SessionEvents } from 'nestjs-redis-session';
import {
  KeyNames,
  RedisAttemptStore,
  resolveLoginAttemptsOptions,
} from '../../libs/session/src/login-attempts/index.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { ATTEMPT_SECRET, TestLimiter, useRedisAttempts } from '../support/attempt.stores.js';

const HERE = { account: 'ann', address: '203.0.113.1' };
const DEVICE = { ...HERE, device: 'token' };

describe('login attempts in Redis', () => {
  const bench = useRedisAttempts();
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('two instances of an application count together', async () => {
    const options = resolveLoginAttemptsOptions({ pair: false }, [ATTEMPT_SECRET]);
    const limiters = [bench.limiter({ pair: false })];
    for (let number = 0; number < 2; number++) {
      limiters.push(new TestLimiter(options, { store: bench.store(options) }, () => 0));
    }
    const allowed = await Promise.all(limiters.map((limiter) => limiter.wrongsAtOnce(100, () => HERE)));
    expect(allowed.reduce((sum, each) => sum + each)).toBe(10);
    const told = limiters.flatMap(({ told: each }): SessionEvent[] => each);
    expect(told).toMatchObject([{ type: 'login.blocked', by: 'account' }]);
  });

  it('a device that is known to one instance is known to the other', async () => {
    const [one, other] = [bench.limiter(), bench.limiter()];
    await one.right(HERE, { userId: '1', device: 'token' });
    expect((await other.reserve(DEVICE)).isKnownDevice).toBe(true);
  });

  it('a jump of the application’s clock changes nothing', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(4, () => HERE);
    const now = Date.now();
    for (const jump of [hours(48), -hours(48)]) {
      jest.spyOn(Date, 'now').mockReturnValue(now + jump);
      expect((await limiter.status(HERE)).pair?.attempts).toBe(4);
    }
    expect(await limiter.wrongs(9, () => HERE)).toBe(1);
    const left = (await limiter.status(HERE)).pair?.blockedFor;
    expect(left).toBeGreaterThan(minutes(1) - 5_000);
    expect(left).toBeLessThanOrEqual(minutes(1));
  });

  it('an instance that dies before it tells the end leaves no key without an expiry, and its attempts counted', async () => {
    const limiter = bench.limiter();
    await Promise.all(Array.from({ length: 50 }, () => limiter.reserve(HERE)));
    const keys = await bench.keys();
    const ends = await Promise.all(keys.map((key) => bench.redis.client.pttl(key)));
    expect(Math.min(...ends)).toBeGreaterThan(0);
    expect((await limiter.status(HERE)).pair?.attempts).toBe(5);
  });

  it('one round trip for an attempt, one for a success, none for a first failure without a user', async () => {
    const limiter = bench.limiter();
    await limiter.wrong(HERE);
    await bench.scripts();
    const verdict = await limiter.reserve(DEVICE);
    expect(await bench.scripts()).toBe(1);
    await limiter.fail(verdict);
    expect(await bench.scripts()).toBe(0);
    await limiter.right(HERE, { userId: '1', device: 'token' });
    await limiter.right(DEVICE, { userId: '1', device: 'token' });
    await bench.scripts();
    await limiter.right(DEVICE, { userId: '1', device: 'token' });
    expect(await bench.scripts()).toBe(2);
  });

  it('damaged text, or a key of another type, counts as absent, and nothing fails', async () => {
    const limiter = bench.limiter();
    const everything = async (): Promise<void> => {
      await limiter.wrong(HERE, '1');
      await limiter.release(await limiter.reserve(DEVICE));
      await limiter.right(DEVICE, { userId: '1', device: 'token' });
      await limiter.wrong(DEVICE, '1');
      await limiter.status(HERE);
      await limiter.passwordChanged('1', { before: 'token', now: 'token' });
      await limiter.unblock(HERE);
      await limiter.right(HERE, { userId: '1', device: 'token' });
    };
    await everything();
    await everything();
    const kindOf = (key: string): string => /\{login\}:(\w+)/.exec(key)?.[1] ?? key;
    const keys = await bench.keys();
    await limiter.wrongs(30, (n) => ({ account: `user${n}`, address: HERE.address }));
    const others = (await bench.keys()).filter((key) => !keys.some((each) => kindOf(each) === kindOf(key)));
    const all = [...keys, ...new Map(others.map((key) => [kindOf(key), key])).values()];
    expect(new Set(all.map(kindOf)).size).toBe(9);
    const { client } = bench.redis;
    for (const spoil of [
      (key: string) => client.rpush(key, 'a list'),
      (key: string) => client.set(key, 'garbage'),
      (key: string) => client.set(key, ''),
      (key: string) => client.set(key, '1 2 3 4 5 6 7 -8'),
      (key: string) => client.hset(key, 'a', 'hash'),
    ]) {
      for (const key of all) {
        await client.flushall();
        await everything();
        await client.del(key);
        await spoil(key);
        await everything();
        await client.del(key);
        await spoil(key);
        await limiter.status(HERE);
        await limiter.passwordChanged('1');
      }
    }
  });

  it('a damaged record of a device makes no device known', async () => {
    const limiter = bench.limiter();
    await limiter.right(HERE, { userId: '1', device: 'token' });
    const [key = ''] = (await bench.keys()).filter((name) => name.includes(':device:'));
    await bench.redis.client.set(key, 'garbage', 'KEEPTTL');
    expect((await limiter.reserve(DEVICE)).isKnownDevice).toBe(false);
  });

  it('a number of the last change that was lost lets no earlier login make a device known', async () => {
    const limiter = bench.limiter();
    await limiter.passwordChanged('2');
    const thief = await limiter.reserve(HERE);
    await bench.redis.client.del((await bench.keys()).filter((key) => key.endsWith(':changes')));
    await nextMillisecond();
    await limiter.passwordChanged('1');
    await limiter.succeed(thief, { userId: '1', device: 'token' });
    expect((await limiter.reserve(DEVICE)).isKnownDevice).toBe(false);
  });

  it('a clock of Redis that is set back lets no earlier login make a device known', async () => {
    const limiter = bench.limiter();
    await limiter.passwordChanged('2');
    const [key = ''] = (await bench.keys()).filter((name) => name.endsWith(':changes'));
    await bench.redis.client.incrby(key, hours(1));
    const thief = await limiter.reserve(HERE);
    await limiter.passwordChanged('1');
    await limiter.succeed(thief, { userId: '1', device: 'token' });
    expect((await limiter.reserve(DEVICE)).isKnownDevice).toBe(false);
  });

  it('a client with a prefix of its own and scripts that Redis has forgotten are no matter', async () => {
    const options = resolveLoginAttemptsOptions({}, [ATTEMPT_SECRET]);
    const redis = resolveRedisOptions({ url: bench.redis.url, options: { keyPrefix: 'app:' } });
    const connection = new RedisConnection(redis, new SessionEvents());
    await connection.open();
    const names = new KeyNames('sess:', options.nameKey);
    const limiter = new TestLimiter(
      options,
      { store: new RedisAttemptStore(connection, names, options) },
      () => 0,
    );
    await limiter.right(HERE, { userId: '1', device: 'token' });
    await bench.redis.client.script('FLUSH');
    expect((await limiter.wrong(DEVICE, '1')).isKnownDevice).toBe(true);
    await limiter.passwordChanged('1');
    expect((await limiter.wrong(DEVICE, '1')).isKnownDevice).toBe(false);
    expect((await bench.keys()).every((key) => key.startsWith('app:sess-login:{login}:'))).toBe(true);
    await connection.close();
  });

  /** Of Redis's clock. */
  async function nextMillisecond(): Promise<void> {
    const now = async (): Promise<string> => {
      const [second = 0, microsecond = 0] = await bench.redis.client.time();
      return `${second} ${Math.floor(microsecond / 1_000)}`;
    };
    const begin = await now();
    while ((await now()) === begin);
  }
});
