import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type SessionEvent, SessionEvents } from 'nestjs-redis-session';
import { type Answer, Browser } from '../support/browser.js';
import { DataController, nested, type PUTS } from '../support/data.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

type What = keyof typeof PUTS;

describe.each(ADAPTERS)('what a handler puts on the session, on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  const events: SessionEvent[] = [];
  beforeAll(async () => {
    app = await startApp(redis.url, { adapter, module: { controllers: [DataController] } });
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
  });
  afterAll(() => app.close());
  afterEach(() => {
    jest.restoreAllMocks();
    events.length = 0;
  });

  const put = (browser: Browser, what: What): Promise<Answer> =>
    browser.post(`/put?what=${encodeURIComponent(what)}`);

  /** A browser with a stored session, whose text is kept to compare. */
  async function visitor(): Promise<{ browser: Browser; stored(): Promise<string | null> }> {
    const browser = new Browser(app.origin);
    await browser.post('/count');
    const key = `sess:${browser.handle}`;
    return { browser, stored: () => redis.client.get(key) };
  }

  async function expectNothingHappened(
    browser: Browser,
    stored: () => Promise<string | null>,
    before: string | null,
  ): Promise<void> {
    expect(await stored()).toBe(before);
    expect((await browser.get('/data')).json).toEqual({ visits: 1 });
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
  }

  // What is put there, and what the line in the log has to name: the field and what to do.
  const refused: readonly [What, string, RegExp][] = [
    ['arrays, 100,000 levels', 'SESSION_NOT_SERIALIZABLE', /"deep".*more than 512 levels.*plain data/],
    ['objects, 100,000 levels', 'SESSION_NOT_SERIALIZABLE', /"deep".*more than 512 levels/],
    ['600 levels', 'SESSION_NOT_SERIALIZABLE', /"deep".*more than 512 levels/],
    ['a circle', 'SESSION_NOT_SERIALIZABLE', /"circle".*circular/],
    ['a BigInt', 'SESSION_NOT_SERIALIZABLE', /"big".*BigInt/],
    ['a getter that throws', 'SESSION_NOT_SERIALIZABLE', /"lazy".*no name yet/],
    ['cookie.maxAge NaN', 'SESSION_NOT_SERIALIZABLE', /session\.cookie was given a lifetime.*milliseconds/],
    ['cookie.maxAge Infinity', 'SESSION_NOT_SERIALIZABLE', /session\.cookie was given a lifetime/],
    ['cookie.sameSite unknown', 'SESSION_NOT_SERIALIZABLE', /session\.cookie\.sameSite/],
    ['cookie.path with a line break', 'SESSION_NOT_SERIALIZABLE', /session\.cookie\.path/],
    ['cookie.path with a sign that none may have', 'SESSION_NOT_SERIALIZABLE', /session\.cookie\.path/],
    ['cookie.domain with a space', 'SESSION_NOT_SERIALIZABLE', /session\.cookie\.domain/],
    ['cookie.domain a number', 'SESSION_NOT_SERIALIZABLE', /session\.cookie\.domain/],
    ['cookie.path a circle', 'SESSION_NOT_SERIALIZABLE', /session\.cookie\.path/],
    ['cookie.path a circle, and other data', 'SESSION_NOT_SERIALIZABLE', /session\.cookie\.path/],
    ['cookie.expires text', 'SESSION_NOT_SERIALIZABLE', /session\.cookie was given a lifetime/],
    ['__proto__ of parsed JSON', 'RESERVED_FIELD', /"__proto__"/],
    ['constructor.prototype of parsed JSON', 'RESERVED_FIELD', /"constructor\.prototype"/],
    ['$session', 'RESERVED_FIELD', /"\$session".*another name/],
    ['cookie', 'RESERVED_FIELD', /"cookie".*session\.cookie\.maxAge/],
    ['cookie null', 'RESERVED_FIELD', /"cookie"/],
    ['save', 'RESERVED_FIELD', /"save"/],
    ['touch', 'RESERVED_FIELD', /"touch"/],
    ['reload', 'RESERVED_FIELD', /"reload"/],
    ['regenerate', 'RESERVED_FIELD', /"regenerate"/],
    ['destroy', 'RESERVED_FIELD', /"destroy"/],
    ['resetMaxAge', 'RESERVED_FIELD', /"resetMaxAge"/],
    ['constructor', 'RESERVED_FIELD', /"constructor"/],
    ['toString', 'RESERVED_FIELD', /"toString"/],
    ['toJSON', 'RESERVED_FIELD', /"toJSON"/],
    ['__proto__ of the session', 'RESERVED_FIELD', /"__proto__"/],
    ['a number in place of the session', 'SESSION_REPLACED', /req\.session was replaced/],
    ['an object in place of the session', 'SESSION_REPLACED', /req\.session was replaced/],
  ];

  it.each(refused)(
    '%s is a 500 that tells the client nothing and the log %s',
    async (what, code, message) => {
      const { browser, stored } = await visitor();
      const before = await stored();
      const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
      const started = performance.now();
      const answer = await put(browser, what);
      expect(performance.now() - started).toBeLessThan(2_000);
      expect(answer.status).toBe(500);
      expect(answer.json).toEqual({ statusCode: 500, message: 'Internal server error' });
      expect(answer.setCookie).toBeUndefined();
      expect(log.mock.calls).toHaveLength(1);
      const [error] = log.mock.calls[0] as [{ code: string; message: string }];
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
      await expectNothingHappened(browser, stored, before);
    },
  );

  it('a name that express-session cannot give up throws where it is set', async () => {
    for (const what of ['id', 'req'] as const) {
      const { browser, stored } = await visitor();
      const before = await stored();
      expect((await put(browser, what)).status).toBe(500);
      await expectNothingHappened(browser, stored, before);
    }
  });

  it('null in place of the session: this request goes on without one, the stored one stays', async () => {
    const { browser, stored } = await visitor();
    const before = await stored();
    const answer = await put(browser, 'null in place of the session');
    expect([answer.status, answer.setCookie]).toEqual([201, undefined]);
    await expectNothingHappened(browser, stored, before);
  });

  it('what JSON changes is changed as JSON changes it', async () => {
    const browser = new Browser(app.origin);
    expect((await put(browser, 'all that JSON changes')).status).toBe(201);
    expect((await browser.get('/data')).json).toEqual({
      date: '1970-01-01T00:00:00.000Z',
      map: {},
      set: {},
      nan: null,
      infinity: null,
      minusZero: 0,
      buffer: { type: 'Buffer', data: [104, 105] },
      regexp: {},
      toJson: 'as it says',
      list: [null, null],
      sparse: [null, null],
      boxed: 'text',
      proxy: { a: 1 },
      prototypeLess: { a: 1 },
    });
  });

  it.each([
    ['500 levels', { deep: nested(500) }],
    ['lone surrogates', { text: '\uD800 \uDC00', '\uD800': 1 }],
    ['null bytes', { text: 'a\0b', 'c\0d': 1 }],
    [
      'names that only look taken',
      { text: '{"__proto__":1,"constructor":{"prototype":1}}', car: { constructor: 'Ferrari' } },
    ],
  ] as const)('%s come back as they were', async (what, data) => {
    const browser = new Browser(app.origin);
    expect((await put(browser, what)).status).toBe(201);
    expect((await browser.post('/count')).json).toEqual({ visits: 1 });
    expect(JSON.stringify((await browser.get('/data')).json)).toBe(JSON.stringify({ ...data, visits: 1 }));
  });

  describe('session.maxBytes', () => {
    it.each(['70,000 bytes', '22,000 characters of three bytes'] as const)(
      '%s is a 413 that names the largest field to the developer only',
      async (what) => {
        const { browser, stored } = await visitor();
        const before = await stored();
        const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
        const answer = await put(browser, what);
        expect(answer.status).toBe(413);
        expect(answer.json).toEqual({
          statusCode: 413,
          code: 'SESSION_TOO_LARGE',
          message: 'This is more than can be kept for you. Nothing was saved.',
        });
        expect(answer.setCookie).toBeUndefined();
        expect(log.mock.calls).toEqual([
          [expect.stringMatching(/needs \d{5} bytes and may have 65536.*"cart" with (70002|66002) bytes/)],
        ]);
        await expectNothingHappened(browser, stored, before);
      },
    );

    it('a new session that is too large gets neither a key nor a cookie', async () => {
      const browser = new Browser(app.origin);
      const keys = await redis.client.dbsize();
      const answer = await put(browser, '70,000 bytes');
      expect([answer.status, answer.setCookie]).toEqual([413, undefined]);
      expect(await redis.client.dbsize()).toBe(keys);
    });

    it('half of it is an event, once for each session object', async () => {
      const { browser } = await visitor();
      expect(events.filter(({ type }) => type === 'session.large')).toEqual([]);
      await put(browser, '40,000 bytes, then 40,001');
      expect(events.filter(({ type }) => type === 'session.large')).toEqual([
        {
          type: 'session.large',
          handle: browser.handle,
          bytes: Buffer.byteLength((await redis.client.get(`sess:${browser.handle}`))!) - 1,
          largestKey: 'cart',
        },
      ]);
    });
  });
});
