import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

describe.each(ADAPTERS)('every way to answer, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      module: { controllers: [AnswersController] },
      main: (nest) => {
        nest.use(
          '/ended',
          (
            request: { session: { count?: number } },
            response: ServerResponse,
            next: (error: Error) => void,
          ) => {
            request.session.count = (request.session.count ?? 0) + 1;
            response.end('ended');
            next(new Error('too late to matter'));
          },
        );
        nest.use('/unknown', (request: { session: { count?: number } }, _: unknown, next: () => void) => {
          request.session.count = (request.session.count ?? 0) + 1;
          next();
        });
      },
    });
  });
  afterAll(() => app.close());

  const ways = [
    ['a value', '/json', 200],
    ['an exception', '/throw', 418],
    ['a fault', '/crash', 500],
    ['@Res()', '/res', 200],
    ['@Res() and an exception after it', '/res-throw', 200],
    ['@Res() after the handler returned', '/res-late', 200],
    ['a redirect', '/redirect', 302],
    ['a stream', '/stream', 200],
    ['writing by hand', '/write', 200],
    ['an Observable that comes later', '/observable', 200],
    ['a guard that refuses', '/guarded', 403],
    ['middleware that answers and fails after it', '/ended', 200],
    ['a 404 after other middleware', '/unknown', 404],
  ] as const;

  it.each(ways)('with %s the session is saved and the cookie sent', async (_, path, status) => {
    const browser = new Browser(app.origin);
    const first = await browser.get(path);
    expect(first.status).toBe(status);
    expect(first.setCookie).toMatch(/^sid=s%3A/);
    expect(first.text).not.toContain('secret details');
    await browser.get(path);
    expect((await browser.get('/read')).json).toEqual({ count: 2 });
  });

  it('a request that stores nothing gets no cookie and leaves no key', async () => {
    const before = await redis.client.dbsize();
    const answer = await new Browser(app.origin).get('/read');
    expect(answer.setCookie).toBeUndefined();
    expect(await redis.client.dbsize()).toBe(before);
  });

  it('server-sent events arrive, with the session saved before the first', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const events = await browser.get('/events');
    expect(events.status).toBe(200);
    expect(events.text).toContain('data: one');
  });

  it('saves what is stored and reloads it on demand', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    expect((await browser.post('/save-reload')).json).toEqual({ count: 2 });
    expect((await browser.get('/read')).json).toEqual({ count: 2 });
  });

  it('destroy ends the session, clears the cookie and the old cookie is worth nothing', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const { cookie, handle } = browser;
    expect((await browser.post('/destroy')).setCookie).toMatch(/^sid=;.*Max-Age=0/);
    expect(await redis.client.exists(`sess:${handle}`)).toBe(0);
    expect((await browser.get('/read', { cookie: cookie! })).json).toEqual({ count: 0 });
  });

  it('regenerate gives a new id without the old data', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const { handle } = browser;
    expect((await browser.post('/regenerate')).json).toEqual({ before: 1, after: 100 });
    expect(browser.handle).not.toBe(handle);
    expect(await redis.client.exists(`sess:${handle}`)).toBe(0);
    expect((await browser.get('/read')).json).toEqual({ count: 100 });
  });
});
