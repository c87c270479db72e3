import { describe, expect, it } from '@jest/globals';
import { minutes, seconds } from 'nestjs-redis-session';
import { ATTEMPT_STORES, useMemoryAttempts, useRedisAttempts } from '../support/attempt.stores.js';

const HERE = { account: 'ann', address: '203.0.113.1' };
const THERE = { account: 'bob', address: '203.0.113.2' };

describe.each(ATTEMPT_STORES)('blocks as administrators see them, %s', (_name, use) => {
  const bench = use();

  it('nothing is listed while nothing is blocked', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(4, () => HERE);
    expect(await limiter.blocks()).toEqual({ blocks: [], isComplete: true });
  });

  it('account, address and pair are listed with their times, the longest first, and without names', async () => {
    const limiter = bench.limiter({
      account: { maxAttempts: 2 },
      address: { maxAttempts: 2 },
      pair: { maxAttempts: 2 },
    });
    await limiter.wrongs(2, () => HERE);
    await bench.advance(seconds(20));
    const { blocks, isComplete } = await limiter.blocks();
    expect(isComplete).toBe(true);
    expect(blocks).toMatchObject([
      { by: 'address', duration: minutes(15), inARow: 1, isDisabled: false },
      { by: 'account', duration: minutes(5), inARow: 1, failures: 2, isDisabled: false },
      { by: 'pair', duration: minutes(1), inARow: 1 },
    ]);
    const [address, account, pair] = blocks;
    expect(pair?.blockedFor).toBeLessThanOrEqual(seconds(40));
    expect(pair?.blockedFor).toBeGreaterThan(seconds(35));
    expect([account?.address, address?.account]).toEqual([undefined, undefined]);
    expect(pair).toMatchObject({ account: account?.account, address: address?.address });
    expect(JSON.stringify(blocks)).not.toMatch(/ann|203/);
  });

  it('how many there were in a row, and how long this one is, are told', async () => {
    const limiter = bench.limiter({ account: false });
    for (let turn = 0; turn < 3; turn++) {
      await bench.advance(minutes(10));
      await limiter.wrongs(5, () => HERE);
    }
    expect((await limiter.blocks()).blocks).toMatchObject([{ by: 'pair', inARow: 3, duration: minutes(4) }]);
  });

  it('what is over is not listed', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(5, () => HERE);
    expect((await limiter.blocks()).blocks).toHaveLength(1);
    await bench.advance(minutes(1));
    expect((await limiter.blocks()).blocks).toEqual([]);
  });

  it('a name finds the account and its pairs, an address its own, both together what refuses that login', async () => {
    const limiter = bench.limiter({ account: { maxAttempts: 5 }, address: { maxAttempts: 10 } });
    await limiter.wrongs(5, () => HERE);
    await limiter.wrongs(5, () => THERE);
    await limiter.wrongs(5, () => ({ account: 'carl', address: HERE.address }));
    const kinds = async (of: object) => (await limiter.blocks(of)).blocks.map(({ by }) => by);
    expect(await kinds({})).toEqual(['address', 'account', 'account', 'account', 'pair', 'pair', 'pair']);
    expect(await kinds({ account: ' ANN' })).toEqual(['account', 'pair']);
    expect(await kinds({ address: HERE.address })).toEqual(['address', 'pair', 'pair']);
    expect(await kinds(HERE)).toEqual(['address', 'account', 'pair']);
    expect(await kinds({ account: 'ann', address: THERE.address })).toEqual(['account']);
    expect(await kinds({ account: 'nobody' })).toEqual([]);
    expect(await kinds({ account: 'ann', purpose: 'totp' })).toEqual([]);
  });

  it('a listed block is ended by its id, at once and alone', async () => {
    const limiter = bench.limiter({ account: false, address: { maxAttempts: 5 } });
    await limiter.wrongs(6, () => HERE);
    const [address, pair] = (await limiter.blocks()).blocks;
    await limiter.unblock({ id: address!.id });
    expect((await limiter.status(HERE)).address).toMatchObject({
      attempts: 0,
      blockedFor: 0,
      accountsTried: 0,
    });
    expect(await limiter.wrong(HERE)).toMatchObject({ allowed: false, blockedBy: 'pair' });
    await limiter.unblock({ id: pair!.id });
    expect((await limiter.wrong(HERE)).allowed).toBe(true);
  });

  it('the block of an account is ended by its id, with those of its pairs', async () => {
    const limiter = bench.limiter({ account: { maxAttempts: 5 } });
    await limiter.wrongs(6, () => HERE);
    const [account] = (await limiter.blocks()).blocks;
    await limiter.unblock({ id: account!.id });
    expect(await limiter.blocks()).toEqual({ blocks: [], isComplete: true });
    expect(await limiter.status(HERE)).toMatchObject({
      account: { attempts: 0, failures: 5 },
      pair: { attempts: 0 },
    });
  });

  it('an id that is none ends nothing', async () => {
    const limiter = bench.limiter();
    await limiter.right(HERE, { userId: '1', device: 'token' });
    await limiter.wrongs(5, () => HERE);
    for (const id of [
      '',
      'account',
      'changes',
      '*',
      'account:*',
      `devices:${'a'.repeat(22)}`,
      `pair:${'a'.repeat(22)}`,
      '__proto__',
    ]) {
      await limiter.unblock({ id });
    }
    expect((await limiter.blocks()).blocks).toHaveLength(1);
    expect((await limiter.reserve({ ...HERE, device: 'token' })).isKnownDevice).toBe(true);
  });

  it('a disabled credential is listed until it is reset, also when nothing blocks', async () => {
    const limiter = bench.limiter({ disableAfter: 3, pair: false });
    for (let turn = 0; turn < 3; turn++) await limiter.wrong(HERE, '1');
    const [disabled, ...others] = (await limiter.blocks({ account: 'ann' })).blocks;
    expect(disabled).toMatchObject({
      by: 'account',
      isDisabled: true,
      blockedFor: 0,
      duration: 0,
      failures: 3,
    });
    expect(others).toEqual([]);
    await limiter.unblock({ id: disabled!.id });
    expect((await limiter.blocks()).blocks).toMatchObject([{ isDisabled: true }]);
    await limiter.reset('ann');
    expect((await limiter.blocks()).blocks).toEqual([]);
  });

  it('no more than enough are listed, and it is told that there are more', async () => {
    const limiter = bench.limiter({ address: false });
    for (const account of ['a', 'b', 'c'])
      await limiter.wrongs(5, () => ({ account, address: HERE.address }));
    expect(await limiter.blocks({ limit: 2 })).toMatchObject({
      blocks: [{ by: 'pair' }, { by: 'pair' }],
      isComplete: false,
    });
    expect((await limiter.blocks({ limit: 3 })).blocks).toHaveLength(3);
  });

  it('listing changes nothing', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(5, () => HERE);
    const { pair } = await limiter.status(HERE);
    for (let turn = 0; turn < 5; turn++) await limiter.blocks(HERE);
    expect((await limiter.status(HERE)).pair?.attempts).toBe(pair?.attempts);
    expect(await limiter.wrongs(3, () => HERE)).toBe(0);
  });
});

describe('the list of blocks in Redis', () => {
  const bench = useRedisAttempts();

  it('is found among many other keys, and broken records are none', async () => {
    const limiter = bench.limiter();
    await limiter.wrongs(5, () => HERE);
    const others = Array.from({ length: 3_000 }, (_, place) => [`sess:${place}`, 'x']).flat();
    await bench.redis.client.mset(others);
    const hash = 'a'.repeat(22);
    await bench.redis.client.set(`sess-login:{login}:account:${hash}`, 'nonsense');
    await bench.redis.client.hset(`sess-login:{login}:pair:${hash}:${hash}`, 'a', 'b');
    expect(await limiter.blocks()).toMatchObject({ blocks: [{ by: 'pair' }], isComplete: true });
  });
});

it('nothing is limited, so nothing is blocked', async () => {
  const limiter = useMemoryAttempts().limiter({
    account: false,
    address: false,
    pair: false,
    disableAfter: false,
  });
  await limiter.wrongs(200, () => HERE);
  expect(await limiter.blocks()).toEqual({ blocks: [], isComplete: true });
  expect(limiter.limits).toMatchObject({ account: undefined, address: undefined, pair: undefined });
});
