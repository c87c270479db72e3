import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { days, hours, InvalidOptionError, minutes, type LoginAttemptsOptions } from 'nestjs-redis-session';
import { resolveLoginAttemptsOptions } from '../../libs/session/src/login-attempts/index.js';
import { ATTEMPT_SECRET as SECRET } from '../support/attempt.stores.js';

const ROOM = new URL('../../libs/session/src/login-attempts/', import.meta.url);
const resolve = (options: unknown, ...more: string[]) =>
  resolveLoginAttemptsOptions(options as LoginAttemptsOptions, [SECRET, ...more]);

describe('the options of login attempts', () => {
  it('have the defaults that their documentation names', () => {
    const defaults = resolve({ challenge: { check: () => true } });
    expect(defaults).toMatchObject({
      isActive: true,
      isSecretDerived: true,
      account: {
        maxAttempts: 10,
        window: minutes(15),
        blockDuration: minutes(5),
        backoff: 2,
        maxBlock: hours(1),
      },
      pair: {
        maxAttempts: 5,
        window: minutes(15),
        blockDuration: minutes(1),
        backoff: 2,
        maxBlock: hours(1),
      },
      address: {
        maxAttempts: 100,
        window: hours(1),
        blockDuration: minutes(15),
        backoff: 2,
        maxBlock: hours(1),
      },
      device: { maxAttempts: 10, window: hours(1), keptFor: days(365) },
      disableAfter: 100,
      sprayedAfter: 20,
      minimumTime: 250,
      challenge: { after: { account: 3, pair: 3, address: 30 } },
      onStoreFailure: 'refuse',
      headers: true,
    });
    expect(defaults.networks.of('2001:db8::1').network).toBe('2001:db8::/56');
    expect(defaults.networks.of('10.0.0.1')).toEqual({ network: '10.0.0.1' });
    expect(defaults.normalize('Ann+x')).toBe('Ann+x');
    expect(resolve({}).challenge).toBeUndefined();
  });

  it.each([
    [
      'login-attempts.options.ts',
      [
        'derived from the oldest entry of `secret`',
        '56',
        '100',
        '20',
        '250 milliseconds',
        'none',
        'none',
        '"refuse"',
        'nothing more',
        'true',
        '10',
        '1 hour',
        '365 days; browsers keep no cookie for longer than 400 (RFC 6265bis)',
      ],
    ],
    [
      'attempt.policy.ts',
      [
        'account 10, pair 5, address 100',
        'account and pair 15 minutes, address 1 hour',
        'pair 1 minute, account 5 minutes, address 15 minutes',
        '2',
        '1 hour',
      ],
    ],
    ['challenge.options.ts', ['{ account: 3, pair: 3, address: 30 }']],
  ])('%s names these defaults and no others', (file, defaults) => {
    const text = readFileSync(new URL(file, ROOM), 'utf8');
    expect([...text.matchAll(/@default (.*?)(?: \*\/)?$/gm)].map(([, value]) => value)).toEqual(defaults);
  });

  it('switch everything off with false, and parts of it', () => {
    expect(resolve(false).isActive).toBe(false);
    expect(
      resolve({
        account: false,
        address: false,
        pair: false,
        device: false,
        disableAfter: false,
        sprayedAfter: false,
        minimumTime: false,
      }),
    ).toMatchObject({
      account: undefined,
      address: undefined,
      pair: undefined,
      device: undefined,
      disableAfter: undefined,
      sprayedAfter: undefined,
      minimumTime: 0,
    });
  });

  it('raise maxBlock to blockDuration where only that is given', () => {
    expect(resolve({ pair: { blockDuration: hours(3) } }).pair).toMatchObject({ maxBlock: hours(3) });
  });

  it('make whole milliseconds', () => {
    expect(resolve({ pair: { window: 1000.2, blockDuration: 0.5 } }).pair).toMatchObject({
      window: 1001,
      blockDuration: 1,
    });
  });

  it('derive their keys from the oldest secret, which outlives a replacement', () => {
    const [before, after] = [resolve({}, 'older'), resolve({}, 'newer', 'older')];
    expect(after.nameKey).toEqual(before.nameKey);
    expect(after.deviceKey).toEqual(before.deviceKey);
    expect(after.nameKey).not.toEqual(after.deviceKey);
    expect(resolve({}).nameKey).not.toEqual(before.nameKey);
    const own = resolve({ secret: 'a secret of its own, 32 bytes long' }, 'older');
    expect(own.isSecretDerived).toBe(false);
    expect(own.nameKey).not.toEqual(before.nameKey);
  });

  const wrong: [string, unknown][] = [
    ['', { typo: 1 }],
    ['', 'false'],
    ['.secret', { secret: 'short' }],
    ['.secret', { secret: 5 }],
    ...['account', 'address', 'pair'].flatMap((name): [string, unknown][] => [
      [`.${name}`, { [name]: { max: 1 } }],
      [`.${name}`, { [name]: true }],
      [`.${name}`, { [name]: null }],
      [`.${name}.maxAttempts`, { [name]: { maxAttempts: 0 } }],
      [`.${name}.maxAttempts`, { [name]: { maxAttempts: 1.5 } }],
      [`.${name}.maxAttempts`, { [name]: { maxAttempts: '5' } }],
      [`.${name}.maxAttempts`, { [name]: { maxAttempts: Infinity } }],
      [`.${name}.window`, { [name]: { window: 0 } }],
      [`.${name}.window`, { [name]: { window: '15m' } }],
      [`.${name}.window`, { [name]: { window: days(4_000) } }],
      [`.${name}.blockDuration`, { [name]: { blockDuration: -1 } }],
      [`.${name}.backoff`, { [name]: { backoff: 0.5 } }],
      [`.${name}.backoff`, { [name]: { backoff: 101 } }],
      [`.${name}.backoff`, { [name]: { backoff: Number.NaN } }],
      [`.${name}.maxBlock`, { [name]: { blockDuration: minutes(5), maxBlock: minutes(4) } }],
      [`.${name}.maxBlock`, { [name]: { maxBlock: Infinity } }],
    ]),
    ['.device', { device: { max: 1 } }],
    ['.device', { device: true }],
    ['.device.maxAttempts', { device: { maxAttempts: 0 } }],
    ['.device.window', { device: { window: 0 } }],
    ['.device.keptFor', { device: { keptFor: Infinity } }],
    ['.ipv6Prefix', { ipv6Prefix: 15 }],
    ['.ipv6Prefix', { ipv6Prefix: 129 }],
    ['.ipv6Prefix', { ipv6Prefix: '56' }],
    ['.disableAfter', { disableAfter: 0 }],
    ['.disableAfter', { disableAfter: true }],
    ['.sprayedAfter', { sprayedAfter: -1 }],
    ['.minimumTime', { minimumTime: 10_001 }],
    ['.minimumTime', { minimumTime: -1 }],
    ['.challenge', { challenge: { chek: () => true } }],
    ['.challenge.check', { challenge: {} }],
    ['.challenge.check', { challenge: { check: true } }],
    ['.challenge.after', { challenge: { after: { accounts: 1 }, check: () => true } }],
    ['.challenge.after.pair', { challenge: { after: { pair: 0 }, check: () => true } }],
    ['.allow', { allow: '10.0.0.0/8' }],
    ['.deny', { deny: {} }],
    ['.onStoreFailure', { onStoreFailure: 'allow' }],
    ['.normalize', { normalize: 'lower' }],
    ['.headers', { headers: 'yes' }],
  ];

  it.each(wrong)('loginAttempts%s is named in what is wrong with %j', (option, options) => {
    const call = (): unknown => resolve(options);
    expect(call).toThrow(InvalidOptionError);
    expect(call).toThrow(
      expect.objectContaining({ option: expect.stringMatching(`^loginAttempts${option}`) }),
    );
  });
});
