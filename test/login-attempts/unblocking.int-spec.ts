import { describe, expect, it } from '@jest/globals';
import { ATTEMPT_STORES } from '../support/attempt.stores.js';

const HERE = { account: 'ann', address: '203.0.113.1' };

describe.each(ATTEMPT_STORES)('looking and unblocking, %s', (_name, use) => {
  const bench = use();

  it('status tells of an account, of an address, or of both, and changes nothing', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(5, () => HERE);
    await limiter.wrong({ account: 'bob', address: HERE.address });
    for (let turn = 0; turn < 3; turn++) {
      expect(await limiter.status({ account: ' ANN' })).toEqual({
        account: { attempts: 5, blockedFor: 0, failures: 5, isDisabled: false },
      });
      expect(await limiter.status({ address: '::ffff:203.0.113.1' })).toEqual({
        address: {
          network: HERE.address,
          attempts: 6,
          blockedFor: 0,
          accountsTried: 2,
          accountsSucceeded: 0,
        },
      });
      const both = await limiter.status(HERE);
      expect(both).toMatchObject({
        account: { attempts: 5 },
        address: { attempts: 6 },
        pair: { attempts: 5 },
      });
      expect(both.pair?.blockedFor).toBeGreaterThan(59_000);
    }
    expect((await limiter.status({ account: 'ann', purpose: 'totp' })).account?.attempts).toBe(0);
  });

  it('unblock of an account takes effect at once, from everywhere', async () => {
    const limiter = bench.limiter();
    const from = (n: number) => ({ account: 'ann', address: `203.0.113.${n % 5}` });
    await limiter.wrongs(60, from);
    await limiter.wrongs(9, () => HERE);
    await limiter.unblock({ account: 'ANN' });
    expect(await limiter.status(HERE)).toMatchObject({
      account: { attempts: 0, blockedFor: 0, failures: 10 },
      pair: { attempts: 0, blockedFor: 0 },
    });
    for (let n = 0; n < 5; n++) expect((await limiter.reserve(from(n))).allowed).toBe(true);
  });

  it('unblock again and again ends the blocks of all pairs each time', async () => {
    const limiter = bench.limiter();
    for (let turn = 0; turn < 5; turn++) {
      expect(await limiter.wrongs(9, () => HERE)).toBe(5);
      await limiter.unblock({ account: 'ann' });
    }
  });

  it('unblock of an account leaves the address as it is, and the other way round', async () => {
    const limiter = bench.limiter({ address: { maxAttempts: 3 } });
    await limiter.wrongs(3, () => HERE);
    await limiter.unblock({ account: 'ann' });
    expect((await limiter.wrong(HERE)).blockedBy).toBe('address');
    await limiter.unblock({ address: HERE.address });
    expect((await limiter.status(HERE)).address).toMatchObject({ attempts: 0, blockedFor: 0 });
    expect(await limiter.wrongs(3, () => HERE)).toBe(3);
    await limiter.unblock({ address: HERE.address });
    expect((await limiter.status(HERE)).account?.attempts).toBe(3);
  });

  it('unblock of both ends everything', async () => {
    const limiter = bench.limiter({ address: { maxAttempts: 5 } });
    await limiter.wrongs(9, () => HERE);
    await limiter.unblock(HERE);
    expect(await limiter.wrongs(9, () => HERE)).toBe(5);
  });

  it('unblock of one purpose leaves the other', async () => {
    const limiter = bench.limiter();
    const code = { ...HERE, purpose: 'totp' };
    await limiter.wrongs(9, () => HERE);
    await limiter.wrongs(9, () => code);
    await limiter.unblock({ account: 'ann', purpose: 'totp' });
    expect((await limiter.reserve(code)).allowed).toBe(true);
    expect((await limiter.reserve(HERE)).allowed).toBe(false);
  });

  it('an attempt that was under way gives nothing back to what came after the unblock', async () => {
    const limiter = bench.limiter();
    const slow = await limiter.reserve(HERE);
    await limiter.unblock({ account: 'ann' });
    await limiter.wrongs(2, () => ({ ...HERE, address: '203.0.113.9' }));
    await limiter.release(slow);
    expect((await limiter.status(HERE)).account?.attempts).toBe(2);
  });
});
