import { describe, expect, it } from '@jest/globals';
import { InvalidAccountException, InvalidOptionError } from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { foldAccount } from '../../libs/session/src/login-attempts/account.name.js';
import { AddressNetworks } from '../../libs/session/src/login-attempts/address.networks.js';
import { ExpiringMap } from '../../libs/session/src/login-attempts/expiring.map.js';
import {
  AttemptStore,
  MemoryAttemptStore,
  resolveLoginAttemptsOptions,
} from '../../libs/session/src/login-attempts/index.js';
import { ATTEMPT_SECRET, TestLimiter, useMemoryAttempts } from '../support/attempt.stores.js';

const fold = (account: unknown): string => foldAccount(account, (name) => name);

describe('the name of an account', () => {
  const wrong: [string, unknown][] = [
    ['empty', ''],
    ['of spaces only', '  \t\n\u00a0\u3000'],
    ['of invisible signs only', '\u200b\u00ad\u2060\ufeff\u034f'],
    ['of invisible signs and spaces', ' \u200b \u200d '],
    ['of 257 characters', 'a'.repeat(257)],
    ['a number', 42],
    ['a list', ['ann']],
    ['an object with its own idea of text', { toString: () => 'ann', length: 1 }],
    ['absent', undefined],
    ['null', null],
  ];

  it.each(wrong)('%s is refused before anything is counted', async (_what, account) => {
    const options = resolveLoginAttemptsOptions({}, [ATTEMPT_SECRET]);
    // A store that is not there: whoever asks it fails.
    const limiter = new TestLimiter(options, { store: undefined as unknown as AttemptStore }, () => 0);
    const source = { account: account as string, address: '203.0.113.1' };
    await expect(limiter.reserve(source)).rejects.toThrow(InvalidAccountException);
    await expect(limiter.unblock({ account: account as string, address: '::1' })).rejects.toThrow(
      account === undefined ? TypeError : InvalidAccountException,
    );
    await expect((async () => limiter.reset(account as string))()).rejects.toThrow(InvalidAccountException);
  });

  it('of 256 characters is counted', () => {
    expect(fold('a'.repeat(256))).toHaveLength(256);
  });

  it.each([
    ['ANN@Mail.Example', 'ann@mail.example'],
    [' ann ', 'ann'],
    ['ａｎｎ', 'ann'],
    ['ﬁn', 'fin'],
    ['a\u200bn\u00adn', 'ann'],
    ['\u200b ann \u200b', 'ann'],
    ['STRAẞE', 'strasse'],
    ['straße', 'strasse'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['οδυσσευσ', 'οδυσσευς'],
    ['Zoe\u0308', 'zoë'],
    ['e\u034f\u0301', 'é'],
    ['ann smith', 'ann smith'],
    ['!#$%&@[]^_`{|}~', '!#$%&@[]^_`{|}~'],
  ])('%j is counted as %j', (account, name) => {
    expect(fold(account)).toBe(name);
  });

  it('no sign of Unicode’s basic plane has two budgets by case or form', () => {
    const twice: string[] = [];
    for (let code = 33; code < 0x1_0000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const name = `a${String.fromCharCode(code)}`;
      const folded = fold(name);
      const forms = [name.toUpperCase(), name.toLowerCase(), name.normalize('NFKD'), folded];
      if (forms.some((form) => fold(form) !== folded)) twice.push(code.toString(16));
    }
    expect(twice).toEqual([]);
  });

  it('is first made one by the application’s own rule', () => {
    const withoutTag = (account: string): string => account.replace(/\+[^@]*@/, '@');
    expect(foldAccount('Ann+News@mail.example', withoutTag)).toBe('ann@mail.example');
    expect(() => foldAccount('ann', () => ' ')).toThrow(InvalidAccountException);
    expect(() => foldAccount('ann', () => 42 as unknown as string)).toThrow(/must return text/);
  });
});

describe('the address of a client', () => {
  const networks = new AddressNetworks({
    ipv6Prefix: 56,
    allow: ['192.0.2.0/24', '2001:db8:a::/48', '198.51.100.7'],
    deny: ['192.0.2.66', '2001:db8:bad::/48', '::ffff:10.9.0.0/112'],
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:ab12:3456::1', '2001:db8:1:ab00::/56'],
    ['2001:0DB8:0001:ABFF:0:0:0:1', '2001:db8:1:ab00::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
    ['fe80::1%a/0', 'unknown'],
    ['::1', '::/56'],
    ['', 'unknown'],
    [undefined, 'unknown'],
    ['localhost', 'unknown'],
    ['203.0.113.7:8080', '203.0.113.7'],
    ['[2001:db8::1]:8080', '2001:db8::/56'],
    ['203.0.113.7:x', 'unknown'],
    ['203.0.113.7, 10.0.0.1', 'unknown'],
    ['0203.0.113.7', 'unknown'],
    ['3405803783', 'unknown'],
    ['[2001:db8::1]', 'unknown'],
    ['2001:db8::/32', 'unknown'],
    [' 203.0.113.7', 'unknown'],
  ])('%j counts as %j', (address, network) => {
    expect(networks.of(address)).toEqual({ network });
  });

  it.each([
    ['192.0.2.7', 'allowed'],
    ['::ffff:192.0.2.7', 'allowed'],
    ['198.51.100.7', 'allowed'],
    ['198.51.100.8', undefined],
    ['2001:db8:a:1::1', 'allowed'],
    ['192.0.2.66', 'denied'],
    ['::ffff:192.0.2.66', 'denied'],
    ['2001:db8:bad::7%eth0', 'denied'],
    ['10.9.3.4', 'denied'],
    ['10.10.3.4', undefined],
  ])('%s is %s', (address, listed) => {
    expect(networks.of(address).listed).toBe(listed);
  });

  it.each([
    [64, '2001:db8:1:ab12::/64'],
    [48, '2001:db8:1::/48'],
    [128, '2001:db8:1:ab12::7'],
  ])('with %i bits it is %s', (ipv6Prefix, network) => {
    expect(new AddressNetworks({ ipv6Prefix }).of('2001:db8:1:ab12::7')).toEqual({ network });
  });

  it('those that cannot be read share one budget', async () => {
    const limiter = useMemoryAttempts().limiter();
    const odd = ['unix:', undefined, 'x', '1.2.3', '::ffff:1.2.3.400'];
    const from = (n: number) => ({ account: `user${n}`, address: odd[n % odd.length] });
    expect(await limiter.wrongs(500, from)).toBe(100);
  });

  it.each([
    'x',
    '1.2.3',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/ 8',
    '',
    5,
    null,
  ])('%j on a list is a wrong option', (network) => {
    for (const list of ['allow', 'deny'] as const) {
      const resolve = (): unknown =>
        resolveLoginAttemptsOptions({ [list]: ['10.0.0.0/8', network] }, [ATTEMPT_SECRET]);
      expect(resolve).toThrow(expect.objectContaining({ option: `loginAttempts.${list}` }));
      expect(resolve).toThrow(InvalidOptionError);
    }
  });
});

describe('what is counted in memory', () => {
  it('never grows beyond its bound', async () => {
    const options = resolveLoginAttemptsOptions({ address: false }, [ATTEMPT_SECRET]);
    const clock = new FakeClock();
    const store = new MemoryAttemptStore(clock, options, 100);
    const limiter = new TestLimiter(options, { store }, () => clock.now());
    expect(await limiter.wrongs(1_000, (n) => ({ account: `user${n}`, address: '::1' }))).toBe(1_000);
    const attemptsOf = async (n: number) => (await limiter.status({ account: `user${n}` })).account?.attempts;
    expect(await Promise.all([0, 800, 950, 999].map(attemptsOf))).toEqual([0, 0, 1, 1]);
  });

  it('what has ended makes place first, then the oldest', () => {
    const clock = new FakeClock();
    const map = new ExpiringMap<number>(clock, 3);
    const all = (): unknown[] => ['a', 'b', 'c', 'd', 'e', 'f'].filter((key) => map.get(key) !== undefined);
    map.set('a', 1, 1_000);
    map.set('b', 1, 10);
    map.set('c', 1, 1_000);
    clock.advance(10);
    map.set('d', 1, 1_000);
    expect(all()).toEqual(['a', 'c', 'd']);
    map.set('e', 1, 1_000);
    expect(all()).toEqual(['c', 'd', 'e']);
    map.set('c', 2, 0);
    map.set('f', 1, 1_000);
    expect(all()).toEqual(['d', 'e', 'f']);
  });

  it('a flood of keys makes room for many at a time', () => {
    const map = new ExpiringMap<number>(new FakeClock(), 1_000);
    const size = (): number =>
      Array.from({ length: 1_001 }, (_, number) => map.get(String(number))).filter(Boolean).length;
    for (let number = 0; number < 1_000; number++) map.set(String(number), 1, 1_000);
    expect(size()).toBe(1_000);
    map.set('1000', 1, 1_000);
    expect(size()).toBe(990);
  });
});
