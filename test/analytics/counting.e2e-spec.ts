import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { minutes } from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { type CountingApp, startCounting } from '../support/analytics.apps.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

describe.each(ADAPTERS)('what is counted, on %s', (adapter) => {
  const redis = useRedis();
  let clock: FakeClock;
  let app: CountingApp;
  let browser: Browser;
  beforeEach(async () => {
    await redis.client.flushall();
    clock = new FakeClock(Date.UTC(2026, 10, 26, 12));
    app = await startCounting(redis.url, adapter, {}, { clock });
    browser = new Browser(app.origin);
  });
  afterEach(() => app.close());

  const today = async () => {
    await counted();
    return app.analytics.day();
  };
  /** An answer is counted once it is out, which a client may know a moment before the server. */
  const counted = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    await app.analytics.flush();
  };

  it('an empty day is all zeros', async () => {
    expect(await today()).toEqual({
      date: '2026-11-26',
      visitors: 0,
      sessions: 0,
      requests: 0,
      requestsPerSession: 0,
      durations: [1, 5, 15, 30, 60, 240].map((count) => ({ atLeast: minutes(count), sessions: 0 })),
      routes: [],
      funnels: {
        'sign-up': ['account', 'review', 'done'].map((step) => ({ step, sessions: 0 })),
      },
    });
    expect(await app.analytics.now()).toEqual({ activeSessions: 0, within: minutes(5) });
  });

  it('visitors, their requests, and the routes by their patterns, most used first', async () => {
    const other = new Browser(app.origin);
    for (const each of [browser, other]) await each.get('/visit');
    for (const product of ['1', '2', '3']) await browser.get(`/cart/${product}?from=mail`);
    expect(await today()).toMatchObject({
      visitors: 2,
      sessions: 2,
      requests: 5,
      requestsPerSession: 2.5,
      routes: [
        { route: 'GET /cart/:productId', requests: 3 },
        { route: 'GET /visit', requests: 2 },
      ],
    });
  });

  it('not whoever has no stored session, nor what a page polls', async () => {
    await browser.get('/look');
    expect(browser.cookie).toBeUndefined();
    await browser.get('/visit');
    await browser.get('/poll');
    expect(await today()).toMatchObject({ visitors: 1, requests: 1, routes: [{ route: 'GET /visit' }] });
  });

  it('requests that were refused, and those that lead nowhere, without a route', async () => {
    await browser.get('/visit');
    expect((await browser.get('/refused')).status).toBe(401);
    expect((await browser.get('/nowhere/my-name')).status).toBe(404);
    expect(await today()).toMatchObject({
      requests: 3,
      routes: [{ route: 'GET /visit' }, { route: 'GET /refused' }],
    });
  });

  it('a visitor who logs in once, and one who logs out and comes again twice', async () => {
    await browser.get('/visit');
    await browser.post('/login');
    expect(await today()).toMatchObject({ visitors: 1, sessions: 2, requests: 2 });
    expect((await app.analytics.now()).activeSessions).toBe(1);
    await browser.post('/logout');
    await browser.get('/visit');
    expect(await today()).toMatchObject({ visitors: 2, sessions: 3, requests: 4 });
  });

  it('how long sessions live', async () => {
    await browser.get('/visit');
    clock.advance(minutes(6));
    await browser.get('/visit');
    await new Browser(app.origin).get('/visit');
    clock.advance(minutes(10));
    await browser.get('/visit');
    const { durations } = await today();
    expect(durations.map(({ sessions }) => sessions)).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it('which sessions are active now, and not any more', async () => {
    await browser.get('/visit');
    clock.advance(minutes(3));
    await new Browser(app.origin).get('/visit');
    await counted();
    expect((await app.analytics.now()).activeSessions).toBe(2);
    clock.advance(minutes(3));
    expect((await app.analytics.now()).activeSessions).toBe(1);
    clock.advance(minutes(4));
    expect((await app.analytics.now()).activeSessions).toBe(0);
  });

  it('a session on both sides of midnight once now, and on both days', async () => {
    clock.set(Date.UTC(2026, 10, 26, 23, 59));
    await browser.get('/visit');
    clock.advance(minutes(2));
    await browser.get('/visit');
    await counted();
    expect((await app.analytics.now()).activeSessions).toBe(1);
    expect((await app.analytics.lastDays(3)).map(({ date, visitors }) => [date, visitors])).toEqual([
      ['2026-11-25', 0],
      ['2026-11-26', 1],
      ['2026-11-27', 1],
    ]);
  });

  it('steps of a funnel: once a session, and only where the handler succeeded', async () => {
    const other = new Browser(app.origin);
    // The first of them stores the session.
    for (const each of [browser, browser, other]) await each.post('/sign-up/account');
    await browser.post('/sign-up/review');
    await browser.post('/sign-up/done');
    // Whoever has no session that is stored reaches nothing.
    await new Browser(app.origin).post('/sign-up/done');
    expect((await today()).funnels).toEqual({
      'sign-up': [
        { step: 'account', sessions: 2 },
        { step: 'review', sessions: 0 },
        { step: 'done', sessions: 1 },
      ],
    });
  });

  it('on two instances together', async () => {
    const second = await startCounting(redis.url, adapter, {}, { clock });
    try {
      await browser.get('/visit');
      const elsewhere = new Browser(second.origin);
      elsewhere.cookie = browser.cookie;
      await elsewhere.get('/visit');
      await new Browser(second.origin).get('/visit');
      await counted();
      await second.analytics.flush();
      for (const { analytics } of [app, second]) {
        expect(await analytics.day()).toMatchObject({ visitors: 2, requests: 3 });
        expect((await analytics.now()).activeSessions).toBe(2);
      }
    } finally {
      await second.close();
    }
  });

  it('days of the time zone that was asked for', async () => {
    const berlin = await startCounting(redis.url, adapter, { timeZone: 'Europe/Berlin' }, { clock });
    try {
      clock.set(Date.UTC(2026, 10, 26, 23, 30));
      await new Browser(berlin.origin).get('/visit');
      await new Promise((resolve) => setImmediate(resolve));
      await berlin.analytics.flush();
      expect(await berlin.analytics.day()).toMatchObject({ date: '2026-11-27', visitors: 1 });
    } finally {
      await berlin.close();
    }
  });

  it('by itself, and what is left when the application ends', async () => {
    const quick = await startCounting(redis.url, adapter, { flushEvery: 5 }, { clock });
    await new Browser(quick.origin).get('/visit');
    while ((await quick.analytics.day()).requests === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await quick.close();
    await browser.get('/visit');
    await app.close();
    const after = await startCounting(redis.url, adapter, {}, { clock });
    expect(await after.analytics.day()).toMatchObject({ visitors: 2, requests: 2 });
    await after.close();
  });
});
