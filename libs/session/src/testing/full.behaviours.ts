import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert';
import type { SessionData } from 'express-session';
import { expectFields, expectInstant, expectNone } from './contract.assertions.js';
import type { Behaviours } from './basic.behaviours.js';
import type { StoreDriver } from './store.driver.js';

const MINUTE = 60_000;

const ENDED = { code: 'SESSION_ENDED' };

/** The same store, with promises. */
interface PromisedStore {
  get(sid: string): Promise<SessionData | null>;
  set(sid: string, session: object): Promise<void>;
  touch(sid: string, session: object): Promise<void>;
  destroy(sid: string): Promise<void>;
  ids(): Promise<string[]>;
  length(): Promise<number>;
  all(): Promise<unknown[]>;
  clear(): Promise<void>;
}

/** What this library promises beyond every store's behaviour. */
export const FULL: Behaviours = {
  'answers with a promise where there is no callback': async ({ store }) => {
    const promising = store as unknown as PromisedStore;
    const cookie = { originalMaxAge: MINUTE, expires: new Date(Date.now() + MINUTE).toISOString() };
    strictEqual(await promising.get('one'), null);
    await promising.set('one', { cookie, a: 1 });
    expectFields((await promising.get('one')) ?? undefined, { a: 1 });
    await promising.touch('one', { cookie });
    deepStrictEqual([await promising.ids(), await promising.length()], [['one'], 1]);
    expectFields((await promising.all())[0] as object, { a: 1, id: 'one' });
    await promising.destroy('one');
    await promising.clear();
    strictEqual(await promising.length(), 0);
  },

  'calls back once, even when the callback throws': async ({ store }) => {
    const session = { cookie: { originalMaxAge: null } } as SessionData;
    const calls: Record<string, (done: () => void) => unknown> = {
      get: (done) => store.get('one', done),
      set: (done) => store.set('one', session, done),
      touch: (done) => store.touch?.('one', session, done),
      all: (done) => store.all?.(done),
      length: (done) => store.length?.(done),
      destroy: (done) => store.destroy('one', done),
      clear: (done) => store.clear?.(done),
    };
    for (const [name, call] of Object.entries(calls)) {
      const { times, thrown } = await callThrowing(call);
      deepStrictEqual([name, times, thrown], [name, 1, ['thrown by the callback']]);
    }
  },

  'calls back after the call has returned': async ({ store }) => {
    let hasReturned = false;
    const wasCalledAfter = new Promise((resolve) => store.get('one', () => resolve(hasReturned)));
    hasReturned = true;
    strictEqual(await wasCalledAfter, true);
  },

  'a destroyed session is not brought back by a save of one that was loaded before': async (driver) => {
    const late = await afterLogout(driver, (sid) => driver.destroy(sid));
    late.session['a'] = 2;
    await rejects(() => driver.save(late), ENDED);
    expectNone(await driver.get(late.sessionID), 'it was destroyed');
    await rejects(() => driver.save(late), ENDED);
  },

  'nor by a touch': async (driver) => {
    const late = await afterLogout(driver, (sid) => driver.destroy(sid));
    await driver.pass(200);
    await new Promise((resolve) =>
      driver.store.touch?.(late.sessionID, late.session as SessionData, () => resolve(0)),
    );
    expectNone(await driver.get(late.sessionID), 'it was destroyed');
  },

  'nor by setting the data that get gave': async (driver) => {
    const { sessionID } = await driver.login({ a: 1 });
    const data = await driver.get(sessionID);
    await driver.destroy(sessionID);
    await rejects(() => (driver.store as unknown as PromisedStore).set(sessionID, data ?? {}), ENDED);
    expectNone(await driver.get(sessionID), 'it was destroyed');
  },

  'a regenerated session is not brought back either': async (driver) => {
    const late = await afterLogout(driver, async (sid) => driver.regenerate(await driver.mustArrive(sid)));
    late.session['a'] = 2;
    await rejects(() => driver.save(late), ENDED);
    expectNone(await driver.get(late.sessionID), 'it was regenerated');
  },

  'a session that was cleared away with all others is not brought back either': async (driver) => {
    const late = await afterLogout(driver, () => (driver.store as unknown as PromisedStore).clear());
    late.session['a'] = 2;
    await rejects(() => driver.save(late), ENDED);
    expectNone(await driver.get(late.sessionID), 'all were cleared');
  },

  'an expired session is not brought back either': async (driver) => {
    const { sessionID } = await driver.login({ a: 1 }, { maxAge: 300 });
    const late = await driver.mustArrive(sessionID);
    await driver.pass(500);
    late.session['a'] = 2;
    await rejects(() => driver.save(late), ENDED);
    expectNone(await driver.get(sessionID), 'its lifetime is over');
  },

  'different fields that parallel requests set all survive': async (driver) => {
    const { sessionID } = await driver.login({ cart: { apple: 1 } });
    const requests = await Promise.all(Array.from({ length: 10 }, () => driver.mustArrive(sessionID)));
    await Promise.all(
      requests.map((request, index) => {
        request.session[`field${index}`] = index;
        Object.assign(request.session['cart'] as object, { [`item${index}`]: index });
        return driver.save(request);
      }),
    );
    const expected: Record<string, unknown> = {};
    const cart: Record<string, number> = { apple: 1 };
    for (let index = 0; index < 10; index++) expected[`field${index}`] = cart[`item${index}`] = index;
    expectFields(await driver.get(sessionID), { ...expected, cart });
  },

  'of one field that two requests set, the later save wins': async (driver) => {
    const { sessionID } = await driver.login({ a: 0 });
    const [one, two] = [await driver.mustArrive(sessionID), await driver.mustArrive(sessionID)];
    one.session['a'] = 1;
    two.session['a'] = 2;
    await driver.save(two);
    await driver.save(one);
    expectFields(await driver.get(sessionID), { a: 1 });
  },

  'a save without a change writes nothing': async (driver) => {
    const { sessionID } = await driver.login({ a: 1 });
    const idle = await driver.mustArrive(sessionID);
    await driver.destroy(sessionID);
    // Were it written, it would find that the session has ended.
    await driver.save(idle);
    expectNone(await driver.get(sessionID), 'it was destroyed');
  },

  'a lifetime of nothing ends the session': async (driver) => {
    for (const maxAge of [0, -1_000]) {
      const request = await driver.login({ a: 1 });
      request.session.cookie.maxAge = maxAge;
      await driver.save(request);
      expectNone(await driver.get(request.sessionID), `maxAge was set to ${maxAge}`);
    }
  },

  'a lifetime that is changed lasts from the save on': async (driver) => {
    const request = await driver.login({ a: 1 });
    request.session.cookie.maxAge = 5 * MINUTE;
    await driver.save(request);
    const expected = Date.now() + 5 * MINUTE;
    const { session } = await driver.mustArrive(request.sessionID);
    expectInstant(session.cookie.expires, expected);
    strictEqual(session.cookie.originalMaxAge, request.session.cookie.originalMaxAge);
  },

  'each activity moves the end of the session': async (driver) => {
    const { sessionID } = await driver.login({ a: 1 }, { maxAge: 1_000 });
    for (let visit = 0; visit < 3; visit++) {
      await driver.pass(600);
      const request = await driver.mustArrive(sessionID);
      await new Promise((resolve) =>
        driver.store.touch?.(sessionID, request.session as SessionData, () => resolve(0)),
      );
    }
    await driver.pass(1_200);
    expectNone(await driver.get(sessionID), 'nobody came any more');
  },

  'an id opens with its secret only, and the handle ends it': async (driver) => {
    const { sessionID } = await driver.login({ a: 1 });
    const [handle = ''] = sessionID.split('.');
    match(sessionID, /^[\w-]{22}\.[\w-]{43}$/);
    expectNone(await driver.get(handle), 'a handle opens nothing');
    expectNone(await driver.get(`${handle}.${'A'.repeat(43)}`), 'the secret is another one');
    await rejects(() => driver.set(handle, { a: 2 }));
    await rejects(() => driver.set(`${handle}.${'A'.repeat(43)}`, { a: 2 }));
    expectFields(await driver.get(sessionID), { a: 1 });
    deepStrictEqual(await (driver.store as unknown as PromisedStore).ids(), [handle]);
    await driver.destroy(handle);
    expectNone(await driver.get(sessionID), 'it was destroyed by its handle');
  },

  'an id that cannot be one opens nothing and is refused when set': async (driver) => {
    for (const id of ['', ' ', 'a b', 'é', 'x'.repeat(257), 'a\nb']) {
      expectNone(await driver.get(id), 'it is no id');
      await driver.touch(id);
      await driver.destroy(id);
      await rejects(() => driver.set(id, {}), TypeError);
    }
  },

  'data that JSON cannot hold is refused with an error, and what was stored stays': async (driver) => {
    const request = await driver.login({ a: 1 });
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    request.session['a'] = circle;
    await rejects(() => driver.save(request), { code: 'SESSION_NOT_SERIALIZABLE' });
    expectFields(await driver.get(request.sessionID), { a: 1 });
    ok(request.session['a'] === circle);
  },
};

/** A request that loaded the session before `end` ended it. */
async function afterLogout(
  driver: StoreDriver,
  end: (sid: string) => Promise<void>,
): ReturnType<StoreDriver['mustArrive']> {
  const { sessionID } = await driver.login({ a: 1 });
  const late = await driver.mustArrive(sessionID);
  await end(sessionID);
  return late;
}

/** How often a callback that throws is called, and what of it reaches the process. */
async function callThrowing(
  call: (done: () => void) => unknown,
): Promise<{ times: number; thrown: string[] }> {
  const thrown: string[] = [];
  const keep = (error: unknown): void =>
    void thrown.push(error instanceof Error ? error.message : String(error));
  let times = 0;
  process.setUncaughtExceptionCaptureCallback(keep);
  try {
    const returned = call(() => {
      times++;
      throw new Error('thrown by the callback');
    });
    await Promise.resolve(returned).catch(keep);
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
  return { times, thrown };
}
