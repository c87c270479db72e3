import { describe, expect, it } from '@jest/globals';
import {
  checkCookie,
  cookieJson,
  recordOf,
  wrongAttributeOf,
} from '../../libs/session/src/store/record.cookie.js';
import { SessionCookie } from '../../libs/session/src/store/session.cookie.js';
import { decodeRecord, encodeRecord, type SessionMeta } from '../../libs/session/src/store/session.record.js';
import { dice } from '../support/dice.js';

const POSSIBLE: Readonly<Record<string, readonly unknown[]>> = {
  path: ['/', '/a', undefined, null, ''],
  domain: ['example.com', undefined, null],
  secure: [true, false, 'auto', undefined],
  httpOnly: [true, false],
  sameSite: ['lax', 'strict', true, false, undefined],
  partitioned: [true, undefined],
  priority: ['high', undefined],
  expires: [
    ...[0, 7, 999, 1_000, -1, -1_000, 1_800_000_000_000, 1_800_000_000_010, 253_402_300_800_123].map(
      (instant) => new Date(instant),
    ),
    undefined,
  ],
  originalMaxAge: [null, 1, 86_400_000, undefined],
};

describe('the cookie of a record', () => {
  it('is what its own session says, whatever that of the one before was', () => {
    const roll = dice(11);
    for (let turn = 0; turn < 2_000; turn++) {
      const attributes = Object.entries(POSSIBLE).map(([name, values]) => [
        name,
        values[roll(values.length)],
      ]);
      const cookie = Object.assign(new SessionCookie(), Object.fromEntries(attributes));
      expect(wrongAttributeOf(cookie)).toBeUndefined();
      const record = recordOf(cookie);
      const written: unknown = JSON.parse(cookieJson(record));
      expect(written).toEqual(JSON.parse(JSON.stringify(record)));
      const { path, domain, secure, httpOnly, sameSite, partitioned, priority } = record;
      expect({ path, domain, secure, httpOnly, sameSite, partitioned, priority }).toEqual(
        Object.fromEntries(
          ['path', 'domain', 'secure', 'httpOnly', 'sameSite', 'partitioned', 'priority'].map((name) => [
            name,
            Reflect.get(cookie, name) ?? undefined,
          ]),
        ),
      );
      expect(record.originalMaxAge).toBe(cookie.originalMaxAge ?? null);
      expect(record.expires).toBe(cookie.expires instanceof Date ? cookie.expires.toISOString() : undefined);
      const read = checkCookie(written);
      expect(JSON.parse(cookieJson(read))).toEqual(written);
      // An attribute that is not there must not be there: express-session's own Cookie takes it for its value.
      expect(
        Object.entries(read).filter(([name, value]) => name !== 'expires' && value === undefined),
      ).toEqual([]);
    }
  });

  it.each([
    ['path', '/; domain=evil.example'],
    ['domain', 'a b'],
    ['sameSite', 'lax; secure'],
    ['httpOnly', 'yes'],
    ['partitioned', {}],
    ['priority', 'highest'],
    ['secure', 1],
  ])('with a wrong %s is refused, also after one that is right but for that', (name, value) => {
    const right = { originalMaxAge: null, path: '/', httpOnly: true, secure: true, sameSite: 'lax' };
    expect(checkCookie(right)).toEqual(right);
    const wrong = { ...right, [name]: value };
    expect(wrongAttributeOf(wrong)).toBe(name);
    expect(() => checkCookie(wrong)).toThrow(`wrong cookie ${name}`);
    expect(checkCookie(right)).toEqual(right);
  });

  it('is written as JSON writes it where others have written what no cookie says', () => {
    for (const cookie of [
      { originalMaxAge: Number.POSITIVE_INFINITY, path: '/' },
      { originalMaxAge: null, expires: 'Thu, 01 Jan 1970 00:00:00 GMT (")', path: '/' },
      { originalMaxAge: 5, expires: null, path: '"' },
    ]) {
      wrongAttributeOf(cookie);
      expect(JSON.parse(cookieJson(cookie))).toEqual(JSON.parse(JSON.stringify(cookie)));
    }
  });
});

describe('the policy of a record', () => {
  it('is its own, whatever that of the one before was', () => {
    const roll = dice(5);
    const one = (): number => 1 + roll(2);
    const policies = Array.from({ length: 300 }, () => {
      const fresh = roll(2) === 0 ? { idle: one(), absolute: one() } : undefined;
      return { idle: one(), absolute: one(), persistent: roll(2) === 0, ...(fresh && { fresh }) };
    });
    const write = (policy: SessionMeta['policy']): string =>
      encodeRecord({ originalMaxAge: null }, '{}', { createdAt: 1, lastActiveAt: 2, renewedAt: 3, policy });
    const texts = policies.map(write);
    const read = texts.map((text) => decodeRecord(text).meta!.policy);
    expect(read).toEqual(policies);
    expect(read.map(write).map((text) => decodeRecord(text).meta!.policy)).toEqual(policies);
  });
});
