import { describe, expect, it } from '@jest/globals';
import { seconds } from 'nestjs-redis-session';
import { BlockedMemory } from '../../libs/session/src/login-attempts/blocked.memory.js';
import { useRedisAttempts } from '../support/attempt.stores.js';

const HERE = { account: 'ann', address: '203.0.113.1' };
const NONE = { account: 0, address: 0, pair: 0 };

describe('blocks that the process remembers', () => {
  const bench = useRedisAttempts();

  it('cost Redis nothing for 5 seconds, then it is asked again', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(6, () => HERE);
    await bench.scripts();
    expect(await limiter.wrongs(1_000, () => HERE)).toBe(0);
    expect(await bench.scripts()).toBe(0);
    await bench.advance(seconds(5) - 1);
    expect(await limiter.wrongs(10, () => HERE)).toBe(0);
    expect(await bench.scripts()).toBe(0);
    await bench.advance(1);
    expect(await limiter.wrongs(10, () => HERE)).toBe(0);
    expect(await bench.scripts()).toBe(1);
  });

  it('tell the time that is left, in every answer', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(6, () => HERE);
    const { retryAfter } = await limiter.wrong(HERE);
    await bench.advance(seconds(3));
    expect((await limiter.wrong(HERE)).retryAfter).toBe(retryAfter - seconds(3));
  });

  it('refuse an account from everywhere, an address on every account, a pair alone', async () => {
    const limiter = bench.limiter({ account: { maxAttempts: 2 }, address: { maxAttempts: 3 } });
    await limiter.wrongs(3, () => HERE);
    await bench.scripts();
    expect((await limiter.wrong({ ...HERE, address: '203.0.113.9' })).blockedBy).toBe('account');
    expect(await bench.scripts()).toBe(0);
    expect((await limiter.wrong({ ...HERE, account: 'bob' })).allowed).toBe(true);
    expect((await limiter.wrong({ ...HERE, account: 'bob' })).blockedBy).toBe('address');
    await bench.scripts();
    expect((await limiter.wrong({ ...HERE, account: 'carl' })).blockedBy).toBe('address');
    expect(await bench.scripts()).toBe(0);
  });

  it('an unblock elsewhere takes effect after 5 seconds', async () => {
    const [limiter, elsewhere] = [bench.limiter(), bench.limiter()];
    await limiter.wrongs(6, () => HERE);
    await elsewhere.unblock({ account: 'ann' });
    expect((await limiter.wrong(HERE)).allowed).toBe(false);
    await bench.advance(seconds(5));
    expect((await limiter.wrong(HERE)).allowed).toBe(true);
  });

  it('a success or a release that ends a block is known at once', async () => {
    const limiter = bench.limiter({ pair: { maxAttempts: 1 } });
    for (const end of ['succeed', 'release'] as const) {
      const verdict = await limiter.reserve(HERE);
      expect(verdict.allowed).toBe(true);
      expect((await limiter.reserve(HERE)).allowed).toBe(false);
      await limiter[end](verdict);
    }
  });

  it('a device is asked for once, and then believed to be a stranger’s for 5 seconds', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(6, () => HERE);
    await bench.scripts();
    expect(await limiter.wrongs(100, () => ({ ...HERE, device: 'made up' }))).toBe(0);
    expect(await bench.scripts()).toBe(1);
  });

  it('a known device is let through although account, address and pair are remembered', async () => {
    const limiter = bench.limiter({ account: { maxAttempts: 5 }, address: { maxAttempts: 5 } });
    await limiter.right(HERE, { userId: '1', device: 'token' });
    await limiter.wrongs(9, () => HERE);
    expect(await limiter.wrong({ ...HERE, device: 'made up' })).toMatchObject({ allowed: false });
    for (let turn = 0; turn < 5; turn++) {
      expect(await limiter.reserve({ ...HERE, device: 'token' })).toMatchObject({ isKnownDevice: true });
    }
  });

  it('a device that was a stranger’s a moment ago is known after its login', async () => {
    const limiter = bench.limiter({ pair: { maxAttempts: 2 } });
    const hers = { ...HERE, device: 'token' };
    const slow = await limiter.reserve(hers);
    await limiter.wrong(hers);
    expect((await limiter.reserve(hers)).allowed).toBe(false);
    await limiter.succeed(slow, { userId: '1', device: 'token' });
    await limiter.wrongs(9, () => HERE);
    expect(await limiter.reserve(hers)).toMatchObject({ allowed: true, isKnownDevice: true });
  });

  it('an address on the list allow is not refused for what others remember of it', async () => {
    const memory = new BlockedMemory(() => 0);
    memory.add({ account: 'ann', network: 'n' }, { ...NONE, address: 1_000 });
    expect(memory.find({ account: 'ann', network: 'n' }, true)).toEqual({ by: 'address', left: 1_000 });
    expect(memory.find({ account: 'ann', network: 'n' }, false)).toBeUndefined();
  });

  it('none is remembered beyond its own end', () => {
    let now = 0;
    const memory = new BlockedMemory(() => now);
    memory.add({ account: 'ann', network: 'n' }, { ...NONE, pair: 1_500 });
    now = 1_499;
    expect(memory.find({ account: 'ann', network: 'n' }, true)).toEqual({ by: 'pair', left: 1 });
    expect(memory.find({ account: 'ann', network: 'other' }, true)).toBeUndefined();
    now = 1_500;
    expect(memory.find({ account: 'ann', network: 'n' }, true)).toBeUndefined();
  });

  it('more than 10,000 are not remembered, and the oldest goes first', () => {
    const memory = new BlockedMemory(() => 0);
    const isKnown = (number: number): boolean =>
      memory.find({ account: `user${number}`, network: 'n' }, true) !== undefined;
    for (let number = 0; number < 10_000; number++) {
      memory.add({ account: `user${number}`, network: 'n' }, { ...NONE, account: 1_000 });
    }
    expect(isKnown(0)).toBe(true);
    memory.add({ account: 'user0', network: 'n' }, { ...NONE, account: 1_000 });
    memory.add({ account: 'user10000', network: 'n' }, { ...NONE, account: 1_000 });
    expect([0, 1, 2, 10_000].map(isKnown)).toEqual([true, false, true, true]);
  });
});
