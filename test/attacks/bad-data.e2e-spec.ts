import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type SessionEvent, SessionEvents } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { DataController, handlers, nested } from '../support/data.controller.js';
import { mutationsOf } from '../support/mutations.js';
import { useRedis } from '../support/redis.js';
import { heard } from '../support/heard.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const LEVELS = 100_000;
/** A word of the stored text that no event may quote. */
const CANARY = 'canary-of-the-data';

const arrays = '['.repeat(LEVELS) + ']'.repeat(LEVELS);
const objects = '{"a":'.repeat(LEVELS) + '1' + '}'.repeat(LEVELS);

/** Puts something into the data of a record, as text, because JSON.stringify could not write all of it. */
const withData = (json: string) => (text: string) => text.replace('"visits":1', `"visits":1,${json}`);
const withCookie = (json: string) => (text: string) => text.replace('"path":"/"', json);

/** What somebody made of a good record, and what the event says about it. */
const unreadable: readonly [string, (text: string) => string | Buffer, string][] = [
  ['not JSON', (text) => `${text}}`, 'not JSON'],
  ['cut off', (text) => text.slice(0, -20), 'not JSON'],
  ['empty', () => '', 'not JSON'],
  ['null bytes', () => '\0'.repeat(1_000), 'not JSON'],
  ['a null byte inside', withData('"a":"\0"'), 'not JSON'],
  ['bytes that are no UTF-8', (text) => broken(withData('"a":"~"')(text)), 'not JSON'],
  ['JSON null', () => 'null', 'not an object'],
  ['a JSON text', () => JSON.stringify(CANARY), 'not an object'],
  ['a JSON array', () => '[1]', 'not an object'],
  ['5 MB of garbage', () => CANARY.repeat(280_000), 'too large'],
  ['a valid record of 5 MB', withData(`"a":"${'x'.repeat(5_000_000)}"`), 'too large'],
  ['100,000 arrays in each other', withData(`"a":${arrays}`), 'nested too deeply'],
  ['100,000 objects in each other', withData(`"a":${objects}`), 'nested too deeply'],
  ['1,000 arrays in each other', withData(`"a":${JSON.stringify(nested(1_000))}`), 'nested too deeply'],
  ['only 100,000 arrays', () => arrays, 'not an object'],
  ['__proto__ among the fields', withData('"__proto__":{"polluted":1}'), 'a field named __proto__'],
  ['__proto__ deeper', withData('"a":[{"b":{"__proto__":{"polluted":1}}}]'), 'a field named __proto__'],
  ['__proto__ escaped', withData('"a":{"\\u005f_proto__":{"polluted":1}}'), 'a field named __proto__'],
  [
    'constructor.prototype',
    withData('"a":{"constructor":{"prototype":{"polluted":1}}}'),
    'a field named constructor.prototype',
  ],
  ['no cookie', () => '{"visits":1}', 'no cookie in it'],
  ['a cookie that is text', () => '{"cookie":"x"}', 'no cookie in it'],
  ['a deep cookie path', withCookie(`"path":${arrays}`), 'wrong cookie path'],
  ['a cookie path that ends the header', withCookie('"path":"/\\r\\nSet-Cookie: a=b"'), 'wrong cookie path'],
  ['a cookie path with attributes', withCookie('"path":"/; Domain=evil"'), 'wrong cookie path'],
  [
    'an unknown sameSite',
    (text) => text.replace('"sameSite":"lax"', '"sameSite":"bogus"'),
    'wrong cookie sameSite',
  ],
  [
    'an endless lifetime',
    (text) => text.replace(/"originalMaxAge":\d+/, '"originalMaxAge":1e999'),
    'wrong originalMaxAge',
  ],
  ['a date that is none', (text) => text.replace(/"expires":"/, '"expires":"x'), 'wrong cookie expiry'],
  ['$session a number', (text) => text.replace(/"\$session":.*/, '"$session":7}'), 'wrong $session'],
  [
    'an instant beyond all dates',
    (text) => text.replace(/"createdAt":\d+/, '"createdAt":1e300'),
    'wrong instants',
  ],
];

/** Records that others may write; they open. */
const readable: readonly [string, (text: string) => string][] = [
  ['numbers beyond all numbers', withData('"a":1e999,"b":-1e999,"c":0.1e-999')],
  ['lone surrogates', withData('"a":"\\ud800 \\udc00"')],
  ['U+FFFD in the text', withData('"a":"\uFFFD"')],
  ['fields that a session cannot have', withData('"id":"x","req":1,"save":1,"toString":1,"constructor":"x"')],
  ['a __proto__ in the cookie', withCookie('"path":"/","__proto__":{"polluted":1},"maxAge":"x"')],
  ['the same field twice', withData('"visits":1')],
  ['500 levels', withData(`"a":${JSON.stringify(nested(500))}`)],
];

/** The text with a byte of its own in place of `~`, that cannot stand alone in UTF-8. */
function broken(text: string): Buffer {
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf('~')] = 0xff;
  return bytes;
}

describe.each(ADAPTERS)('a record that somebody spoilt in Redis, on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  const events: SessionEvent[] = [];
  beforeAll(async () => {
    app = await startApp(redis.url, { adapter, module: { controllers: [DataController] } });
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
  });
  afterAll(() => app.close());
  beforeEach(() => void (events.length = 0));

  async function visitor(): Promise<{ browser: Browser; handle: string; text: string }> {
    const browser = new Browser(app.origin);
    await browser.post('/count');
    const { handle } = browser;
    return { browser, handle, text: (await redis.client.get(`sess:${handle}`))! };
  }

  const problems = (): object[] => events.filter(({ type }) => type === 'session.unreadable');
  const inherited = Reflect.ownKeys(Object.prototype);
  const expectNoPollution = (): void => {
    expect(Reflect.ownKeys(Object.prototype)).toEqual(inherited);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  };

  it.each(unreadable)('%s: no session, an event, and the browser gets another', async (_, spoil, problem) => {
    const { browser, handle, text } = await visitor();
    await redis.client.set(`sess:${handle}`, spoil(text), 'PX', 60_000);
    await heard(app.app);
    const answer = await browser.get('/data');
    expect([answer.status, answer.json]).toEqual([200, {}]);
    expect(problems()).toEqual([{ type: 'session.unreadable', handle, problem }]);
    expect(JSON.stringify(events)).not.toContain(CANARY);
    expectNoPollution();
    expect((await browser.post('/count')).json).toEqual({ visits: 1 });
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
    expect(browser.handle).not.toBe(handle);
  });

  it.each(['list', 'hash', 'set', 'stream'] as const)(
    'a %s in place of the record: no session, an event, and the browser gets another',
    async (type) => {
      const { browser, handle } = await visitor();
      const key = `sess:${handle}`;
      await redis.client.del(key);
      if (type === 'list') await redis.client.lpush(key, CANARY);
      if (type === 'hash') await redis.client.hset(key, 'a', CANARY);
      if (type === 'set') await redis.client.sadd(key, CANARY);
      if (type === 'stream') await redis.client.xadd(key, '*', 'a', CANARY);
      await heard(app.app);
      expect((await browser.post('/count')).json).toEqual({ visits: 1 });
      expect(problems()).toEqual([{ type: 'session.unreadable', handle, problem: 'not JSON' }]);
      expect((await browser.post('/count')).json).toEqual({ visits: 2 });
      expect(await redis.client.type(key)).toBe(type);
    },
  );

  it.each(readable)('%s: the session goes on', async (_, spoil) => {
    const { browser, handle, text } = await visitor();
    await redis.client.set(`sess:${handle}`, spoil(text), 'PX', 60_000);
    await heard(app.app);
    expect((await browser.get('/data')).json).toMatchObject({ visits: 1 });
    expect((await redis.client.get(`sess:${handle}`))!).toBe(spoil(text));
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
    expect((await browser.post('/count')).json).toEqual({ visits: 3 });
    expect([browser.handle, problems()]).toEqual([handle, []]);
    expectNoPollution();
  });

  it('spoilt while a request works with it, the write is refused, and the next one begins anew', async () => {
    const { browser, handle } = await visitor();
    const entered = once(handlers, 'entered');
    const slow = browser.post('/put?what=waits%20for%20the%20test');
    const [letGo] = (await entered) as [() => void];
    await redis.client.set(`sess:${handle}`, '{"__proto__":1}', 'PX', 60_000);
    letGo();
    expect((await slow).status).toBe(401);
    expect((await browser.post('/count')).json).toEqual({ visits: 1 });
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
  });

  it('200 mutations of a good record: never a 5xx, and the next write always stays', async () => {
    const { text } = await visitor();
    for (const [name, mutated] of mutationsOf(text, 200)) {
      const { browser, handle } = await visitor();
      // The secret's hash is the visitor's own, so that as many as possible open.
      const theirs = JSON.parse((await redis.client.get(`sess:${handle}`))!).$session.secrets.current;
      const hash = JSON.parse(text).$session.secrets.current;
      await redis.client.set(`sess:${handle}`, mutated.replaceAll(hash, theirs), 'PX', 60_000);
      await heard(app.app);
      const first = await browser.post('/count');
      const second = await browser.post('/count');
      expect([name, first.status, second.status]).toEqual([name, 201, 201]);
      expect([name, second.json.visits]).toEqual([name, first.json.visits + 1]);
    }
    expectNoPollution();
  });
});
