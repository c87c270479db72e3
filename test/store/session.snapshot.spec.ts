import { describe, expect, it } from '@jest/globals';
import expressSession, { type Session } from 'express-session';
import { SessionCookie } from '../../libs/session/src/store/session.cookie.js';
import { dataJsonOf, dataOf } from '../../libs/session/src/store/session.data.js';
import { newSession } from '../../libs/session/src/store/session.object.js';
import { Snapshot } from '../../libs/session/src/store/session.snapshot.js';
import { dice } from '../support/dice.js';

type Data = Record<string, unknown>;

/** A session with this data, as a handler has it. */
function sessionWith(data: Data): Session & Data {
  const session = newSession({}) as Session & Data;
  session.cookie = new SessionCookie();
  return Object.assign(session, data);
}

/** All objects of some data, and what they hold. */
const objectsIn = (value: unknown): object[] =>
  typeof value === 'object' && value !== null
    ? [value, ...Reflect.ownKeys(value).flatMap((name) => objectsIn(Reflect.get(value, name)))]
    : [];

const parsed = (json: string) => Snapshot.of(JSON.parse(json) as Data);

describe('a snapshot', () => {
  it('gives copies that share nothing with it or with each other', () => {
    const snapshot = parsed('{"a":{"b":[{"c":1}]}}');
    const session = sessionWith({});
    snapshot.putOn(session);
    expect(snapshot.isOf(session)).toBe(true);
    (session['a'] as { b: { c: number }[] }).b[0]!.c = 2;
    const copy = snapshot.copy() as { a: { b: unknown[] } };
    copy.a.b.push('more');
    expect(snapshot.isOf(session)).toBe(false);
    expect(snapshot.json).toBe('{"a":{"b":[{"c":1}]}}');
    expect(snapshot.copy()).toEqual({ a: { b: [{ c: 1 }] } });
  });

  it('gives nothing that objects inherit, where somebody has put something on the prototype of all', () => {
    const session = sessionWith({});
    const common = { value: { b: 1 }, enumerable: true, configurable: true };
    // oxlint-disable-next-line eslint/no-extend-native -- what some libraries do, and what is tested
    Object.defineProperty(Object.prototype, 'everywhere', common);
    try {
      const snapshot = parsed('{"a":{"c":1}}');
      snapshot.putOn(session);
      expect(Object.keys(session)).toEqual(['cookie', 'a']);
      expect(Object.keys(snapshot.copy()['a'] as object)).toEqual(['c']);
      expect(snapshot.isOf(session)).toBe(true);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'everywhere');
    }
  });

  it.each<[string, string, (data: Data) => void]>([
    [
      'a Date that is written as the text that was loaded',
      '{"at":"2026-01-01T00:00:00.000Z"}',
      (data) => (data['at'] = new Date('2026-01-01')),
    ],
    ['a field that is undefined', '{"a":1}', (data) => (data['b'] = undefined)],
    ['a function', '{"a":1}', (data) => (data['b'] = () => 1)],
    ['a symbol as a name', '{"a":1}', (data) => Object.assign(data, { [Symbol('b')]: 1 })],
    [
      'an object of a class',
      '{"a":{"b":1}}',
      (data) => (data['a'] = Object.assign(new (class A {})(), { b: 1 })),
    ],
    ['NaN where null was', '{"a":[null]}', (data) => (data['a'] = [NaN])],
    [
      'a hole in a list',
      '{"a":[null,1]}',
      (data) => (data['a'] = Object.assign(Array.from<number>({ length: 0 }), { length: 2, 1: 1 })),
    ],
    ['minus zero', '{"a":0}', (data) => (data['a'] = -0)],
    ['a toJSON of its own', '{"a":{"b":1}}', (data) => (data['a'] = { c: 2, toJSON: () => ({ b: 1 }) })],
  ])('is that of a session with %s', (_, json, change) => {
    const data = JSON.parse(json) as Data;
    change(data);
    expect(parsed(json).isOf(sessionWith(data))).toBe(true);
  });

  it.each<[string, string, (data: Data) => void]>([
    [
      'toJSON on an object that has the same fields',
      '{"a":{"b":1}}',
      (data) => Object.defineProperty(data['a'], 'toJSON', { value: () => 2 }),
    ],
    ['toJSON on a list', '{"a":[1]}', (data) => Object.assign(data['a'] as object, { toJSON: () => 2 })],
    [
      'a list of a class with toJSON',
      '{"a":[1]}',
      (data) =>
        (data['a'] = new (class extends Array<number> {
          toJSON = () => 2;
        })(1).fill(1)),
    ],
    ['an object in the place of a list', '{"a":[1]}', (data) => (data['a'] = { 0: 1 })],
    ['a list in the place of an object', '{"a":{"0":1}}', (data) => (data['a'] = [1])],
    [
      'fields in another order',
      '{"a":1,"b":2}',
      (data) => {
        delete data['a'];
        data['a'] = 1;
      },
    ],
    ['a field less', '{"a":1,"b":2}', (data) => delete data['b']],
    ['a field less within', '{"a":{"b":1,"c":2}}', (data) => (data['a'] = { b: 1 })],
    ['a number as text', '{"a":1}', (data) => (data['a'] = '1')],
    ['null in the place of an object', '{"a":{}}', (data) => (data['a'] = null)],
  ])('is not that of a session with %s', (_, json, change) => {
    const data = JSON.parse(json) as Data;
    change(data);
    expect(parsed(json).isOf(sessionWith(data))).toBe(false);
  });

  it('refuses a session whose cookie or prototype was replaced although its data is the same', () => {
    const session = sessionWith({ a: 1 });
    Object.assign(session, { cookie: Object.assign({}, session.cookie) });
    expect(() => parsed('{"a":1}').isOf(session)).toThrow(/"cookie" was set/);
    const other = sessionWith({ a: 1 });
    Object.setPrototypeOf(other, { b: 1 });
    expect(() => parsed('{"a":1}').isOf(other)).toThrow(/"__proto__" was set/);
    expect(sessionWith({})).toBeInstanceOf(expressSession.Session);
  });

  it('of what was written is what was written, taken from the one before where that is the same', () => {
    const before = parsed('{"a":{"b":[1,{"c":2}],"d":{"e":"a text that is long enough"}},"f":[[],{}]}');
    const session = sessionWith({});
    before.putOn(session);
    (session['a'] as { b: unknown[] }).b[0] = 2;
    const written = Snapshot.ofWritten(dataOf(session), dataJsonOf(session), before);
    expect(written.json).toBe(dataJsonOf(session));
    const [old, now] = [before, written].map(({ fields }) => fields as { a: Data; f: unknown });
    expect(now!.a).not.toBe(old!.a);
    expect(now!.a['d']).toBe(old!.a['d']);
    expect((now!.a['b'] as unknown[])[1]).toBe((old!.a['b'] as unknown[])[1]);
    expect(now!.f).toBe(old!.f);
    expect(before.json).toContain('"b":[1,');
  });

  it('says of generated data and changes what comparing JSON says, and is of what was written what parsing it gives', () => {
    const roll = dice(20_261_126);
    const value = (depth: number): unknown => {
      const kinds = [() => roll(3), () => `t${roll(3)}`, () => null, () => roll(2) === 0];
      if (depth < 3) {
        kinds.push(() => Array.from({ length: roll(3) }, () => value(depth + 1)) as never);
        kinds.push(
          () =>
            Object.fromEntries(
              Array.from({ length: roll(3) }, () => [`f${roll(4)}`, value(depth + 1)]),
            ) as never,
        );
      }
      return kinds[roll(kinds.length)]!();
    };
    const always = (told: unknown) => ({ toJSON: () => told });
    /** What an application may put there, and JSON.parse never makes. */
    const strange = [
      () => undefined,
      () => NaN,
      () => -0,
      () => new Date(roll(2)),
      () => () => 1,
      () => always(value(2)),
      () => Object.assign([1], always(value(2))),
      () => Object.defineProperty({ f0: roll(2) }, 'toJSON', { value: always(value(2)).toJSON }),
      () => Object.assign(Object.create(always(value(2))) as object, { f0: 1 }),
      () => [undefined, NaN],
      () => new Number(roll(3)),
    ];
    const anything = (): unknown => (roll(3) === 0 ? strange[roll(strange.length)]!() : value(0));
    const seen = { same: 0, other: 0 };
    for (let turn = 0; turn < 20_000; turn++) {
      const data: Data = { a: value(0), b: value(0) };
      const json = JSON.stringify(data);
      const changed = JSON.parse(json) as Data;
      if (roll(2) === 0)
        changed[roll(2) === 0 ? 'a' : 'b'] = roll(2) === 0 ? anything() : { f0: anything(), f1: 1 };
      if (roll(20) === 0) Object.defineProperty(changed, 'c', { value: 1, enumerable: roll(2) === 0 });
      const session = sessionWith(changed);
      const isSame = dataJsonOf(session) === json;
      expect(parsed(json).isOf(session)).toBe(isSame);
      seen[isSame ? 'same' : 'other']++;
      const written = Snapshot.ofWritten(dataOf(session), dataJsonOf(session), parsed(json));
      expect(written.fields).toStrictEqual(JSON.parse(dataJsonOf(session)));
      const own = objectsIn(written.fields);
      expect(objectsIn(dataOf(session)).some((object) => own.includes(object))).toBe(false);
    }
    expect(Math.min(seen.same, seen.other)).toBeGreaterThan(1_000);
  });
});
