import { describe, expect, it } from '@jest/globals';
import { days, hours, minutes } from 'nestjs-redis-session';
import { ATTEMPT_STORES, type TestLimiter, useRedisAttempts } from '../support/attempt.stores.js';

const ANN = { account: 'ann', address: '203.0.113.1' };
const LAPTOP = { ...ANN, device: 'token of the laptop' };

describe.each(ATTEMPT_STORES)('known devices, %s', (_name, use) => {
  const bench = use();
  const isKnown = async (limiter: TestLimiter, device: string, account = 'ann'): Promise<boolean> => {
    const verdict = await limiter.reserve({ ...ANN, account, device });
    await limiter.release(verdict);
    return verdict.isKnownDevice;
  };
  const withLaptop = async (options = {}): Promise<TestLimiter> => {
    const limiter = bench.limiter(options);
    await limiter.right(ANN, { userId: '1', device: LAPTOP.device });
    return limiter;
  };

  it('a device is known once its account was logged in to on it', async () => {
    const limiter = bench.limiter();
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
    await limiter.wrong(LAPTOP);
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
    await limiter.right(LAPTOP, { userId: '1', device: LAPTOP.device });
    expect(await isKnown(limiter, LAPTOP.device)).toBe(true);
    expect(await isKnown(limiter, 'made up')).toBe(false);
  });

  it('a device is known on the accounts it was used for, and on no other', async () => {
    const limiter = await withLaptop();
    expect(await isKnown(limiter, LAPTOP.device, 'bob')).toBe(false);
    await limiter.right({ ...LAPTOP, account: 'bob' }, { userId: '2', device: LAPTOP.device });
    expect(await isKnown(limiter, LAPTOP.device, 'bob')).toBe(true);
    expect(await isKnown(limiter, LAPTOP.device)).toBe(true);
    expect(await isKnown(limiter, LAPTOP.device, 'carl')).toBe(false);
  });

  it('without a user no device becomes known', async () => {
    const limiter = bench.limiter();
    await limiter.right(ANN, { device: LAPTOP.device });
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
  });

  it('with device: false none is', async () => {
    const limiter = await withLaptop({ device: false });
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
  });

  it('an attack on the account, the address and the pair does not lock it out', async () => {
    const limiter = await withLaptop();
    await limiter.wrongs(50, (n) => ({ account: 'ann', address: `198.51.100.${n}` }));
    await limiter.wrongs(200, (n) => ({ account: `user${n}`, address: ANN.address }));
    expect((await limiter.wrong(ANN)).allowed).toBe(false);
    expect(await limiter.right(LAPTOP)).toMatchObject({ allowed: true, isKnownDevice: true });
  });

  it('it has attempts of its own, which count nowhere else', async () => {
    const limiter = await withLaptop();
    const first = await limiter.wrong(LAPTOP, '1');
    expect(first).toMatchObject({ remaining: 9, attempts: { account: 0, address: 0, pair: 0 } });
    expect(first).not.toHaveProperty('address');
    expect(await limiter.status(ANN)).toMatchObject({
      account: { attempts: 0, failures: 1 },
      address: { attempts: 0, accountsTried: 1 },
      pair: { attempts: 0 },
    });
  });

  it('a stolen device gets its own attempts, then those of a stranger', async () => {
    const limiter = await withLaptop();
    expect(await limiter.wrongs(100, () => LAPTOP)).toBe(10 + 5);
    expect(limiter.heard('login.blocked')).toMatchObject([{ by: 'pair' }]);
  });

  it('500 guesses at one time on a stolen device are no more', async () => {
    const limiter = await withLaptop();
    expect(await limiter.wrongsAtOnce(500, () => LAPTOP)).toBe(10 + 5);
  });

  it('its own attempts come back with its window', async () => {
    const limiter = await withLaptop();
    await limiter.wrongs(10, () => LAPTOP);
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
    await bench.advance(minutes(59));
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
    await bench.advance(minutes(1));
    expect(await isKnown(limiter, LAPTOP.device)).toBe(true);
  });

  it.each([{}, { userId: '1', device: LAPTOP.device }])(
    'attempts that succeed do not count on it: %j',
    async (who) => {
      const limiter = await withLaptop();
      for (let turn = 0; turn < 30; turn++) {
        expect(await limiter.right(LAPTOP, who)).toMatchObject({ isKnownDevice: true });
      }
    },
  );

  it('attempts that are released do not count on it', async () => {
    const limiter = await withLaptop();
    for (let turn = 0; turn < 30; turn++) await limiter.release(await limiter.reserve(LAPTOP));
    expect((await limiter.reserve(LAPTOP)).remaining).toBe(9);
    expect((await limiter.status(ANN)).account?.failures).toBe(1);
  });

  it.each(['succeed', 'release'] as const)('%s that reaches the store twice leaves it known', async (end) => {
    const limiter = await withLaptop();
    const { ticket } = await limiter.reserve(LAPTOP);
    for (let turn = 0; turn < 2; turn++) await ticket?.store[end](ticket.reservation);
    expect(await limiter.reserve(LAPTOP)).toMatchObject({ isKnownDevice: true, remaining: 9 });
  });

  it.each(['succeed', 'release'] as const)('%s gives nothing back to a later window of it', async (end) => {
    const limiter = await withLaptop();
    const slow = await limiter.reserve(LAPTOP);
    await bench.advance(hours(1));
    await limiter.wrongs(4, () => LAPTOP);
    await limiter[end](slow);
    expect((await limiter.reserve(LAPTOP)).remaining).toBe(5);
  });

  it('a success on it does not clear what its address has counted', async () => {
    const limiter = await withLaptop();
    await limiter.wrongs(3, (n) => ({ account: `user${n}`, address: ANN.address }));
    await limiter.right(LAPTOP);
    expect((await limiter.status(ANN)).address?.attempts).toBe(3);
  });

  it('it is known for a year after its last login', async () => {
    const limiter = await withLaptop();
    await bench.advance(days(300));
    await limiter.right(LAPTOP, { userId: '1', device: LAPTOP.device });
    await bench.advance(days(364));
    expect(await isKnown(limiter, LAPTOP.device)).toBe(true);
    await bench.advance(days(1));
    expect(await isKnown(limiter, LAPTOP.device)).toBe(false);
  });

  it('of more than 50, the oldest are forgotten', async () => {
    const limiter = bench.limiter();
    for (let number = 0; number < 53; number++) {
      await limiter.right(ANN, { userId: '1', device: `device ${number}` });
      await bench.advance(1_000);
    }
    const known: number[] = [];
    for (let number = 0; number < 53; number++) {
      if (await isKnown(limiter, `device ${number}`)) known.push(number);
    }
    expect(known).toEqual(Array.from({ length: 50 }, (_, number) => number + 3));
  });

  it('a login on the oldest makes it the newest', async () => {
    const limiter = bench.limiter();
    for (let number = 0; number < 51; number++) {
      await limiter.right(ANN, { userId: '1', device: `device ${number}` });
      await bench.advance(1_000);
      if (number === 49) await limiter.right(ANN, { userId: '1', device: 'device 0' });
      await bench.advance(1_000);
    }
    expect(await isKnown(limiter, 'device 0')).toBe(true);
    expect(await isKnown(limiter, 'device 1')).toBe(false);
    expect(await isKnown(limiter, 'device 2')).toBe(true);
  });
});

