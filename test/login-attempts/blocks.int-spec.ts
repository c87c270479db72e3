import { describe, expect, it } from '@jest/globals';
import { hours, minutes, seconds } from 'nestjs-redis-session';
import { ATTEMPT_STORES, type TestLimiter, useRedisAttempts } from '../support/attempt.stores.js';

const HERE = { account: 'ann', address: '203.0.113.1' };
const PAIR = { pair: { maxAttempts: 2, blockDuration: minutes(1), maxBlock: minutes(5) } };

describe.each(ATTEMPT_STORES)('blocks, %s', (_name, use) => {
  const bench = use();
  const blockedFor = async (limiter: TestLimiter): Promise<number> =>
    (await limiter.status(HERE)).pair?.blockedFor ?? 0;

  it('a block begins with the last attempt that is allowed, and is told once', async () => {
    const limiter = bench.limiter(PAIR);
    await limiter.wrong(HERE);
    expect(await blockedFor(limiter)).toBe(0);
    expect((await limiter.wrong(HERE)).allowed).toBe(true);
    expect(await blockedFor(limiter)).toBeGreaterThan(seconds(59));
    await limiter.wrongs(20, () => HERE);
    expect(limiter.heard('login.blocked')).toEqual([
      { type: 'login.blocked', by: 'pair', seconds: 60, address: HERE.address, account: 'ann' },
    ]);
  });

  it('an account’s block is told without an address, an address’s without an account', async () => {
    const limiter = bench.limiter({ account: { maxAttempts: 1 }, address: { maxAttempts: 1 } });
    await limiter.wrong(HERE);
    expect(limiter.heard('login.blocked')).toEqual([
      { type: 'login.blocked', by: 'account', seconds: 300, account: 'ann' },
      { type: 'login.blocked', by: 'address', seconds: 900, address: HERE.address },
    ]);
  });

  it('refused attempts do not make it longer', async () => {
    const limiter = bench.limiter(PAIR);
    await limiter.wrongs(2, () => HERE);
    for (let turn = 0; turn < 5; turn++) {
      await bench.advance(seconds(10));
      expect(await limiter.wrongs(10, () => HERE)).toBe(0);
    }
    expect(await blockedFor(limiter)).toBeLessThanOrEqual(seconds(10));
    await bench.advance(seconds(10));
    expect((await limiter.wrong(HERE)).allowed).toBe(true);
  });

  it('afterwards a new window begins', async () => {
    const limiter = bench.limiter(PAIR);
    await limiter.wrongs(2, () => HERE);
    await bench.advance(minutes(1));
    expect((await limiter.status(HERE)).pair).toEqual({ attempts: 0, blockedFor: 0 });
    expect(await limiter.wrongs(9, () => HERE)).toBe(2);
  });

  it('each is twice as long as the one before, at most maxBlock', async () => {
    const limiter = bench.limiter({ ...PAIR, account: false });
    for (const length of [1, 2, 4, 5, 5]) {
      expect(await limiter.wrongs(9, () => HERE)).toBe(2);
      const left = await blockedFor(limiter);
      expect(left).toBeGreaterThan(minutes(length) - seconds(2));
      expect(left).toBeLessThanOrEqual(minutes(length));
      await bench.advance(minutes(length));
    }
  });

  it('with a backoff of 1 all are as long', async () => {
    const limiter = bench.limiter({ pair: { ...PAIR.pair, backoff: 1 }, account: false });
    for (let turn = 0; turn < 4; turn++) {
      await limiter.wrongs(2, () => HERE);
      await bench.advance(minutes(1));
    }
    const lengths = limiter.heard('login.blocked').map((event) => 'seconds' in event && event.seconds);
    expect(lengths).toEqual([60, 60, 60, 60]);
  });

  it('earlier ones are forgotten maxBlock after the last one ended, and not before', async () => {
    const limiter = bench.limiter({
      pair: { ...PAIR.pair, window: minutes(1) },
      account: { maxAttempts: 100, window: minutes(1) },
    });
    await limiter.wrongs(2, () => HERE);
    await bench.advance(minutes(1) + minutes(5) - seconds(10));
    await limiter.wrongs(2, () => HERE);
    await bench.advance(minutes(2) + minutes(5));
    await limiter.wrongs(2, () => HERE);
    expect(limiter.heard('login.blocked')).toMatchObject([
      { seconds: 60 },
      { seconds: 120 },
      { seconds: 60 },
    ]);
  });

  it('a window ends by itself', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(4, () => HERE);
    await bench.advance(minutes(15) - seconds(10));
    expect((await limiter.status(HERE)).pair?.attempts).toBe(4);
    await bench.advance(seconds(10));
    expect(await limiter.status(HERE)).toMatchObject({ account: { attempts: 0 }, pair: { attempts: 0 } });
    expect(await limiter.wrongs(9, () => HERE)).toBe(5);
  });

  it('an address is blocked for its own time, on every account', async () => {
    const limiter = bench.limiter({ address: { maxAttempts: 3 } });
    await limiter.wrongs(3, (n) => ({ account: `user${n}`, address: HERE.address }));
    const refused = await limiter.wrong({ account: 'someone', address: HERE.address });
    expect(refused).toMatchObject({ blockedBy: 'address', address: { remaining: 0 } });
    expect(refused.address?.resetsIn).toBe(refused.retryAfter);
    await bench.advance(minutes(15));
    expect((await limiter.wrong(HERE)).allowed).toBe(true);
  });

  it('where several block, the longest is told', async () => {
    const limiter = bench.limiter({ account: { maxAttempts: 2 }, address: { maxAttempts: 2 }, ...PAIR });
    await limiter.wrongs(2, () => HERE);
    const refused = await limiter.wrong(HERE);
    expect(refused.blockedBy).toBe('address');
    expect(refused.retryAfter).toBeGreaterThan(minutes(14));
  });
});

describe('blocks of limits that were lowered', () => {
  const bench = useRedisAttempts();

  it.each(['account', 'address', 'pair'] as const)('a lower limit of the %s blocks at once', async (by) => {
    const others = { account: false, address: false, pair: false } as const;
    const before = bench.limiter({ ...others, [by]: { maxAttempts: 50 } });
    await before.wrongs(20, () => HERE);
    const { ticket } = await before.reserve(HERE);
    const limiter = bench.limiter({ ...others, [by]: { maxAttempts: 5 } });
    expect(await limiter.wrong(HERE)).toMatchObject({ allowed: false, blockedBy: by });
    expect(limiter.heard('login.blocked')).toMatchObject([{ by }]);
    if (ticket) await limiter.store.release(ticket.reservation);
    await bench.advance(seconds(6));
    expect((await limiter.wrong(HERE)).allowed).toBe(false);
    expect(limiter.heard('login.blocked')).toHaveLength(1);
    await bench.advance(hours(1));
    expect(await limiter.wrongs(9, () => HERE)).toBe(5);
  });

  it('what was counted of an address before it was on the list allow is told no more', async () => {
    await bench.limiter().wrongs(3, () => HERE);
    const verdict = await bench.limiter({ allow: [HERE.address] }).wrong(HERE);
    expect(verdict.attempts).toEqual({ account: 4, address: 0, pair: 4 });
  });
});
