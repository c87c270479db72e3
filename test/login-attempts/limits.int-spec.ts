import { describe, expect, it } from '@jest/globals';
import type { LoginAttemptSource } from 'nestjs-redis-session';
import { ATTEMPT_STORES, type TestLimiter } from '../support/attempt.stores.js';

const OWNER = { account: 'owner', address: '192.0.2.1', device: 'the token of her device' };
const addressOf = (number: number): string => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
const SPELLINGS = [
  'Straße.ΟΔΟΣ@ﬁrm.example',
  'straße.οδος@firm.example',
  'STRASSE.ΟΔΟΣ@FIRM.EXAMPLE',
  'strasse.οδοσ@firm.example',
  '  Straße.Οδος@Firm.Example ',
  'ｓｔｒａｓｓｅ．οδος@firm.example',
  'str\u00adasse.οδος@firm.example',
  'stra\u200bße.οδος@firm.example',
  '\ufeffstraße.οδος@ﬁrm.example',
  '\u2066straße.οδος@firm.example\u2069',
  'ſtraẞe.οδος@firm.example',
  '𝐬𝐭𝐫𝐚𝐬𝐬𝐞.ΟΔΟς@firm.example\u00a0',
];

describe.each(ATTEMPT_STORES)('the limits, %s', (_name, use) => {
  const bench = use();
  const ownersAccount = (account: string): LoginAttemptSource => ({ ...OWNER, account });

  it('500 wrong guesses at one time from one address: as many as the pair has', async () => {
    const limiter = bench.limiter();
    const source = { account: 'ann', address: '203.0.113.1' };
    expect(await limiter.wrongsAtOnce(500, () => source)).toBe(5);
    expect(limiter.heard('login.blocked')).toMatchObject([{ by: 'pair', seconds: 60, account: 'ann' }]);
  });

  it('500 wrong guesses at one time, with pairs not limited: as many as the account has', async () => {
    const limiter = bench.limiter({ pair: false });
    expect(await limiter.wrongsAtOnce(500, () => ({ account: 'ann', address: '203.0.113.1' }))).toBe(10);
  });

  it('500 wrong guesses at one time from 500 addresses: as many as the account has', async () => {
    const limiter = bench.limiter();
    expect(await limiter.wrongsAtOnce(500, (n) => ({ account: 'ann', address: addressOf(n) }))).toBe(10);
  });

  it.each([0, 3, 4, 9, 250])(
    'with the right password as number %i of 500, no more are checked before it',
    async (right) => {
      const limiter = bench.limiter();
      const checked: number[] = [];
      const guess = async (number: number): Promise<void> => {
        const verdict = await limiter.reserve({ account: 'ann', address: '203.0.113.1' });
        if (!verdict.allowed) return;
        checked.push(number);
        if (number === right) await limiter.succeed(verdict);
        else await limiter.fail(verdict);
      };
      await Promise.all(Array.from({ length: 500 }, (_, number) => guess(number)));
      const before = checked.includes(right) ? checked.slice(0, checked.indexOf(right)) : checked;
      expect(before.length).toBeLessThanOrEqual(5);
      expect(checked).toHaveLength(5);
    },
  );

  it('password-spraying: 10,000 guesses from one address on as many accounts', async () => {
    const limiter = await withOwner();
    const from = (n: number) => ({ account: `user${n}`, address: '203.0.113.1' });
    expect(await limiter.wrongs(10_000, from)).toBe(100);
    await expectHonestPeopleToGetIn(limiter, OWNER);
  });

  it('1,000 guesses at one time from one address on as many accounts', async () => {
    const limiter = bench.limiter();
    const from = (n: number) => ({ account: `user${n}`, address: '203.0.113.1' });
    expect(await limiter.wrongsAtOnce(1_000, from)).toBe(100);
  });

  it('one address goes through 2,000 accounts, the owner’s among them', async () => {
    const limiter = await withOwner();
    const from = (n: number) => ({ account: n === 7 ? 'owner' : `user${n}`, address: OWNER.address });
    expect(await limiter.wrongs(2_000, from)).toBe(100);
    await expectHonestPeopleToGetIn(limiter, OWNER);
  });

  it('a botnet: 1,000 addresses with 10 guesses each on one account', async () => {
    const limiter = await withOwner();
    const from = (n: number) => ({ account: 'owner', address: addressOf(n % 1_000) });
    expect(await limiter.wrongs(10_000, from)).toBe(10);
    await expectHonestPeopleToGetIn(limiter, OWNER);
  });

  it('1,000 addresses in one IPv6 /64 are one', async () => {
    const limiter = await withOwner();
    const from = (n: number) => ({ account: `user${n}`, address: `2001:db8:0:42::${n.toString(16)}` });
    expect(await limiter.wrongs(1_000, from)).toBe(100);
    await expectHonestPeopleToGetIn(limiter, OWNER);
  });

  it('1,000 addresses in one IPv6 /64 on one account are one', async () => {
    const limiter = await withOwner();
    const from = (n: number) => ({ account: 'owner', address: `2001:db8:0:42::${n.toString(16)}` });
    expect(await limiter.wrongs(1_000, from)).toBe(5);
    await expectHonestPeopleToGetIn(limiter, OWNER);
  });

  it('12 spellings of one name have one budget', async () => {
    const [name = ''] = SPELLINGS;
    const limiter = await withOwner(name);
    const from = (n: number) => ({ account: SPELLINGS[n % SPELLINGS.length] ?? '', address: addressOf(n) });
    expect(await limiter.wrongs(240, from)).toBe(10);
    await expectHonestPeopleToGetIn(limiter, ownersAccount('strasse.οδοσ@firm.example'));
  });

  it('the verdict tells what is left, and how long to wait', async () => {
    const limiter = bench.limiter({ address: { maxAttempts: 7 } });
    const source = { account: 'ann', address: '203.0.113.1' };
    expect(await limiter.wrong(source)).toMatchObject({
      allowed: true,
      remaining: 4,
      retryAfter: 0,
      isKnownDevice: false,
      isDisabled: false,
      attempts: { account: 1, address: 1, pair: 1 },
      address: { remaining: 6, resetsIn: 3_600_000 },
    });
    await limiter.wrongs(4, () => source);
    const refused = await limiter.wrong(source);
    expect(refused).toMatchObject({ allowed: false, remaining: 0, blockedBy: 'pair' });
    expect(refused.attempts).toEqual({ account: 0, address: 0, pair: 0 });
    expect(refused.retryAfter).toBeGreaterThan(59_000);
    expect(refused.retryAfter).toBeLessThanOrEqual(60_000);
    expect(refused).not.toHaveProperty('address');
  });

  it('the attempt that uses up an address is told when the block ends, not the window', async () => {
    const limiter = bench.limiter({ address: { maxAttempts: 2 } });
    await limiter.wrong({ account: 'ann', address: '203.0.113.1' });
    const last = await limiter.wrong({ account: 'bob', address: '203.0.113.1' });
    expect(last.address).toEqual({ remaining: 0, resetsIn: 900_000 });
  });

  it('an address on the list allow is not counted, account and pair are', async () => {
    const limiter = bench.limiter({ allow: ['203.0.113.0/24'], address: { maxAttempts: 2 } });
    const from = (n: number) => ({ account: `user${n}`, address: '203.0.113.1' });
    expect(await limiter.wrongs(50, from)).toBe(50);
    const verdict = await limiter.wrong(from(0));
    expect(verdict).toMatchObject({ remaining: 3, attempts: { account: 2, address: 0, pair: 2 } });
    expect(verdict).not.toHaveProperty('address');
    expect(await limiter.wrongs(10, () => from(0))).toBe(3);
  });

  it('an address on the list deny is refused, and counted nowhere', async () => {
    const limiter = bench.limiter({ deny: ['203.0.113.0/24'] });
    const refused = await limiter.wrong({ account: 'ann', address: '203.0.113.1' });
    expect(refused).toMatchObject({ allowed: false, blockedBy: 'network', retryAfter: 3_600_000 });
    expect((await limiter.status({ account: 'ann' })).account?.attempts).toBe(0);
  });

  it('passwords and codes are counted apart, and no name that is typed reaches the codes', async () => {
    const limiter = bench.limiter();
    const source = { account: 'ann', address: '203.0.113.1' };
    await limiter.wrongs(10, () => source);
    await limiter.wrongs(10, () => ({ account: 'totp\nbob', address: '203.0.113.1' }));
    await limiter.wrongs(10, () => ({ account: '\ntotp\nbob', address: '203.0.113.1' }));
    expect((await limiter.reserve({ ...source, purpose: 'totp' })).attempts).toMatchObject({ account: 1 });
    const bob = { account: 'bob', address: '203.0.113.1', purpose: 'totp' };
    expect((await limiter.reserve(bob)).attempts).toMatchObject({ account: 1 });
  });

  it('with no limit on anything, everything passes and is told as unlimited', async () => {
    const limiter = bench.limiter({ account: false, address: false, pair: false, device: false });
    expect(await limiter.wrongs(200, () => ({ account: 'ann', address: '203.0.113.1' }))).toBe(200);
    const verdict = await limiter.reserve({ account: 'ann', address: '203.0.113.1' });
    expect(verdict.remaining).toBe(Number.MAX_SAFE_INTEGER);
  });

  async function withOwner(account = 'owner'): Promise<TestLimiter> {
    const limiter = bench.limiter();
    await limiter.right(
      { ...ownersAccount(account), device: undefined },
      { userId: '1', device: OWNER.device },
    );
    return limiter;
  }

  /** The owner on her device at the first try; 60 people behind one address one after the other, and all together. */
  async function expectHonestPeopleToGetIn(limiter: TestLimiter, owner: LoginAttemptSource): Promise<void> {
    const hers = await limiter.right(owner, { userId: '1', device: OWNER.device });
    expect(hers).toMatchObject({ allowed: true, isKnownDevice: true });
    const office = (n: number) => ({ account: `honest${n}`, address: '198.51.100.1' });
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    for (const number of numbers) expect((await limiter.right(office(number))).allowed).toBe(true);
    const all = await Promise.all(numbers.map((number) => limiter.right(office(number))));
    expect(all.every(({ allowed }) => allowed)).toBe(true);
    expect((await limiter.status({ address: '198.51.100.1' })).address?.attempts).toBe(0);
  }
});
