import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import {
  MemoryAttemptStore,
  resolveLoginAttemptsOptions,
} from '../../libs/session/src/login-attempts/index.js';
import { ATTEMPT_SECRET, type TestLimiter, useRedisAttempts } from '../support/attempt.stores.js';

const MAX_WAIT = 250;
const HERE = { account: 'ann', address: '203.0.113.1' };

describe('login attempts while Redis does not answer', () => {
  const bench = useRedisAttempts({ maxWait: MAX_WAIT });
  const withFallback = (): TestLimiter => {
    const options = resolveLoginAttemptsOptions({ onStoreFailure: 'memory' }, [ATTEMPT_SECRET]);
    const fallback = new MemoryAttemptStore(new FakeClock(), options);
    return bench.limiter({ onStoreFailure: 'memory' }, { fallback });
  };
  const withoutRedis = async <T>(work: () => Promise<T>): Promise<T> => {
    await bench.redis.server.pause();
    try {
      return await work();
    } finally {
      await bench.redis.server.resume();
      await bench.redis.client.ping();
    }
  };
  /** The first call may still find the connection that hangs. */
  const untilItAnswers = async (limiter: TestLimiter): Promise<void> => {
    for (;;) {
      const isThere = await limiter.passwordChanged('nobody').then(
        () => true,
        () => false,
      );
      if (isThere) return;
    }
  };

  it('nobody is let through, and the refusal comes in time', async () => {
    const limiter = bench.limiter();
    await limiter.wrong(HERE);
    const begin = performance.now();
    const answers = await withoutRedis(() =>
      Promise.allSettled(Array.from({ length: 50 }, () => limiter.reserve(HERE))),
    );
    expect(performance.now() - begin).toBeLessThan(MAX_WAIT + 1_000);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
    }
    await untilItAnswers(limiter);
    expect((await limiter.reserve({ ...HERE, account: 'bob' })).allowed).toBe(true);
  });

  it('a failure that cannot be told stays counted', async () => {
    const limiter = bench.limiter();
    const verdict = await limiter.reserve(HERE);
    await withoutRedis(() =>
      expect(limiter.fail(verdict, { userId: '1' })).rejects.toThrow(StoreUnavailableError),
    );
    await untilItAnswers(limiter);
    expect((await limiter.status(HERE)).pair?.attempts).toBe(1);
  });

  it('with a memory they are counted there, no more than the limit, and in Redis again when it is back', async () => {
    const limiter = withFallback();
    await limiter.wrongs(2, () => HERE);
    await withoutRedis(async () => {
      expect(await limiter.wrongsAtOnce(30, () => HERE)).toBe(5);
      expect((await limiter.wrong(HERE)).blockedBy).toBe('pair');
      expect((await limiter.status(HERE)).pair?.attempts).toBe(5);
      expect((await limiter.right({ ...HERE, account: 'bob' })).allowed).toBe(true);
    });
    await untilItAnswers(limiter);
    expect((await limiter.status(HERE)).pair?.attempts).toBeGreaterThanOrEqual(2);
    expect((await limiter.reserve({ ...HERE, account: 'carl' })).allowed).toBe(true);
    expect((await limiter.status({ account: 'carl' })).account?.attempts).toBe(1);
  });

  it('what was reserved in memory is settled there', async () => {
    const limiter = withFallback();
    const during = await withoutRedis(() => limiter.reserve(HERE));
    await untilItAnswers(limiter);
    await limiter.wrong(HERE);
    const before = (await limiter.status(HERE)).pair?.attempts;
    await limiter.succeed(during, { userId: '1', device: 'token' });
    expect((await limiter.status(HERE)).pair?.attempts).toBe(before);
    expect((await limiter.reserve({ ...HERE, device: 'token' })).isKnownDevice).toBe(false);
  });

  it('what a person undoes is undone in both, or refused', async () => {
    const limiter = withFallback();
    await withoutRedis(async () => {
      await limiter.wrongsAtOnce(30, () => HERE);
      await expect(limiter.unblock({ account: 'ann' })).rejects.toThrow(StoreUnavailableError);
      await expect(limiter.unblock({ address: HERE.address })).rejects.toThrow(StoreUnavailableError);
      await expect(limiter.reset('ann')).rejects.toThrow(StoreUnavailableError);
      await expect(limiter.passwordChanged('1')).rejects.toThrow(StoreUnavailableError);
      expect((await limiter.reserve(HERE)).allowed).toBe(true);
    });
  });

  it('a device that logged in meanwhile is forgotten with a change of password', async () => {
    const limiter = withFallback();
    const device = { ...HERE, device: 'token' };
    await withoutRedis(async () => {
      await limiter.right(HERE, { userId: '1', device: 'token' });
      expect((await limiter.reserve(device)).isKnownDevice).toBe(true);
    });
    await untilItAnswers(limiter);
    await limiter.passwordChanged('1');
    await withoutRedis(async () => expect((await limiter.reserve(device)).isKnownDevice).toBe(false));
  });
});
