import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { days, hours, minutes } from 'nestjs-redis-session';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { FakeClock } from 'nestjs-redis-session/testing';
import { useRedis } from '../support/redis.js';
import { between, TimeController } from '../support/time.controller.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

describe.each(ADAPTERS)('the life of a session, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let app: TestApp;
  let clock: FakeClock;
  let browser: Browser;
  /** What Redis gives the key, against the deadline that the application's clock sees. */
  const pttl = (): Promise<number> => redis.client.pttl(`sess:${browser.handle}`);
  const expiresInBrowser = (setCookie: string | undefined): number =>
    Date.parse(/Expires=([^;]+)/.exec(setCookie ?? '')?.[1] ?? '') - clock.now();
  beforeEach(async () => {
    clock = new FakeClock();
    app = await startApp(redis.url, {
      adapter,
      clock,
      session: {
        session: {
          idleTimeout: minutes(30),
          absoluteTimeout: hours(2),
          renewAfter: false,
          timeoutsOf: ({ roles }) => (roles.includes('admin') ? { idleTimeout: minutes(5) } : {}),
        },
      },
      module: { controllers: [TimeController, AnswersController] },
    });
    browser = new Browser(app.origin);
    between.happens = () => Promise.resolve();
    await browser.get('/json');
  });
  afterEach(() => app.close());

  it('ends when it was idle for too long, whatever Redis still holds', async () => {
    clock.advance(minutes(30) - 1);
    expect((await browser.get('/read')).json).toEqual({ count: 1 });
    clock.advance(minutes(30));
    expect((await browser.get('/read')).json).toEqual({ count: 0 });
  });

  it('ends at its absolute deadline, however active its user is', async () => {
    for (let quarter = 0; quarter < 7; quarter++) {
      clock.advance(minutes(15));
      expect((await browser.get('/json')).json).toEqual({ count: quarter + 2 });
    }
    expect((await browser.get('/time-left')).json).toEqual({ timeLeft: minutes(15) });
    clock.advance(minutes(15));
    expect((await browser.get('/read')).json).toEqual({ count: 0 });
  });

  it('reading moves the idle timeout once a tenth of it has passed, and the cookie with it', async () => {
    clock.advance(minutes(3) - 1);
    expect((await browser.get('/read')).setCookie).toBeUndefined();
    clock.advance(1);
    const { setCookie } = await browser.get('/read');
    expect(Math.abs(expiresInBrowser(setCookie) - minutes(30))).toBeLessThan(1_000);
    expect((await browser.get('/time-left')).json).toEqual({ timeLeft: minutes(30) });
    expect(await pttl()).toBeGreaterThan(minutes(30) - 5_000);
  });

  it.each([
    ['a write', () => browser.get('/json')],
    ['a read that is due', () => browser.get('/read')],
    ['a login', () => browser.post('/login/remembered')],
    ['a regenerate', () => browser.post('/regenerate')],
    ['a lifetime of its own', () => browser.post('/lifetime?ms=600000')],
  ])('after %s, Redis and the cookie have the same deadline', async (_, act) => {
    clock.advance(minutes(4));
    const { setCookie } = await act();
    // The header has whole seconds only, cut off.
    expect(Math.abs(expiresInBrowser(setCookie) - (await pttl()))).toBeLessThan(1_100);
  });

  it('a browser-session cookie has no deadline, and Redis has what is left of the idle timeout', async () => {
    const { setCookie } = await browser.post('/login/admin');
    expect(setCookie).not.toMatch(/expires|max-age/i);
    clock.advance(minutes(1));
    await browser.get('/read');
    expect(Math.abs((await pttl()) - minutes(5))).toBeLessThan(1_000);
  });

  it('a passive route does not move it', async () => {
    clock.advance(minutes(20));
    expect((await browser.get('/time-left')).json).toEqual({ timeLeft: minutes(10) });
    expect((await browser.get('/time-left')).setCookie).toBeUndefined();
    clock.advance(minutes(10));
    expect((await browser.get('/time-left')).json).toEqual({ timeLeft: 0 });
  });

  it('touch moves it at once, also where it is not due, and no further than the absolute deadline', async () => {
    clock.advance(minutes(1));
    const { json, setCookie } = await browser.post('/stay');
    expect(json).toEqual({ timeLeft: minutes(30) });
    expect(Math.abs(expiresInBrowser(setCookie) - minutes(30))).toBeLessThan(1_000);
    expect(Math.abs((await pttl()) - minutes(30))).toBeLessThan(1_000);
    for (let turn = 0; turn < 4; turn++) {
      clock.advance(minutes(29));
      await browser.post('/stay');
    }
    expect((await browser.post('/stay')).json).toEqual({ timeLeft: minutes(3) });
  });

  it('touch says that a session was ended, and does not bring it back', async () => {
    clock.advance(minutes(1));
    const key = `sess:${browser.handle}`;
    between.happens = () => redis.client.del(key);
    const { status, json } = await browser.post('/stay');
    expect([status, json.code]).toEqual([401, 'SESSION_ENDED']);
    expect(await redis.client.exists(key)).toBe(0);
  });

  it('touch does not give way to a passive request that writes at the same time', async () => {
    clock.advance(minutes(20));
    const { cookie } = browser;
    between.happens = () => browser.get('/poll', { cookie: cookie ?? '' });
    expect((await browser.post('/stay')).json).toEqual({ timeLeft: minutes(30) });
    expect((await browser.get('/poll')).json).toEqual({ timeLeft: minutes(30) });
    expect((await browser.get('/read')).json).toEqual({ count: 3 });
  });

  it('touch does nothing with a session that is not stored', async () => {
    const visitor = new Browser(app.origin);
    expect((await visitor.post('/stay')).json).toEqual({ timeLeft: 0 });
    expect(visitor.cookie).toBeUndefined();
  });

  it('tells how long a session lives, and why', async () => {
    clock.advance(minutes(10));
    await browser.get('/read');
    clock.advance(minutes(1));
    const { json } = await browser.get('/life');
    const now = clock.now();
    expect(json).toEqual({
      createdAt: now - minutes(11),
      lastActiveAt: now - minutes(1),
      idleTimeout: minutes(30),
      absoluteTimeout: hours(2),
      idleExpiresAt: now + minutes(29),
      absoluteExpiresAt: now + hours(2) - minutes(11),
      isRemembered: false,
      isPersistent: true,
      timeouts: {
        ordinary: { idleTimeout: minutes(30), absoluteTimeout: hours(2) },
        remembered: { idleTimeout: days(14), absoluteTimeout: days(90) },
      },
    });
    await browser.post('/login/remembered');
    expect((await browser.get('/life')).json).toMatchObject({ idleTimeout: days(14), isRemembered: true });
    expect((await new Browser(app.origin).get('/life')).json).not.toHaveProperty('createdAt');
  });

  it('a passive route that writes does not move it either', async () => {
    clock.advance(minutes(20));
    expect((await browser.get('/poll')).json).toEqual({ timeLeft: minutes(10) });
    expect((await browser.get('/time-left')).json).toEqual({ timeLeft: minutes(10) });
    expect(Math.abs((await pttl()) - minutes(10))).toBeLessThan(1_000);
    expect((await browser.get('/read')).json).toEqual({ count: 2 });
  });

  it('nor does a passive route that saves by itself', async () => {
    clock.advance(minutes(20));
    expect((await browser.post('/update')).json).toEqual({ timeLeft: minutes(10) });
    expect(Math.abs((await pttl()) - minutes(10))).toBeLessThan(1_000);
  });

  it('near the absolute deadline, Redis and the cookie get what is left of it', async () => {
    let setCookie: string | undefined;
    for (let times = 0; times < 5; times++) {
      clock.advance(minutes(20));
      ({ setCookie } = await browser.get('/json'));
    }
    expect(Math.abs(expiresInBrowser(setCookie) - minutes(20))).toBeLessThan(1_000);
    expect(Math.abs((await pttl()) - minutes(20))).toBeLessThan(1_000);
  });

  it('timeouts by user: an administrator idles out earlier', async () => {
    await browser.post('/login/admin');
    expect(Math.abs((await pttl()) - minutes(5))).toBeLessThan(1_000);
    clock.advance(minutes(5));
    expect((await browser.get('/time-left')).json).toEqual({ timeLeft: 0 });
  });

  it('a remembered session lives on, and its cookie is renewed at each return', async () => {
    await browser.post('/login/remembered');
    for (let week = 1; week <= 4; week++) {
      clock.advance(days(13));
      const { setCookie } = await browser.get('/read');
      expect(Math.abs(expiresInBrowser(setCookie) - days(14))).toBeLessThan(1_000);
      // The move is made behind the answer; thirteen days later it has long been made.
      const isMoved = async () =>
        (await redis.client.get(`sess:${browser.handle}`))?.includes(`"lastActiveAt":${clock.now()}`);
      while (!(await isMoved())) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  it('no key is ever without an expiry', async () => {
    await browser.post('/login/remembered');
    await browser.post('/regenerate');
    for (const key of await redis.client.keys('*')) expect(await redis.client.pttl(key)).toBeGreaterThan(0);
  });
});
