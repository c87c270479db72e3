import { describe, expect, it } from '@jest/globals';
import { days, hours, minutes } from 'nestjs-redis-session';
import { ATTEMPT_STORES, type TestLimiter, useRedisAttempts } from '../support/attempt.stores.js';

const ANN = { account: 'ann', address: '203.0.113.1' };
const LIMITS = { disableAfter: 12, pair: { maxAttempts: 3 }, account: { maxAttempts: 5 } };

describe.each(ATTEMPT_STORES)('failures in a row, %s', (_name, use) => {
  const bench = use();
  const failuresOf = async (limiter: TestLimiter): Promise<unknown> => (await limiter.status(ANN)).account;
  const fail = async (limiter: TestLimiter, count: number, userId?: string): Promise<void> => {
    for (let done = 0; done < count;) {
      if ((await limiter.wrong(ANN, userId)).allowed) done++;
      else await bench.advance(hours(3));
    }
  };

  it('too many, however far apart, disable the credential, and it is told once', async () => {
    const limiter = bench.limiter(LIMITS);
    for (let turn = 0; turn < 11; turn++) {
      expect((await limiter.wrong(ANN, '1')).isDisabled).toBe(false);
      await bench.advance(days(20));
    }
    expect(await failuresOf(limiter)).toMatchObject({ failures: 11, isDisabled: false });
    expect((await limiter.wrong(ANN, '1')).isDisabled).toBe(false);
    expect(limiter.heard('credential.disabled')).toEqual([
      { type: 'credential.disabled', userId: '1', failures: 12, account: 'ann' },
    ]);
    expect(await failuresOf(limiter)).toMatchObject({ failures: 12, isDisabled: true });
    await fail(limiter, 5, '1');
    expect(limiter.heard('credential.disabled')).toHaveLength(1);
    await bench.advance(days(300));
    expect((await limiter.reserve(ANN)).isDisabled).toBe(true);
  });

  it('by default it takes 100', async () => {
    const limiter = bench.limiter({ account: false, pair: false, address: false });
    await fail(limiter, 99, '1');
    expect(limiter.heard('credential.disabled')).toEqual([]);
    await fail(limiter, 1, '1');
    expect(limiter.heard('credential.disabled')).toMatchObject([{ failures: 100 }]);
  });

  it('50 at one time around the cap are told once', async () => {
    const limiter = bench.limiter({ disableAfter: 30, account: false, pair: false });
    await Promise.all(Array.from({ length: 50 }, () => limiter.wrong(ANN, '1')));
    expect(limiter.heard('credential.disabled')).toHaveLength(1);
    expect(await failuresOf(limiter)).toMatchObject({ failures: 50, isDisabled: true });
  });

  it('those on a known device count, too, and see that it is disabled', async () => {
    const limiter = bench.limiter(LIMITS);
    await limiter.right(ANN, { userId: '1', device: 'token' });
    for (let turn = 0; turn < 12; turn++) {
      await limiter.wrong({ ...ANN, device: 'token' }, '1');
      await bench.advance(hours(1));
    }
    expect(limiter.heard('credential.disabled')).toHaveLength(1);
    const verdict = await limiter.reserve({ ...ANN, device: 'token' });
    expect(verdict).toMatchObject({ isKnownDevice: true, isDisabled: true });
  });

  it('a success sets them to 0 and tells how many there were', async () => {
    const limiter = bench.limiter(LIMITS);
    await fail(limiter, 11, '1');
    await bench.advance(hours(3));
    expect(await limiter.succeed(await limiter.reserve(ANN))).toBe(11);
    expect(await failuresOf(limiter)).toMatchObject({ failures: 0 });
    expect(await limiter.succeed(await limiter.reserve(ANN))).toBe(0);
    await fail(limiter, 11, '1');
    expect(limiter.heard('credential.disabled')).toEqual([]);
  });

  it('a success that comes before the last failure is told counts', async () => {
    const limiter = bench.limiter({ disableAfter: 3 });
    await limiter.right(ANN, { userId: '1', device: 'token' });
    await fail(limiter, 2, '1');
    const guess = await limiter.reserve(ANN);
    await limiter.right({ ...ANN, device: 'token' });
    await limiter.fail(guess, { userId: '1' });
    expect(limiter.heard('credential.disabled')).toEqual([]);
    expect(await failuresOf(limiter)).toMatchObject({ isDisabled: false });
  });

  it('a success does not enable it again', async () => {
    const limiter = bench.limiter({ ...LIMITS, disableAfter: 2 });
    await fail(limiter, 2, '1');
    await limiter.succeed(await limiter.reserve(ANN));
    expect((await limiter.reserve(ANN)).isDisabled).toBe(true);
  });

  it('reset enables it again, unblock does not', async () => {
    const limiter = bench.limiter({ disableAfter: 3, pair: { maxAttempts: 3 } });
    await fail(limiter, 3, '1');
    await limiter.unblock({ account: 'ANN' });
    expect(await limiter.reserve(ANN)).toMatchObject({ allowed: true, isDisabled: true });
    await limiter.reset(' Ann ');
    expect(await failuresOf(limiter)).toEqual({ attempts: 0, blockedFor: 0, failures: 0, isDisabled: false });
    expect(await limiter.reserve(ANN)).toMatchObject({ allowed: true, isDisabled: false });
    await fail(limiter, 3, '1');
    expect(limiter.heard('credential.disabled')).toHaveLength(2);
  });

  it('a change of password enables it again where a device was known', async () => {
    const limiter = bench.limiter({ ...LIMITS, disableAfter: 2 });
    await limiter.right(ANN, { userId: '1', device: 'token' });
    await fail(limiter, 2, '1');
    await limiter.passwordChanged('1', { before: 'token', now: 'new token' });
    const verdict = await limiter.reserve({ ...ANN, device: 'new token' });
    expect(verdict).toMatchObject({ isDisabled: false, isKnownDevice: true });
    expect(await failuresOf(limiter)).toMatchObject({ failures: 1 });
  });

  it('they are forgotten a year after the last one', async () => {
    const limiter = bench.limiter(LIMITS);
    await fail(limiter, 3, '1');
    await bench.advance(days(364));
    expect(await failuresOf(limiter)).toMatchObject({ failures: 3 });
    await fail(limiter, 1, '1');
    await bench.advance(days(364));
    expect(await failuresOf(limiter)).toMatchObject({ failures: 4 });
    await bench.advance(days(1));
    expect(await failuresOf(limiter)).toMatchObject({ failures: 0 });
  });

  it('with disableAfter: false none is ever disabled', async () => {
    const limiter = bench.limiter({ disableAfter: false, account: false, pair: false, address: false });
    await fail(limiter, 150, '1');
    expect(limiter.heard('credential.disabled')).toEqual([]);
    expect(await failuresOf(limiter)).toMatchObject({ failures: 150, isDisabled: false });
  });

  it('on accounts that do not exist they are forgotten with the window and disable nothing', async () => {
    const limiter = bench.limiter({ ...LIMITS, disableAfter: 2 });
    await fail(limiter, 2);
    expect(limiter.heard('credential.disabled')).toEqual([]);
    await bench.advance(hours(3));
    expect(await failuresOf(limiter)).toMatchObject({ failures: 0, isDisabled: false });
  });
});

