import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from 'node:assert';
import { expectFields, expectInstant, expectNone } from './contract.assertions.js';
import { promised, type StoreDriver } from './store.driver.js';

const MINUTE = 60_000;

/** One behaviour each: a sentence, and what must not throw. */
export type Behaviours = Record<string, (driver: StoreDriver) => Promise<void>>;

/** Data that is easily spoilt on its way through text. */
const DATA = {
  text: 'Zürich 北京 🍪 \u0000 \u2028 "quoted" \\ </script>',
  empty: { text: '', list: [], object: {}, nothing: null },
  numbers: [0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER],
  truth: [true, false],
  deep: { list: [{ a: { b: { c: [[[]]] } } }] },
  'odd.name*[?]': 1,
  length: 3,
};

const ODD_IDS = [
  'a*b',
  'a?b',
  '[ab]',
  'a\\b',
  'a:b',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(200),
  '0',
];

/** What every store of express-session can show. */
export const BASIC: Behaviours = {
  'gives nothing, and no error, for an id that it does not know': async (driver) => {
    expectNone(await driver.get('unknown'), 'it was never set');
  },

  'gives back what was set': async (driver) => {
    await driver.set('one', DATA);
    expectFields(await driver.get('one'), DATA);
  },

  'keeps a session without any data': async (driver) => {
    await driver.set('one', {});
    expectFields(await driver.get('one'), {});
  },

  "keeps the cookie's attributes": async (driver) => {
    const attributes = {
      path: '/app',
      domain: 'example.org',
      secure: true,
      httpOnly: false,
      sameSite: 'strict',
    };
    await driver.set('one', {}, { ...attributes, maxAge: 10 * MINUTE });
    const expected = Date.now() + 10 * MINUTE;
    const { session } = await driver.mustArrive('one');
    const { path, domain, secure, httpOnly, sameSite } = session.cookie;
    deepStrictEqual({ path, domain, secure, httpOnly, sameSite }, attributes);
    expectInstant(session.cookie.expires, expected);
    ok(session.cookie.expires instanceof Date);
    ok(Math.abs((session.cookie.originalMaxAge ?? 0) - 10 * MINUTE) < 100);
  },

  'keeps a cookie that ends with the browser': async (driver) => {
    await driver.set('one', {});
    const { session } = await driver.mustArrive('one');
    expectNone(session.cookie.expires, 'the cookie ends with the browser');
    expectNone(session.cookie.originalMaxAge, 'the cookie ends with the browser');
  },

  'puts what is set in the place of what was there, as a whole': async (driver) => {
    await driver.set('one', { a: 1, b: 1 });
    await driver.set('one', { b: 2 });
    expectFields(await driver.get('one'), { b: 2 });
  },

  'keeps sessions apart, however odd their ids': async (driver) => {
    for (const id of ODD_IDS) await driver.set(id, { mark: id });
    for (const id of ODD_IDS) expectFields(await driver.get(id), { mark: id });
    await driver.destroy('a*b');
    expectNone(await driver.get('a*b'), 'it was destroyed');
    for (const id of ODD_IDS.slice(1)) expectFields(await driver.get(id), { mark: id });
  },

  'gives copies: changing one changes nothing that is stored': async (driver) => {
    await driver.set('one', { list: [1] });
    const copy = await driver.get('one');
    Object.assign(copy ?? {}, { list: [2], more: true });
    expectFields(await driver.get('one'), { list: [1] });
  },

  'destroys, and destroys what is not there without an error': async (driver) => {
    await driver.set('one', { a: 1 });
    await driver.set('two', { a: 2 });
    await driver.destroy('one');
    await driver.destroy('one');
    await driver.destroy('never was');
    expectNone(await driver.get('one'), 'it was destroyed');
    expectFields(await driver.get('two'), { a: 2 });
  },

  'gives nothing once the lifetime of the cookie is over': async (driver) => {
    await driver.set('short', { a: 1 }, { maxAge: 900 });
    await driver.set('long', { a: 1 }, { maxAge: MINUTE });
    await driver.pass(1_200);
    expectNone(await driver.get('short'), 'its lifetime is over');
    expectFields(await driver.get('long'), { a: 1 });
  },

  'touch prolongs a session and leaves its data alone': async (driver) => {
    await driver.set('one', { a: 1 }, { maxAge: 900 });
    await driver.touch('one', { maxAge: MINUTE });
    await driver.pass(1_200);
    expectFields(await driver.get('one'), { a: 1 });
  },

  'touch creates nothing': async (driver) => {
    await driver.touch('unknown', { maxAge: MINUTE });
    expectNone(await driver.get('unknown'), 'it was only touched');
  },

  'saves through a session object, for the next request': async (driver) => {
    const { sessionID } = await driver.login({ count: 1 });
    const request = await driver.mustArrive(sessionID);
    strictEqual(request.session.id, sessionID);
    request.session['count'] = 2;
    await driver.save(request);
    expectFields(await driver.get(sessionID), { count: 2 });
  },

  'removes a field that was deleted from a session object': async (driver) => {
    const { sessionID } = await driver.login({ a: 1, b: 1 });
    const request = await driver.mustArrive(sessionID);
    delete request.session['a'];
    await driver.save(request);
    expectFields(await driver.get(sessionID), { b: 1 });
  },

  'load makes a session object out of an id, or nothing': async (driver) => {
    const { sessionID } = await driver.login({ a: 1 });
    const loaded = await promised((done) => driver.store.load(sessionID, done));
    expectFields(loaded as object, { a: 1 });
    expectNone(await promised((done) => driver.store.load('unknown', done)), 'it never was');
  },

  'reload drops what was not saved': async (driver) => {
    const request = await driver.login({ a: 1 });
    request.session['a'] = 2;
    await driver.reload(request);
    expectFields(request.session, { a: 1 });
  },

  'reload of a session that was destroyed is an error': async (driver) => {
    const request = await driver.login({ a: 1 });
    await driver.destroy(request.sessionID);
    await rejects(() => driver.reload(request));
  },

  'regenerate gives another id and no data, and ends the old session': async (driver) => {
    const request = await driver.login({ a: 1 });
    const before = request.sessionID;
    await driver.regenerate(request);
    notStrictEqual(request.sessionID, before);
    strictEqual(request.session.id, request.sessionID);
    expectFields(request.session, {});
    expectNone(await driver.get(before), 'it was regenerated');
  },

  'destroying a session object ends the session and takes it from the request': async (driver) => {
    const request = await driver.login({ a: 1 });
    await driver.end(request);
    strictEqual('session' in request, false);
    expectNone(await driver.get(request.sessionID), 'it was destroyed');
  },

  'counts, lists and clears, if it can': async ({ store }) => {
    const set = (sid: string, a: number): Promise<unknown> =>
      promised((done) => store.set(sid, { cookie: { originalMaxAge: null }, a } as never, done));
    const count = (): Promise<unknown> => promised((done) => store.length?.(done));
    if (store.length !== undefined) strictEqual(await count(), 0);
    await set('one', 1);
    await set('two', 2);
    if (store.length !== undefined) strictEqual(await count(), 2);
    if (store.all !== undefined) {
      const all = await promised((done) => store.all?.(done));
      const values = Object.values(all as Record<string, { a: number }>).map(({ a }) => a);
      deepStrictEqual(
        values.toSorted((x, y) => x - y),
        [1, 2],
      );
    }
    if (store.clear === undefined) return;
    await promised((done) => store.clear?.(done));
    expectNone(await promised((done) => store.get('one', done)), 'all were cleared');
  },
};
