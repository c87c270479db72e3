import { beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const PAGE = { accept: 'text/html' };

const redis = useRedis();
const start = useSampleApps(() => redis.url);
let app: SampleApp;
let browser: Browser;
beforeEach(async () => {
  app = await start();
  browser = new Browser(app.origin);
});

const postRaw = (body: string, type = 'application/json') =>
  browser.fetch('/login', { method: 'POST', headers: { 'content-type': type }, body });

describe('a request that cannot be served', () => {
  it('gets 404 as JSON or as a page', async () => {
    const json = await browser.get('/nowhere');
    expect([json.status, json.json]).toEqual([404, { statusCode: 404, message: 'Cannot GET /nowhere' }]);
    const page = await browser.get('/nowhere?<b>', PAGE);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.text).toContain('Not Found');
    expect(page.text).not.toContain('<b>');
  });

  it('gets 400 for JSON that is none, 413 for too much of it, 415 for an unknown charset', async () => {
    expect((await postRaw('{"username":')).json).toMatchObject({ statusCode: 400 });
    expect((await postRaw(JSON.stringify({ username: 'x'.repeat(200_000) }))).json).toMatchObject({
      statusCode: 413,
    });
    expect((await postRaw('{}', 'application/json; charset=nonsense')).json).toMatchObject({
      statusCode: 415,
    });
  });

  it('is told nothing of what happens inside', async () => {
    for (const answer of [
      await postRaw('{"a'),
      await browser.get('/%ff'),
      await browser.get('/nowhere', PAGE),
    ]) {
      expect(answer.text).not.toMatch(/node_modules|\.js:|\bat [\w.]+ \(/);
    }
  });
});

describe('any body at all', () => {
  const signs = [
    'a',
    '"',
    '\\',
    '{',
    '[',
    '\0',
    '\ud800',
    '💥',
    '%',
    '&',
    '=',
    '__proto__',
    'ſ',
    '\u202e',
    '1e999',
  ];
  const values: unknown[] = [
    null,
    true,
    0,
    -1.5,
    '',
    [],
    {},
    ['alice'],
    { toString: 1 },
    'on',
    'alice',
    'x'.repeat(1_200),
  ];
  // The same bodies at each run, so that a failure can be looked at again.
  let seed = 20_260_101;
  const below = (count: number) => (seed = (seed * 48_271) % 2_147_483_647) % count;
  const oneOf = <T>(list: readonly T[]) => list[below(list.length)]!;
  const text = () => Array.from({ length: below(30) }, () => oneOf(signs)).join('');
  const object = () =>
    Object.fromEntries(
      ['username', 'password', 'rememberMe', '__proto__', text()]
        .filter(() => below(3) > 0)
        .map((name) => [name, below(2) ? oneOf(values) : text()]),
    );
  const bodies: (() => [string, string])[] = [
    () => ['application/json', JSON.stringify(object())],
    () => ['application/json', JSON.stringify(object()).slice(0, below(40))],
    () => ['application/json', '['.repeat(below(5_000))],
    () => ['application/x-www-form-urlencoded', text()],
    () => [
      'application/x-www-form-urlencoded',
      `username${oneOf(['[]', '[a][b]', ''])}=${text()}&password=${text()}`,
    ],
    () => [
      oneOf(['text/plain', 'multipart/form-data; boundary=x', 'application/json; charset=utf-7', 'x']),
      text(),
    ],
  ];

  it('sent to /login never gives 5xx, nor a login', async () => {
    const wrong: unknown[] = [];
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(
        Array.from({ length: 25 }, async () => {
          const [type, body] = oneOf(bodies)();
          const { status } = await new Browser(app.origin).fetch('/login', {
            method: 'POST',
            headers: { 'content-type': type },
            body,
          });
          if (status < 400 || status >= 500) wrong.push([status, type, body]);
        }),
      );
    }
    expect(wrong).toEqual([]);
  });
});

describe('when Redis is away', () => {
  const own = useRedis();
  const startOnOwn = useSampleApps(() => own.url);

  it('refuses with 503 SESSION_STORE_UNAVAILABLE, says so at /health, and recovers', async () => {
    const visitor = new Browser((await startOnOwn()).origin);
    const prober = new Browser((await startOnOwn()).origin);
    await visitor.get('/');
    expect((await prober.get('/health')).status).toBe(200);

    await own.server.kill();
    const [json, page, health] = await Promise.all([
      visitor.get('/'),
      visitor.get('/', PAGE),
      prober.get('/health'),
    ]);
    expect(json.status).toBe(503);
    expect(json.json.code).toBe('SESSION_STORE_UNAVAILABLE');
    expect(json.headers.get('retry-after')).toBe('1');
    expect(json.headers.get('content-security-policy')).not.toBeNull();
    expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
    expect([health.status, health.json.error.redis.status]).toEqual([503, 'down']);

    await own.server.restart();
    // The library reconnects within half a second, and a request waits a second for that.
    expect((await prober.get('/health')).status).toBe(200);
    expect((await visitor.get('/', { accept: 'application/json' })).json).toEqual({ visitCount: 1 });
  });
});
