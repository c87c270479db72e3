import { AssertionError, deepStrictEqual } from 'node:assert';
import type { SessionData } from 'express-session';

/** The application's own fields of what a store gave. */
function fieldsOf(session: object | undefined | null): unknown {
  if (session === undefined || session === null) return undefined;
  const fields = JSON.parse(JSON.stringify(session)) as Record<string, unknown>;
  delete fields['cookie'];
  return fields;
}

/** That a store gave these fields, whatever it keeps beside them in the cookie. */
export function expectFields(session: SessionData | object | undefined, expected: object): void {
  deepStrictEqual(fieldsOf(session), expected);
}

/** That there is no session; stores say so with `undefined`, `null` or an empty value. */
export function expectNone(session: unknown, why: string): void {
  if (session)
    throw new AssertionError({
      message: `there must be no session: ${why}`,
      actual: session,
      expected: null,
    });
}

/** That two instants are the same but for the time that the test itself took. */
export function expectInstant(actual: unknown, expected: number): void {
  const instant = new Date(String(actual instanceof Date ? actual.toISOString() : actual)).getTime();
  if (Math.abs(instant - expected) > 2_000 || Number.isNaN(instant)) {
    throw new AssertionError({
      message: 'the instant is another one',
      actual: String(actual),
      expected: new Date(expected),
    });
  }
}
