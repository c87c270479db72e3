import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SESSION_END_REASONS, type SessionEvent } from '../../libs/session/src/common/session.events.js';
import { EVENT_LEVELS, lineOf } from '../../libs/session/src/common/session.log.js';

const HANDLE = 'AbCdEfGhIjKlMnOpQr_-12';
const failed = (account: string): SessionEvent => ({ type: 'login.failed', reason: 'credentials', account });

describe('the line of an event', () => {
  it.each<[SessionEvent, string]>([
    [
      {
        remembered: true,
        userId: '42',
        handle: HANDLE,
        type: 'login.succeeded',
        account: 'alice@example.org',
      },
      `login.succeeded handle=${HANDLE} userId=42 account=alice@example.org remembered=true`,
    ],
    [
      { type: 'session.ended', handle: HANDLE, userId: undefined, reason: 'logout' },
      `session.ended handle=${HANDLE} reason=logout`,
    ],
    [
      { type: 'login.reauthenticated', before: HANDLE, handle: HANDLE, userId: 'u' },
      `login.reauthenticated handle=${HANDLE} before=${HANDLE} userId=u`,
    ],
    [{ type: 'sessions.revoked', ended: 3 }, 'sessions.revoked ended=3'],
    [
      { type: 'access.refused', code: 'INSUFFICIENT_ROLE', route: 'AdminController.users', userId: 'u' },
      'access.refused userId=u code=INSUFFICIENT_ROLE route=AdminController.users',
    ],
    [
      { type: 'session.large', handle: HANDLE, bytes: 40_000, largestKey: 'the cart' },
      `session.large handle=${HANDLE} bytes=40000 largestKey="the cart"`,
    ],
    [{ type: 'store.recovered' }, 'store.recovered'],
  ])('has its fields in one order, whatever the order of the event: %j', (event, line) => {
    expect(lineOf(event)).toBe(line);
  });

  it.each([
    ['a line break', 'a\nlogin.succeeded userId=admin', String.raw`"a\nlogin.succeeded userId=admin"`],
    ['a carriage return', 'a\rb', String.raw`"a\rb"`],
    ['a line break of Unicode', 'a\u2028b\u2029c\u0085d', String.raw`"a\u2028b\u2029c\u0085d"`],
    ['a space and a field', 'a userId=admin', '"a userId=admin"'],
    ['an equals sign', 'a=b', '"a=b"'],
    ['a quote', 'a" userId="admin', String.raw`"a\" userId=\"admin"`],
    ['a backslash', 'a\\', String.raw`"a\\"`],
    ['an escape of a terminal', '\u001b[2Jx\u009b31m', String.raw`"\u001b[2Jx\u009b31m"`],
    ['a sign that turns the direction', '\u202etxt', String.raw`"\u202etxt"`],
    ['invisible signs', 'a\u200bb\u00adc\u{e0041}', String.raw`"a\u200bb\u00adc\u{e0041}"`],
    ['a null byte', 'a\0', String.raw`"a\u0000"`],
    ['half a character', 'a\ud800', String.raw`"a\ud800"`],
    ['letters of the world', 'Jörg 李', '"Jörg 李"'],
    ['nothing', '', '""'],
  ])('lets a value with %s neither end the line nor pass for a field', (_, account, written) => {
    expect(lineOf(failed(account))).toBe(`login.failed account=${written} reason=credentials`);
  });

  it('cuts off a value after 256 characters', () => {
    const line = lineOf(failed('a'.repeat(1_000_000)));
    expect(line).toBe(`login.failed account="${'a'.repeat(256)}…" reason=credentials`);
  });

  it('has the hash of an id that is its own handle, as in connect-redis, and never the id', () => {
    const id = 'Zk3vQp9xRt7LmWc2HsYd8BnF4GjK6aTe';
    const line = lineOf({ type: 'session.created', handle: id });
    expect(line).toMatch(/^session\.created handle=sha256:[\w-]{22}$/);
    expect(line).not.toContain(id);
  });

  it('has no field that no event declares', () => {
    const event: SessionEvent = { type: 'session.created', handle: HANDLE };
    expect(lineOf(Object.assign(event, { secret: 'hunter2' }))).toBe(`session.created handle=${HANDLE}`);
  });
});

describe('docs/events.md', () => {
  const docs = readFileSync('docs/events.md', 'utf8');
  /** Event -> what its row in the table says of the level. */
  const rows = new Map(
    [...docs.matchAll(/^\| `([a-zA-Z]+\.[a-zA-Z]+)`\s*\|.*?\|([^|]*)\|$/gm)].map(([, type, level]) => [
      type,
      level?.trim(),
    ]),
  );

  it('names every event, and no other, each with its level', () => {
    const expected = Object.entries(EVENT_LEVELS).map(([type, level]) => [
      type,
      typeof level === 'string' ? level : [...new Set(Object.values(level))].join(' or '),
    ]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected));
  });

  it('names every reason why a session can end', () => {
    for (const reason of SESSION_END_REASONS) expect(docs).toContain(`\`${reason}\``);
  });
});