describe('known devices, as Redis has them', () => {
  const bench = useRedisAttempts();

  it('of more than 50 no record and no name is left', async () => {
    const limiter = bench.limiter();
    for (let number = 0; number < 55; number++) {
      await limiter.right(ANN, { userId: '1', device: `device ${number}` });
    }
    const keys = await bench.keys();
    expect(keys.filter((key) => key.includes(':device:'))).toHaveLength(50);
    const [list = ''] = keys.filter((key) => key.includes(':devices:'));
    expect(await bench.redis.client.zcard(list)).toBe(50);
  });

  it('after a change of password no record and no list is left', async () => {
    const limiter = bench.limiter();
    await limiter.right(ANN, { userId: '1', device: 'one' });
    await limiter.right({ ...ANN, account: 'a' }, { userId: '1', device: 'two' });
    await limiter.passwordChanged('1');
    expect((await bench.keys()).filter((key) => key.includes(':device'))).toEqual([]);
  });

  it('a name with braces in the prefix of the sessions is taken apart all the same', async () => {
    const { KeyNames } = await import('../../libs/session/src/login-attempts/index.js');
    const { nameIn, partsOfDevice } = await import('../../libs/session/src/login-attempts/attempt.keys.js');
    const names = new KeyNames('{app}:sess:', Buffer.alloc(32));
    const keys = names.of({ account: 'ann', network: '203.0.113.1', device: 'token' });
    const { account } = partsOfDevice(nameIn(keys.device ?? ''));
    expect(names.account(account)).toBe(keys.account);
    expect(names.device(nameIn(keys.device ?? ''))).toBe(keys.device);
  });
});
