import { describe, expect, it } from '@jest/globals';
import { ATTEMPT_STORES, type TestLimiter } from '../support/attempt.stores.js';

const ANN = { account: 'ann', address: '203.0.113.1' };
const LAPTOP = { ...ANN, device: 'token of the laptop' };
const ATTACK = { account: 'ann', address: '198.51.100.1' };

describe.each(ATTEMPT_STORES)('known devices when the password changes, %s', (_name, use) => {
  const bench = use();
  const isKnown = async (limiter: TestLimiter, device: string, account = 'ann'): Promise<boolean> => {
    const verdict = await limiter.reserve({ ...ANN, account, device });
    await limiter.release(verdict);
    return verdict.isKnownDevice;
  };
  const withLaptop = async (): Promise<TestLimiter> => {
    const limiter = bench.limiter();
    await limiter.right(ANN, { userId: '1', device: LAPTOP.device });
    return limiter;
  };

  it('all devices of the user are forgotten, and of nobody else', async () => {
    const limiter = await withLaptop();
    await limiter.right(ANN, { userId: '1', device: 'phone' });
    await limiter.right({ ...ANN, account: 'ann@mail.example' }, { userId: '1', device: 'phone' });
    await limiter.right({ ...ANN, account: 'bob' }, { userId: '2', device: 'phone' });
    await limiter.passwordChanged('1');
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
    expect(await isKnown(limiter, 'phone')).toBe(false);
    expect(await isKnown(limiter, 'phone', 'ann@mail.example')).toBe(false);
    expect(await isKnown(limiter, 'phone', 'bob')).toBe(true);
  });

  it('the one in use stays known, on all its accounts, under its new token alone', async () => {
    const limiter = await withLaptop();
    const { device } = LAPTOP;
    await limiter.right({ ...ANN, account: 'ann@mail.example' }, { userId: '1', device });
    await limiter.right(ANN, { userId: '1', device: 'phone' });
    await limiter.passwordChanged('1', { before: device, now: 'a new token' });
    for (const account of ['ann', 'ann@mail.example']) {
      expect(await isKnown(limiter, device, account)).toBe(false);
      expect(await isKnown(limiter, 'a new token', account)).toBe(true);
    }
    expect(await isKnown(limiter, 'phone')).toBe(false);
    await limiter.passwordChanged('1');
    expect(await isKnown(limiter, 'a new token')).toBe(false);
  });

  it('a device that never was known does not become so by being kept', async () => {
    const limiter = await withLaptop();
    await limiter.passwordChanged('1', { before: 'stolen?', now: 'a new token' });
    expect(await isKnown(limiter, 'a new token')).toBe(false);
  });

  it('a login with the old one that is under way makes no device known', async () => {
    const limiter = await withLaptop();
    const thief = await limiter.reserve(ATTACK);
    await limiter.passwordChanged('1');
    await limiter.succeed(thief, { userId: '1', device: 'device of the thief' });
    expect(await isKnown(limiter, 'device of the thief')).toBe(false);
  });

  it('a login with the old one on a known device makes none known either', async () => {
    const limiter = await withLaptop();
    const thief = await limiter.reserve(LAPTOP);
    await limiter.passwordChanged('1', { before: LAPTOP.device, now: 'a new token' });
    await limiter.succeed(thief, { userId: '1', device: LAPTOP.device });
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
    expect(await isKnown(limiter, 'a new token')).toBe(true);
  });

  it('whatever the order at one time, no device stays known that logged in before', async () => {
    const limiter = bench.limiter({ pair: false, account: false });
    const tokens = Array.from({ length: 20 }, (_, number) => `device ${number}`);
    const logins = await Promise.all(tokens.map(() => limiter.reserve(ANN)));
    const ends = logins.map((login, n) => () => limiter.succeed(login, { userId: '1', device: tokens[n] }));
    await Promise.all([
      ...ends.slice(0, 10).map((end) => end()),
      limiter.passwordChanged('1'),
      ...ends.slice(10).map((end) => end()),
    ]);
    for (const token of tokens) expect(await isKnown(limiter, token)).toBe(false);
  });

  it('a login that begins afterwards makes its device known, also of another user meanwhile', async () => {
    const limiter = bench.limiter();
    const bobs = await limiter.reserve({ ...ANN, account: 'bob' });
    await limiter.passwordChanged('1');
    await limiter.right(ANN, { userId: '1', device: 'new' });
    await limiter.succeed(bobs, { userId: '2', device: 'new' });
    expect(await isKnown(limiter, 'new')).toBe(true);
    expect(await isKnown(limiter, 'new', 'bob')).toBe(true);
  });

  it('the accounts that were used on the devices are no longer blocked', async () => {
    const limiter = await withLaptop();
    await limiter.wrongs(20, (n) => ({ account: 'ann', address: `198.51.100.${n}` }));
    await limiter.wrong(ANN);
    await limiter.passwordChanged('1');
    expect((await limiter.right(ANN)).allowed).toBe(true);
  });

  it('an account whose device has expired meanwhile keeps its failures', async () => {
    const limiter = bench.limiter({ device: { keptFor: 3_600_000 } });
    const old = { ...ANN, account: 'an old name' };
    await limiter.right(old, { userId: '1', device: 'phone' });
    for (let turn = 0; turn < 2; turn++) {
      await bench.advance(2_000_000);
      await limiter.right(ANN, { userId: '1', device: LAPTOP.device });
    }
    await limiter.wrong(old, '1');
    await limiter.passwordChanged('1');
    expect((await limiter.status(old)).account?.failures).toBe(1);
  });
});
