import { describe, expect, it } from '@jest/globals';
import { minutes } from 'nestjs-redis-session';
import { ATTEMPT_STORES, type TestLimiter } from '../support/attempt.stores.js';

const HERE = { account: 'ann', address: '203.0.113.1' };
const THERE = { account: 'ann', address: '203.0.113.2' };
const OTHER = { account: 'bob', address: '203.0.113.1' };

describe.each(ATTEMPT_STORES)('giving attempts back, %s', (_name, use) => {
  const bench = use();
  const counts = async (limiter: TestLimiter, of = HERE): Promise<unknown> => {
    const { account, address, pair } = await limiter.status(of);
    return [account?.attempts, address?.attempts, pair?.attempts];
  };

  it('a success does not count', async () => {
    const limiter = bench.limiter();
    for (let turn = 0; turn < 150; turn++) expect((await limiter.right(HERE)).allowed).toBe(true);
    expect(await counts(limiter)).toEqual([0, 0, 0]);
  });

  it('a success clears what its address has failed on its account, and nothing else', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(3, () => HERE);
    await limiter.wrongs(2, () => THERE);
    await limiter.wrongs(2, () => OTHER);
    await limiter.right(HERE);
    expect(await counts(limiter)).toEqual([2, 5, 0]);
    expect(await counts(limiter, THERE)).toEqual([2, 2, 2]);
    expect(await counts(limiter, OTHER)).toEqual([2, 5, 2]);
  });

  it('with an account of their own, attackers get no more attempts on others', async () => {
    const limiter = bench.limiter({ pair: { maxAttempts: 1_000 } });
    let guesses = 0;
    for (let turn = 0; turn < 400; turn++) {
      if ((await limiter.wrong({ account: `user${turn}`, address: HERE.address })).allowed) guesses++;
      await limiter.right({ account: 'mallory', address: HERE.address });
    }
    expect(guesses).toBe(100);
  });

  it('a success that is under way during guesses at one time gives them no room', async () => {
    const limiter = bench.limiter();
    const slow = await limiter.reserve({ account: 'mallory', address: HERE.address });
    const from = (n: number) => ({ account: `user${n}`, address: HERE.address });
    expect(await limiter.wrongsAtOnce(200, from)).toBe(99);
    await limiter.succeed(slow);
    expect(await limiter.wrongs(200, (n) => from(200 + n))).toBe(1);
  });

  it('a success ends the block that its own reservation has begun, without a word', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(4, () => HERE);
    await limiter.wrongs(5, () => THERE);
    const last = await limiter.reserve(HERE);
    expect(last).toMatchObject({ allowed: true, remaining: 0 });
    expect((await limiter.status(HERE)).account?.blockedFor).toBeGreaterThan(0);
    await limiter.succeed(last);
    expect(await limiter.status(HERE)).toMatchObject({
      account: { blockedFor: 0, attempts: 5 },
      pair: { blockedFor: 0, attempts: 0 },
    });
    expect(limiter.heard('login.blocked')).toMatchObject([{ by: 'pair', address: THERE.address }]);
    expect((await limiter.reserve(HERE)).allowed).toBe(true);
  });

  it('the block after one that was given back is not longer', async () => {
    const limiter = bench.limiter({ pair: { maxAttempts: 1 } });
    await limiter.release(await limiter.reserve(HERE));
    await limiter.wrong(HERE);
    expect(limiter.heard('login.blocked')).toMatchObject([{ by: 'pair', seconds: 60 }]);
  });

  it('nobody else’s block ends with a success', async () => {
    const limiter = bench.limiter({ pair: false });
    const slow = await limiter.reserve(HERE);
    await limiter.release(slow);
    await limiter.wrongs(10, () => THERE);
    await limiter.succeed(slow);
    expect((await limiter.status(HERE)).account?.blockedFor).toBeGreaterThan(0);
  });

  it('release gives everything back', async () => {
    const limiter = bench.limiter({ disableAfter: 5 });
    await limiter.wrong(HERE, '1');
    for (let turn = 0; turn < 20; turn++) await limiter.release(await limiter.reserve(HERE));
    expect(await counts(limiter)).toEqual([1, 1, 1]);
    expect((await limiter.status(HERE)).account?.failures).toBe(1);
  });

  it('an attempt is settled once, whatever is told of it later', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(2, () => HERE);
    const failed = await limiter.wrong(HERE);
    await limiter.release(failed);
    await limiter.succeed(failed, { userId: '1', device: 'token' });
    expect(await counts(limiter)).toEqual([3, 3, 3]);
    const released = await limiter.reserve(HERE);
    await Promise.all([
      limiter.release(released),
      limiter.release({ ...released }),
      limiter.succeed(released),
    ]);
    await limiter.fail(released, { userId: '1' });
    expect(await counts(limiter)).toEqual([3, 3, 3]);
  });

  it('what a success of the same pair has cleared is not given back again', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(4, () => THERE);
    const [first, second] = await Promise.all([limiter.reserve(HERE), limiter.reserve(HERE)]);
    await limiter.succeed(first);
    await limiter.release(second);
    expect(await counts(limiter, THERE)).toEqual([4, 4, 4]);
  });

  it('many given back at one time never make room for more than there is', async () => {
    const limiter = bench.limiter({ pair: { maxAttempts: 50 }, account: { maxAttempts: 50 } });
    const all = await Promise.all(Array.from({ length: 40 }, () => limiter.reserve(HERE)));
    await Promise.all(all.map((each, n) => (n % 2 === 0 ? limiter.succeed(each) : limiter.release(each))));
    expect(await counts(limiter)).toEqual([0, 0, 0]);
    expect(await limiter.wrongs(60, () => HERE)).toBe(50);
  });

  it.each(['succeed', 'release'] as const)('%s gives nothing back to a later window', async (end) => {
    const limiter = bench.limiter();
    const slow = await limiter.reserve(HERE);
    await bench.advance(minutes(61));
    await limiter.wrongs(3, () => THERE);
    await limiter.wrongs(2, () => OTHER);
    await limiter[end](slow);
    expect(await counts(limiter)).toEqual([3, 2, 0]);
    expect(await counts(limiter, THERE)).toEqual([3, 3, 3]);
  });

  it('a late release gives nothing back to a later window of its own pair', async () => {
    const limiter = bench.limiter();
    const slow = await limiter.reserve(HERE);
    await bench.advance(minutes(61));
    await limiter.wrongs(3, () => HERE);
    await limiter.release(slow);
    expect(await counts(limiter)).toEqual([3, 3, 3]);
  });

  it('a success clears its pair on the account also where the pair’s window is the shorter one', async () => {
    const limiter = bench.limiter({ pair: { window: minutes(1), blockDuration: 1, maxBlock: 1 } });
    await limiter.wrongs(4, () => HERE);
    await bench.advance(minutes(5));
    await limiter.right(HERE);
    expect(await counts(limiter)).toEqual([0, 4, 0]);
  });

  it.each(['succeed', 'release'] as const)(
    '%s that reaches the store twice counts nothing below 0',
    async (end) => {
      const limiter = bench.limiter({ address: { maxAttempts: 2 } });
      const from = (n: number) => ({ account: `user${n}`, address: HERE.address });
      await limiter.wrongs(2, from);
      await bench.advance(minutes(15));
      const { ticket } = await limiter.reserve(HERE);
      // As after a connection that was lost before the answer came.
      for (let turn = 0; turn < 3; turn++) await ticket?.store[end](ticket.reservation);
      expect((await limiter.status(HERE)).address?.attempts).toBe(0);
      expect(await limiter.wrongs(9, from)).toBe(2);
      const blocks = limiter
        .heard('login.blocked')
        .filter((event) => 'by' in event && event.by === 'address');
      expect(blocks).toMatchObject([{ seconds: 900 }, { seconds: 1_800 }]);
    },
  );

  describe('where the account’s window is shorter than the pair’s', () => {
    const SHORT = { account: { window: minutes(1) } };

    it('a success gives nothing back to a later one', async () => {
      const limiter = bench.limiter(SHORT);
      const slow = await limiter.reserve(HERE);
      await bench.advance(minutes(2));
      await limiter.wrongs(3, () => THERE);
      await limiter.succeed(slow);
      expect((await limiter.status(HERE)).account?.attempts).toBe(3);
    });

    it('a success clears of a later one what its pair has failed in that', async () => {
      const limiter = bench.limiter(SHORT);
      await limiter.wrongs(2, () => HERE);
      await bench.advance(minutes(2));
      await limiter.wrongs(4, () => THERE);
      await limiter.wrong(HERE);
      await limiter.right(HERE);
      expect((await limiter.status(HERE)).account?.attempts).toBe(4);
    });
  });

  it('a success does not clear once more what was released', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(4, () => THERE);
    await limiter.wrong(HERE);
    await limiter.release(await limiter.reserve(HERE));
    await limiter.right(HERE);
    expect((await limiter.status(HERE)).account?.attempts).toBe(4);
  });
});