describe.each(ATTEMPT_STORES)('password-spraying, %s', (_name, use) => {
  const bench = use();
  const FROM = '203.0.113.1';
  const spray = (limiter: TestLimiter, count: number, name = 'user'): Promise<number> =>
    limiter.wrongs(count, (n) => ({ account: `${name}${n}`, address: FROM }));

  it('is told once, when the 20th account is tried', async () => {
    const limiter = bench.limiter();
    await spray(limiter, 19);
    await spray(limiter, 19);
    expect(limiter.heard('login.sprayed')).toEqual([]);
    await spray(limiter, 20);
    expect(limiter.heard('login.sprayed')).toEqual([{ type: 'login.sprayed', address: FROM, accounts: 20 }]);
    await spray(limiter, 40, 'other');
    expect(limiter.heard('login.sprayed')).toHaveLength(1);
  });

  it('at one time it is told once as well', async () => {
    const limiter = bench.limiter();
    await limiter.wrongsAtOnce(80, (n) => ({ account: `user${n}`, address: FROM }));
    expect(limiter.heard('login.sprayed')).toHaveLength(1);
  });

  it('is told of an IPv6 network', async () => {
    const limiter = bench.limiter({ sprayedAfter: 2 });
    await limiter.wrongs(2, (n) => ({ account: `user${n}`, address: `2001:db8::${n + 1}` }));
    expect(limiter.heard('login.sprayed')).toMatchObject([{ address: '2001:db8::/56' }]);
  });

  it('60 people who log in from one office are none, nor one who mistypes', async () => {
    const limiter = bench.limiter();
    for (let n = 0; n < 60; n++) await limiter.right({ account: `user${n}`, address: FROM });
    await spray(limiter, 19);
    await limiter.wrongs(30, () => ({ account: 'ann', address: FROM }));
    expect(limiter.heard('login.sprayed')).toEqual([]);
    const { address } = await limiter.status({ address: FROM });
    expect(address).toMatchObject({ network: FROM, accountsTried: 61, accountsSucceeded: 60 });
  });

  it('an office whose day began with logins of yesterday is none either', async () => {
    const limiter = bench.limiter();
    const office = async (): Promise<void> => {
      for (let n = 0; n < 60; n++) await limiter.right({ account: `user${n}`, address: FROM });
    };
    await limiter.wrong({ account: 'early', address: FROM });
    await bench.advance(hours(12));
    await office();
    await bench.advance(hours(13));
    await office();
    await bench.advance(hours(12));
    await limiter.right({ account: 'late', address: FROM });
    expect(limiter.heard('login.sprayed')).toEqual([]);
  });

  it('is told again on another day', async () => {
    const limiter = bench.limiter();
    await spray(limiter, 25);
    await bench.advance(days(1) + minutes(1));
    await spray(limiter, 25);
    expect(limiter.heard('login.sprayed')).toHaveLength(2);
  });

  it('with sprayedAfter: false nothing is counted of it', async () => {
    const limiter = bench.limiter({ sprayedAfter: false });
    await spray(limiter, 50);
    expect(limiter.heard('login.sprayed')).toEqual([]);
  });
});

describe('failures in a row, as Redis keeps them', () => {
  const bench = useRedisAttempts();
  const lives = async (): Promise<number> => {
    const [key = ''] = (await bench.keys()).filter((name) => name.includes(':account:'));
    return bench.redis.client.pttl(key);
  };

  it('no name that somebody made up is kept for longer than its window and block', async () => {
    const limiter = bench.limiter();
    await limiter.wrong(ANN);
    expect(await lives()).toBeLessThanOrEqual(minutes(15));
    await limiter.wrongs(30, (n) => ({ account: 'ann', address: `198.51.100.${n}` }));
    expect(await lives()).toBeLessThanOrEqual(hours(2));
  });

  it('an account that exists is kept for a year, until it is logged in to', async () => {
    const limiter = bench.limiter();
    await limiter.wrong(ANN, '1');
    expect(await lives()).toBeGreaterThan(days(365) - minutes(1));
    await limiter.right(ANN);
    expect((await bench.keys()).filter((name) => /:(account|pair):/.test(name))).toEqual([]);
  });
});
